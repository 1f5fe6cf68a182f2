// Package gradlewrapper reads the properties of the Gradle wrapper.
package gradlewrapper

import (
	"regexp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/distribution"
)

// Manager reads which Gradle a wrapper downloads. Where a checksum guards it, that changes
// too: it is published beside the distribution.
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
	location = regexp.MustCompile(`(?m)^[ \t]*distributionUrl[ \t]*=[ \t]*(\S*?-(\d+(?:\.\d+)*(?:-\w+-\d+)?)-(?:bin|all)\.zip)[ \t]*\r?$`)
	checksum = regexp.MustCompile(`(?m)^[ \t]*distributionSha256Sum[ \t]*[=:][ \t]*(\S+)`)
)

func extract(file managers.File) managers.Result {
	m := location.FindStringSubmatchIndex(file.Text)
	if m == nil {
		return managers.Result{}
	}
	d := managers.Dep{
		Name: "gradle", Datasource: "gradle-version", Versioning: "gradle",
		Value: managers.Field{Text: file.Text[m[4]:m[5]], Start: m[4]},
	}
	if sum := checksum.FindStringSubmatchIndex(file.Text); sum != nil {
		at := managers.Field{Text: file.Text[sum[2]:sum[3]], Start: sum[2]}
		if d.Hashes = distribution.Hashes(file.Text[m[2]:m[3]], d.Value.Text, 1, at); d.Hashes.IsZero() {
			d.Render = "gradle-wrapper"
		}
	}
	return managers.Result{Deps: []managers.Dep{d}}
}
