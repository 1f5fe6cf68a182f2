package nix

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A place is where flake.nix names the branch or tag and the commit of an input; zero where it
// does not. line is where it names the input, 0 if it is not found.
type place struct {
	ref, rev managers.Field
	line     int
}

// address finds what an input is set to: NAME.url = "...", or NAME = { url = "..."; }. Nix is read no
// further: an expression for an address is not found.
const address = `(?:^|[\s{;.])"?NAME"?\s*(?:\.\s*url\s*=|=\s*\{[^{}]*?\burl\s*=)\s*"([^"\\$]*)"`

var commit = regexp.MustCompile(`^[0-9a-f]{40}(?:[0-9a-f]{24})?$`)

// find returns where text, the flake, names what the input name is.
func find(text, name string) (p place) {
	m := regexp.MustCompile(strings.Replace(address, "NAME", regexp.QuoteMeta(name), 1)).FindStringSubmatchIndex(text)
	if m == nil {
		return p
	}
	p.line = 1 + strings.Count(text[:m[2]], "\n")
	set := func(start, end int) {
		f := managers.Field{Text: text[start:end], Start: start}
		switch {
		case f.Text == "":
		case commit.MatchString(f.Text):
			p.rev = f
		default:
			p.ref = f
		}
	}
	url, query, hasQuery := strings.Cut(text[m[2]:m[3]], "?")
	end := m[2] + len(url)
	if scheme, rest, ok := strings.Cut(url, ":"); ok && !strings.HasPrefix(rest, "//") && scheme != "path" {
		if parts := strings.SplitN(rest, "/", 3); len(parts) == 3 {
			set(end-len(parts[2]), end)
		}
	}
	if hasQuery {
		at := end + 1
		for option := range strings.SplitSeq(query, "&") {
			if value, ok := strings.CutPrefix(option, "ref="); ok {
				set(at+len("ref="), at+len("ref=")+len(value))
			} else if value, ok := strings.CutPrefix(option, "rev="); ok {
				set(at+len("rev="), at+len("rev=")+len(value))
			}
			at += len(option) + 1
		}
	}
	return p
}
