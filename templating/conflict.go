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
// hunks, and takes the markers out of files that must stay readable.
func conflicts(all collected) []Conflict {
	var found []Conflict
	known := make(map[string]bool)
	for _, u := range all.unmerged {
		kind := BothChanged
		if u.base == "" {
			kind = BothAdded
		}
		found = append(found, Conflict{Path: u.path, Kind: kind})
		known[u.path] = true
	}
	for p, f := range all.changes {
		if f == nil || f.Mode == platform.Symlink {
			continue
		}
		if strings.HasSuffix(p, ".rej") && strings.HasPrefix(f.Text, "diff a/") {
			of := strings.TrimSuffix(p, ".rej")
			delete(all.changes, p)
			if !known[of] {
				found = append(found, Conflict{Path: of, Kind: Rejected, Excerpt: first(f.Text, 40)})
			}
			continue
		}
		if !known[p] && len(hunks(f.Text)) > 0 {
			found = append(found, Conflict{Path: p, Kind: BothChanged})
		}
	}
	for i := range found {
		settle(&found[i], all.changes)
	}
	slices.SortFunc(found, func(a, b Conflict) int { return strings.Compare(a.Path, b.Path) })
	return found
}

// settle fills in the excerpt, and keeps our side where markers would do harm.
func settle(c *Conflict, changes platform.Changeset) {
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
	if !isCI(c.Path) || len(parts) == 0 {
		return
	}
	c.Kept = true
	kept := f.Text
	for _, h := range parts {
		kept = strings.Replace(kept, h.text, h.ours, 1)
	}
	changes[c.Path] = &platform.File{Text: kept, Mode: f.Mode}
}

func isCI(p string) bool {
	return slices.ContainsFunc(ciFiles, func(glob string) bool {
		ok, err := doublestar.Match(glob, path.Clean(p))
		return err == nil && ok
	})
}

// A hunk is a conflict in a file: its whole text with markers, and our side of it.
type hunk struct{ text, ours string }

// hunks returns the conflicts in a text that are marked as Copier does. Lines that only look like
// markers, as in a document about git, are none.
func hunks(text string) []hunk {
	var all []hunk
	var current, ours strings.Builder
	in, mine := false, false
	for line := range strings.Lines(text) {
		switch bare := strings.TrimRight(line, "\r\n"); {
		case bare == markOurs:
			current.Reset()
			ours.Reset()
			in, mine = true, true
			current.WriteString(line)
			continue
		case in && (bare == markBase || bare == markMiddle):
			mine = false
		case in && bare == markTheirs:
			current.WriteString(line)
			all = append(all, hunk{text: current.String(), ours: ours.String()})
			in = false
			continue
		}
		if in {
			current.WriteString(line)
			if mine {
				ours.WriteString(line)
			}
		}
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
