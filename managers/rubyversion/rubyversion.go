// Package rubyversion reads .ruby-version files.
package rubyversion

import (
	"strings"

	"github.com/currant-bot/currant/managers"
)

// Manager reads the one line of the file.
var Manager = &managers.Manager{
	Name:        "ruby-version",
	Doc:         "Ruby: .ruby-version",
	Files:       []string{`/(^|/)\.ruby-version$/`},
	Categories:  []string{"ruby"},
	Versioning:  "ruby",
	Datasources: []string{"ruby-version"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	text := strings.TrimSpace(file.Text)
	if text == "" {
		return managers.Result{}
	}
	d := managers.Dep{
		Name: "ruby", Datasource: "ruby-version",
		Value: managers.Field{Text: text, Start: strings.Index(file.Text, text)},
	}
	if strings.ContainsAny(text, "\r\n") {
		d.Skip, d.Note = managers.InvalidValue, "the file has more than one line"
		d.Value, d.Line = managers.Field{}, 1
	}
	return managers.Result{Deps: []managers.Dep{d}}
}
