package gradle

import (
	"iter"
	"strings"

	"github.com/currant-bot/currant/managers"
)

const anySeparator = "=: \t"

// properties returns the keys of a properties file with where their values stand, quotes around them left out. Any of
// separators stands behind a key.
func properties(src, separators string) iter.Seq2[string, managers.Field] {
	return func(yield func(string, managers.Field) bool) {
		at := 0
		for line := range strings.Lines(src) {
			start := at
			at += len(line)
			trimmed := strings.TrimLeft(line, " \t\f")
			sep := strings.IndexAny(trimmed, separators)
			if trimmed == "" || trimmed[0] == '#' || trimmed[0] == '!' || sep <= 0 {
				continue
			}
			key := trimmed[:sep]
			rest := strings.TrimLeft(trimmed[sep:], " \t")
			if rest != "" && (rest[0] == '=' || rest[0] == ':') {
				rest = strings.TrimLeft(rest[1:], " \t")
			}
			start += len(line) - len(rest)
			text := strings.TrimRight(rest, " \t\r\n")
			if n := len(text); n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
				text, start = text[1:n-1], start+1
			}
			if text == "" || strings.Contains(text, `\`) {
				continue
			}
			if !yield(key, managers.Field{Text: text, Start: start}) {
				return
			}
		}
	}
}

// artifacts reads properties whose values are dependencies.
func (b *build) artifacts() {
	r := &reader{cursor: cursor{scope: b.scope}, found: b.add}
	separators := anySeparator
	if strings.HasSuffix(b.file.Path, ".props") {
		separators = "="
	}
	for key, f := range properties(b.file.Text, separators) {
		if separators == "=" {
			key = strings.TrimSpace(key)
			if group, artifact, ok := strings.Cut(key, ":"); ok && group != "" && artifact != "" && !strings.Contains(key, "*") {
				r.versioned(key, "", "", value{f}, nil)
			}
			continue
		}
		r.artifact(value{f})
	}
}
