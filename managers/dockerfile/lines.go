package dockerfile

import (
	"iter"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// An origin is text and where each of its bytes stands in the file: an
// instruction's lines are joined, and variables are replaced by what stands elsewhere.
type origin struct {
	text string
	at   []int
}

func (o origin) slice(i, j int) origin { return origin{o.text[i:j], o.at[i:j]} }

// end returns the offset in the file of the byte after o.
func (o origin) end() int {
	if len(o.at) == 0 {
		return 0
	}
	return o.at[len(o.at)-1] + 1
}

// field returns o as one piece of the file; ok is false if it is not one.
func (o origin) field() (f managers.Field, ok bool) {
	for i, at := range o.at {
		if at != o.at[0]+i {
			return f, false
		}
	}
	if o.text == "" {
		return f, false
	}
	return managers.Field{Text: o.text, Start: o.at[0]}, true
}

func (o origin) cutPrefix(prefix string) (origin, bool) {
	if !strings.HasPrefix(o.text, prefix) {
		return o, false
	}
	return o.slice(len(prefix), len(o.text)), true
}

// unquote returns o without the quotes around it.
func (o origin) unquote() origin {
	if n := len(o.text); n >= 2 && (o.text[0] == '"' || o.text[0] == '\'') && o.text[n-1] == o.text[0] {
		return o.slice(1, n-1)
	}
	return o
}

// words splits o at blanks outside of quotes.
func (o origin) words() []origin {
	var words []origin
	start, quote := -1, byte(0)
	for i := range len(o.text) {
		switch c := o.text[i]; {
		case quote == 0 && (c == ' ' || c == '\t'):
			if start >= 0 {
				words = append(words, o.slice(start, i))
			}
			start = -1
			continue
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		}
		if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		words = append(words, o.slice(start, len(o.text)))
	}
	return words
}

// flags splits the words of an instruction into the flags at its start and the rest.
func (o origin) flags() (flags, rest []origin) {
	words := o.words()
	for i, w := range words {
		if !strings.HasPrefix(w.text, "--") {
			return words[:i], words[i:]
		}
	}
	return words, nil
}

// An instruction is a line of a Dockerfile, joined with those that continue it.
type instruction struct {
	keyword string // in capitals
	rest    origin
	line    int // of its keyword, from 1
}

func newInstruction(o origin) instruction {
	i := strings.IndexAny(o.text, " \t")
	if i < 0 {
		i = len(o.text)
	}
	rest := o.slice(i, len(o.text))
	blank := len(rest.text) - len(strings.TrimLeft(rest.text, " \t"))
	return instruction{keyword: strings.ToUpper(o.text[:i]), rest: rest.slice(blank, len(rest.text))}
}

// instructions yields the instructions in text from byte start on.
func instructions(text string, start int, escape byte) iter.Seq[instruction] {
	return func(yield func(instruction) bool) {
		r := reader{text, start, 1 + strings.Count(text[:start], "\n"), map[string]bool{}}
		for r.at < len(text) {
			line := r.line
			if joined := r.logical(escape); joined.text != "" {
				in := newInstruction(joined)
				in.line = line
				r.skipHeredocs(in)
				if !yield(in) {
					return
				}
			}
		}
	}
}

// A reader goes through the lines of a text.
type reader struct {
	text    string
	at      int
	line    int
	missing map[string]bool // ends of heredocs that do not come any more
}

// next returns the next line without its end and the blanks before that, and where it begins.
func (r *reader) next() (line string, start int) {
	start = r.at
	line = r.text[start:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
		r.at++
	}
	r.at += len(line)
	r.line++
	return strings.TrimRight(line, " \t\r"), start
}

// logical returns the next line joined with the lines that continue it; it is empty for a blank
// line or a comment. Such lines within a continuation are left out, as docker does.
func (r *reader) logical(escape byte) origin {
	var text strings.Builder
	var at []int
	for first := true; r.at < len(r.text); {
		line, start := r.next()
		blank := len(line) - len(strings.TrimLeft(line, " \t"))
		if line == "" || line[blank] == '#' {
			if first {
				return origin{}
			}
			continue
		}
		if first {
			line, start = line[blank:], start+blank
		}
		first = false
		body, continued := strings.CutSuffix(line, string(escape))
		text.WriteString(body)
		for i := range len(body) {
			at = append(at, start+i)
		}
		if !continued {
			break
		}
		text.WriteByte(' ') // lest two words become one that stands nowhere
		at = append(at, -2)
	}
	return origin{text.String(), at}
}

var heredoc = regexp.MustCompile(`<<(-?)(?:"(\w+)"|'(\w+)'|(\w+))`)

// skipHeredocs moves past the documents that in begins, such as "RUN <<EOF".
func (r *reader) skipHeredocs(in instruction) {
	switch in.keyword {
	case "RUN", "COPY", "ADD":
	default:
		return
	}
	for _, m := range heredoc.FindAllStringSubmatch(in.rest.text, -1) {
		back, end := *r, m[2]+m[3]+m[4]
		for {
			if r.at >= len(r.text) || r.missing[m[1]+end] {
				*r = back // not a heredoc, such as an arithmetic shift
				r.missing[m[1]+end] = true
				break
			}
			line, _ := r.next()
			if m[1] == "-" {
				line = strings.TrimLeft(line, "\t")
			}
			if line == end {
				break
			}
		}
	}
}
