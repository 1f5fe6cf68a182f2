package render

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// maxBumped bounds a file in which versions are raised, in bytes.
const maxBumped = 4 << 20

// raiseOwn raises the versions of the packages whose files are changed, where bumpVersion says so: each once, by the greatest level
// that a member wants. Files whose version cannot be raised stay as they are; notes say so.
func raiseOwn(fsys fs.FS, ms map[string]*managers.Manager, members []plan.Member, changed platform.Changeset) (notes []string, err error) {
	type file struct{ manager, path string }
	wants := make(map[file]string)
	for _, m := range members {
		level := m.Update.Settings.String("bumpVersion")
		f := file{m.Decision.Manager, m.Decision.Path}
		if level != "" && changed[f.path] != nil && slices.Index(levels, level) >= slices.Index(levels, wants[f]) {
			wants[f] = level
		}
	}
	order := slices.SortedFunc(maps.Keys(wants), func(a, b file) int { return strings.Compare(a.path, b.path) })
	for _, f := range order {
		mgr, level := ms[f.manager], wants[f]
		before, err := read(mgr, fsys, textsOf(changed), f.path)
		if err != nil {
			return nil, err
		}
		if before.Own.IsZero() {
			continue // it describes no package, or none with a version
		}
		version, err := mirrored(level, before)
		if version == "" && err == nil {
			version, err = raisedOwn(before.Own, level)
		}
		if err != nil {
			notes = append(notes, fmt.Sprintf("The version in `%s` stays as it is, though bumpVersion is %s: %v.", f.path, level, err))
			continue
		}
		if version == before.Own.Text {
			continue
		}
		text, err := replaced(changed[f.path].Text, before.Own.Replace(version))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
		after, err := read(mgr, fsys, overlaid(textsOf(changed), map[string]string{f.path: text}), f.path)
		if err != nil {
			return nil, err
		}
		if why := onlyOwn(before, after, version); why != "" {
			return nil, fmt.Errorf("raising the version in %s was refused, because reading it again did not show what was wanted: %s", f.path, why)
		}
		changed[f.path] = &platform.File{Text: text, Mode: changed[f.path].Mode}
	}
	return notes, nil
}

// mirrored returns the version of the dependency that "mirror:NAME" means; "" if level is none of that kind.
func mirrored(level string, r managers.Result) (string, error) {
	name, ok := strings.CutPrefix(level, "mirror:")
	if !ok {
		return "", nil
	}
	for _, d := range r.Deps {
		if d.Name == name && semantic.MatchString(d.Value.Text) {
			return d.Value.Text, nil
		}
	}
	return "", fmt.Errorf("there is no dependency %q with an exact version in it", clip(name))
}

// onlyOwn says what else differs but a package's own version, and what refers to it.
func onlyOwn(before, after managers.Result, version string) string {
	if after.Own.Text != version {
		return fmt.Sprintf("it reads %q, not %q", after.Own.Text, version)
	}
	if len(before.Deps) != len(after.Deps) {
		return fmt.Sprintf("%d dependencies became %d", len(before.Deps), len(after.Deps))
	}
	for i, b := range before.Deps {
		a := after.Deps[i]
		if b.Value.Start == before.Own.Start && b.Value.Path == before.Own.Path {
			continue // another package of the same release
		}
		if a.Name != b.Name || a.Value.Text != b.Value.Text || a.Digest.Text != b.Digest.Text || a.Skip != b.Skip {
			return b.Name + " changed along"
		}
	}
	return ""
}

// raise does what bumps want once everything else has changed. What cannot be raised stays as it is; problems say so.
func raise(s Snapshot, bumps []plan.Bump, changed platform.Changeset) (problems []string) {
	if len(changed) == 0 {
		return nil
	}
	files := slices.Clone(s.Files)
	for path := range changed {
		if !slices.Contains(files, path) {
			files = append(files, path)
		}
	}
	slices.Sort(files)
	for _, b := range bumps {
		failed := func(format string, args ...any) {
			problems = append(problems, b.Name+": "+fmt.Sprintf(format, args...))
		}
		if b.Err != "" {
			failed("its templates cannot be filled: %s", b.Err)
			continue
		}
		matched, err := matching(files, b.Files)
		if err != nil {
			failed("filePatterns: %v", err)
			continue
		}
		for _, path := range matched {
			if err := raiseIn(s.FS, b, path, changed); err != nil {
				failed("%s stays as it is: %v", path, err)
			}
		}
	}
	return problems
}

// matching returns the files that one of the patterns matches, and none with "!" in front rules out.
func matching(files, patterns []string) ([]string, error) {
	var out []string
	for _, name := range files {
		yes, positive := false, false
		for _, p := range patterns {
			ok, err := config.Matches(p, name)
			if err != nil {
				return nil, err
			}
			if strings.HasPrefix(p, "!") && !ok {
				yes, positive = false, true
				break
			}
			if !strings.HasPrefix(p, "!") {
				positive = true
				yes = yes || ok
			}
		}
		if yes || !positive && len(patterns) > 0 {
			out = append(out, name)
		}
	}
	return out, nil
}

// raiseIn raises the version that one of b's expressions finds in a file, the first that finds any.
func raiseIn(fsys fs.FS, b plan.Bump, path string, changed platform.Changeset) error {
	f := changed[path]
	if f == nil {
		if _, deleted := changed[path]; deleted {
			return nil
		}
		if info, err := fs.Lstat(fsys, path); err != nil || !info.Mode().IsRegular() || info.Size() > maxBumped {
			return nil // no text in which somebody would look for a version
		}
		data, err := fs.ReadFile(fsys, path)
		if err != nil {
			return err
		}
		f = &platform.File{Text: string(data), Mode: modeOf(fsys, path)}
	}
	at, err := versionIn(f.Text, b.Strings)
	if err != nil || at.Text == "" {
		return err
	}
	version := b.Sync
	if b.Type != "sync" {
		if version, err = raisedShort(at.Text, b.Type); err != nil {
			return err
		}
	}
	if version == "" || version == at.Text {
		return nil
	}
	text, err := managers.Apply(f.Text, []managers.Edit{at.Replace(version)})
	if err != nil {
		return err
	}
	changed[path] = &platform.File{Text: text, Mode: f.Mode}
	return nil
}

// versionIn returns where an expression's group "version" matches. The end of the text is also that of its last line.
func versionIn(text string, expressions []string) (managers.Field, error) {
	text = strings.TrimRight(text, "\r\n")
	for _, expr := range expressions {
		re, err := regexp.Compile(expr)
		if err != nil {
			return managers.Field{}, fmt.Errorf("matchStrings %q: %w", clip(expr), err)
		}
		i := re.SubexpIndex("version")
		m := re.FindStringSubmatchIndex(text)
		if i < 0 || m == nil || m[2*i] < 0 || m[2*i] == m[2*i+1] {
			continue
		}
		return managers.Field{Text: text[m[2*i]:m[2*i+1]], Start: m[2*i]}, nil
	}
	return managers.Field{}, nil
}

// replaced makes an edit whose place counts from behind a byte order mark.
func replaced(text string, e managers.Edit) (string, error) {
	rest, mark := strings.CutPrefix(text, "\ufeff")
	out, err := managers.Apply(rest, []managers.Edit{e})
	if mark {
		out = "\ufeff" + out
	}
	return out, err
}

func textsOf(c platform.Changeset) map[string]string {
	out := make(map[string]string, len(c))
	for path, f := range c {
		if f != nil {
			out[path] = f.Text
		}
	}
	return out
}
