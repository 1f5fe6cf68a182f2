package pep440

import (
	"cmp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// A version is a parsed version. Numbers are decimal digits of any length.
type version struct {
	epoch   string
	release []string
	pre     phase
	preNum  string
	post    bool
	postNum string
	dev     bool
	devNum  string
	local   []string // nil if there is none
}

// A phase is where before its release a version stands.
type phase int

const (
	alpha phase = iota + 1
	beta
	candidate
	final
)

// maxLength is the longest version that is read.
const maxLength = 256

// parse reads text, in any of the spellings that PEP 440 normalises.
func parse(text string) (v version, ok bool) {
	if len(text) > maxLength {
		return v, false
	}
	s := scanner(strings.ToLower(text))
	s.take("v")
	first := s.number()
	if first != "" && s.take("!") {
		v.epoch, first = first, s.number()
	}
	if first == "" {
		return v, false
	}
	v.release = append(v.release, first)
	for {
		rest := s
		if !s.take(".") {
			break
		}
		num := s.number()
		if num == "" {
			s = rest
			break
		}
		v.release = append(v.release, num)
	}
	v.readPre(&s)
	v.readPost(&s)
	v.devNum, v.dev = s.label("dev")
	if s.take("+") {
		v.local, ok = s.local()
		return v, ok
	}
	return v, s == ""
}

func (v *version) readPre(s *scanner) {
	v.pre = final
	for _, spelling := range []struct {
		text  string
		phase phase
	}{
		{"alpha", alpha}, {"a", alpha}, {"beta", beta}, {"b", beta},
		{"preview", candidate}, {"pre", candidate}, {"c", candidate}, {"rc", candidate},
	} {
		if num, ok := s.label(spelling.text); ok {
			v.pre, v.preNum = spelling.phase, num
			return
		}
	}
}

func (v *version) readPost(s *scanner) {
	rest := *s
	if s.take("-") {
		if num := s.number(); num != "" {
			v.post, v.postNum = true, num
			return
		}
		*s = rest
	}
	for _, text := range []string{"post", "rev", "r"} {
		if num, ok := s.label(text); ok {
			v.post, v.postNum = true, num
			return
		}
	}
}

// A scanner is the rest of a version, in lower case.
type scanner string

func (s *scanner) take(prefix string) bool {
	rest, ok := strings.CutPrefix(string(*s), prefix)
	*s = scanner(rest)
	return ok
}

func (s *scanner) number() string {
	rest := strings.TrimLeft(string(*s), "0123456789")
	num := string(*s)[:len(*s)-len(rest)]
	*s = scanner(rest)
	return num
}

// label skips name and the number after it, if there is one, each with an optional separator before it.
func (s *scanner) label(name string) (num string, ok bool) {
	rest := *s
	rest.separator()
	if !rest.take(name) {
		return "", false
	}
	rest.separator()
	num = rest.number()
	*s = rest
	return num, true
}

func (s *scanner) separator() bool { return s.take("-") || s.take("_") || s.take(".") }

// local reads the rest as a local version.
func (s *scanner) local() (parts []string, ok bool) {
	parts = strings.FieldsFunc(string(*s), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	length := 0
	for _, part := range parts {
		length += len(part)
		if strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return nil, false
		}
	}
	return parts, len(parts) > 0 && len(*s) == length+len(parts)-1
}

// compare orders versions.
func compare(a, b version) int {
	return cmp.Or(comparePublic(a, b), compareLocal(a.local, b.local))
}

// comparePublic orders versions without regard to their local parts.
func comparePublic(a, b version) int {
	return cmp.Or(
		compareBase(a, b),
		cmp.Compare(a.rank(), b.rank()), natural.Numbers(a.preNum, b.preNum),
		compareFlag(a.post, b.post), natural.Numbers(a.postNum, b.postNum),
		compareFlag(b.dev, a.dev), natural.Numbers(a.devNum, b.devNum),
	)
}

// compareBase orders versions by epoch and release.
func compareBase(a, b version) int {
	return cmp.Or(natural.Numbers(a.epoch, b.epoch), natural.Lists(a.release, b.release))
}

// rank is the phase; a development release of nothing else comes before all.
func (v version) rank() phase {
	if v.dev && v.pre == final && !v.post {
		return 0
	}
	return v.pre
}

func (v version) prerelease() bool { return v.dev || v.pre != final }

func compareFlag(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// compareLocal orders local versions: none before any, texts before numbers, fewer before more.
func compareLocal(a, b []string) int {
	for i := range min(len(a), len(b)) {
		switch numA, numB := natural.IsNumber(a[i]), natural.IsNumber(b[i]); {
		case numA && numB:
			if c := natural.Numbers(a[i], b[i]); c != 0 {
				return c
			}
		case numA != numB:
			return compareFlag(numA, numB)
		default:
			if c := strings.Compare(a[i], b[i]); c != 0 {
				return c
			}
		}
	}
	return cmp.Compare(len(a), len(b))
}
