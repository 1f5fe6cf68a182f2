package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
)

// finish says of each update what was chosen, and checks that it can be made.
func (c *chooser) finish() {
	for i := range c.d.Updates {
		u := &c.d.Updates[i]
		u.Changelog = note(c.World, Member{Decision: &c.d, Update: *u}, u.Settings.String("changelogUrl"))
		if why := c.unsupported(*u); why != "" && u.State != Waiting {
			u.State = Unsupported
			u.Reasons = append(u.Reasons, reason(CodeUnsupported, config.Origin{}, "%s", why))
		}
		for _, r := range u.Settings.Rules() {
			if cosmetic(r.Options) {
				continue
			}
			u.Reasons = append(u.Reasons, reason(CodeRule, r.Origin, "a rule sets %s%s", strings.Join(r.Options, ", "), quoted(r.Text)))
		}
	}
	slices.SortStableFunc(c.d.Updates, func(a, b Update) int { return cmp.Compare(typeRank(a.Type), typeRank(b.Type)) })
}

// cosmetic reports whether options change only how a pull request reads.
func cosmetic(options []string) bool {
	return !slices.ContainsFunc(options, func(o string) bool {
		return !strings.HasPrefix(o, "commitMessage") && !strings.HasPrefix(o, "semanticCommit") && !strings.HasPrefix(o, "prBody") && o != "changelogUrl" && o != "sourceUrl"
	})
}

// quoted is what a rule's author says of it, after a colon.
func quoted(text string) string {
	if text == "" {
		return ""
	}
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "…"
	}
	return ": “" + strings.ReplaceAll(text, "\n", " ") + "”"
}

// unsupported says why Currant cannot make the update u; "" if it can.
func (c *chooser) unsupported(u Update) string {
	d := c.d.Dep
	switch {
	case u.Type == maintenance:
		return c.unlocked(u)
	case d.Render != "" && !c.Renderers[d.Render]:
		return fmt.Sprintf("Currant cannot make this kind of change (%s) here", d.Render)
	case u.AsAlias && d.Value.IsZero():
		return "the place of its version cannot be changed"
	case u.Name != "" && !u.AsAlias && d.NameAt.IsZero() && u.Type == "replacement":
		return "Currant cannot change the name of a package here"
	case u.Name != "" && !u.AsAlias && d.NameAt.IsZero():
		return strings.TrimSpace(fmt.Sprintf("%s has another name, %s, and Currant cannot change the name here", u.Version, u.Name))
	case c.unlocked(u) != "":
		return c.unlocked(u)
	case d.Render == "" && d.Value.IsZero() && d.Digest.IsZero() && len(d.Pin) == 0:
		return "its text is written in a way that cannot be replaced safely (an escape or an alias)"
	}
	return ""
}

// unlocked says why the lock files of u's dependency cannot change together with it; "" if they can, or
// are to be left alone.
func (c *chooser) unlocked(u Update) string {
	if u.Settings.Bool("skipArtifactsUpdate") {
		return ""
	}
	for _, path := range c.d.Dep.Locks {
		if why := c.lockable(path); why != "" {
			return fmt.Sprintf("%s must change together with it, and cannot here: %s", path, why)
		}
	}
	return ""
}

func (w World) lockable(path string) string {
	why, known := w.Locks[path]
	if !known {
		return "Currant does not write that lock file"
	}
	return why
}

// typeRank orders update types as pull requests are ordered.
func typeRank(t string) int {
	return slices.Index([]string{"pin", "pinDigest", "digest", "rollback", "patch", "minor", "major", "replacement", maintenance}, t)
}
