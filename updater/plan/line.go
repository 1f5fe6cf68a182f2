package plan

import (
	"errors"
	"regexp"
	"slices"
)

// A line is what versionCompatibility splits off versions: only versions with
// the same are compared. The zero line splits off nothing.
type line struct {
	expr *regexp.Regexp
	rest string // what expr calls "compatibility" in the current value
}

// lineOf returns the line that value is in, and the part of value that is its version. A value
// that the expression does not match is in no line.
func lineOf(expr, value string) (line, string, error) {
	re, err := pattern(expr)
	if re == nil || err != nil {
		return line{}, value, err
	}
	if !slices.Contains(re.SubexpNames(), "version") || !slices.Contains(re.SubexpNames(), "compatibility") {
		return line{}, value, errors.New(`it needs the groups "version" and "compatibility"`)
	}
	version := submatch(re, value, "version")
	if version == "" {
		return line{}, value, nil
	}
	return line{re, submatch(re, value, "compatibility")}, version, nil
}

// version returns the version in a release's name; "" if it is of another line.
func (l line) version(name string) string {
	if l.expr == nil {
		return name
	}
	if submatch(l.expr, name, "compatibility") != l.rest {
		return ""
	}
	return submatch(l.expr, name, "version")
}
