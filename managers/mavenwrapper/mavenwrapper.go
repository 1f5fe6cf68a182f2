// Package mavenwrapper reads the files of the Maven Wrapper.
package mavenwrapper

import (
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/distribution"
)

// Manager reads the properties and the scripts of the wrapper. A script is made anew by the wrapper
// itself; a checksum changes together with what it guards.
var Manager = &managers.Manager{
	Name:        "maven-wrapper",
	Doc:         "Maven and its wrapper: maven-wrapper.properties, mvnw, mvnw.cmd",
	Files:       []string{`/(^|\/).mvn/wrapper/maven-wrapper.properties$/`, `/(^|\/)mvnw(.cmd)?$/`},
	Categories:  []string{"java"},
	Limits:      "Scripts (mvnw, mvnw.cmd), and the version that they are for are made anew by the wrapper itself: they are shown, not changed.",
	Datasources: []string{"maven"},
	Extract:     extract,
}

var (
	// version stands in a URL twice: as a folder and in the file's name.
	standard  = regexp.MustCompile(`(?m)^[ \t]*distributionUrl[ \t]*=[ \t]*(\S+?)/org/apache/maven/apache-maven/([\w.-]+)/apache-maven-([\w.-]+?)-bin\.(?:zip|tar\.gz)[ \t]*\r?$`)
	elsewhere = regexp.MustCompile(`(?m)^[ \t]*distributionUrl[ \t]*=[ \t]*\S*/apache-maven-([\w.-]+?)-bin\.(?:zip|tar\.gz)[ \t]*\r?$`)
	jar       = regexp.MustCompile(`(?m)^[ \t]*wrapperUrl[ \t]*=[ \t]*(\S+?)/(org/apache/maven/wrapper|io/takari)/maven-wrapper/([\w.-]+)/maven-wrapper-([\w.-]+?)\.jar[ \t]*\r?$`)
	wrapper   = regexp.MustCompile(`(?m)^[ \t]*wrapperVersion[ \t]*=[ \t]*([\w.-]+)[ \t]*\r?$`)
	script    = regexp.MustCompile(`(?m)^(?:#|@REM) Apache Maven Wrapper startup (?:batch )?script, version (\d+(?:\.\d+)*)`)
	checksum  = regexp.MustCompile(`(?m)^[ \t]*(distribution|wrapper)Sha256Sum[ \t]*=[ \t]*(\S+)`)
	address   = regexp.MustCompile(`(?m)^[ \t]*(distribution|wrapper)Url[ \t]*=[ \t]*(\S+)`)
)

func extract(file managers.File) managers.Result {
	text := file.Text
	var deps []managers.Dep
	if strings.HasSuffix(file.Path, ".properties") {
		if d, ok := maven(text); ok {
			deps = append(deps, d)
		}
		if d, ok := wrapperDep(text); ok {
			deps = append(deps, d)
		}
		for i := range deps {
			guard(&deps[i], text)
		}
	} else if m := script.FindStringSubmatchIndex(text); m != nil {
		d := dep("maven-wrapper", "org.apache.maven.wrapper:maven-wrapper", text, m[2:4])
		d.Render = "maven-wrapper"
		deps = append(deps, d)
	}
	return managers.Result{Deps: deps}
}

// guard adds to d the checksum of what is downloaded of it, which changes along. The name of the setting is that
// of the URL's.
func guard(d *managers.Dep, text string) {
	for _, sum := range checksum.FindAllStringSubmatchIndex(text, -1) {
		what := text[sum[2]:sum[3]]
		if (d.Name == "maven") != (what == "distribution") || d.Render != "" {
			continue
		}
		for _, m := range address.FindAllStringSubmatch(text, -1) {
			if m[1] == what {
				d.Hashes = distribution.Hashes(m[2], d.Value.Text, max(1, len(d.Rewrite)), field(text, sum[4:6]))
			}
		}
		if d.Hashes.IsZero() {
			d.Render, d.Rewrite = "maven-wrapper", nil
		}
	}
}

func dep(name, pkg, text string, at []int) managers.Dep {
	return managers.Dep{Name: name, Package: pkg, Datasource: "maven", Value: field(text, at)}
}

func field(text string, at []int) managers.Field {
	return managers.Field{Text: text[at[0]:at[1]], Start: at[0]}
}

// maven returns Maven itself.
func maven(text string) (managers.Dep, bool) {
	const pkg = "org.apache.maven:apache-maven"
	if m := standard.FindStringSubmatchIndex(text); m != nil && text[m[4]:m[5]] == text[m[6]:m[7]] {
		d := dep("maven", pkg, text, m[4:6])
		d.Registries = registries(text[m[2]:m[3]])
		d.Rewrite = both(m[4:6], m[6:8])
		return d, true
	}
	if m := elsewhere.FindStringSubmatchIndex(text); m != nil {
		d := dep("maven", pkg, text, m[2:4])
		if strings.Count(text[m[0]:m[1]], d.Value.Text) > 1 {
			d.Skip, d.Note = managers.Unsupported, "its version stands in the URL several times, and not where Maven repositories have it"
		}
		return d, true
	}
	return managers.Dep{}, false
}

// wrapperDep returns the wrapper. Its mere version is for the scripts, which are made anew with it.
func wrapperDep(text string) (managers.Dep, bool) {
	const name = "maven-wrapper"
	if m := jar.FindStringSubmatchIndex(text); m != nil && text[m[6]:m[7]] == text[m[8]:m[9]] {
		group := strings.ReplaceAll(text[m[4]:m[5]], "/", ".")
		d := dep(name, group+":"+name, text, m[6:8])
		d.Registries = registries(text[m[2]:m[3]])
		d.Rewrite = both(m[6:8], m[8:10])
		return d, true
	}
	if m := wrapper.FindStringSubmatchIndex(text); m != nil {
		d := dep(name, "org.apache.maven.wrapper:"+name, text, m[2:4])
		d.Render = "maven-wrapper"
		return d, true
	}
	return managers.Dep{}, false
}

func both(a, b []int) []managers.Piece {
	return []managers.Piece{{Start: a[0], End: a[1], New: "{value}"}, {Start: b[0], End: b[1], New: "{value}"}}
}

// registries returns the repository that a URL names, nil if it is the default one.
func registries(base string) []string {
	base = strings.ReplaceAll(base, `\`, "")
	if slices.Contains(datasources.DefaultRegistries("maven"), base) || !strings.HasPrefix(base, "http") || strings.ContainsAny(base, "@$") {
		return nil
	}
	return []string{base}
}
