package plan

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/templating/text"
)

// render fills a template. Fields may hold templates themselves, so it is
// filled until nothing changes, at most three times.
func render(template string, fields map[string]any) (string, error) {
	for range 3 {
		if !strings.Contains(template, "{{") {
			return template, nil
		}
		next, err := text.Render(template, fields)
		if err != nil {
			return "", err
		}
		if next == template {
			break
		}
		template = next
	}
	return template, nil
}

// fields are the variables that templates of the configuration may use; the
// names are Renovate's.
func fields(w World, m Member) map[string]any {
	d, u, s := m.Decision, m.Update, m.Update.Settings
	from, to := versionParts(w, d, d.Current), versionParts(w, d, u.Version)
	current, version := released(d, d.Current), released(d, u.Version)
	scheme, _ := w.Schemes(d.Versioning)
	f := map[string]any{
		"additionalBranchPrefix": s.String("additionalBranchPrefix"),
		"baseBranch":             w.Base,
		"branchPrefix":           s.String("branchPrefix"),
		"currentDigest":          d.Dep.Pinned(),
		"currentDigestShort":     digestShort(d.Dep.Pinned()),
		"currentValue":           d.Value(),
		"currentVersion":         current,
		"datasource":             d.Datasource,
		"depName":                d.Dep.Name,
		"depNameSanitized":       sanitized(d.Dep.Name),
		"depType":                d.Dep.Kind,
		"groupName":              s.String("groupName"),
		"isDigest":               u.Type == "digest",
		"isLockfileUpdate":       u.LockOnly,
		"isLockFileMaintenance":  u.Type == maintenance,
		"isMajor":                u.Type == "major",
		"isMinor":                u.Type == "minor",
		"isPatch":                u.Type == "patch",
		"isPin":                  u.Type == "pin",
		"isPinDigest":            u.Type == "pinDigest",
		"isRange":                false,
		"isRollback":             u.Type == "rollback",
		"isReplacement":          u.Type == "replacement",
		"isSingleVersion":        false,
		"manager":                d.Manager,
		"newDigest":              u.Digest,
		"newDigestShort":         digestShort(u.Digest),
		"newValue":               u.Value,
		"newVersion":             version,
		"packageFile":            d.File(),
		"packageFileDir":         dir(d.File()),
		"packageName":            d.Package,
		"parentDir":              path.Base(dir(d.File())),
		"repository":             w.Repository,
		"separateMajorMinor":     s.Bool("separateMajorMinor"),
		"separateMinorPatch":     s.Bool("separateMinorPatch"),
		"separateMultipleMajor":  s.Bool("separateMultipleMajor"),
		"separateMultipleMinor":  s.Bool("separateMultipleMinor"),
		"sourceUrl":              d.SourceURL,
		"sourceDirectory":        d.SourceDir,
		"updateType":             u.Type,
		"versioning":             d.Versioning,
		"isVulnerabilityAlert":   u.Security,
	}
	f["newName"] = u.Name
	maps.Copy(f, noteFields(w, m))
	if u.Security {
		f["vulnerabilityFixVersion"], f["vulnerabilitySeverity"] = d.worst()
	}
	if scheme != nil {
		f["isSingleVersion"] = scheme.Valid(u.Value)
		if c, err := scheme.Constraint(u.Value); err == nil {
			f["isSingleVersion"] = c.Exact() != ""
			f["isRange"] = c.Exact() == ""
		}
	}
	if u.Type == "pin" {
		f["isSingleVersion"] = false // the value was a range, and the title shows what takes its place as it is written
	}
	if u.LockOnly { // it goes from one version to another, whatever the range is
		f["isSingleVersion"], f["isRange"] = true, false
	}
	if u.Type == "replacement" && len(d.Updates) > 1 && f["isSingleVersion"] == true {
		f["prettyNewVersion"] = "" // as Renovate says it where there are other updates
	} else if u.Type == "replacement" {
		f["isSingleVersion"] = false
	}
	for name, n := range map[string]int64{"newMajor": to.Major, "newMinor": to.Minor, "newPatch": to.Patch, "major": from.Major, "minor": from.Minor, "patch": from.Patch} {
		f[name] = ""
		if n >= 0 {
			f[name] = n
		}
	}
	f["prettyNewMajor"], f["prettyNewVersion"] = pretty(f["newMajor"], version)
	if u.Value != d.Value() && f["isSingleVersion"] == false {
		f["displayFrom"], f["displayTo"] = d.Value(), u.Value
	}
	return f
}

func dir(p string) string {
	if d := path.Dir(p); d != "." {
		return d
	}
	return ""
}

// pretty returns major and version with exactly one "v" before them.
func pretty(major any, version string) (string, string) {
	m := ""
	if n, ok := major.(int64); ok {
		m = "v" + strconv.FormatInt(n, 10)
	}
	if version == "" {
		return m, ""
	}
	return m, "v" + strings.TrimPrefix(version, "v")
}

// released is a version as texts name it. That of an image is one without its variant: 1.2.0 of the tag "1.2.0-alpine".
func released(d *Decision, version string) string {
	if d.Versioning == "docker" {
		version, _, _ = strings.Cut(version, "-")
	}
	return version
}

func versionParts(w World, d *Decision, version string) versioning.Parts {
	if scheme, err := w.Schemes(d.Versioning); err == nil && version != "" {
		return scheme.Parts(version)
	}
	return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
}

// digestShort is a digest as titles show it: seven hexadecimal digits.
func digestShort(d string) string {
	d = d[strings.IndexByte(d, ':')+1:]
	return d[:min(7, len(d))]
}

var (
	doubleV        = regexp.MustCompile(`to vv(\d)`)
	priorityOfType = []string{"chore", "ci", "build", "fix", "feat"}
)

// write fills the branch's title and commit message.
func (b *Branch) write(w World) error {
	first := b.Members[0]
	s := b.Settings
	f := fields(w, first)
	grouped := b.Group != "" && (b.several() || s.Bool("groupSingleUpdates"))
	topic := s.String("commitMessageTopic")
	extra := s.String("commitMessageExtra")
	if grouped {
		name, err := render(b.Group, f)
		if err != nil {
			return err
		}
		b.Group, f["groupName"] = name, name
		s = s.With("group")
		topic, extra = s.String("commitMessageTopic"), s.String("commitMessageExtra")
		if !b.sameVersion() && !b.sameMajor(w) {
			extra = ""
		}
	}
	prefix, semantic := b.prefix(w, f)
	f["commitMessagePrefix"] = prefix
	lower := semantic && s.String("commitMessageLowerCase") != "never" && prefix == strings.ToLower(prefix) && !strings.HasPrefix(prefix, ":")
	for name, t := range map[string]string{
		"commitMessageAction": s.String("commitMessageAction"), "commitMessageTopic": topic,
		"commitMessageExtra": extra, "commitMessageSuffix": s.String("commitMessageSuffix"),
	} {
		v, err := render(t, f)
		if err != nil {
			return err
		}
		f[name] = v
	}
	message, err := render(cmp.Or(s.String("commitMessage"), "{{{commitMessagePrefix}}} {{{commitMessageAction}}} {{{commitMessageTopic}}} {{{commitMessageExtra}}} {{{commitMessageSuffix}}}"), f)
	if err != nil {
		return err
	}
	b.Message = tidy(message, lower)
	b.Title = b.Message
	if t := s.String("prTitle"); t != "" {
		if t, err = render(t, f); err != nil {
			return err
		}
		b.Title = tidy(t, lower)
	}
	strictly := s.Bool("prTitleStrict")
	if w.multipleBases() && !strictly {
		b.Title += " (" + w.Base + ")"
	}
	b.Mixed = grouped && extra == ""
	if b.Mixed && !strictly {
		b.Title += b.titleLevel(s.Bool("separateMajorMinor"), s.Bool("separateMinorPatch"))
	}
	if body := s.String("commitBody"); body != "" {
		if body, err = render(body, f); err != nil {
			return err
		}
		b.Message += "\n\n" + strings.TrimSpace(body)
	}
	if s.Bool("commitBodyTable") {
		b.Message += "\n\n" + b.commitTable()
	}
	return b.trailers(f)
}

// commitTable lists the updates for the commit message.
func (b *Branch) commitTable() string {
	rows := [][]string{{"datasource", "package", "from", "to"}}
	for _, m := range b.Members {
		row := []string{m.Decision.Datasource, m.Decision.Dep.Name, m.Decision.Value(), m.Update.Value}
		if !slices.ContainsFunc(rows, func(r []string) bool { return slices.Equal(r, row) }) {
			rows = append(rows, row)
		}
	}
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var lines []string
	for n, r := range rows {
		line, rule := "|", "|"
		for i, cell := range r {
			line += " " + cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)) + " |"
			rule += strings.Repeat("-", widths[i]+2) + "|"
		}
		if lines = append(lines, line); n == 0 {
			lines = append(lines, rule)
		}
	}
	return strings.Join(lines, "\n")
}

// trailers adds commitTrailers to the message, each once.
func (b *Branch) trailers(f map[string]any) error {
	var lines []string
	for _, template := range b.Settings.Strings("commitTrailers") {
		line, err := render(template, f)
		if err != nil {
			return err
		}
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(line, "\n") && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) > 0 {
		b.Message += "\n\n" + strings.Join(lines, "\n")
	}
	return nil
}

// several reports whether more than one dependency or version is updated.
func (b *Branch) several() bool {
	if len(b.Members) == 0 {
		return false
	}
	first := b.Members[0]
	return slices.ContainsFunc(b.Members[1:], func(m Member) bool {
		return m.Decision.Dep.Name != first.Decision.Dep.Name || cmp.Or(m.Update.Version, m.Update.Value) != cmp.Or(first.Update.Version, first.Update.Value)
	})
}

// sameVersion reports whether all members go to one version.
func (b *Branch) sameVersion() bool {
	first := b.Members[0].Update
	return first.Version != "" && !slices.ContainsFunc(b.Members, func(m Member) bool { return m.Update.Version != first.Version || m.Update.Type != first.Type })
}

// sameMajor reports whether all members go to one new major, which the title then names.
func (b *Branch) sameMajor(w World) bool {
	to := func(m Member) int64 { return versionParts(w, m.Decision, m.Update.Version).Major }
	return !slices.ContainsFunc(b.Members, func(m Member) bool { return m.Update.Type != "major" || to(m) < 0 || to(m) != to(b.Members[0]) })
}

// titleLevel says in a group's title what kind of step it is, where groups are
// split by kind.
func (b *Branch) titleLevel(majors, patches bool) string {
	types := make(map[string]bool)
	for _, m := range b.Members {
		types[m.Update.Type] = true
	}
	if len(types) != 1 {
		return ""
	}
	switch t := b.Members[0].Update.Type; {
	case t == "major" && majors, t == "minor" && patches, t == "patch" && patches:
		return " (" + t + ")"
	}
	return ""
}

// prefix returns the commit message's prefix, with its colon, and whether it is
// that of a semantic commit.
func (b *Branch) prefix(w World, f map[string]any) (text string, semantic bool) {
	s := b.Settings
	p := s.String("commitMessagePrefix")
	if p == "" && (s.String("semanticCommits") == "enabled" || s.String("semanticCommits") != "disabled" && w.Semantic) {
		p, semantic = b.semanticType(), true
		if scope := s.String("semanticCommitScope"); scope != "" && p != "" {
			p += "(" + scope + ")"
		}
	}
	p, err := render(p, f)
	if err != nil || p == "" {
		return "", false
	}
	if !strings.HasSuffix(p, ":") && !strings.HasSuffix(p, " ") {
		p += ":"
	}
	return p, semantic
}

// semanticType is the weightiest type among the members.
func (b *Branch) semanticType() string {
	best := b.Settings.String("semanticCommitType")
	for _, m := range b.Members {
		t := m.Update.Settings.String("semanticCommitType")
		if slices.Index(priorityOfType, t) > slices.Index(priorityOfType, best) {
			best = t
		}
	}
	return best
}

// tidy makes one neat line of a rendered message, in lower case if semantic
// commits want it.
func tidy(message string, lower bool) string {
	message, _, _ = strings.Cut(strings.TrimSpace(message), "\n")
	message = doubleV.ReplaceAllString(strings.Join(strings.Fields(message), " "), "to v$1")
	if lower {
		message = strings.ToLower(message)
	}
	return message
}
