package hclspan

import (
	"regexp"
	"strings"
)

const (
	maxDepth = 100 // of brackets and templates in a block
	maxRun   = 100 // of operators before one operand
	maxTerns = 500 // conditional expressions in a block
	maxBlock = 1 << 20
)

// A piece is the text of one top block.
type piece struct {
	kind       string
	labels     []string
	start, end int
	open       bool   // its end is missing
	refused    string // why it is not parsed; "" if it may be
}

// header is how a top block begins in a file that is formatted as usual. It is looked for only
// where a block has no end.
var header = regexp.MustCompile(`\n[a-zA-Z_][\w-]*([ \t]+"[^"\n]*")*[ \t]*\{`)

// maxResyncs is how many blocks without an end are answered so: each costs a look at the rest of the file.
const maxResyncs = 20

// cut finds the top blocks of text. Of what is no block it drops the line.
func cut(text string) []piece {
	var pieces []piece
	resyncs := 0
	s := scanner{text: text}
	for s.space(); s.at < len(text); s.space() {
		p := piece{start: s.at}
		if p.kind = s.ident(); p.kind == "" {
			s.rest()
			continue
		}
		for s.blank(); ; s.blank() {
			label := s.ident()
			if s.peek() == '"' {
				label = s.label()
			}
			if label == "" {
				break
			}
			p.labels = append(p.labels, label)
		}
		if s.peek() != '{' {
			s.rest()
			continue
		}
		s.deepest, s.longest, s.terns = 0, 0, 0
		s.rest()
		if p.open = s.depth > 0; p.open && resyncs < maxResyncs {
			resyncs++
			if at := header.FindStringIndex(text[p.start:]); at != nil {
				s.at = p.start + at[0] + 1
			}
		}
		p.end = s.at
		switch {
		case p.end-p.start > maxBlock:
			p.refused = "block is too large to be read"
		case s.deepest > maxDepth || s.longest > maxRun || s.terns > maxTerns:
			p.refused = "block is nested too deep to be read"
		}
		pieces = append(pieces, p)
	}
	return pieces
}

// A scanner knows just enough of HCL to tell where brackets, strings, comments and
// heredocs begin and end.
type scanner struct {
	text string
	at   int

	depth, deepest int // of brackets and of templates in strings
	run, longest   int // of operators
	terns          int
}

func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.at:], prefix) }

// blank skips blanks.
func (s *scanner) blank() {
	for c := s.peek(); c == ' ' || c == '\t'; c = s.peek() {
		s.at++
	}
}

// space skips blanks, line ends and comments.
func (s *scanner) space() {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			s.at++
		case !s.comment():
			return
		}
	}
}

// comment skips a comment, without the end of its line.
func (s *scanner) comment() bool {
	switch {
	case s.has("#"), s.has("//"):
		s.line()
	case s.has("/*"):
		s.to("*/")
	default:
		return false
	}
	return true
}

// line skips to the end of the line.
func (s *scanner) line() {
	if i := strings.IndexByte(s.text[s.at:], '\n'); i >= 0 {
		s.at += i
	} else {
		s.at = len(s.text)
	}
}

// to skips to behind the next mark, or to the end if there is none.
func (s *scanner) to(mark string) {
	if i := strings.Index(s.text[s.at+len(mark):], mark); i >= 0 {
		s.at += i + 2*len(mark)
	} else {
		s.at = len(s.text)
	}
}

func (s *scanner) ident() string {
	start := s.at
	for s.at < len(s.text) {
		c := s.text[s.at]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
		if !letter && (s.at == start || c != '-' && (c < '0' || c > '9')) {
			break
		}
		s.at++
	}
	return s.text[start:s.at]
}

// label skips a string and returns what is in its quotes.
func (s *scanner) label() string {
	start := s.at + 1
	s.str()
	return strings.TrimSuffix(s.text[min(start, s.at):s.at], `"`)
}

// rest skips to behind the end of the line, or of the last line of what is open in it, or
// to behind the bracket that closes the first one.
func (s *scanner) rest() {
	s.depth = 0
	for s.at < len(s.text) {
		c, before := s.text[s.at], s.depth
		s.step()
		if s.depth == 0 && (c == '\n' || before == 1) {
			return
		}
	}
}

// step skips a string, a comment, a heredoc, or else one byte.
func (s *scanner) step() {
	switch c := s.text[s.at]; c {
	case ' ', '\t', '\r', '\n':
	case '#', '/':
		if s.comment() {
			return
		}
	case '!', '-':
		s.run++
		s.longest = max(s.longest, s.run)
	default:
		s.run = 0
		switch c {
		case '{', '[', '(':
			s.depth++
			s.deepest = max(s.deepest, s.depth)
		case '}', ']', ')':
			s.depth = max(s.depth-1, 0)
		case '?':
			s.terns++
		case '"':
			s.str()
			return
		case '<':
			if s.heredoc() {
				return
			}
		}
	}
	s.at++
}

// str skips a string. One that does not end on its line ends with it, so that a forgotten
// quote is not answered by the next one, wherever that is.
func (s *scanner) str() {
	for s.at++; s.at < len(s.text); {
		switch c := s.text[s.at]; {
		case c == '\n':
			return
		case c == '"':
			s.at++
			return
		case c == '\\':
			s.at = min(s.at+2, len(s.text))
		case !s.template():
			s.at++
		}
	}
}

// template skips what is evaluated within a string or heredoc.
func (s *scanner) template() bool {
	if s.has("$${") || s.has("%%{") {
		s.at += len("$${")
		return true
	}
	if !s.has("${") && !s.has("%{") {
		return false
	}
	s.at++
	outer := s.depth
	if outer > maxDepth {
		return true // it is refused anyway: go no deeper
	}
	for s.step(); s.at < len(s.text) && s.depth > outer; {
		s.step()
	}
	s.depth = outer
	return true
}

// heredoc skips a heredoc, to the end of its last line.
func (s *scanner) heredoc() bool {
	h := scanner{text: s.text, at: s.at + len("<<"), depth: s.depth}
	if !s.has("<<") {
		return false
	}
	if h.peek() == '-' {
		h.at++
	}
	mark := h.ident()
	if h.peek() == '\r' {
		h.at++
	}
	if mark == "" || h.peek() != '\n' {
		return false
	}
	body, last := h.at, h.at
	for h.at < len(s.text) {
		h.at++
		last = h.at
		if h.line(); strings.TrimSpace(s.text[last:h.at]) == mark {
			break
		}
	}
	in := scanner{text: s.text[:last], at: body, depth: s.depth}
	for in.at < last {
		if !in.template() {
			in.at++
		}
	}
	s.at = h.at
	s.deepest, s.longest, s.terns = max(s.deepest, in.deepest), max(s.longest, in.longest), s.terns+in.terns
	return true
}
