package githubactions

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
)

// blank is white space within a line; some editors put no-break spaces before
// comments.
const blank = `[ \t\f\v\p{Zs}]`

var (
	// line is a "uses" with what it names and the comment behind it, in a block or a flow mapping.
	line = regexp.MustCompile(`^` + blank + `*(?:-` + blank + `+)*(?:\{` + blank + `*(?:[^{}#\r\n]*,` + blank + `*)?)?["']?uses["']?` + blank + `*:` + blank +
		`+(["']?)([^\s"'#{},]+)(["']?)` + blank + `*(?:[,}][^#\r\n]*)?(?:#([^\r\n]*))?`)

	// action is "owner/repo/path@ref", also with the address of its forge.
	action = regexp.MustCompile(`^((?:https?://(?:[^/@]*@)?([\w.-]+(?::\d+)?)/)?([\w.-]+/[\w.-]+))((?:/[^@]*)?)@(\w[\w./+-]*)$`)

	commit      = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
	shortCommit = regexp.MustCompile(`^[0-9a-f]{6,7}$`)
	versionLike = regexp.MustCompile(`^v?(?:\d|$)`)

	// What people, pin tools and ratchet write behind a commit; the group is the version.
	comments = []*regexp.Regexp{
		regexp.MustCompile(`^ratchet:[\w./-]+@([^\s#]+)`),
		regexp.MustCompile(`^(?:renovate:\s*)?(?:pin(?:\s+@?|\s*@)|tag\s*=\s*)([^\s#]+)`),
		regexp.MustCompile(`^@?((?:[\w-]+[-/])?v?\d[^\s#,;:()]*)`),
		regexp.MustCompile(`^@?([\w./+-]+)(?:` + blank + `+#|$)`),
	}
)

// readUses finds the actions that a text uses.
func readUses(text string) []placed {
	var found []placed
	number := 0
	for start := 0; start < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		number++
		if u, ok := readLine(text[start:end], start); ok {
			if d, ok := u.dep(); ok {
				d.Line = number
				found = append(found, placed{d, u.ref.Start})
			}
		}
		start = end + 1
	}
	return found
}

// readLine reads a line that begins at byte start of its file; ok is false if
// it uses nothing.
func readLine(text string, start int) (u use, ok bool) {
	if !strings.Contains(text, "uses") {
		return u, false
	}
	m := line.FindStringSubmatchIndex(text)
	if m == nil || text[m[2]:m[3]] != text[m[6]:m[7]] {
		return u, false
	}
	if rest := text[m[7]:]; strings.TrimSpace(rest) != "" && (rest[0] == '#' || strings.IndexByte("#,}", strings.TrimSpace(rest)[0]) < 0) {
		return u, false // it goes on behind a blank or a quote, which no reference does
	}
	u = use{ref: managers.Field{Text: text[m[4]:m[5]], Start: start + m[4]}, end: start + m[7]}
	behind := m[1]
	if m[8] >= 0 {
		behind = m[8]
		u.comment = managers.Field{Text: text[m[8]:m[9]], Start: start + m[8]}
	}
	if strings.ContainsAny(text[m[7]:behind], "},") {
		u.end = -1 // in a flow mapping there is no room for a comment
	}
	return u, true
}

// A use is what stands behind "uses:".
type use struct {
	ref     managers.Field // without quotes
	end     int            // the byte after it and its quote; -1 if no comment can be put there
	comment managers.Field // behind the "#"
}

// dep reads u; ok is false if it names nothing that is versioned.
func (u use) dep() (managers.Dep, bool) {
	if _, ok := strings.CutPrefix(u.ref.Text, "docker://"); ok {
		skip := len("docker://")
		d := image.Dep(managers.Field{Text: u.ref.Text[skip:], Start: u.ref.Start + skip})
		d.Kind = "docker"
		return d, d.Name != "" || d.Skip != ""
	}
	m := action.FindStringSubmatch(u.ref.Text)
	if m == nil || strings.HasPrefix(m[3], ".") || strings.Contains(u.ref.Text, "$") {
		return managers.Dep{}, false
	}
	d := managers.Dep{Name: m[1], Kind: "action", Datasource: "github-tags", Versioning: "github-actions"}
	if strings.HasPrefix(m[4], "/.github/workflows/") || strings.HasPrefix(m[4], "/.gitea/workflows/") || strings.HasPrefix(m[4], "/.forgejo/workflows/") {
		d.Kind = "workflow"
	}
	d.Config = map[string]any{"commitMessageTopic": "{{{depName}}} action"}
	d = u.version(d, m[5])
	if m[2] != "" {
		d = onForge(d, m[2], m[3])
	} else {
		d.NameAt = managers.Field{Text: d.Name, Start: u.ref.Start}
	}
	return d, true
}

// version completes d from its reference and the comment behind.
func (u use) version(d managers.Dep, ref string) managers.Dep {
	at := managers.Field{Text: ref, Start: u.ref.End() - len(ref)}
	if !commit.MatchString(ref) && !(shortCommit.MatchString(ref) && strings.ContainsAny(ref, "abcdef")) {
		d.Value = at
		if u.end >= 0 {
			d.Pin = []managers.Piece{{Start: at.Start, End: at.End(), New: "{digest}"}, {Start: u.end, End: u.end, New: " # {value}"}}
		}
	} else {
		d.Digest = at
		d.Value = u.versionComment()
	}
	switch {
	case d.Value.IsZero():
		d.Skip = managers.UnversionedReference
		d.Note = "a commit without a version in a comment behind it, so that it is not known what it should follow"
	case !versionLike.MatchString(d.Value.Text):
		d.Datasource, d.Versioning = "github-digest", "exact"
	}
	return d
}

// versionComment returns the version in the comment; zero if there is none.
func (u use) versionComment() managers.Field {
	text := strings.TrimLeft(u.comment.Text, " \t\u00a0\u2007\u202f")
	start := u.comment.End() - len(text)
	trimmed := strings.TrimRight(text, " \t\u00a0")
	if strings.HasPrefix(text, "ratchet:exclude") {
		return managers.Field{}
	}
	for _, form := range comments {
		if m := form.FindStringSubmatchIndex(trimmed); m != nil {
			return managers.Field{Text: trimmed[m[2]:m[3]], Start: start + m[2]}
		}
	}
	return managers.Field{}
}

// onForge completes d, which is named by its full address: a forge that is not
// GitHub is asked over Git.
func onForge(d managers.Dep, host, repo string) managers.Dep {
	scheme, rest, _ := strings.Cut(d.Name, "://")
	if i := strings.LastIndexByte(rest[:strings.IndexByte(rest, '/')], '@'); i >= 0 {
		d.Name = scheme + "://" + rest[i+1:] // without credentials
	}
	if strings.EqualFold(host, "github.com") {
		d.Package, d.Registries = repo, []string{scheme + "://" + host + "/"}
		return d
	}
	d.Datasource, d.Package = "git-tags", d.Name
	if !d.Value.IsZero() && !versionLike.MatchString(d.Value.Text) {
		d.Datasource = "git-refs"
	}
	return d
}
