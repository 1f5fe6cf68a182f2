package templating

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/currant-bot/currant/updater/platform"
)

// What Copier puts around the sides of a conflict.
const (
	markOurs   = "<<<<<<< before updating"
	markBase   = "||||||| last update"
	markMiddle = "======="
	markTheirs = ">>>>>>> after updating"
)

// ciFiles steer the systems that check a pull request: with markers in them no check would run.
var ciFiles = []string{
	".github/workflows/**", ".github/actions/**", ".gitlab-ci.y*ml", ".gitlab/**", ".gitea/workflows/**", ".forgejo/workflows/**",
	".circleci/**", ".woodpecker/**", ".woodpecker.y*ml", ".drone.y*ml", ".buildkite/**", ".tekton/**", ".travis.yml",
	"azure-pipelines*.y*ml", "bitbucket-pipelines.yml", "**/Jenkinsfile*", "Jenkinsfile*",
}

// conflicts finds the files that people must look at, by the index, by markers and by rejected
// hunks, and takes the markers out of files where they are settled, or that must stay readable.
func conflicts(all collected, rules map[string]Settling, known func(path string, h hunk) (resolution, bool)) (open, settled []Conflict, err error) {
	var found []Conflict
	seen := make(map[string]bool)
	for _, u := range all.unmerged {
		kind := BothChanged
		if u.base == "" {
			kind = BothAdded
		}
		found = append(found, Conflict{Path: u.path, Kind: kind})
		seen[u.path] = true
	}
	for p, f := range all.changes {
		if f == nil || f.Mode == platform.Symlink {
			continue
		}
		if strings.HasSuffix(p, ".rej") && strings.HasPrefix(f.Text, "diff a/") {
			of := strings.TrimSuffix(p, ".rej")
			delete(all.changes, p)
			if !seen[of] {
				found = append(found, Conflict{Path: of, Kind: Rejected, Excerpt: first(f.Text, 40)})
			}
			continue
		}
		if !seen[p] && len(hunks(f.Text)) > 0 {
			found = append(found, Conflict{Path: p, Kind: BothChanged})
		}
	}
	slices.SortFunc(found, func(a, b Conflict) int { return strings.Compare(a.Path, b.Path) })
	for _, c := range found {
		rule := settlingOf(rules, c.Path)
		if rule == Fail {
			return nil, nil, refuse(ConflictsRefused, "%s is changed both here and in the template, and configuration wants no update then", c.Path)
		}
		if rule != KeepMarkers && rule != "" || !replay(&c, all.changes, known) {
			settle(&c, rule, all.changes)
		}
		if c.By == "" {
			open = append(open, c)
		} else {
			settled = append(settled, c)
		}
	}
	return open, settled, nil
}

// replay resolves a file as people did before, if they did so with each conflict in it.
func replay(c *Conflict, changes platform.Changeset, known func(path string, h hunk) (resolution, bool)) bool {
	f := changes[c.Path]
	if f == nil {
		return false
	}
	text, parts := f.Text, hunks(f.Text)
	var from []string
	for i, h := range parts {
		r, ok := known(c.Path, h)
		if !ok {
			return false
		}
		text = strings.Replace(text, h.text, r.Text, 1)
		if i == 0 {
			from = r.From
		}
		from = slices.DeleteFunc(slices.Clone(from), func(repo string) bool { return !slices.Contains(r.From, repo) })
	}
	if len(parts) == 0 || len(from) == 0 {
		return false
	}
	c.By, c.From = Replayed, from
	changes[c.Path] = &platform.File{Text: text, Mode: f.Mode}
	return true
}

// settlingOf returns what is configured for a path: the longest glob that matches counts.
func settlingOf(rules map[string]Settling, p string) Settling {
	best, rule := "", KeepMarkers
	if isCI(p) {
		rule = "" // markers would stop all checks
	}
	for glob, s := range rules {
		if ok, err := doublestar.Match(glob, p); err == nil && ok && (len(glob) > len(best) || len(glob) == len(best) && glob > best) {
			best, rule = glob, s
		}
	}
	if rule == KeepMarkers && isCI(p) {
		return ""
	}
	return rule
}

// settle fills in the excerpt, and puts lines in the place of markers as rule says.
func settle(c *Conflict, rule Settling, changes platform.Changeset) {
	f := changes[c.Path]
	if f == nil {
		return
	}
	parts := hunks(f.Text)
	if c.Excerpt == "" {
		var texts []string
		for _, h := range parts {
			texts = append(texts, h.text)
		}
		c.Excerpt = first(strings.Join(texts, "\n"), 60)
	}
	if len(parts) == 0 || rule == KeepMarkers {
		return
	}
	text := f.Text
	for _, h := range parts {
		text = strings.Replace(text, h.text, h.settled(rule), 1)
	}
	c.Kept, c.By = rule == "", rule
	changes[c.Path] = &platform.File{Text: text, Mode: f.Mode}
}

// settled is what takes the place of a conflict.
func (h hunk) settled(rule Settling) string {
	switch rule {
	case Theirs:
		return h.theirs
	case Union:
		if h.ours != "" && !strings.HasSuffix(h.ours, "\n") {
			return h.ours + "\n" + h.theirs
		}
		return h.ours + h.theirs
	}
	return h.ours
}

func isCI(p string) bool {
	return slices.ContainsFunc(ciFiles, func(glob string) bool {
		ok, err := doublestar.Match(glob, path.Clean(p))
		return err == nil && ok
	})
}

// A hunk is a conflict in a file: its whole text with markers, and each side of it.
type hunk struct{ text, ours, base, theirs string }

// hunks returns the conflicts in a text that are marked as Copier does. Lines that only look like
// markers, as in a document about git, are none.
func hunks(text string) []hunk {
	var all []hunk
	var h hunk
	var side *string // nil outside of a conflict
	for line := range strings.Lines(text) {
		bare := strings.TrimRight(line, "\r\n")
		switch {
		case bare == markOurs:
			h = hunk{}
			side = &h.ours
		case side == nil:
			continue
		case bare == markBase && side == &h.ours:
			side = &h.base
		case bare == markMiddle && side != &h.theirs:
			side = &h.theirs
		case bare == markTheirs && side == &h.theirs:
			h.text += line
			all = append(all, h)
			side = nil
			continue
		default:
			*side += line
		}
		h.text += line
	}
	return all
}

// first returns the first lines of a text, and says how many more there are.
func first(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	if len(lines) <= n {
		return text
	}
	return strings.Join(lines[:n], "") + "[...]\n"
}
