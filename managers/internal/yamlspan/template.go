package yamlspan

import "strings"

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
// not end stays.
func stripTemplates(text string, start int) (string, []shift) {
	var out strings.Builder
	shifts := []shift{{0, start}}
	missing := map[string]bool{} // closing brackets that do not come any more
	for at := 0; at < len(text); {
		i := strings.IndexByte(text[at:], '{')
		if i < 0 {
			out.WriteString(text[at:])
			break
		}
		out.WriteString(text[at : at+i])
		at += i
		end := tagEnd(text, at, missing)
		if end == at {
			out.WriteByte('{')
			at++
			continue
		}
		at = end
		shifts = append(shifts, shift{out.Len(), start + at - out.Len()})
	}
	return out.String(), shifts
}

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

// WithoutTags returns a value without the template tags in it.
func WithoutTags(value string) string {
	stripped, _ := stripTemplates(value, 0)
	return stripped
}
