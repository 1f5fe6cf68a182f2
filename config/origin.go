package config

import (
	"fmt"
	"strings"
)

// An Origin is where a value was written.
type Origin struct {
	File    string   // such as "renovate.json"; for what is built in, what it is part of, such as "default"
	Line    int      // from 1; 0 if there is no line to show
	Column  int      // from 1, in characters
	Presets []string // the presets through which it came, the outermost first; nil if it stands in the file itself
	Option  string   // where in the file, such as "packageRules[2].automerge"
}

// IsZero reports whether o says nothing.
func (o Origin) IsZero() bool { return o.File == "" }

// String returns o as in "renovate.json:12 via local>acme/presets:backend (packageRules[2])".
func (o Origin) String() string {
	var b strings.Builder
	b.WriteString(o.File)
	if o.Line > 0 {
		fmt.Fprintf(&b, ":%d", o.Line)
	}
	if len(o.Presets) > 0 {
		b.WriteString(" via " + strings.Join(o.Presets, " > "))
	}
	if o.Option != "" {
		b.WriteString(" (" + o.Option + ")")
	}
	return b.String()
}

// A Severity is how bad a finding is.
type Severity string

const (
	Error       Severity = "error"       // the configuration cannot be trusted to mean what its author wanted
	Warning     Severity = "warning"     // probably a mistake; the rest holds
	Unsupported Severity = "unsupported" // a known option that Currant does not act on
	Migration   Severity = "migration"   // an old spelling, read as the new one
)

// A Diagnostic is something to tell people about a configuration file.
type Diagnostic struct {
	Severity Severity
	File     string
	Line     int // from 1; 0 if it is about the whole file
	Column   int
	Option   string // such as "packageRules[2].automerge"
	Text     string
}

// String returns d as people expect it of a compiler: "file:line:col: text".
func (d Diagnostic) String() string {
	switch {
	case d.File == "":
		return d.Text
	case d.Line == 0:
		return d.File + ": " + d.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", d.File, d.Line, d.Column, d.Text)
}
