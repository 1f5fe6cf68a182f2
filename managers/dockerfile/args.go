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
	maxResolve = 10      // variables within variables
	maxText    = 4 << 10 // bytes of a reference
)

// resolve replaces the variables in o by their defaults. It leaves those that have
// none, and all of them if the result would be too long to be an image.
func (a args) resolve(o origin) origin {
	resolved, ok := a.expand(o, maxResolve)
	if !ok {
		return o
	}
	return resolved
}

func (a args) expand(o origin, depth int) (result origin, ok bool) {
	var text strings.Builder
	var at []int
	add := func(o origin) {
		text.WriteString(o.text)
		at = append(at, o.at...)
	}
	for i := 0; i < len(o.text); {
		value, n := a.value(o.slice(i, len(o.text)))
		if n == 0 {
			add(o.slice(i, i+1))
			i++
			continue
		}
		i += n
		if depth == 0 {
			return o, false
		}
		if value, ok = a.expand(value, depth-1); !ok {
			return o, false
		}
		if add(value); text.Len() > maxText {
			return o, false
		}
	}
	return origin{text.String(), at}, true
}

// value returns the value of the variable that o begins with and the length of its reference; 0
// if o does not begin with a variable that is known.
func (a args) value(o origin) (value origin, length int) {
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
