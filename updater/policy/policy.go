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
	Foreign   string // who else has committed to the branch; "" for nobody
}

// A Block is one reason not to merge.
type Block struct {
	Code string // "automerge", "age", "policy", "facts", "render", "head", "draft", "conflict", "rule", "behind", "edited", "checks"
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
	if why, wait := checks(c.Checks); why != "" && !c.Untested {
		no(wait, "checks", "%s", why)
	}
	return out
}

// checks says why the checks are not green. Where the host does not say
// which checks are required, all that report count, and one must. A required check that
// never reported is not green.
func checks(c platform.Checks) (why string, wait bool) {
	state := make(map[string]platform.CheckState)
	var failed, pending []string
	for _, r := range c.Results {
		state[r.Name] = r.State
		switch r.State {
		case platform.Failed:
			failed = append(failed, r.Name)
		case platform.Passed:
		default:
			pending = append(pending, r.Name)
		}
	}
	var absent []string
	for _, name := range c.Required {
		if _, ok := state[name]; !ok {
			absent = append(absent, name)
		}
	}
	switch {
	case len(failed) > 0:
		return "failed: " + list(failed), false
	case len(absent) > 0:
		return "required but not reported yet: " + list(absent), true
	case len(pending) > 0:
		return "not finished: " + list(pending), true
	case !slices.ContainsFunc(c.Results, func(r platform.Check) bool { return !own(r.Name) }):
		return "no check has reported, and no checks are not green", true
	}
	return "", false
}

// own reports whether a check is a bot's own, which proves nothing about the change.
func own(name string) bool {
	return strings.HasPrefix(name, "renovate/") || strings.HasPrefix(name, "currant/")
}

func list(names []string) string {
	slices.Sort(names)
	return strings.Join(names, ", ")
}
