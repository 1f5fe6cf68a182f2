package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parseText reads a schedule in words, as the later library that the peer uses
// understands them: "before 5am on monday", "every weekend",
// "after 10pm and before 5am every weekday", "on the 1st and 15th day of the month",
// "every 3 months on the first day of the month".
func parseText(text string) (window, error) {
	p := &reader{text: text, words: split(text), w: anytime(), hour: -1}
	if s := strings.Join(p.words, " "); s == "" || s == "at any time" {
		return p.w, nil
	}
	for p.err == nil && len(p.words) > 0 {
		p.clause()
	}
	switch {
	case p.err != nil:
		return p.w, p.err
	case p.w.always() && !p.every:
		return p.w, fmt.Errorf("schedule %q names no day and no time with \"before\" or \"after\"", clip(text))
	case p.hour >= 0:
		p.w.after, p.w.before = p.hour, p.hour+60
	}
	return p.w, nil
}

// split returns the words of a text in lower case, times as one word.
func split(text string) []string {
	words := strings.Fields(strings.ToLower(strings.NewReplacer(",", " and ", ";", " and ").Replace(text)))
	var out []string
	for _, word := range words {
		if n := len(out); n > 0 && (word == "am" || word == "pm") && strings.Trim(out[n-1], "0123456789:") == "" {
			out[n-1] += word
			continue
		}
		out = append(out, word)
	}
	return out
}

type reader struct {
	text  string
	words []string // what is left
	w     window
	every bool // says "every day" or the like, which bounds nothing
	hour  int  // minute of the day at which "at" lets an hour begin; -1 for none
	err   error
}

func (p *reader) next() string {
	if len(p.words) == 0 {
		return ""
	}
	word := p.words[0]
	p.words = p.words[1:]
	return word
}

func (p *reader) peek() string {
	if len(p.words) == 0 {
		return ""
	}
	return p.words[0]
}

// skip drops words that carry no meaning where they stand.
func (p *reader) skip(words ...string) {
	for slices.Contains(words, p.peek()) {
		p.next()
	}
}

func (p *reader) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("schedule %q: %s", clip(p.text), fmt.Sprintf(format, args...))
	}
}

func (p *reader) clause() {
	switch word := p.next(); word {
	case "and":
	case "after":
		p.w.after = p.clock(word)
	case "before":
		p.w.before = p.clock(word)
	case "at":
		p.hour = p.clock(word)
	case "every":
		p.everyClause()
	case "on", "of", "in", "during", "the":
		p.onClause()
	default:
		p.words = append([]string{word}, p.words...)
		p.onClause()
	}
}

// clock reads a time of day as minutes.
func (p *reader) clock(after string) int {
	p.skip("the")
	word := p.next()
	minutes, ok := clock(word)
	if !ok {
		p.fail("expected a time such as \"5am\" after %q, found %q", after, word)
	}
	return minutes
}

func clock(word string) (int, bool) {
	switch word {
	case "noon":
		return 12 * 60, true
	case "midnight":
		return 0, true
	}
	digits := strings.TrimRight(word, "apm")
	suffix := word[len(digits):]
	hour, minute, colon := strings.Cut(digits, ":")
	h, err := strconv.Atoi(hour)
	if err != nil || !colon && suffix == "" {
		return 0, false
	}
	m := 0
	if colon {
		if m, err = strconv.Atoi(minute); err != nil || len(minute) != 2 {
			return 0, false
		}
	}
	switch {
	case suffix == "am" && 1 <= h && h <= 12:
		h %= 12
	case suffix == "pm" && 1 <= h && h <= 12:
		h = h%12 + 12
	case suffix != "":
		return 0, false
	}
	return h*60 + m, 0 <= h && h < 24 && 0 <= m && m < 60
}

// everyClause reads what follows "every".
func (p *reader) everyClause() {
	p.skip("the")
	n, numbered := rank(p.peek())
	if numbered {
		p.next()
	}
	unit := strings.TrimSuffix(p.peek(), "s")
	step := func(into *set, low, top int) {
		p.next()
		p.every = true
		if !numbered || n <= 1 {
			return
		}
		for i := low; i <= top; i += n {
			into.add(i)
		}
	}
	switch unit {
	case "hour":
		step(&p.w.hours, 0, 23)
	case "day":
		step(&p.w.days, 1, 31)
	case "week":
		step(&p.w.year, 1, 53)
	case "month":
		step(&p.w.months, 1, 12)
	case "minute", "min", "second", "sec":
		p.fail("it must not name %ss: a schedule is a window of at least an hour", unit)
	default:
		if numbered {
			p.fail("expected hours, days, weeks or months after \"every %d\", found %q", n, p.peek())
			return
		}
		p.onClause()
	}
}

// onClause reads weekdays, months, or days and weeks of the month.
func (p *reader) onClause() {
	p.skip("the", "on", "of", "in")
	word := p.peek()
	if _, ok := rank(word); ok || word == "last" {
		p.ranks()
		return
	}
	if word == "weekend" || word == "weekends" || word == "weekday" || word == "weekdays" {
		p.next()
		from, to := 1, 5
		if strings.HasPrefix(word, "weekend") {
			p.w.weekdays.add(0)
			from, to = 6, 6
		}
		for d := from; d <= to; d++ {
			p.w.weekdays.add(d)
		}
		return
	}
	if _, ok := named(word, dayNames); ok {
		p.names(dayNames, 0, &p.w.weekdays)
		return
	}
	if _, ok := named(word, monthNames); ok {
		p.names(monthNames, 1, &p.w.months)
		return
	}
	if word == "month" || word == "year" || word == "week" || word == "day" { // as in "of the month"
		p.next()
		return
	}
	p.fail("%q is not understood; a schedule in cron is always clear, such as \"* 0-5 * * 1\"", word)
}

// names reads a list such as "monday and friday" or "monday through friday".
func (p *reader) names(names []string, low int, into *set) {
	for {
		word := p.next()
		first, through, dashed := strings.Cut(word, "-")
		from, _ := named(first, names)
		to, ok := from, true
		switch {
		case dashed:
			to, ok = named(through, names)
		case p.peek() == "through" || p.peek() == "to" || p.peek() == "-":
			p.next()
			to, ok = named(p.next(), names)
		}
		if !ok {
			p.fail("expected a name after %q", first)
			return
		}
		for i := from; ; i = (i + 1) % len(names) {
			into.add(i + low)
			if i == to {
				break
			}
		}
		if !p.list(func(word string) bool {
			word, _, _ = strings.Cut(word, "-")
			_, ok := named(word, names)
			return ok
		}) {
			return
		}
	}
}

// list skips "and" before a further item of a list, and reports whether there
// is one.
func (p *reader) list(item func(string) bool) bool {
	rest := p.words
	for len(rest) > 0 && slices.Contains([]string{"and", "on", "or", "the"}, rest[0]) {
		rest = rest[1:]
	}
	if len(rest) == 0 || !item(rest[0]) {
		return false
	}
	p.words = rest
	return true
}

// ranks reads "first and 15th day of the month".
func (p *reader) ranks() {
	var numbers set
	last := false
	for {
		word := p.next()
		from, _ := rank(word)
		to, ok := from, true
		if p.peek() == "through" || p.peek() == "to" {
			p.next()
			to, ok = rank(p.next())
		}
		if !ok || from > 60 || to > 60 || to < from {
			p.fail("%q is no day of the month", word)
			return
		}
		if last = last || word == "last"; word != "last" {
			for i := from; i <= to; i++ {
				numbers.add(i)
			}
		}
		if !p.list(func(word string) bool { _, ok := rank(word); return ok || word == "last" }) {
			break
		}
	}
	unit := p.next()
	p.skip("of", "the")
	of := p.peek()
	if of == "month" || of == "year" || of == "week" {
		p.next()
	} else {
		of = "month"
	}
	p.place(strings.TrimSuffix(unit, "s"), of, numbers, last)
}

// place notes numbers for what they count.
func (p *reader) place(unit, of string, numbers set, last bool) {
	limit := func(top int) bool { return numbers&1 == 0 && numbers>>(top+1) == 0 }
	switch {
	case unit == "day" && of == "month" && limit(31):
		p.w.days, p.w.last = p.w.days|numbers, p.w.last || last
	case last:
		p.fail("\"last\" is understood only of the days of the month")
	case unit == "day" && of == "week" && limit(7):
		p.w.weekdays |= numbers >> 1 // the first day of the week is Sunday
	case unit == "week" && of == "month" && limit(6):
		p.w.weeks |= numbers
	case unit == "week" && of == "year" && limit(53):
		p.w.year |= numbers
	case unit == "month" && limit(12):
		p.w.months |= numbers
	case unit == "hour" && limit(23):
		p.w.hours |= numbers
	default:
		hint := ""
		if i, ok := named(unit, dayNames); ok {
			hint = fmt.Sprintf("; in cron, the first one of a month is \"* * 1-7 * %d\"", i)
		}
		p.fail("a number before %q is not understood%s", unit, hint)
	}
}

var ordinals = []string{"zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}

// rank reads "3", "3rd" or "third".
func rank(word string) (int, bool) {
	if i := slices.Index(ordinals, word); i > 0 {
		return i, true
	}
	digits := strings.TrimRight(word, "stndrh")
	n, err := strconv.Atoi(digits)
	if suffix := word[len(digits):]; err != nil || n < 1 || !slices.Contains([]string{"", "st", "nd", "rd", "th"}, suffix) {
		return 0, false
	}
	return n, true
}

// named returns the index of a name, which may be cut to its first three
// letters or more, or stand in the plural.
func named(word string, names []string) (int, bool) {
	if len(word) < 3 {
		return 0, false
	}
	i := slices.Index(names, word[:3])
	if i < 0 {
		return 0, false
	}
	full := longMonths
	if len(names) == 7 {
		full = longDays
	}
	word = strings.TrimSuffix(word, ".")
	return i, strings.HasPrefix(full[i], word) || word == full[i]+"s" || word == names[i]+"s" || len(names) == 7 && (word == "tues" || word == "thurs")
}

var (
	longMonths = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	longDays   = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
)
