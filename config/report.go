package config

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/currant-bot/currant/config/internal/json5"
)

// A report collects diagnostics. A finding that was reported is not reported
// again when the same file is reached on another way.
type report struct {
	list []Diagnostic
	seen map[Diagnostic]bool

	strict bool // a warning about what somebody wrote is an error
}

// maxDiagnostics keeps a hostile file from filling the memory.
const maxDiagnostics = 1000

func (r *report) add(d Diagnostic) {
	if r.seen == nil {
		r.seen = make(map[Diagnostic]bool)
	}
	if r.seen[d] || len(r.list) >= maxDiagnostics {
		return
	}
	r.seen[d] = true
	r.list = append(r.list, d)
}

// at reports a finding about a value.
func (r *report) at(v *value, s Severity, format string, args ...any) {
	r.offset(v.src, v.off, s, fmt.Sprintf(format, args...))
}

// note reports what nobody who writes v can help: it is never an error.
func (r *report) note(v *value, format string, args ...any) {
	strict := r.strict
	r.strict = false
	r.at(v, Warning, format, args...)
	r.strict = strict
}

// key reports a finding about a member, where its key stands.
func (r *report) key(m member, s Severity, format string, args ...any) {
	r.offset(m.val.src, m.off, s, fmt.Sprintf(format, args...))
}

func (r *report) offset(src *source, off int, s Severity, text string) {
	if src.builtin {
		return // a test keeps what is built in free of findings
	}
	if r.strict && s == Warning {
		s = Error
	}
	o := src.origin(off)
	r.add(Diagnostic{Severity: s, File: o.File, Line: o.Line, Column: o.Column, Option: o.Option, Text: text})
}

// sorted returns the findings by file, in the order in which files were read,
// and by place.
func (r *report) sorted() []Diagnostic {
	files := make(map[string]int)
	for _, d := range r.list {
		if _, ok := files[d.File]; !ok {
			files[d.File] = len(files)
		}
	}
	slices.SortStableFunc(r.list, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(files[a.File], files[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r.list
}

// parse reads a text as an object; nil if it cannot be read. What is wrong is
// reported.
func (r *report) parse(text, name string, d json5.Dialect, presets []string) *value {
	root, problems := json5.Parse(text, d)
	src := &source{name: name, text: text, root: root, presets: presets}
	broken := false
	for _, p := range problems {
		severity := Error
		if p.Lenient {
			severity = Warning
		} else {
			broken = true
		}
		line, column := json5.Position(text, p.Offset)
		r.add(Diagnostic{Severity: severity, File: name, Line: line, Column: column, Text: p.Text})
	}
	if broken {
		return nil
	}
	v := fromNode(root, src)
	if !v.isObject() {
		r.at(v, Error, "expected an object, found %s", v.kind)
		return nil
	}
	return v
}
