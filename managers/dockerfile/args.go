package dockerfile

import (
	"maps"
	"regexp"
	"strings"
)

// Args are the defaults of a build's arguments.
type args map[string]origin

func (a args) clone() args { return maps.Clone(a) }

// variable matches $NAME, ${NAME}, and ${NAME with an operator and a word to follow.
var variable = regexp.MustCompile(`^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(\}|:?[-+]))`)

const (
	maxDepth    = 10      // variables within variables
	maxExpanded = 100     // variables in all
	maxText     = 4 << 10 // bytes of a reference
)

// resolve replaces the variables in o by their defaults. It leaves those that have
// none, and all of them if that takes more than an image would.
func (a args) resolve(o origin) origin {
	budget := maxExpanded
	resolved, ok := a.expand(o, maxDepth, &budget)
	if !ok {
		return o
	}
	return resolved
}

func (a args) expand(o origin, depth int, budget *int) (result origin, ok bool) {
	if len(o.text) > maxText {
		return o, false
	}
	var text strings.Builder
	var at []int
	for i := 0; i < len(o.text); {
		value, n := a.value(o.slice(i, len(o.text)))
		if n == 0 {
			value, n = o.slice(i, i+1), 1
		} else if *budget--; depth == 0 || *budget < 0 {
			return o, false
		} else if value, ok = a.expand(value, depth-1, budget); !ok {
			return o, false
		}
		i += n
		text.WriteString(value.text)
		at = append(at, value.at...)
	}
	return origin{text.String(), at}, text.Len() <= maxText
}

// value returns the value of the variable that o begins with and the length of its reference; 0
// if o does not begin with a variable that is known.
func (a args) value(o origin) (value origin, length int) {
	if o.text[0] != '$' {
		return value, 0
	}
	m := variable.FindStringSubmatch(o.text)
	if m == nil {
		return value, 0
	}
	value, known := a[m[1]+m[2]]
	length = len(m[0])
	if operator := m[3]; operator != "" && operator != "}" {
		end := closing(o.text, length)
		if end < 0 {
			return value, 0
		}
		word := o.slice(length, end)
		length = end + 1
		set := known && (value.text != "" || operator[0] != ':')
		switch {
		case strings.HasSuffix(operator, "+") && set, strings.HasSuffix(operator, "-") && !set:
			return word.unquote(), length
		case strings.HasSuffix(operator, "+"):
			return origin{}, length
		}
	}
	if !known {
		return value, 0
	}
	return value, length
}

// closing returns where the brace that was open at byte i is closed; -1 if it is not.
func closing(text string, i int) int {
	for depth := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}
