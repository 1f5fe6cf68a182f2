package yamlspan

import (
	"regexp"
	"strings"
)

// tags are the brackets of Go, Helm, Jinja and Liquid templates.
var tags = [...][2]string{{"{{", "}}"}, {"{%", "%}"}, {"{#", "#}"}}

func isTemplate(text string) bool {
	for _, tag := range tags {
		if strings.Contains(text, tag[0]) {
			return true
		}
	}
	return false
}

// A shift says that from byte At of the parsed text on, the same text stands By bytes
// later in the file.
type shift struct{ at, by int }

// stripTemplates returns text, which begins at byte start of a file, without its
// template tags, and where the rest of it is in the file. A tag that does
// not end stays. For tags in the middle of a word, which the template fills in, mark is put.
func stripTemplates(text string, start int, mark string) (string, []shift) {
	var out strings.Builder
	shifts := []shift{{0, start}}
	missing := map[string]bool{} // closing brackets that do not come any more
	glued := false               // to what is before
	for at := 0; at < len(text); {
		i := strings.IndexByte(text[at:], '{')
		if i < 0 {
			out.WriteString(text[at:])
			break
		}
		out.WriteString(text[at : at+i])
		glued = glued && i == 0 || i > 0 && !isBlank(text[at+i-1])
		at += i
		end := tagEnd(text, at, missing)
		if end == at {
			out.WriteByte('{')
			at++
			glued = true
			continue
		}
		if (glued || end < len(text) && !isBlank(text[end])) && !control.MatchString(text[at:end]) {
			out.WriteString(mark)
		}
		at = end
		shifts = append(shifts, shift{out.Len(), start + at - out.Len()})
	}
	return out.String(), shifts
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// tagEnd returns the end of the tag that begins at byte at; at if there is none.
func tagEnd(text string, at int, missing map[string]bool) int {
	for _, tag := range tags {
		if !strings.HasPrefix(text[at:], tag[0]) || missing[tag[1]] {
			continue
		}
		from := at + len(tag[0])
		if i := strings.Index(text[from:], tag[1]); i >= 0 {
			return from + i + len(tag[1])
		}
		missing[tag[1]] = true
	}
	return at
}

// control matches tags that put nothing in their place: blocks and comments.
var control = regexp.MustCompile(`^\{(?:[%#]|\{-?\s*(?:/\*|(?:if|else|end|with|range|define|block|template|break|continue)\b))`)

// startsOutput reports whether text begins with a template tag that is replaced by some text.
func startsOutput(text string) bool {
	return tagEnd(text, 0, nil) > 0 && !control.MatchString(text)
}

// WithoutTags returns a value without the template tags in it.
func WithoutTags(value string) string {
	stripped, _ := stripTemplates(value, 0, "")
	return stripped
}
