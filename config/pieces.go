package config

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// A piece is an item of a list or a member of an object in its text.
type piece struct {
	off               int // where it begins; -1 for one that is new
	lead, body, trail string
	after             string // behind the comma, on the same line
}

// pieces takes a container apart. All text between its brackets is in one of
// the pieces, a comma, or the rest.
func (w *rewriter) pieces(n *json5.Node) (ps []piece, rest string, comma bool) {
	at := n.Start + 1
	spans := make([][2]int, 0, len(n.Items)+len(n.Members))
	for i := range n.Items {
		spans = append(spans, [2]int{n.Items[i].Start, n.Items[i].End})
	}
	for i := range n.Members {
		spans = append(spans, [2]int{n.Members[i].Start, n.Members[i].Value.End})
	}
	for _, s := range spans {
		p := piece{off: s[0], lead: w.text[at:s[0]], body: w.text[s[0]:s[1]]}
		at = skipBlank(w.text, s[1], n.End)
		if comma = w.text[at] == ','; comma {
			p.trail = w.text[s[1]:at]
			end := sameLine(w.text, at+1)
			p.after = w.text[at+1 : end]
			at = end
		} else {
			at = sameLine(w.text, s[1])
			p.after = w.text[s[1]:at]
		}
		ps = append(ps, p)
	}
	return ps, w.text[at : n.End-1], comma
}

// skipBlank returns the offset of what follows white space and comments.
func skipBlank(text string, at, end int) int {
	for at < end {
		switch {
		case strings.HasPrefix(text[at:], "//"):
			n := strings.IndexByte(text[at:end], '\n')
			if n < 0 {
				return end - 1
			}
			at += n
		case strings.HasPrefix(text[at:], "/*"):
			n := strings.Index(text[at+2:end], "*/")
			if n < 0 {
				return end - 1
			}
			at += n + 4
		case strings.ContainsRune(" \t\r\n\v\f", rune(text[at])):
			at++
		case strings.HasPrefix(text[at:], "\u00a0"), strings.HasPrefix(text[at:], "\ufeff"):
			_, size := firstRune(text[at:])
			at += size
		default:
			return at
		}
	}
	return end - 1
}

func firstRune(s string) (rune, int) {
	for i, r := range s {
		if i > 0 {
			return r, i
		}
	}
	return 0, len(s)
}

var lineComment = regexp.MustCompile(`^[ \t]*(//[^\n]*|/\*[^\n]*?\*/[ \t]*(?:\r?\n|$))`)

// sameLine returns the end of a comment that ends the line at an offset; the
// offset itself if there is none.
func sameLine(text string, at int) int {
	m := lineComment.FindString(text[at:])
	return at + len(strings.TrimRight(m, "\r\n"))
}

// assemble puts a container together again. gone are pieces whose comments stay.
func assemble(open, end string, ps []piece, rest string, comma bool) string {
	var b strings.Builder
	b.WriteString(open)
	carry := ""
	last := -1
	for i, p := range ps {
		if p.body != "" {
			last = i
		}
	}
	for i, p := range ps {
		if p.body == "" { // removed
			for _, text := range []string{p.lead, p.after} {
				if strings.Contains(text, "//") || strings.Contains(text, "/*") {
					carry += strings.TrimRight(text, " \t\r\n")
				}
			}
			continue
		}
		b.WriteString(carry + p.lead + p.body + p.trail)
		carry = ""
		if i < last || comma {
			b.WriteByte(',')
		}
		b.WriteString(p.after)
	}
	b.WriteString(carry + rest + end)
	return b.String()
}
