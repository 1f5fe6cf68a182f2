// Package gomod reads the module file of Go, go.mod.
package gomod

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/currant-bot/currant/managers"
)

// Manager reads required and replacing modules, and the version of Go itself.
var Manager = &managers.Manager{
	Name: "gomod",
	Doc: `Go modules: go.mod

Required modules, those that replace others, the go and the toolchain
directive. Indirect requirements are off unless a rule switches them on.`,
	Files:       []string{`/(^|/)go\.mod$/`},
	Categories:  []string{"golang"},
	Versioning:  "semver",
	Defaults:    map[string]any{"pinDigests": false},
	Datasources: []string{"go", "golang-version"},
	Locks:       []string{"go.sum", "modules.txt"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	parsed, problems := parse(file.Path, file.Text)
	if parsed == nil {
		return managers.Result{Problems: problems}
	}
	x := reader{file: file, locks: locks(file), indirect: make(map[*modfile.Line]bool)}
	for _, r := range parsed.Require {
		x.indirect[r.Syntax] = r.Indirect
	}
	for _, stmt := range parsed.Syntax.Stmt {
		switch s := stmt.(type) {
		case *modfile.Line:
			words := wordsOf(file.Text, s)
			if len(words) > 0 {
				x.line(words[0].Text, words[1:], s)
			}
		case *modfile.LineBlock:
			for _, line := range s.Line {
				x.line(s.Token[0], wordsOf(file.Text, line), line)
			}
		}
	}
	for i, d := range x.deps {
		if d.Kind == "indirect" && !x.isTool(d.Name) {
			x.deps[i].Config = map[string]any{"enabled": false}
		}
	}
	r := managers.Result{Deps: x.deps, Problems: problems}
	if parsed.Go != nil {
		r.Constraints = map[string]string{"%goMod": parsed.Go.Version}
	}
	return r
}

// maxBroken is how often a file is read again without the lines that were wrong.
const maxBroken = 20

// parse reads a module file leniently: a line that makes no sense is a
// problem and counts as empty. It returns nil if nothing can be read.
func parse(name, text string) (*modfile.File, []managers.Problem) {
	var problems []managers.Problem
	for range maxBroken {
		f, err := modfile.ParseLax(name, []byte(text), anyVersion)
		if err == nil {
			return f, problems
		}
		list, ok := err.(modfile.ErrorList)
		if !ok {
			return nil, append(problems, managers.Problem{Path: name, Line: 1, Text: err.Error()})
		}
		for _, e := range list {
			problems = append(problems, managers.Problem{Path: name, Line: e.Pos.Line, Text: "Go does not read this line: " + e.Err.Error()})
			shorter := blank(text, e.Pos.Line)
			if shorter == text {
				return nil, problems // what is wrong is not in this line
			}
			text = shorter
		}
	}
	return nil, problems
}

// anyVersion lets the parser accept whatever stands for a version, such as a branch.
func anyVersion(name, _ string) (string, error) {
	_, major, _ := module.SplitPathVersion(name)
	if prefix := module.PathMajorPrefix(major); prefix != "" {
		return prefix + ".0.0", nil
	}
	return "v1.0.0", nil
}

// blank returns text with spaces in place of its n-th line.
func blank(text string, n int) string {
	start := 0
	for range n - 1 {
		i := strings.IndexByte(text[start:], '\n')
		if i < 0 {
			return text
		}
		start += i + 1
	}
	end := len(text)
	if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
		end = start + i
	}
	return text[:start] + strings.Repeat(" ", end-start) + text[end:]
}

// locks returns the files that change whenever a required module does.
func locks(file managers.File) []string {
	var out []string
	if file.FS == nil {
		return nil
	}
	for _, name := range []string{"go.sum", "vendor/modules.txt"} {
		name = path.Join(path.Dir(file.Path), name)
		if _, err := fs.Stat(file.FS, name); err == nil {
			out = append(out, name)
		}
	}
	return out
}

// A reader collects the dependencies of one file.
type reader struct {
	file     managers.File
	locks    []string
	indirect map[*modfile.Line]bool
	tools    []string
	deps     []managers.Dep
}

// isTool reports whether module holds a package that a tool directive names.
func (x *reader) isTool(module string) bool {
	return slices.ContainsFunc(x.tools, func(tool string) bool {
		return tool == module || strings.HasPrefix(tool, module+"/")
	})
}

// line reads the words of one line, of which verb is not one.
func (x *reader) line(verb string, words []managers.Field, line *modfile.Line) {
	switch {
	case verb == "go" && len(words) == 1:
		x.language("golang", words[0], line)
	case verb == "toolchain" && len(words) == 1:
		if version, ok := strings.CutPrefix(words[0].Text, "go"); ok && version != "" {
			x.language("toolchain", managers.Field{Text: version, Start: words[0].Start + len("go")}, line)
		}
	case verb == "require" && len(words) == 2:
		kind := "require"
		if x.indirect[line] {
			kind = "indirect"
		}
		x.module(kind, words, line)
	case verb == "replace":
		if i := slices.IndexFunc(words, func(w managers.Field) bool { return w.Text == "=>" }); i >= 0 {
			x.module("replace", words[i+1:], line)
		}
	case verb == "tool" && len(words) == 1:
		x.tools = append(x.tools, words[0].Text)
	}
}

var languageVersion = regexp.MustCompile(`^\d+\.\d+(\.\d+)?`)

func (x *reader) language(kind string, version managers.Field, line *modfile.Line) {
	d := managers.Dep{
		Name: "go", Kind: kind, Datasource: "golang-version", Value: version, Line: line.Start.Line,
	}
	if kind == "golang" {
		d.Versioning = "go-mod-directive"
		d.Config = map[string]any{"commitMessageTopic": "go module directive"}
	} else {
		d.Config = map[string]any{"commitMessageTopic": "go toolchain directive"}
	}
	if !languageVersion.MatchString(version.Text) {
		d.Skip = managers.InvalidVersion
	}
	x.deps = append(x.deps, d)
}

// pseudo is how Go writes a commit that has no version of its own.
var (
	pseudo  = regexp.MustCompile(`^v\d+\.\d+\.\d+-(?:0\.)?\d{14}-([0-9a-f]{12})(?:\+incompatible)?$`)
	version = regexp.MustCompile(`^v\d+\.\d+\.\d+`)
)

// module adds the module that words name: its path and, unless it is a folder, its version.
func (x *reader) module(kind string, words []managers.Field, line *modfile.Line) {
	if len(words) == 0 || len(words) > 2 || words[0].Text == "" {
		return
	}
	name := words[0].Text
	d := managers.Dep{Name: name, Kind: kind, Datasource: "go", Line: line.Start.Line}
	switch {
	case modfile.IsDirectoryPath(name):
		d.Skip = managers.LocalDependency
	case module.CheckImportPath(name) != nil:
		d.Skip = managers.InvalidName
	case len(words) == 1 || words[1].Text == "":
		return // Go does not read it
	default:
		d.NameAt, d.Value, d.Locks = words[0], words[1], x.locks
		if m := pseudo.FindStringSubmatch(d.Value.Text); m != nil {
			d.Commit, d.Versioning = m[1], "loose"
		} else if !version.MatchString(d.Value.Text) {
			d.Skip = managers.InvalidVersion
		}
	}
	x.deps = append(x.deps, d)
}

// wordsOf returns the words of a line, without the quotes that some are in.
func wordsOf(text string, line *modfile.Line) []managers.Field {
	var words []managers.Field
	for i, end := line.Start.Byte, line.End.Byte; i < end; {
		switch c := text[i]; {
		case strings.IndexByte(" \t\r\n(),", c) >= 0:
			i++
		case c == '"' || c == '`':
			n := strings.IndexByte(text[i+1:end], c)
			if n < 0 {
				return words
			}
			words = append(words, managers.Field{Text: text[i+1 : i+1+n], Start: i + 1})
			i += n + 2
		default:
			n := strings.IndexAny(text[i:end], " \t\r\n(),\"`")
			if n < 0 {
				n = end - i
			}
			words = append(words, managers.Field{Text: text[i : i+n], Start: i})
			i += n
		}
	}
	return words
}
