package tool

import (
	"strings"

	"github.com/currant-bot/currant/managers"
)

// Versioned returns the dependency on t, called name, where value is how asdf and mise write its
// version: some tools have a channel or a variant in it.
func (t Tool) Versioned(name string, value managers.Field) managers.Dep {
	switch name {
	case "flutter":
		for _, channel := range []string{"-stable", "-beta", "-dev"} {
			if version, ok := strings.CutSuffix(value.Text, channel); ok && version != "" {
				value.Text = version
			}
		}
	case "hugo", "gohugo":
		version, ok := strings.CutPrefix(value.Text, "extended_")
		switch {
		case ok && version == "":
			d := t.Dep(name, value)
			d.Skip = managers.NotAVersion
			return d
		case ok:
			value = managers.Field{Text: version, Start: value.End() - len(version)}
		}
	}
	return t.Dep(name, value)
}

// Scala returns the tool that is called scala in a version.
func Scala(version string) Tool {
	if strings.HasPrefix(version, "2") {
		return Tool{Datasource: "github-tags", Package: "scala/scala", Extract: `^v(?<version>\S+)`}
	}
	return Tool{Datasource: "github-tags", Package: "lampepfl/dotty"}
}
