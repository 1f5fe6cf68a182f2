// Package requirements reads the format of pip's requirements files for the
// managers that share it.
package requirements

import (
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pep508"
)

// A File is what a requirements file says.
type File struct {
	Deps     []managers.Dep
	Problems []managers.Problem
}

// A reader reads one file.
type reader struct {
	file  managers.File
	text  string // the file's, with blanks in place of line breaks that count for nothing
	index string
	extra []string
	out   File
}

// Parse reads the text of f. What it cannot read is a problem, unless it is a path or a URL.
func Parse(f managers.File) File {
	x := reader{file: f, text: joined(f.Text)}
	line, start := 1, 0
	for start < len(x.text) {
		end := start + strings.IndexByte(x.text[start:], '\n')
		if end < start {
			end = len(x.text)
		}
		x.line(start, end, line)
		line += 1 + strings.Count(f.Text[start:end], "\n")
		start = end + 1
	}
	registries := x.registries()
	for i := range x.out.Deps {
		if x.out.Deps[i].Datasource == "pypi" {
			x.out.Deps[i].Registries = registries
		}
	}
	return x.out
}

var (
	continued = regexp.MustCompile(`\\\r?\n`)
	ignore    = regexp.MustCompile(`#\s*(?:renovate|pyup)\s*:\s*ignore`)
	indexURL  = regexp.MustCompile(`^(-i|--index-url|--extra-index-url)(?:\s*=\s*|\s+)["']?([^\s"']+)`)
	editable  = regexp.MustCompile(`^(?:-e|--editable)(?:\s*=\s*|\s+)`)
	option    = regexp.MustCompile(`\s--[a-z]`)
	gitURL    = regexp.MustCompile(`git\+((?:https?|ssh|git|file)://(?:[^\s@/#]*@)?[^\s@/#]+/[^\s@#]+)@([^\s@#]+)(#\S*)?`)
	egg       = regexp.MustCompile(`[#&]egg=([A-Za-z0-9][\w.-]*)`)
	sshURL    = regexp.MustCompile(`^ssh://([^/\s:]+)/(.+)$`)
	elsewhere = regexp.MustCompile(`^(?:[./~\\]|[A-Za-z]:\\|file:)|://|\.(?:whl|zip|tar\.gz)$`) // a path or a URL
)

// joined returns text with blanks in place of each backslash at the end of a
// line and the line break after it.
func joined(text string) string {
	return continued.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat(" ", len(s)) })
}

// line reads the logical line between two offsets, whose first line has number n.
func (x *reader) line(start, end, n int) {
	skip := managers.Skip("")
	if ignore.MatchString(x.text[start:end]) {
		skip = managers.Ignored
	}
	start, end = pep508.Trim(x.text, start, start+comment(x.text[start:end]))
	line := x.text[start:end]
	if m := indexURL.FindStringSubmatch(line); m != nil {
		if m[1] == "--extra-index-url" {
			x.extra = append(x.extra, pep508.Redact(m[2]))
		} else {
			x.index = pep508.Redact(m[2])
		}
		return
	}
	if m := editable.FindString(line); m == "" && strings.HasPrefix(line, "-") || line == "" {
		return
	}
	var d managers.Dep
	if m := gitURL.FindStringSubmatchIndex(line); m != nil {
		d = git(line, start, m)
	} else {
		ok := false
		if d, ok = x.requirement(line, start, n); !ok {
			return
		}
	}
	d.Line = n
	if skip != "" {
		d.Skip = skip
	}
	x.out.Deps = append(x.out.Deps, d)
}

// comment returns where the comment of a line begins, or the line's length. In what
// is no URL it may follow a requirement without a blank.
func comment(line string) int {
	if i := strings.IndexByte(line, '#'); i >= 0 && !strings.Contains(line[:i], "://") {
		return i
	}
	for i := 1; i < len(line); i++ {
		if line[i] == '#' && (line[i-1] == ' ' || line[i-1] == '\t') {
			return i
		}
	}
	return len(line)
}

// requirement reads a requirement from a package index, with options behind it. ok is false for
// what is none.
func (x *reader) requirement(line string, at, n int) (d managers.Dep, ok bool) {
	text, options := line, ""
	if m := option.FindStringIndex(line); m != nil {
		text, options = line[:m[0]], line[m[0]:]
	}
	if elsewhere.MatchString(text) || editable.MatchString(text) {
		return d, false
	}
	r, ok := pep508.Parse(text)
	if !ok || r.Direct {
		if !ok {
			x.out.Problems = append(x.out.Problems, managers.Problem{Path: x.file.Path, Line: n, Text: "not a requirement as pip reads it: " + pep508.Redact(shorten(text))})
		}
		return d, false
	}
	d = r.Dep(text, at)
	if d.Value.Text != "" && x.file.Text[d.Value.Start:d.Value.End()] != d.Value.Text {
		d.Composed, d.Value = strings.Join(strings.Fields(d.Value.Text), " "), managers.Field{}
		d.Skip, d.Note = managers.Unsupported, "its version stands on several lines"
	}
	if strings.Contains(options, "--hash") {
		if d.Hashes = x.hashes(at+len(text), at+len(line)); d.Hashes.IsZero() {
			d.Render = "pip-hashes"
		}
	}
	return d, true
}

var hash = regexp.MustCompile(`--hash[ \t=]*\w+:[0-9a-fA-F]+`)

// hashes returns the hashes among the options between two offsets; zero if other options stand between them.
func (x *reader) hashes(start, end int) managers.Hashes {
	text := x.file.Text
	all := hash.FindAllStringIndex(text[start:end], -1)
	if len(all) == 0 {
		return managers.Hashes{}
	}
	h := managers.Hashes{File: "*", Each: "--hash=sha256:{hash}", Sep: " "}
	if first := text[start+all[0][0]:]; !strings.HasPrefix(first, "--hash=") {
		h.Each = "--hash sha256:{hash}"
	}
	if before := text[start : start+all[0][0]]; blank(before) {
		h.Sep = before
	}
	for i := 1; i < len(all); i++ {
		between := text[start+all[i-1][1] : start+all[i][0]]
		if !blank(between) {
			return managers.Hashes{}
		}
		if i == 1 {
			h.Sep = between
		}
	}
	from, to := start+all[0][0], start+all[len(all)-1][1]
	h.At = managers.Field{Text: text[from:to], Start: from}
	return h
}

// blank reports whether there is nothing in text but white space and continued lines, and not nothing at all.
func blank(text string) bool {
	return text != "" && strings.TrimSpace(continued.ReplaceAllString(text, " ")) == ""
}

func shorten(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "..."
	}
	return s
}

// git returns the dependency on a git repository with a reference; m are the places of [gitURL]'s groups.
func git(line string, at int, m []int) managers.Dep {
	address := pep508.Redact(line[m[2]:m[3]])
	d := managers.Dep{Datasource: "git-tags", Value: managers.Field{Text: line[m[4]:m[5]], Start: at + m[4]}}
	if m[6] >= 0 {
		if e := egg.FindStringSubmatch(line[m[6]:m[7]]); e != nil {
			d.Name = e[1]
		}
	}
	if d.Name == "" {
		d.Name = strings.TrimSuffix(path.Base(address), ".git")
	}
	d.Package = address
	if s := sshURL.FindStringSubmatch(line[m[2]:m[3]]); s != nil {
		d.Package = s[1] + ":" + s[2]
	}
	return d
}

// registries returns the indexes that the file names; nil if it names none.
func (x *reader) registries() []string {
	if x.index == "" && len(x.extra) == 0 {
		return nil
	}
	first := managers.DefaultRegistry
	if x.index != "" {
		first = x.index
	}
	return append([]string{first}, x.extra...)
}
