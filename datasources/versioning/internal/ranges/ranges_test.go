package ranges_test

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
)

var syntaxes = []*ranges.Syntax{
	{Kind: "a range", Ops: []ranges.Op{{Text: "~>", Role: ranges.Tilde}, {Text: "^", Role: ranges.Caret}, {Text: ">=", Role: ranges.Least}, {Text: "", Role: ranges.Exact}},
		Or: true, Comma: true, Space: true, Hyphen: true, Wild: "xX*"},
	{Kind: "a list", Ops: []ranges.Op{{Text: "==", Role: ranges.Exact}, {Text: "<", Role: ranges.Below}}, Comma: true, Wild: "*"},
}

func TestTooLong(t *testing.T) {
	_, err := syntaxes[0].Parse(strings.Repeat("1 ", ranges.MaxLength))
	want := `"1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "... is not a range: it is longer than 1024 bytes`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// FuzzParse checks that pieces are where they say, and that a version is the sum of its pieces.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"", "^1.2.3 || ~> 1.x", "1 - 2", "==1!2.*, <3+local", ">=v1.2.3-rc.1 <2", "1,,2", "|| ||", "1.x.3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range syntaxes {
			r, err := s.Parse(text)
			if err != nil {
				continue
			}
			end := 0
			for _, alt := range r.Alternatives {
				for _, term := range alt.Terms {
					v := term.Version
					if term.Start < end || !strings.HasPrefix(text[term.Start:], term.Op) || text[v.Start:v.End] != v.Prefix+v.Bare() {
						t.Fatalf("%q: term %+v is not there", text, term)
					}
					end = v.End
				}
			}
		}
	})
}
