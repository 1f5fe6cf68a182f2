// Package pep723 reads what a Python script says of its requirements in a comment.
package pep723

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pyproject"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// Manager reads scripts; configuration names which.
var Manager = &managers.Manager{
	Name: "pep723",
	Doc: `Python packages that a script names in its head (PEP 723)

Requirements in the comment that begins with "# /// script".`,
	Categories:  []string{"python"},
	Versioning:  "pep440",
	Datasources: []string{"git-tags", "pypi"},
	Locks:       []string{"*.py.lock"},
	Extract:     extract,
}

// block is the specification's own expression, with line breaks of all kinds.
var block = regexp.MustCompile(`(?m)^# /// script[ \t]*\r?\n((?:#(?:| [^\n]*)\r?\n)+?)# ///[ \t]*\r?$`)

func extract(file managers.File) managers.Result {
	m := block.FindAllStringSubmatchIndex(file.Text, -1)
	if len(m) == 0 {
		return managers.Result{}
	}
	if len(m) > 1 {
		return managers.Result{Problems: []managers.Problem{{
			Path: file.Path, Line: 1 + strings.Count(file.Text[:m[1][0]], "\n"), Text: "a second script block: PEP 723 allows one",
		}}}
	}
	// Blanks in place of everything else keep each byte's place.
	text := blank(file.Text[:m[0][2]]) + uncomment(file.Text[m[0][2]:m[0][3]])
	root, syntax := tomlspan.Parse(text)
	if syntax != nil {
		return managers.Result{Problems: []managers.Problem{{Path: file.Path, Line: syntax.Line, Text: syntax.Text}}}
	}
	return pyproject.Script(file, root)
}

var notBreak = regexp.MustCompile(`[^\r\n]`)

// blank returns text with a blank in place of each byte but line breaks.
func blank(text string) string {
	return notBreak.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat(" ", len(s)) })
}

// uncomment returns text with a blank in place of each "#" that begins a line.
func uncomment(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(" " + line[1:])
	}
	return out.String()
}
