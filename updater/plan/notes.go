package plan

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/markdown"
	"github.com/currant-bot/currant/updater/platform"
)

// Notes is the answer to a question about what is new, or why there is none.
type Notes struct {
	datasources.Notes
	Err error
}

// NoteQueries returns what must be asked before the bodies of branches are written that have a pull request, or get one by
// outcomes: whoever wants hundreds of updates does not ask about all of them at once.
func NoteQueries(branches []Rendered, outcomes []Outcome) []datasources.NotesQuery {
	wanted := make(map[string]bool)
	for _, o := range outcomes {
		switch o.Result {
		case Create, UpdateIt, Edit, Unchanged, Merge, Enqueue:
			wanted[o.Branch] = true
		}
	}
	var out []datasources.NotesQuery
	for _, b := range branches {
		if !wanted[b.Name] {
			continue
		}
		for _, m := range b.Members {
			if q, ok := m.notes(); ok {
				out = append(out, q)
			}
		}
	}
	return distinct(out)
}

// maxTold bounds of how many versions is told.
const maxTold = 50

// notes is what to ask about m; ok is false for an update that has no versions between, or where fetchChangeLogs is off.
func (m Member) notes() (q datasources.NotesQuery, ok bool) {
	d, u := m.Decision, m.Update
	told := d.Dep.Render == "copier" // a template's notes come with its update, from its mirror
	if told || u.Settings.String("fetchChangeLogs") == "off" || len(u.Between) == 0 || u.Type == "digest" || u.Name != "" {
		return q, false
	}
	q = datasources.NotesQuery{Source: d.SourceURL, Dir: d.SourceDir, Package: d.Package, From: d.Current, To: u.Version}
	if q.Source == "" && len(d.Queries) > 0 {
		q.Registry = d.Queries[0]
	}
	versions := u.Between
	if d.Datasource == "docker" { // "1.2.0-alpine" is made from what was released as 1.2.0
		plain := func(v string) string { return imageSuffix.ReplaceAllString(v, "$1") }
		q.From = plain(q.From)
		versions = nil
		for _, v := range u.Between {
			if p := plain(v); !slices.Contains(versions, p) {
				versions = append(versions, p)
			}
		}
		if q.Source != "" {
			q.To = plain(q.To)
		}
	}
	versions = slices.Clone(versions)
	slices.Reverse(versions)
	q.Versions = strings.Join(versions[:min(len(versions), maxTold)], "\n")
	if re, err := pattern(u.Settings.String("extractVersion")); err == nil && re != nil {
		q.Extract = re.String()
	}
	return q, true
}

var imageSuffix = regexp.MustCompile(`^(v?\d+(?:\.\d+)*)-[A-Za-z][\w.-]*$`)

// between returns the versions after the current one up to version, lowest first: those that came to be, not those that
// may be proposed.
func (c *chooser) between(version string) []string {
	var out []string
	for _, r := range c.releases {
		if c.scheme.Compare(r.Version, c.d.Current) <= 0 || c.scheme.Compare(r.Version, version) > 0 {
			continue
		}
		if r.Version == version || c.scheme.Stable(r.Version) && !r.Unstable {
			out = append(out, r.Version)
		}
	}
	return out
}

// Tell returns branches with bodies that say what is new. Of what could not be learned just now, the text that a pull request
// has stays.
func Tell(branches []Rendered, notes map[datasources.NotesQuery]Notes, have State) []Rendered {
	out := slices.Clone(branches)
	for i := range out {
		b := &out[i]
		if len(b.Members) == 0 || b.world.Config == nil {
			continue
		}
		w := b.world
		w.Notes = notes
		if b.Settings.String("fetchChangeLogs") == "branch" {
			again := b.Branch
			if again.write(w) == nil {
				b.Message = again.Message
			}
		}
		b.body = body(w, b.Branch, b.Notes, had(have, b.Name))
	}
	return out
}

var told = regexp.MustCompile(`(?s)<!--currant-notes:([0-9a-f]{16})-->\n(.*?)<!--/currant-notes-->`)

// had returns what the open pull request of a branch says of what is new, by key.
func had(have State, branch string) map[string]string {
	out := make(map[string]string)
	for _, p := range have.Pulls {
		if p.Branch != branch || p.State != platform.Open {
			continue
		}
		if _, ours := ReadMarker(p.Body); ours {
			for _, m := range told.FindAllStringSubmatch(unix(p.Body), -1) {
				out[m[1]] = m[2]
			}
		}
	}
	return out
}

// changelogs is the section of a body about what is new, in at most room bytes: a part for each package, in each the newest
// first. What there is no room for is the oldest, and that is said.
func changelogs(w World, b Branch, had map[string]string, room int) string {
	const title = "\n---\n\n### Release Notes\n"
	type part struct {
		key, name string
		q         datasources.NotesQuery
	}
	var parts []part
	seen := make(map[string]bool)
	for _, m := range b.Members {
		q, ok := m.notes()
		if !ok {
			continue
		}
		key := Hash(strings.Join([]string{q.Package, q.Registry.Datasource, q.From, q.To}, "\x00"))
		if a := w.Notes[q]; seen[key] || a.empty() && had[key] == "" {
			continue
		}
		seen[key] = true
		parts = append(parts, part{key, m.Decision.Dep.Name, q})
	}
	var out strings.Builder
	room -= len(title)
	for i, p := range parts {
		share := room / (len(parts) - i)
		text := had[p.key]
		if a := w.Notes[p.q]; !a.empty() {
			text = a.section(p.name, p.q, share-partSize)
		}
		if text = emojis(b.Settings, text); text == "" || len(text)+partSize > share {
			continue
		}
		text = fmt.Sprintf("\n<!--currant-notes:%s-->\n%s<!--/currant-notes-->\n", p.key, text)
		room -= len(text)
		out.WriteString(text)
	}
	if out.Len() == 0 {
		return ""
	}
	return title + out.String()
}

// partSize is what marks a part, in bytes.
const partSize = 80

func (n Notes) empty() bool { return n.Err != nil || len(n.Notes.Notes) == 0 && n.Compare == "" }

// section is what is new in one package, in at most room bytes; "" if nothing fits.
func (n Notes) section(name string, q datasources.NotesQuery, room int) string {
	head := fmt.Sprintf("<details>\n<summary>%s: %s → %s</summary>\n", inHTML(name), inHTML(q.From), inHTML(q.To))
	foot := "\n</details>\n"
	if linkable(n.Compare) {
		foot = "\n[All changes](" + n.Compare + ")\n" + foot
	}
	room -= len(head) + len(foot) + 100 // for the sentence about what is left out
	if room < 0 {
		return ""
	}
	var out strings.Builder
	left := 0
	for i, x := range n.Notes.Notes {
		text := block(x, x.Text)
		for limit := min(len(x.Text), room); i == 0 && len(text) > room && limit > 100; limit /= 2 {
			text = block(x, strings.ToValidUTF8(x.Text[:limit], "")+" …")
		}
		if left > 0 || len(text) > room {
			left++
			continue
		}
		room -= len(text)
		out.WriteString(text)
	}
	if left > 0 {
		fmt.Fprintf(&out, "\n*What %s says is left out: there is no room for it here.*\n", older(left))
	}
	if out.Len() == 0 && n.Compare == "" {
		return ""
	}
	return head + out.String() + foot
}

func older(n int) string {
	if n == 1 {
		return "one older version"
	}
	return fmt.Sprintf("%d older versions", n)
}

// block is what is told of one version.
func block(n datasources.Note, text string) string {
	title := code(n.Version)
	if linkable(n.URL) {
		title = "[" + title + "](" + n.URL + ")"
	}
	if !n.Published.IsZero() {
		title += " (" + n.Published.UTC().Format("2006-01-02") + ")"
	}
	return "\n### " + title + "\n\n" + markdown.Quiet(text, markdown.Options{Heading: 3, Linkable: linkable}) + "\n"
}

// inHTML is text within HTML, where Markdown means nothing.
func inHTML(s string) string {
	s = mention.ReplaceAllString(html.EscapeString(strings.Join(strings.Fields(s), " ")), "$1@\u200b$2")
	return strings.ReplaceAll(s, "#", "#\u200b")
}

// noteFields are the variables of templates about what is new. The names are Renovate's.
func noteFields(w World, m Member) map[string]any {
	f := map[string]any{"hasReleaseNotes": false}
	q, ok := m.notes()
	if !ok || w.Notes[q].empty() {
		return f
	}
	var all []any
	for _, n := range w.Notes[q].Notes.Notes {
		all = append(all, map[string]any{
			"version": n.Version, "gitRef": cmp.Or(n.Tag, n.Version),
			"releaseNotes": map[string]any{"url": n.URL, "tag": n.Tag, "body": markdown.Quiet(n.Text, markdown.Options{Heading: 3, Linkable: linkable})},
		})
	}
	maps.Copy(f, map[string]any{"hasReleaseNotes": len(all) > 0, "releases": all})
	return f
}
