// Package codeowners defines who owns the files of a repository, as a CODEOWNERS file says.
package codeowners

import (
	"io/fs"
	"strings"

	"github.com/hmarr/codeowners"
)

// paths are where GitHub looks, in its order (docs.github.com, "About code owners"); then where GitLab does.
var paths = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}

// maxRules bounds the rules of a file, and maxLine the bytes of one.
const (
	maxRules = 10000
	maxLine  = 4096
)

// Owners says who owns files. The zero value says that nobody does.
type Owners struct{ rules codeowners.Ruleset }

// Read returns the owners that a repository names; nobody if it has no such file.
func Read(fsys fs.FS) Owners {
	for _, p := range paths {
		if text, err := fs.ReadFile(fsys, p); err == nil {
			return Parse(string(text))
		}
	}
	return Owners{}
}

// Parse reads a CODEOWNERS file. A line that is wrong is passed over, as GitHub does.
func Parse(text string) Owners {
	var o Owners
	for line := range strings.Lines(text) {
		if len(o.rules) >= maxRules || len(line) > maxLine {
			continue
		}
		if f := strings.Fields(line); len(f) == 0 || f[0] == "/" || strings.HasPrefix(f[0], "/#") {
			continue // "/" matches nothing, and the library stumbles over it
		}
		rules, err := codeowners.ParseFile(strings.NewReader(line))
		if err == nil {
			o.rules = append(o.rules, rules...)
		}
	}
	return o
}

// Of returns who owns a file, by the last rule that matches it: "ada" for a person and "team:acme/web" for a team. Who is named by an
// address is left out: nobody knows whose it is.
func (o Owners) Of(path string) []string {
	rule, err := o.rules.Match(path)
	if err != nil || rule == nil {
		return nil
	}
	var out []string
	for _, x := range rule.Owners {
		switch x.Type {
		case codeowners.UsernameOwner:
			out = append(out, x.Value)
		case codeowners.TeamOwner:
			out = append(out, "team:"+x.Value)
		}
	}
	return out
}
