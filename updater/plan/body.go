package plan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/templating/text"
)

// maxBody is how long a pull request's body may be, in bytes. GitHub takes
// 65,536 characters; Renovate stays below 58,000 and so do we.
const maxBody = 58000

// Body returns the text of the pull request for b. notes are what the tools
// that made the change have to say, as Markdown.
func Body(w World, b Branch, notes []string) string { return body(w, b, notes, nil) }

// body is Body; had is what is said so far of what is new, by key.
func body(w World, b Branch, notes []string, had map[string]string) string {
	first := b.Members[0]
	parts := map[string]any{
		"header": ended(note(w, first, b.Settings.String("prHeader"))),
		"table":  "This PR contains the following updates:\n\n" + table(w, b),
		"notes":  "", "warnings": "", "changelogs": "",
		"configDescription": "\n---\n\n### Why\n\n" + why(b) + "\n---\n\n### Configuration\n\n" + configuration(b),
		"controls":          "\n---\n\n - [ ] <!-- rebase-check -->Tick this box to have the branch made anew\n",
		"footer":            "",
	}
	for _, n := range slices.Concat(bodyNotes(w, b), weaknesses(b)) {
		parts["notes"] = parts["notes"].(string) + "\n" + strings.TrimSpace(n) + "\n"
	}
	for _, n := range notes {
		parts["warnings"] = parts["warnings"].(string) + "\n" + strings.TrimSpace(n) + "\n"
	}
	if f := note(w, first, b.Settings.String("prFooter")); f != "" {
		parts["footer"] = "\n---\n\n" + f + "\n"
	}
	if news := changelogs(w, b, had, maxBody-len(bodyOf(b, parts))); news != "" {
		parts["changelogs"] = news
	}
	return cut(bodyOf(b, parts), maxBody)
}

// bodyOf is the template of b's body with its parts.
func bodyOf(b Branch, parts map[string]any) string {
	body, err := text.Render(b.Settings.String("prBodyTemplate"), parts)
	if err != nil { // reported when the configuration is read
		body = ""
		for _, name := range bodyParts {
			body += parts[name].(string)
		}
	}
	return emojis(b.Settings, body)
}

// bodyParts are the parts of a body in their usual order. What the tools that made the change say is a warning, which a template that leaves
// out release notes still has.
var bodyParts = []string{"header", "table", "warnings", "notes", "changelogs", "configDescription", "controls", "footer"}

// ended is a paragraph of its own.
func ended(s string) string {
	if s == "" {
		return ""
	}
	return s + "\n\n"
}

// bodyNotes are the prBodyNotes of all members, each text once.
func bodyNotes(w World, b Branch) []string {
	var out []string
	for _, m := range b.Members {
		for _, template := range m.Update.Settings.Strings("prBodyNotes") {
			if n := note(w, m, template); n != "" && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// note fills a template of configuration for a body; one that cannot be filled
// stands as it is.
func note(w World, m Member, template string) string {
	if !strings.Contains(template, "{{") {
		return template
	}
	text, err := render(template, fields(w, m))
	if err != nil {
		return template
	}
	return strings.TrimSpace(text)
}

// cut shortens text at a line's end and says so.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const note = "\n\n*This text is cut: it would be too long for the host.*\n"
	text = strings.ToValidUTF8(text[:limit-len(note)], "")
	if i := strings.LastIndexByte(text, '\n'); i > 0 {
		text = text[:i]
	}
	return text + note
}

// table lists the updates in the columns of prBodyColumns, without those that would be empty.
func table(w World, b Branch) string {
	names := b.Settings.Strings("prBodyColumns")
	rows := [][]string{headings(b.Settings, names)}
	seen := make(map[string]bool)
	for _, m := range b.Members {
		var row []string
		for _, n := range names {
			row = append(row, cell(w, m, n))
		}
		if key := strings.Join(row, "\x00"); !seen[key] {
			seen[key] = true
			rows = append(rows, row)
		}
	}
	var columns []int
	for i := range names {
		if slices.ContainsFunc(rows[1:], func(r []string) bool { return r[i] != "" }) {
			columns = append(columns, i)
		}
	}
	var out strings.Builder
	for n, r := range rows {
		for _, i := range columns {
			out.WriteString("| " + strings.ReplaceAll(r[i], "|", `\|`) + " ")
		}
		out.WriteString("|\n")
		if n == 0 {
			out.WriteString(strings.Repeat("|---", len(columns)) + "|\n")
		}
	}
	return out.String()
}

// headings are the first row of the table.
func headings(s config.Settings, names []string) []string {
	own := s.Object("prBodyHeadingDefinitions")
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.Join(strings.Fields(n), " ")
		if h, ok := own[n].(string); ok && !strings.Contains(h, "{{") {
			out[i] = strings.Join(strings.Fields(picture.ReplaceAllString(h, "")), " ")
		}
	}
	return out
}

// picture is a picture in Markdown or HTML: readers of a pull request would ask a third host for it.
var picture = regexp.MustCompile(`(?i)!\[[^\]]*\]\([^)]*\)|<img[^>]*>`)

// cell is one cell of the table. What configuration defines is a template; the usual columns are our own rendering.
func cell(w World, m Member, name string) string {
	defined, _ := m.Update.Settings.Object("prBodyDefinitions")[name].(string)
	if usual := usualCells[name]; usual != nil && defined == usualDefinitions()[name] {
		return usual(m)
	}
	text := strings.Join(strings.Fields(picture.ReplaceAllString(note(w, m, defined), "")), " ")
	if emptyLink.MatchString(text) {
		return ""
	}
	return mention.ReplaceAllString(strings.ReplaceAll(text, "<", "&lt;"), "$1@\u200b$2")
}

// emptyLink is what is left of a picture that was a link.
var emptyLink = regexp.MustCompile(`^\[\s*\]\([^)]*\)$`)

var usualCells = map[string]func(Member) string{
	"Package": packageCell,
	"Type":    func(m Member) string { return Quiet(m.Decision.Dep.Kind) },
	"Update":  func(m Member) string { return m.Update.Type },
	"Change":  changeCell,
	"Pending": pendingCell,
}

// usualDefinitions are the default of prBodyDefinitions.
var usualDefinitions = sync.OnceValue(func() map[string]string {
	out := make(map[string]string)
	for _, o := range config.Options() {
		if o.Name != "prBodyDefinitions" {
			continue
		}
		all, _ := o.Default.(map[string]any)
		for name, v := range all {
			out[name], _ = v.(string)
		}
	}
	return out
})

func packageCell(m Member) string {
	d := m.Decision
	name, after := Quiet(d.Dep.Name), ""
	if m.Update.Name != "" {
		after = " → " + Quiet(m.Update.Name)
	}
	home, source := cmp.Or(d.Homepage, d.SourceURL), d.SourceURL
	if !linkable(home) {
		return name + after
	}
	cell := "[" + name + "](" + home + ")"
	if source != "" && source != home && linkable(source) {
		cell += " ([source](" + source + "))"
	}
	if log := cmp.Or(m.Update.Changelog, m.Update.Settings.String("changelogUrl")); linkable(log) {
		cell += " ([changelog](" + log + "))"
	}
	return cell + after
}

// pendingCell lists the newer versions that wait.
func pendingCell(m Member) string {
	var out []string
	for _, v := range m.Update.Withheld {
		out = append(out, code(v))
	}
	return strings.Join(out, ", ")
}

var (
	webLink = regexp.MustCompile(`^https?://[^\s()<>|"\x60\[\]@]+$`)
	noted   = regexp.MustCompile(`/(issues|pull|discussions|commit)/`)
)

// linkable reports whether a URL that somebody else wrote may be linked to: it holds no
// credentials, and no host notes the link where it leads.
func linkable(url string) bool { return webLink.MatchString(url) && !noted.MatchString(url) }

func changeCell(m Member) string {
	from, to := m.Decision.Value(), m.Update.Value
	switch {
	case m.Update.Type == "replacement":
		return code(from) + " → " + code(to)
	case m.Update.LockOnly:
		return code(m.Decision.Current) + " → " + code(m.Update.Version)
	}
	if from == to || m.Update.Type == "digest" || m.Update.Type == "pinDigest" {
		from, to = digestShort(m.Decision.Dep.Pinned()), digestShort(m.Update.Digest)
	}
	switch {
	case from == "" && m.Update.Type == "pinDigest":
		return "→ " + code(to)
	case from == "":
		return code(to)
	}
	return code(from) + " → " + code(to)
}

// code shows text from a repository or registry literally, on one line.
func code(s string) string {
	return "`" + strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "`", "'") + "`"
}

var (
	mention = regexp.MustCompile(`(^|\W)@(\w)`)
	markup  = strings.NewReplacer("#", "#\u200b", "<", "&lt;", "[", `\[`, "]", `\]`, "`", "'")
)

// Quiet makes text from elsewhere fit for one line of Markdown: it notifies
// nobody, links no issue, and holds neither HTML nor links.
func Quiet(s string) string {
	s = markup.Replace(strings.Join(strings.Fields(s), " "))
	return mention.ReplaceAllString(s, "$1@\u200b$2")
}

// why tells the decision's reasons, update by update.
func why(b Branch) string {
	var out strings.Builder
	for i, m := range b.Members {
		if i == 20 {
			fmt.Fprintf(&out, "- and %d more\n", len(b.Members)-i)
			break
		}
		line := 0
		if m.Decision.Dep.Line > 0 {
			line = m.Decision.Dep.Line
		}
		place := code(m.Decision.Path)
		if line > 0 {
			place = code(fmt.Sprintf("%s:%d", m.Decision.Path, line))
		}
		fmt.Fprintf(&out, "- **%s** in %s\n", Quiet(m.Decision.Dep.Name), place)
		if text := what(m); text != "" {
			fmt.Fprintf(&out, "  - %s\n", text)
		}
		for _, r := range shown(m) {
			fmt.Fprintf(&out, "  - %s\n", Quiet(r.String()))
		}
	}
	return out.String()
}

// what says since when there is such a release, and what it is for beyond being newer.
func what(m Member) string {
	u := m.Update
	out := ""
	if u.Security {
		out = "it mends what is known against " + code(m.Decision.Current) + "; "
	}
	switch day := u.Release.Published.UTC().Format("2006-01-02"); {
	case u.Version == "" || u.Release.Published.IsZero():
	case u.Release.Seen:
		out += code(u.Version) + " was first seen on " + day
	default:
		out += code(u.Version) + " was published on " + day
	}
	return strings.TrimSuffix(out, "; ")
}

// shown are the reasons that a reader of a pull request needs.
func shown(m Member) []Reason {
	var out []Reason
	for _, r := range slices.Concat(m.Decision.Reasons, m.Update.Reasons) {
		switch r.Code {
		case CodePending, CodeRule, CodeApproval, CodeWeak, CodeReplaced, CodeDeprecated, CodeAbandoned, CodePlatform:
			out = append(out, r)
		case CodeLookup:
			out = append(out, r)
		}
	}
	return out
}

func configuration(b Branch) string {
	var out strings.Builder
	out.WriteString("➡️ **Next**: " + next(b) + ".\n\n")
	out.WriteString("📅 **Schedule**: " + scheduleText(b) + ".\n\n🚦 **Automerge**: ")
	var lines []string
	for _, r := range b.Reasons {
		if r.Code == CodeAutomerge {
			lines = append(lines, Quiet(r.String()))
		}
	}
	out.WriteString(strings.Join(lines, "; ") + ".\n\n")
	box := ""
	if strings.Contains(b.Settings.String("prBodyTemplate"), "controls") {
		box = ", or when you tick the box below"
	}
	out.WriteString("♻ **Rebasing**: " + rebasing(b) + box + ". A branch to which somebody else has committed is left alone.\n\n")
	if b.Settings.String("recreateWhen") == "always" {
		out.WriteString("👻 **Immortal**: this PR comes back when it is closed without being merged.\n")
	} else {
		out.WriteString("🔕 **Ignore**: close this PR and it is not proposed again.\n")
	}
	return out.String()
}

// next says what becomes of a pull request, if nobody does anything else.
func next(b Branch) string {
	if !b.Automerge {
		return "a person looks at it and merges it. While it is open it follows newer releases"
	}
	out := "it merges by itself"
	if b.Settings.String("automergeType") == "pr-comment" {
		out = "a comment asks for its merge"
	}
	if b.untested() {
		out += " without waiting for checks that nothing requires"
	} else {
		out += " once all required checks, and at least one, have reported and all are green"
	}
	var early time.Time
	for _, m := range b.Members {
		if m.Update.Early && m.Update.NotBefore.After(early) {
			early = m.Update.NotBefore
		}
	}
	if !early.IsZero() {
		out += ", not before " + early.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	if !b.Merging.Always {
		out += ", at the times below"
	}
	return out + ". A review that a rule of the repository requires is waited for"
}

// rebasing says when the branch is made anew.
func rebasing(b Branch) string {
	switch rebase := b.rebaseWhen(); {
	case rebase == "never":
		return "never"
	case rebase == "behind-base-branch":
		return "whenever the base branch has moved on"
	case b.Automerge && rebase != "conflicted":
		return "when it is its turn to merge and it must be up to date for that, or the base branch changes the same files"
	}
	return "whenever the base branch changes the same files"
}
