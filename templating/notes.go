package templating

import (
	"context"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources/changelog"
	"github.com/currant-bot/currant/templating/mirror"
)

const (
	maxNotes    = 30
	maxNoteText = 8 << 10
	maxSubjects = 50
)

// notes says what is new in each version after from up to to, newest first: the section of the template's
// changelog, else the message of the tag, else the subjects of its commits.
func (u *Updater) notes(ctx context.Context, m *mirror.Mirror, from, to mirror.Ref) ([]Note, error) {
	tags := slices.DeleteFunc(slices.Clone(m.Tags()), func(t mirror.Tag) bool {
		if t.Name == to.Name {
			return false
		}
		return !m.Full(t, u.Versions) || !u.Versions.Stable(t.Name) || !u.Versions.Valid(from.Name) || !u.Versions.Valid(to.Name) ||
			u.Versions.Compare(t.Name, from.Name) <= 0 || u.Versions.Compare(t.Name, to.Name) > 0
	})
	slices.SortFunc(tags, func(a, b mirror.Tag) int { return u.Versions.Compare(b.Name, a.Name) })
	tags = tags[:min(len(tags), maxNotes)]
	if len(tags) == 0 { // a branch or a commit
		text, err := subjects(ctx, m, from.Commit, to.Commit)
		return []Note{{Version: to.Name, Text: text}}, err
	}
	var told map[string]string
	for _, name := range []string{"CHANGELOG.md", "CHANGES.md", "HISTORY.md"} {
		if text, err := m.ReadFile(ctx, to.Commit, name); err == nil {
			told = sections(text)
			break
		}
	}
	var all []Note
	for i, t := range tags {
		n := Note{Version: t.Name, Made: t.Made, Text: told[strings.TrimPrefix(t.Name, "v")]}
		if n.Text == "" && strings.TrimPrefix(strings.TrimSpace(t.Message), "v") != strings.TrimPrefix(t.Name, "v") {
			n.Text = t.Message // that repeats only the name says nothing
		}
		if n.Text == "" {
			before := from.Commit
			if i+1 < len(tags) {
				before = tags[i+1].Commit
			}
			var err error
			if n.Text, err = subjects(ctx, m, before, t.Commit); err != nil {
				return nil, err
			}
		}
		n.Text = clip(n.Text)
		all = append(all, n)
	}
	return all, nil
}

func subjects(ctx context.Context, m *mirror.Mirror, from, to string) (string, error) {
	log, err := m.Log(ctx, from, to, maxSubjects)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, c := range log {
		lines = append(lines, "- "+c.Subject)
	}
	return strings.Join(lines, "\n"), nil
}

func clip(text string) string {
	if len(text) <= maxNoteText {
		return text
	}
	return strings.ToValidUTF8(text[:maxNoteText], "") + "\n[...]"
}

// sections are those of a changelog by version.
func sections(text string) map[string]string {
	out := make(map[string]string)
	for _, s := range changelog.Sections(text) {
		out[s.Version] = s.Text
	}
	return out
}
