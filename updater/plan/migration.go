package plan

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// A Migration is what writes today's spellings into a configuration file.
type Migration struct {
	File  string
	Text  string   // the whole new text
	Notes []string // what was changed, one line each
}

// MigrationBranch is the branch of a repository's migration, under Renovate's name.
func MigrationBranch(s config.Settings) string {
	return cleanRef(s.String("branchPrefix") + "migrate-config")
}

// Migrate returns the branch that makes m. Limits and schedules do not hold it back. Title and message are Renovate's.
func Migrate(w World, m Migration, baseHead, blob string) Rendered {
	s := w.Config.Top()
	b := Branch{
		Name: MigrationBranch(s), Base: w.Base, Title: "Migrate Renovate config", Message: "Migrate config " + m.File,
		State: Ready, Free: true, Content: Hash(m.File + "\x00" + m.Text), Settings: s, Labels: slices.Concat(s.Strings("labels"), s.Strings("addLabels")),
		Making: config.Window{Open: true, Always: true}, Merging: config.Window{Open: true, Always: true},
		Reasons: []Reason{reason(CodeAutomerge, config.Origin{}, "a person merges it: it changes the configuration")},
	}
	if v := s.String("semanticCommits"); v == "enabled" || v != "disabled" && w.Semantic {
		b.Title, b.Message = "chore(config): migrate Renovate config", "chore(config): migrate config "+m.File
	}
	out := Rendered{
		Branch: b, BaseHead: baseHead, Changes: platform.Changeset{m.File: {Text: m.Text}}, Blobs: map[string]string{m.File: blob},
	}
	var text strings.Builder
	text.WriteString("This PR writes old spellings in " + code(m.File) + " as today's. What the configuration means stays the same, and so does every other byte.\n\n")
	for _, n := range m.Notes {
		text.WriteString("- " + Quiet(n) + "\n")
	}
	text.WriteString("\n---\n\n🔕 **Ignore**: close this PR and it is not proposed again, unless the file changes. The old spellings go on working.\n")
	text.WriteString("\n---\n\n - [ ] <!-- rebase-check -->Tick this box to have the branch made anew\n")
	out.body = cut(emojis(s, text.String()), maxBody)
	out.people = people(w, b, []string{m.File})
	return out
}
