package templating

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/source"
)

// A Standing is where a project stands with its template.
type Standing struct {
	Reason *Reason // why that is not known; nil if it is

	Source  string    // the template's identity
	Version string    // in use, as the answers file has it
	Commit  string    // that it stands for
	Made    time.Time // when it was tagged; zero if it is no tag
	Newer   []Release // versions after it, lowest first
	Parents []string  // answers files of other templates that this one builds on
}

// A Release is a version of a template.
type Release struct {
	Version string
	Made    time.Time
}

// Stand reads an answers file, or what the engine has in its place, whose text this is, and looks up its template. Nothing is rendered.
func (u *Updater) Stand(ctx context.Context, p Project, text string) (Standing, error) {
	var s Standing
	err := u.stand(ctx, p, text, &s)
	if s.Reason = reasonOf(err); s.Reason != nil {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("looking up the template of %s: %w", p.Path, err)
	}
	return s, err
}

func (u *Updater) stand(ctx context.Context, p Project, text string, s *Standing) error {
	link, src, err := identify(p.Engine, p.Path, text)
	s.Source, s.Version = src.ID, link.Commit
	if err != nil {
		return err
	}
	m, old, err := u.template(ctx, src, link, time.Time{})
	if err != nil {
		return err
	}
	s.Commit = old.Commit
	for _, t := range m.Tags() {
		if t.Commit == old.Commit && t.Name == link.Commit {
			s.Made = t.Made
		}
		if !m.Full(t, u.Versions) || !u.Versions.Stable(t.Name) || t.Commit == old.Commit {
			continue
		}
		newer := u.Versions.Valid(link.Commit) && u.Versions.Compare(t.Name, link.Commit) > 0
		if !u.Versions.Valid(link.Commit) { // a commit: what does not come before it is newer
			before, err := m.IsAncestor(ctx, t.Commit, old.Commit)
			if err != nil {
				return err
			}
			newer = !before
		}
		if newer {
			s.Newer = append(s.Newer, Release{t.Name, t.Made})
		}
	}
	slices.SortFunc(s.Newer, func(a, b Release) int { return u.Versions.Compare(a.Version, b.Version) })
	if p.Engine != Copier {
		return nil
	}
	all, err := m.Files(ctx, old.Commit)
	if err != nil {
		return err
	}
	config, err := copier.ReadConfig(ctx, files{m, old.Commit, all})
	if errors.Is(err, copier.ErrConfig) {
		return nil // what it builds on is not known, and an update will say why
	}
	for _, p := range config.External {
		if !strings.Contains(p, "{") {
			s.Parents = append(s.Parents, path.Clean(p))
		}
	}
	slices.Sort(s.Parents)
	return err
}

// Releases returns the tags of the template at an address.
func (u *Updater) Releases(ctx context.Context, address string) ([]string, error) {
	src, err := source.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("reading the versions of a template: %w", err)
	}
	m, err := u.Mirrors.Open(ctx, src)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range m.Tags() {
		out = append(out, t.Name)
	}
	return out, nil
}

// FilesAt returns what reads the files of a version of the template at an address. A version that is not there has none.
func (u *Updater) FilesAt(ctx context.Context, address, version string) (func(path string) ([]byte, bool), error) {
	src, err := source.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("reading a template: %w", err)
	}
	m, err := u.Mirrors.Open(ctx, src)
	if err != nil {
		return nil, err
	}
	commit, err := m.Resolve(ctx, version)
	if err != nil {
		return nil, err
	}
	return func(path string) ([]byte, bool) {
		if commit == "" {
			return nil, false
		}
		text, err := m.ReadFile(ctx, commit, path)
		return []byte(text), err == nil
	}, nil
}

// maxProjects bounds the projects of one repository.
const maxProjects = 100

// A Project is the file that says from which template a project was made.
type Project struct {
	Path   string
	Engine Engine
}

// Projects returns the projects among paths, by the contents of the files: a template may give them any name.
func Projects(fsys fs.FS, paths []string) []Project {
	var all []Project
	for _, p := range paths {
		e := engineOf(p)
		if e == "" {
			continue
		}
		text, err := fs.ReadFile(fsys, p)
		if err != nil || len(text) > maxAnswers {
			continue
		}
		if link, err := readLink(e, string(text)); err == nil && link.Source != "" && !strings.Contains(link.Source, "{{") {
			all = append(all, Project{p, e})
		}
	}
	return all[:min(len(all), maxProjects)]
}
