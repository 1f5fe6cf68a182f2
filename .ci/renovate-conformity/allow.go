package main

import (
	"fmt"
	"os"
	"path"
	"strings"
)

// An allowance is a difference that is meant: what it is about, and the line of docs/differences.md that explains it.
type allowance struct {
	about string // a pattern of facts, as path.Match has it
	row   string // how the line in docs/differences.md begins
	used  int    // how often it occurred
}

// allowances are all differences that may be. One that does not occur is a mistake, as is one that the documentation does not have.
func allowances() []*allowance {
	const (
		byBranch = "| `automergeType: \"branch\"` |"
		besides  = "| what a pull request says besides |"
		closed   = "| closed groups |"
		next     = "| after a merge |"
	)
	return []*allowance{
		{about: "*: body says Why", row: besides},
		{about: "*: body says Next", row: besides},
		{about: "acme/image renovate/pin-dependencies: body says Ignore", row: closed},
		{about: "acme/image renovate/pin-dependencies: body says Immortal", row: closed},
		{about: "acme/merge renovate/left-pad-2.x: body table", row: next},
		{about: "acme/quick dashboard: approvePr-branch=*", row: byBranch},
	}
}

// unexplained are the differences that nothing allows, and what is wrong with the allowances.
func unexplained(differences []difference) ([]string, error) {
	text, err := os.ReadFile("docs/differences.md")
	if err != nil {
		return nil, fmt.Errorf("reading the differences that are meant (run this at the top of the repository): %w", err)
	}
	all := allowances()
	var out []string
	for _, d := range differences {
		var by *allowance
		for _, a := range all {
			// A slash is nothing special here.
			if ok, err := path.Match(strings.ReplaceAll(a.about, "/", "\x00"), strings.ReplaceAll(d.about, "/", "\x00")); err != nil {
				return nil, fmt.Errorf("%s: %w", a.about, err)
			} else if ok {
				by = a
				break
			}
		}
		if by == nil {
			out = append(out, d.String())
			continue
		}
		by.used++
	}
	for _, a := range all {
		fmt.Printf("%4d explained: %s  %s\n", a.used, a.about, a.row)
		switch {
		case a.used == 0:
			out = append(out, a.about+" is allowed, and does not differ any more")
		case !strings.Contains(string(text), "\n"+a.row):
			out = append(out, a.about+" is allowed by what docs/differences.md does not have: "+a.row)
		}
	}
	return out, nil
}
