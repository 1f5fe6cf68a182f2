// Package gradlewrapper reads the properties of the Gradle wrapper.
package gradlewrapper

import (
	"regexp"

	"github.com/currant-bot/currant/managers"
)

// Manager reads which Gradle a wrapper downloads. Where a checksum guards it, that has to change
// too, which the wrapper itself does.
var Manager = &managers.Manager{
	Name:        "gradle-wrapper",
	Doc:         "Gradle: gradle-wrapper.properties",
	Files:       []string{`/(^|/)gradle/wrapper/gradle-wrapper\.properties$/`},
	Categories:  []string{"java"},
	Versioning:  "gradle",
	Datasources: []string{"gradle-version"},
	Extract:     extract,
}

var (
	distribution = regexp.MustCompile(`(?m)^[ \t]*distributionUrl[ \t]*=[ \t]*\S*?-(\d+(?:\.\d+)*(?:-\w+-\d+)?)-(?:bin|all)\.zip[ \t]*\r?$`)
	checksum     = regexp.MustCompile(`(?m)^[ \t]*distributionSha256Sum[ \t]*[=:][ \t]*\S`)
)

func extract(file managers.File) managers.Result {
	m := distribution.FindStringSubmatchIndex(file.Text)
	if m == nil {
		return managers.Result{}
	}
	d := managers.Dep{
		Name: "gradle", Datasource: "gradle-version", Versioning: "gradle",
		Value: managers.Field{Text: file.Text[m[2]:m[3]], Start: m[2]},
	}
	if checksum.MatchString(file.Text) {
		d.Render = "gradle-wrapper"
	}
	return managers.Result{Deps: []managers.Dep{d}}
}
