package config

import (
	"errors"
	"fmt"
	"path"

	"github.com/currant-bot/currant/config/internal/json5"
)

// Fix returns the text of a file with its old spellings written as today's,
// and what was changed. Whatever is not migrated keeps its bytes: comments, order, quotes and
// indentation. Without an old spelling the text comes back as it is.
//
// The result is read again and must mean the same, else there is an error.
func Fix(name, text string) (string, []Diagnostic, error) {
	old, notes := migrated(name, text)
	if old == nil {
		return text, nil, fmt.Errorf("%s cannot be read", name)
	}
	if len(notes) == 0 {
		return text, nil, nil
	}
	w := newRewriter(text, old.src.root, path.Base(name))
	at := old.src.root
	if path.Base(name) == "package.json" {
		at = at.Get("renovate")
	}
	if at == nil || at.Kind != json5.Object {
		return text, notes, nil // a string, which is no old spelling that could be kept
	}
	fixed := text[:at.Start] + w.rewrite(at, old) + text[at.End:]
	now, left := migrated(name, fixed)
	switch {
	case now == nil || !same(old, now):
		return text, notes, errors.New(name + " cannot be rewritten without changing what it means: change it by hand")
	case len(left) > 0:
		return text, notes, fmt.Errorf("%s still has old spellings after being rewritten: %s", name, left[0])
	}
	return fixed, notes, nil
}

// migrated reads a file and brings it to today's form.
func migrated(name, text string) (*value, []Diagnostic) {
	rep := new(report)
	v := readFile(rep, name, text)
	if v == nil {
		return nil, nil
	}
	rep.list = nil
	massage(v)
	(&migrator{rep}).migrate(v, "")
	massage(v)
	var notes []Diagnostic
	for _, d := range rep.sorted() {
		if d.Severity == Migration {
			notes = append(notes, d)
		}
	}
	return v, notes
}
