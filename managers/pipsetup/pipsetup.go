// Package pipsetup reads requirements in setup.py.
package pipsetup

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pep508"
)

// Manager reads the strings of a program that are requirements with a version. It
// does not run the program.
var Manager = &managers.Manager{
	Name: "pip_setup",
	Doc: `Python packages in setup.py

Strings that are a requirement with a version as a whole. The program is not
run: what it puts together is not found.`,
	Files:       []string{`/(^|/)setup\.py$/`},
	Categories:  []string{"python"},
	Versioning:  "pep440",
	Limits:      "setup.py is Python: only strings that are a requirement as a whole are read.",
	Datasources: []string{"pypi"},
	Extract:     extract,
}

// token matches what is to be told apart from code: a comment, or a string with its prefix.
var token = regexp.MustCompile(`#[^\n]*|(?i:\b([rbuf]{1,2})|\b)?("""(?:[^\\]|\\.)*?"""|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')`)

var (
	ignore = regexp.MustCompile(`#\s*(?:renovate|pyup)\s*:\s*ignore`)
	begins = regexp.MustCompile(`^(===|==|~=|!=|<=|>=|<|>)\s*v?\d`)
)

func extract(file managers.File) managers.Result {
	var r managers.Result
	for _, m := range token.FindAllStringSubmatchIndex(file.Text, -1) {
		if m[4] < 0 || m[2] >= 0 && strings.ContainsAny(file.Text[m[2]:m[3]], "fFbB") {
			continue
		}
		quote := 1
		if s := file.Text[m[4]:m[5]]; len(s) >= 6 && (s[:3] == `"""` || s[:3] == `'''`) {
			quote = 3
		}
		for start, end := m[4]+quote, m[5]-quote; start < end; {
			next := end
			if i := strings.IndexByte(file.Text[start:end], '\n'); i >= 0 {
				next = start + i
			}
			if d, ok := requirement(file.Text[start:next], start); ok {
				if rest, _, _ := strings.Cut(file.Text[m[1]:], "\n"); ignore.MatchString(rest) {
					d.Skip = managers.Ignored
				}
				r.Deps = append(r.Deps, d)
			}
			start = next + 1
		}
	}
	return r
}

func requirement(text string, at int) (d managers.Dep, ok bool) {
	p, ok := pep508.Parse(text)
	if !ok || p.Direct || !begins.MatchString(text[p.Start:p.End]) {
		return d, false
	}
	d = p.Dep(text, at)
	return d, !strings.Contains(d.Value.Text, `\`)
}
