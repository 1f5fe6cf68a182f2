// Package setupcfg reads setup.cfg, in which setuptools wants the requirements of
// a Python package.
package setupcfg

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pep508"
)

// Manager reads requirements of the package and of its extras.
var Manager = &managers.Manager{
	Name:        "setup-cfg",
	Doc:         "Python packages in the configuration of setuptools: setup.cfg",
	Files:       []string{`/(^|/)setup\.cfg$/`},
	Categories:  []string{"python"},
	Versioning:  "pep440",
	Limits:      `What setup.cfg reads from other files ("file:").`,
	Datasources: []string{"pypi"},
	Extract:     extract,
}

var (
	section = regexp.MustCompile(`^\[\s*([^\]]+?)\s*\]`)
	option  = regexp.MustCompile(`^([^\s#;=:\[][^=:]*?)\s*[=:]`)
)

// kinds are the roles of requirements under an option of the section "options".
var kinds = map[string]string{
	"install_requires": "install", "install-requires": "install",
	"setup_requires": "setup", "setup-requires": "setup",
	"tests_require": "test", "tests-require": "test",
}

func extract(file managers.File) managers.Result {
	var r managers.Result
	in, kind, start, n := "", "", 0, 0
	for line := range strings.Lines(file.Text) {
		at, text := start, line
		start += len(line)
		n++
		switch {
		case text[0] == ' ' || text[0] == '\t': // it goes on with the option above
		case section.MatchString(text):
			in, kind = section.FindStringSubmatch(text)[1], ""
			continue
		case option.MatchString(text):
			m := option.FindStringSubmatchIndex(text)
			kind = kindOf(in, strings.ToLower(text[m[2]:m[3]]))
			at, text = at+m[1], text[m[1]:]
		default:
			continue // empty, a comment, or no line of such a file
		}
		if kind != "" {
			for _, d := range requirements(text, at) {
				d.Kind, d.Line = kind, n
				r.Deps = append(r.Deps, d)
			}
		}
	}
	return r
}

func kindOf(section, option string) string {
	switch section {
	case "options":
		return kinds[option]
	case "options.extras_require", "options.extras-require":
		return "extra"
	}
	return ""
}

var (
	comment = regexp.MustCompile(`(^|\s)#.*`)
	split   = regexp.MustCompile(`;`)
)

// requirements reads a line that stands at byte at. Semicolons stand before markers, and between requirements, too.
func requirements(line string, at int) []managers.Dep {
	line = line[:len(line)-len(comment.FindString(line))]
	var out []managers.Dep
	for i, piece := range pieces(line) {
		text := line[piece[0]:piece[1]]
		r, ok := pep508.Parse(text)
		if !ok || r.Direct || i > 0 && (r.Start == r.End || marker.MatchString(text)) {
			continue
		}
		out = append(out, r.Dep(text, at+piece[0]))
	}
	return out
}

// marker is a condition on the surroundings. What stands behind it has quotes.
var marker = regexp.MustCompile(`["']|^\s*(extra|os_name|sys_platform|platform_\w+|python_\w+|implementation_\w+)\b`)

// pieces returns the parts of a line between semicolons, as offsets.
func pieces(line string) [][2]int {
	var out [][2]int
	start := 0
	for _, m := range split.FindAllStringIndex(line, -1) {
		out = append(out, [2]int{start, m[0]})
		start = m[1]
	}
	return append(out, [2]int{start, len(line)})
}
