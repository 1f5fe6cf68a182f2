package maven

import (
	"cmp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// An item is a number or a word of a version.
type item struct {
	number bool
	text   string
}

// A list is items, and the list that stands behind a hyphen or where digits meet letters: what
// is in there weighs less.
type list struct {
	items []item
	next  *list
}

// parse splits a version as Maven's ComparableVersion does.
func parse(v string) *list {
	v = strings.ToLower(v)
	first := new(list)
	at := first
	open := func() {
		at.next = new(list)
		at = at.next
	}
	put := func(text string, digits, beforeDigit bool) {
		switch {
		case text == "":
			at.items = append(at.items, item{true, ""})
		case digits:
			at.items = append(at.items, item{true, strings.TrimLeft(text, "0")})
		default:
			at.items = append(at.items, item{false, qualifier(text, beforeDigit)})
		}
	}
	start, digits := 0, false
	for i := range len(v) {
		switch c := v[i]; {
		case c == '.' || c == '-':
			put(v[start:i], digits, false)
			start = i + 1
			if c == '-' {
				open()
			}
		case '0' <= c && c <= '9':
			if !digits && i > start {
				if len(at.items) > 0 {
					open() // "1.rc1" is "1-rc1"
				}
				put(v[start:i], false, true)
				start = i
				open()
			}
			digits = true
		default:
			if digits && i > start {
				put(v[start:i], true, false)
				start = i
				open()
			}
			digits = false
		}
	}
	if start < len(v) {
		if !digits && len(at.items) > 0 {
			open()
		}
		put(v[start:], digits, false)
	}
	return first.normalized()
}

// normalized drops what counts as nothing from the ends of lists.
func (l *list) normalized() *list {
	if l == nil {
		return nil
	}
	l.next = l.next.normalized()
	for n := len(l.items); n > 0 && l.items[n-1].null(); n-- {
		l.items = l.items[:n-1]
	}
	if len(l.items) == 0 && l.next == nil {
		return nil
	}
	return l
}

// ranks are the words that Maven knows, "" standing for a release. Others come after them, by alphabet.
var ranks = map[string]int{"alpha": 1, "beta": 2, "milestone": 3, "rc": 4, "snapshot": 5, "": 6, "sp": 7}

const (
	release = 6
	unknown = 8
)

func (i item) rank() int {
	if r := ranks[i.text]; r > 0 {
		return r
	}
	return unknown
}

// qualifier returns the one spelling of a word.
func qualifier(text string, beforeDigit bool) string {
	switch text {
	case "ga", "final", "release":
		return ""
	case "cr":
		return "rc"
	}
	if beforeDigit {
		switch text {
		case "a":
			return "alpha"
		case "b":
			return "beta"
		case "m":
			return "milestone"
		}
	}
	return text
}

// null reports whether i counts as nothing.
func (i item) null() bool { return i.compareNull() == 0 }

// compareNull compares i with nothing in its place.
func (i item) compareNull() int {
	if i.number {
		return min(len(i.text), 1)
	}
	return cmp.Compare(i.rank(), release)
}

func (i item) compare(j item) int {
	switch {
	case i.number && j.number:
		return natural.Numbers(i.text, j.text)
	case i.number:
		return 1
	case j.number:
		return -1
	}
	return cmp.Or(cmp.Compare(i.rank(), j.rank()), strings.Compare(i.text, j.text))
}

// compareNull compares l with nothing in its place.
func (l *list) compareNull() int {
	for ; l != nil; l = l.next {
		for _, i := range l.items {
			if c := i.compareNull(); c != 0 {
				return c
			}
		}
	}
	return 0
}

// compare compares item by item; a list comes after words and before numbers.
func (l *list) compare(m *list) int {
	for {
		if l == nil || m == nil {
			return cmp.Or(l.compareNull(), -m.compareNull())
		}
		for n := range max(len(l.items), len(m.items)) {
			var c int
			switch {
			case n < len(l.items) && n < len(m.items):
				c = l.items[n].compare(m.items[n])
			case n < len(l.items):
				c = l.items[n].compareRest(m.next, n > len(m.items))
			default:
				c = -m.items[n].compareRest(l.next, n > len(l.items))
			}
			if c != 0 {
				return c
			}
		}
		if len(l.items) != len(m.items) { // the shorter one's list was compared with an item of the longer
			if len(l.items) > len(m.items) {
				return l.next.compareNull()
			}
			return -m.next.compareNull()
		}
		l, m = l.next, m.next
	}
}

// compareRest compares i with the list that ends the other version's items, or with nothing where
// there is none or it has been compared.
func (i item) compareRest(l *list, done bool) int {
	switch {
	case l == nil || done:
		return i.compareNull()
	case i.number:
		return 1
	}
	return -1
}
