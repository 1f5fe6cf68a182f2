package modulesource

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
)

// Skipped returns d with a reason not to look it up, if it has none yet.
func Skipped(d managers.Dep, why managers.Skip, note string) managers.Dep {
	if d.Skip == "" {
		d.Skip, d.Note = why, note
	}
	return d
}

// Versioned returns d with the version or constraint that v is, if any.
func Versioned(d managers.Dep, v hclspan.Value) managers.Dep {
	text := strings.TrimSpace(v.Text)
	if text == "" {
		return d
	}
	d.Line = v.Line
	at := strings.Index(v.Text, text)
	field, ok := v.Sub(at, at+len(text))
	switch {
	case v.Kind == hclspan.String && ok:
		d.Value = field
		return d
	case v.Kind == hclspan.Expression:
		d = Skipped(d, managers.ContainsVariable, "the version is "+text)
	default:
		d = Skipped(d, managers.Unsupported, "the version is not written as a plain string")
	}
	d.Composed = text
	return d
}

// Place returns the place in the file of a parameter of the address that source is. Where there
// is no such place, or a variable, d is skipped.
func Place(d *managers.Dep, source hclspan.Value, p managers.Field) managers.Field {
	if p.IsZero() {
		return p
	}
	f, ok := source.Sub(p.Start, p.End())
	if strings.Contains(p.Text, "${") {
		*d = Skipped(*d, managers.ContainsVariable, "the reference is "+p.Text)
	} else if !ok {
		*d = Skipped(*d, managers.Unsupported, "the source is written with escapes")
		d.Composed = p.Text
	}
	return f
}
