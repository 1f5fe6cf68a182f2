package ranges

import (
	"strconv"
	"strings"
)

// A Token is a version as it is written, in pieces: its text is the
// concatenation of Prefix, Epoch, Nums with dots between them, Wild, Suffix and Build.
type Token struct {
	Start, End int      // in the text of the range
	Prefix     string   // "v", "V" or ""
	Epoch      string   // "1!" or ""
	Nums       []string // the leading numbers
	Wild       string   // ".x", "*", ".*.*" and the like
	Suffix     string   // such as "-rc.1" or ".post2"
	Build      string   // "+" and what follows
}

// Token reads text as a version. ok is false if it does not begin with a number or a
// wildcard.
func (s *Syntax) Token(text string) (t Token, ok bool) {
	rest := text
	if len(rest) > 1 && (rest[0] == 'v' || rest[0] == 'V') && (isDigit(rest[1]) || strings.IndexByte(s.Wild, rest[1]) >= 0) {
		t.Prefix, rest = rest[:1], rest[1:]
	}
	if n := digits(rest); n > 0 && strings.HasPrefix(rest[n:], "!") {
		t.Epoch, rest = rest[:n+1], rest[n+1:]
	}
	for {
		body := rest
		if len(t.Nums) > 0 {
			body, ok = strings.CutPrefix(rest, ".")
			if !ok {
				break
			}
		}
		n := digits(body)
		if n == 0 {
			break
		}
		t.Nums, rest = append(t.Nums, body[:n]), body[n:]
	}
	t.Wild, rest = s.cutWild(rest, len(t.Nums) == 0)
	t.Suffix = rest
	if i := strings.IndexByte(rest, '+'); i >= 0 {
		t.Suffix, t.Build = rest[:i], rest[i:]
	}
	return t, len(t.Nums) > 0 || t.Wild != ""
}

// cutWild cuts wildcards, and numbers after them, off the beginning of text.
func (s *Syntax) cutWild(text string, first bool) (wild, rest string) {
	end := 0
	for {
		i := end
		if !first {
			if i >= len(text) || text[i] != '.' {
				break
			}
			i++
		}
		switch {
		case i < len(text) && strings.IndexByte(s.Wild, text[i]) >= 0:
			i++
		case end > 0 && i < len(text) && isDigit(text[i]):
			i += digits(text[i:])
		default:
			return text[:end], text[end:]
		}
		end, first = i, false
	}
	return text[:end], text[end:]
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// digits returns how many digits text begins with.
func digits(text string) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

// Spell returns t with other numbers, without suffix and build.
func (t Token) Spell(epoch string, nums []string) string {
	return t.Prefix + epoch + strings.Join(nums, ".") + t.Wild
}

// Bare returns the version without its prefix.
func (t Token) Bare() string {
	return t.Epoch + strings.Join(t.Nums, ".") + t.Wild + t.Suffix + t.Build
}

// first returns the first n numbers, with zeros where there are none.
func (t Token) first(n int) []string {
	nums := make([]string, n)
	for i := range nums {
		nums[i] = "0"
		if i < len(t.Nums) {
			nums[i] = t.Nums[i]
		}
	}
	return nums
}

// floor returns the first n numbers, those from the k-th on replaced by zeros.
func (t Token) floor(n, k int) []string {
	nums := t.first(n)
	for i := max(k, 0); i < n; i++ {
		nums[i] = "0"
	}
	return nums
}

// above returns n numbers that come after every version whose first k numbers are t's.
// ok is false if a number is too big to count on.
func (t Token) above(n, k int) (nums []string, ok bool) {
	nums = t.floor(n, k)
	i, err := strconv.ParseUint(nums[k-1], 10, 62)
	if err != nil {
		return nil, false
	}
	nums[k-1] = strconv.FormatUint(i+1, 10)
	return nums, true
}

// significant returns how many numbers there are up to the last that is not zero, at least 1.
func (t Token) significant() int {
	for n := len(t.Nums); n > 1; n-- {
		if strings.Trim(t.Nums[n-1], "0") != "" {
			return n
		}
	}
	return 1
}

// kept returns how many leading numbers of a version stay the same under
// role, if the term is written with n numbers.
func (t Token) kept(role Role, n int) int {
	switch role {
	case Caret:
		for i, num := range t.first(n) {
			if strings.Trim(num, "0") != "" {
				return i + 1
			}
		}
		return n
	case Tilde:
		return min(n, 2)
	case Compatible:
		return max(n-1, 1)
	default:
		return n
	}
}

// Next returns the lowest numbers after all that role admits above t. ok is false if
// t has no numbers, or too big ones.
func (t Token) Next(role Role) (v string, ok bool) {
	n := len(t.Nums)
	if n == 0 {
		return "", false
	}
	nums, ok := t.above(n, t.kept(role, n))
	return t.Epoch + strings.Join(nums, "."), ok
}
