package pattern

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxBraces limits what the braces of a pattern expand to.
const maxBraces = 1000

// compileGlob translates a glob to RE2. not is what the groups "!(...)" rule
// out, nil without them: RE2 cannot express the difference.
func compileGlob(glob string, c Case) (re, not *regexp.Regexp, err error) {
	alternatives, err := braces(glob)
	if err != nil {
		return nil, nil, fmt.Errorf("pattern %q: %w", clip(glob), err)
	}
	flags := "(?s)"
	if c == Fold {
		flags = "(?is)"
	}
	var yes, no []string
	for _, alternative := range alternatives {
		g := globber{}
		yes = append(yes, g.path(alternative))
		if g.negative {
			g := globber{inverse: true}
			no = append(no, g.path(alternative))
		}
	}
	if re, err = regexp.Compile(flags + "^(?:" + strings.Join(yes, "|") + ")$"); err != nil {
		return nil, nil, fmt.Errorf("pattern %q is not understood", clip(glob))
	}
	if no != nil {
		if not, err = regexp.Compile(flags + "^(?:" + strings.Join(no, "|") + ")$"); err != nil {
			return nil, nil, fmt.Errorf("pattern %q is not understood", clip(glob))
		}
	}
	return re, not, nil
}

// collapse makes several slashes one, as minimatch does on both sides.
func collapse(s string) string {
	for strings.Contains(s, "//") {
		s = strings.ReplaceAll(s, "//", "/")
	}
	return s
}

type globber struct {
	negative bool // saw "!(...)"
	inverse  bool // translate "!(...)" as "@(...)"
}

// path translates a glob without braces.
func (g *globber) path(glob string) string {
	segments := strings.Split(collapse(glob), "/")
	var b strings.Builder
	for i := 0; i < len(segments); i++ {
		last := i == len(segments)-1
		if segments[i] != "**" {
			b.WriteString(g.segment(segments[i]))
			if !last {
				b.WriteByte('/')
			}
			continue
		}
		for i+1 < len(segments) && segments[i+1] == "**" {
			i++
		}
		if i == len(segments)-1 {
			b.WriteString(".*")
		} else {
			b.WriteString("(?:[^/]+/)*")
		}
	}
	return b.String()
}

// segment translates what stands between two slashes.
func (g *globber) segment(s string) string {
	var b strings.Builder
	if strings.Trim(s, "*") == "" && s != "" {
		return "[^/]+"
	}
	for i := 0; i < len(s); {
		c := s[i]
		if i+1 < len(s) && s[i+1] == '(' && strings.IndexByte("?*+@!", c) >= 0 {
			if end := closing(s, i+1); end > 0 {
				b.WriteString(g.group(c, s[i+2:end]))
				i = end + 1
				continue
			}
		}
		switch c {
		case '*':
			for i++; i < len(s) && s[i] == '*' && (i+1 >= len(s) || s[i+1] != '('); i++ {
			}
			b.WriteString("[^/]*")
			continue
		case '?':
			b.WriteString("[^/]")
		case '[':
			if class, size := class(s[i:]); size > 0 {
				b.WriteString(class)
				i += size
				continue
			}
			b.WriteString(`\[`)
		case '\\':
			if i+1 < len(s) {
				i++
			}
			_, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString(regexp.QuoteMeta(s[i : i+size]))
			i += size
			continue
		default:
			_, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString(regexp.QuoteMeta(s[i : i+size]))
			i += size
			continue
		}
		i++
	}
	return b.String()
}

// group translates an extended glob such as "+(a|b)".
func (g *globber) group(kind byte, inside string) string {
	var parts []string
	for _, part := range split(inside, '|') {
		parts = append(parts, g.segment(part))
	}
	body := "(?:" + strings.Join(parts, "|") + ")"
	switch kind {
	case '?', '*', '+':
		return body + string(kind)
	case '!':
		g.negative = true
		if !g.inverse {
			return "[^/]*"
		}
	}
	return body
}

// closing returns the index of the parenthesis that closes the one at open; 0
// if there is none.
func closing(s string, open int) int {
	depth := 0
	for i := open; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return 0
}

// split splits s at a separator outside parentheses and braces.
func split(s string, sep byte) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case sep:
			if depth == 0 {
				parts = append(parts, s[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, s[start:])
}

// class translates a bracket expression at the start of s. size is 0 if it is
// none.
func class(s string) (expr string, size int) {
	i := 1
	var b strings.Builder
	b.WriteByte('[')
	if i < len(s) && (s[i] == '!' || s[i] == '^') {
		b.WriteString("^/")
		i++
	}
	for first := i; i < len(s); i++ {
		switch c := s[i]; {
		case c == ']' && i > first:
			b.WriteByte(']')
			if _, err := regexp.Compile(b.String()); err != nil {
				return "", 0
			}
			return b.String(), i + 1
		case c == '[' && strings.HasPrefix(s[i:], "[:"):
			end := strings.Index(s[i:], ":]")
			if end < 0 {
				return "", 0
			}
			b.WriteString(s[i : i+end+2])
			i += end + 1
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteString(`\` + string(s[i]))
		case c == '[' || c == ']' || c == '^' || c == '&' || c == '~':
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte(c)
		}
	}
	return "", 0
}

// braces expands "{a,b}" and "{1..3}".
func braces(glob string) ([]string, error) {
	open, end := findBraces(glob)
	if open < 0 {
		return []string{glob}, nil
	}
	before, after := glob[:open], glob[end+1:]
	parts := split(glob[open+1:end], ',')
	if len(parts) == 1 {
		if parts = sequence(parts[0]); parts == nil { // "{a}" stands for itself
			rest, err := braces(after)
			if err != nil {
				return nil, err
			}
			for i := range rest {
				rest[i] = before + `\` + glob[open:end] + `\}` + rest[i]
			}
			return rest, nil
		}
	}
	rest, err := braces(after)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, part := range parts {
		middles, err := braces(part)
		if err != nil {
			return nil, err
		}
		for _, middle := range middles {
			for _, tail := range rest {
				if out = append(out, before+middle+tail); len(out) > maxBraces || len(out)*len(glob) > 1<<15 {
					return nil, errors.New("its braces stand for too many patterns")
				}
			}
		}
	}
	return out, nil
}

func findBraces(s string) (open, end int) {
	depth := 0
	open = -1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			if depth == 0 {
				open = i
			}
			depth++
		case '}':
			if depth == 0 {
				continue
			}
			if depth--; depth == 0 {
				return open, i
			}
		}
	}
	return -1, -1
}

// sequence expands "1..3"; nil if s is no sequence.
func sequence(s string) []string {
	from, to, ok := strings.Cut(s, "..")
	a, err1 := strconv.Atoi(from)
	b, err2 := strconv.Atoi(to)
	if !ok || err1 != nil || err2 != nil || len(s) > 20 || b-a > maxBraces || a-b > maxBraces {
		return nil
	}
	step := 1
	if b < a {
		step = -1
	}
	var out []string
	for n := a; ; n += step {
		out = append(out, strconv.Itoa(n))
		if n == b {
			return out
		}
	}
}
