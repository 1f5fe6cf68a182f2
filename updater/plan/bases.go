package plan

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
)

// BaseBranches returns the branches that baseBranchPatterns chooses among those that there are, each once, in the order of the patterns: a name,
// "$default", a glob, or an expression, which may be negated. Without patterns it is the default branch. Branches that begin with our own prefix
// are never meant by a pattern. missing are names of which there is no branch.
func BaseBranches(s config.Settings, branches []string, main string) (names, missing []string) {
	patterns := s.Strings("baseBranchPatterns")
	if len(patterns) == 0 {
		return []string{main}, nil
	}
	branches = slices.Sorted(slices.Values(branches))
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, p := range patterns {
		switch {
		case p == "$default":
			add(main)
		case slices.Contains(branches, p):
			add(p)
		case !isPattern(p):
			missing = append(missing, p)
		default:
			for _, name := range branches {
				if ok, err := config.Matches(p, name); err == nil && ok && !strings.HasPrefix(name, s.String("branchPrefix")) {
					add(name)
				}
			}
		}
	}
	return names, missing
}

// isPattern reports whether text stands for more than one name.
func isPattern(text string) bool {
	text = strings.TrimPrefix(text, "!")
	return len(text) > 1 && strings.HasPrefix(text, "/") && strings.LastIndexByte(text, '/') > 0 || strings.ContainsAny(text, "*?[{")
}

// BaseOf returns the base of one of our branches among several, by its name; "" if the name does not say.
func BaseOf(prefix, branch string, bases []string) string {
	best := ""
	for _, b := range bases {
		begins := strings.TrimSuffix(cleanRef(prefix+b+"-x"), "x")
		if strings.HasPrefix(branch, begins) && len(b) > len(best) {
			best = b
		}
	}
	return best
}

// guard says why nothing may merge by itself into a branch; zero if it may.
func guard(s config.Settings, base string) (Reason, bool) {
	for _, p := range s.Strings("protectedBranches") {
		if ok, err := config.Matches(p, base); p == base || err == nil && ok {
			return reason(CodeAutomerge, s.Origin("protectedBranches"), "a person merges it: the operator lets nothing merge by itself into %s", base), true
		}
	}
	return Reason{}, false
}
