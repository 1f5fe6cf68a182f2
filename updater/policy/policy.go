// Package policy is the merge gate: it judges whether a pull request may merge
// without a person. It is pure, and in doubt it says no.
package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/currant-bot/currant/updater/platform"
)

// A Case is what the gate looks at.
type Case struct {
	Automerge bool     // configuration wants it
	Ready     bool     // every update of the branch is old enough and approved
	Stale     string   // why the configuration cannot be trusted now; "" if it can
	Doubt     string   // which fact about the branch's dependencies is not complete; "" for none
	Warnings  []string // what the tool that made the change wants a person to see
	Untested  bool     // configuration wants it without checks
	Wanted    string   // the commit that the branch should be at; "" if it must still be pushed
	Pull      platform.Pull
	Checks    platform.Checks
	Foreign   string   // who else has committed to the branch; "" for nobody
	Behind    bool     // the base branch has moved on since
	Own       []string // names of checks that are the bot's own
}

// A Block is one reason not to merge.
type Block struct {
	Code string // "automerge", "age", "policy", "facts", "render", "head", "draft", "conflict", "rule", "review", "behind", "queue", "edited", "checks"
	Text string
	Wait bool // it may pass without a person
}

// Judge returns everything that speaks against merging; nil means that the
// commit Case.Wanted may be merged, and no other.
func Judge(c Case) []Block {
	var out []Block
	no := func(wait bool, code, format string, args ...any) {
		out = append(out, Block{Code: code, Text: fmt.Sprintf(format, args...), Wait: wait})
	}
	if !c.Automerge {
		no(false, "automerge", "automerge is off")
	}
	if !c.Ready {
		no(true, "age", "not every update of it may be made yet")
	}
	if c.Stale != "" {
		no(true, "policy", "the configuration is not certain: %s", c.Stale)
	}
	if c.Doubt != "" {
		no(true, "facts", "%s", c.Doubt)
	}
	for _, w := range c.Warnings {
		no(false, "render", "%s", w)
	}
	if c.Foreign != "" {
		no(false, "edited", "%s committed to the branch", c.Foreign)
	}
	if c.Wanted == "" || c.Pull.Head != c.Wanted || c.Checks.Head != c.Wanted {
		no(true, "head", "the pull request is not at the commit that was judged")
	}
	if c.Pull.Draft {
		no(false, "draft", "it is a draft")
	}
	rules := c.Checks.Rules
	if rules.Locked != "" {
		no(false, "rule", "%s", rules.Locked)
	}
	if c.Checks.People != "" {
		no(true, "review", "%s", c.Checks.People)
	}
	if c.Checks.Ousted != "" && c.Checks.Head == c.Wanted {
		no(false, "queue", "the merge queue put it out (%s), and it has not changed since", c.Checks.Ousted)
	}
	if c.Behind && rules.Strict && !rules.Queue && c.Pull.Mergeable != platform.Behind {
		no(true, "behind", "the repository wants it up to date with its base")
	}
	switch c.Pull.Mergeable {
	case platform.Conflicted:
		no(true, "conflict", "it conflicts with its base")
	case platform.Blocked:
		no(true, "rule", "a rule of the repository is not met, such as a review")
	case platform.Behind:
		no(true, "behind", "the repository wants it up to date with its base")
	case platform.Unknown:
		no(true, "conflict", "the host has not said yet whether it can be merged")
	}
	if why, wait := c.checks(); why != "" && !c.Untested {
		no(wait, "checks", "%s", why)
	}
	return out
}

// checks says why the checks are not green. All that report count, and one must that is not the bot's own. A required check that
// never reported is not green, nor is one that another app reported than the rules name.
func (c Case) checks() (why string, wait bool) {
	var failed, pending []string
	for _, r := range c.Checks.Results {
		switch r.State {
		case platform.Failed:
			failed = append(failed, r.Name)
		case platform.Passed:
		default:
			pending = append(pending, r.Name)
		}
	}
	var absent []string
	for _, want := range c.Checks.Rules.Checks {
		if slices.ContainsFunc(c.Checks.Results, want.By) {
			continue
		}
		name := want.Name
		if slices.ContainsFunc(c.Checks.Results, func(r platform.Check) bool { return r.Name == name }) {
			name += " (by app " + want.App + ", and another one reported it)"
		}
		absent = append(absent, name)
	}
	switch {
	case len(failed) > 0:
		return "failed: " + list(failed), false
	case len(absent) > 0:
		return "required but not reported yet: " + list(absent), true
	case len(pending) > 0:
		return "not finished: " + list(pending), true
	case !slices.ContainsFunc(c.Checks.Results, func(r platform.Check) bool { return !Own(r.Name, c.Own) }):
		return "no check has reported, and no checks are not green", true
	}
	return "", false
}

// Own reports whether a check is a bot's own, which proves nothing about the change. names are those that configuration gives.
func Own(name string, names []string) bool {
	return strings.HasPrefix(name, "renovate/") || strings.HasPrefix(name, "currant/") || strings.HasPrefix(name, "template/") || slices.Contains(names, name)
}

func list(names []string) string {
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}
