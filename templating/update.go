package templating

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/mirror"
	"github.com/currant-bot/currant/templating/source"
)

// Update makes one update. What is wrong with the repository or its template is the
// outcome's Reason; the error is what is wrong with us: no Copier, no room, ctx ended.
func (u *Updater) Update(ctx context.Context, job Job) (Outcome, error) {
	r := &running{u: u, job: job, out: Outcome{AnswersFile: job.Answers}}
	no, err := r.steps(ctx, r.readProject, r.readTemplate, r.plan, r.prepare, r.run, r.judge, r.audit)
	if err != nil {
		return Outcome{}, fmt.Errorf("updating %s: %w", job.Answers, err)
	}
	if no != nil {
		r.out.Reason = no
		r.out.Changes, r.out.Conflicts = nil, nil
	}
	return r.out, nil
}

// steps takes steps in a folder of their own, until one says no.
func (r *running) steps(ctx context.Context, all ...func(context.Context) error) (*Reason, error) {
	if err := os.MkdirAll(r.u.Scratch, 0o700); err != nil {
		return nil, fmt.Errorf("making room for a copy: %w", err)
	}
	dir, err := os.MkdirTemp(r.u.Scratch, "update-")
	if err != nil {
		return nil, fmt.Errorf("making room for a copy: %w", err)
	}
	if r.dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("making room for a copy: %w", err)
	}
	defer remove(dir)
	for _, step := range all {
		err := step(ctx)
		if no := reasonOf(err); no != nil {
			return no, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// UpdateAll makes several updates of one repository in order, as its layers, each on top of
// those before it. It stops at the first that has a reason, other than there being nothing to do, or conflicts; the
// outcomes up to it are returned, and their Changes are each relative to the one before.
func (u *Updater) UpdateAll(ctx context.Context, jobs []Job) ([]Outcome, error) {
	var all []Outcome
	for i, job := range jobs {
		if i > 0 {
			job.Tree = jobs[0].Tree
			for _, before := range all {
				job.Tree = job.Tree.With(before.Changes)
			}
		}
		out, err := u.Update(ctx, job)
		if err != nil {
			return all, err
		}
		all = append(all, out)
		if out.Reason != nil && out.Reason.Code != NoUpdate || len(out.Conflicts) > 0 {
			break
		}
	}
	return all, nil
}

// remove deletes a folder, also where a template took the right to.
func remove(dir string) {
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(p, 0o700)
		}
		return nil
	})
	os.RemoveAll(dir)
}

// A refusal carries a Reason up to Update.
type refusal struct{ Reason }

func (r *refusal) Error() string { return r.Text }

// reasonOf returns the reason that err carries; nil if it is another error, or none.
func reasonOf(err error) *Reason {
	var no *refusal
	if errors.As(err, &no) {
		return &no.Reason
	}
	return nil
}

func refuse(code copier.Code, format string, args ...any) error {
	return &refusal{Reason{Code: code, Text: fmt.Sprintf(format, args...)}}
}

// running is one update on its way.
type running struct {
	u   *Updater
	job Job
	dir string
	out Outcome

	checkout *checkout
	before   Link
	source   source.Source
	mirror   *mirror.Mirror
	old, new version
	view     string
	allowed  permission
	tool     copier.Tool
	base     rendered
}

// A version is one of the two versions of the template.
type version struct {
	mirror.Ref
	config copier.Config
	files  []mirror.File
}

// readProject copies the repository and reads its answers file.
func (r *running) readProject(ctx context.Context) error {
	var err error
	if r.checkout, err = r.job.Tree.check(ctx, r.u.Git, r.dir); err != nil {
		return err
	}
	text, ok := r.checkout.read(ctx, r.job.Answers)
	if !ok {
		return refuse(BadAnswersFile, "there is no file %s", r.job.Answers)
	}
	if r.before, r.source, err = identify(Copier, r.job.Answers, text); err != nil {
		return err
	}
	r.out.Source, r.out.From, r.out.To = r.source.ID, r.before.Commit, r.job.To
	if r.source.Secret {
		r.out.Warnings = append(r.out.Warnings, "_src_path in "+r.job.Answers+" holds credentials: revoke them, and remove them from the file and its history")
	}
	return nil
}

// identify reads the answers file at path: which version of which template is in use.
func identify(e Engine, path, text string) (Link, source.Source, error) {
	link, err := readLink(e, text)
	if err != nil {
		return link, source.Source{}, refuse(BadAnswersFile, "%s cannot be read: %v", path, err)
	}
	if link.Source == "" || link.Commit == "" {
		return link, source.Source{}, refuse(copier.NoReferences, "%s lacks the template's address or commit, so it does not say which version of which template is in use", path)
	}
	address := link.Source
	if e != Copier && strings.Contains(address, "://") && !strings.HasPrefix(address, "git+") {
		address = "git+" + address // only to Copier it would be a folder
	}
	src, err := source.Parse(address)
	switch {
	case errors.Is(err, source.ErrLocal):
		return link, src, refuse(LocalTemplate, "%v; _src_path must name a repository that others can reach", err)
	case err != nil:
		return link, src, refuse(BadSource, "%v", err)
	}
	return link, src, nil
}

// template fetches a template and finds the version in use in it.
func (u *Updater) template(ctx context.Context, src source.Source, link Link, committed time.Time) (*mirror.Mirror, mirror.Old, error) {
	m, err := u.Mirrors.Open(ctx, src)
	var gone *mirror.UnreachableError
	if errors.As(err, &gone) {
		return nil, mirror.Old{}, refuse(copier.Unreachable, "%v", gone)
	}
	if err != nil {
		return nil, mirror.Old{}, err
	}
	old, err := m.Old(ctx, link.Commit, committed, u.Versions)
	if err == nil && old.Commit == "" {
		err = refuse(OldRefMissing, "template %s no longer has %s, the version in use: its tag was deleted or its history rewritten", src.ID, link.Commit)
	}
	return m, old, err
}

// readTemplate fetches the template and finds both versions in it.
func (r *running) readTemplate(ctx context.Context) error {
	m, old, err := r.u.template(ctx, r.source, r.before, r.job.Committed)
	if err != nil {
		return err
	}
	r.mirror = m
	to, err := r.mirror.Resolve(ctx, r.job.To)
	if err != nil {
		return err
	}
	if to == "" {
		return refuse(copier.RefMissing, "template %s has no version %s", r.source.ID, r.job.To)
	}
	if old.Guessed != "" {
		r.out.Holds = append(r.out.Holds, "the version in use was worked out: "+old.Guessed)
	}
	r.old.Ref, r.new.Ref = mirror.Ref{Name: r.before.Commit, Commit: old.Commit}, mirror.Ref{Name: r.job.To, Commit: to}
	r.out.FromCommit, r.out.ToCommit = old.Commit, to
	if old.Commit == to && len(r.job.Data) == 0 && !r.job.Refresh {
		return refuse(NoUpdate, "%s is in use already", r.job.To)
	}
	if s := r.u.Versions; s.Valid(r.old.Name) && s.Valid(r.new.Name) && s.Compare(r.new.Name, r.old.Name) < 0 {
		return refuse(copier.Downgrade, "%s is older than %s, which is in use; Copier does not go back", r.new.Name, r.old.Name)
	}
	for _, v := range []*version{&r.old, &r.new} {
		if err := r.readVersion(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// files adapts a version to what package copier reads.
type files struct {
	m      *mirror.Mirror
	commit string
	all    []mirror.File
}

func (f files) List(context.Context) ([]string, error) {
	var names []string
	for _, file := range f.all {
		names = append(names, file.Path)
	}
	return names, nil
}

func (f files) Read(ctx context.Context, name string) (string, error) {
	return f.m.ReadFile(ctx, f.commit, name)
}

func (r *running) readVersion(ctx context.Context, v *version) error {
	var err error
	if v.files, err = r.mirror.Files(ctx, v.Commit); err != nil {
		return err
	}
	for _, f := range v.files {
		if f.Mode == "160000" {
			return refuse(Submodules, "template %s has submodules (%s at %s), which are not supported yet", r.source.ID, f.Path, v.Name)
		}
		if path.Base(f.Path) == ".gitattributes" {
			if text, err := r.mirror.ReadFile(ctx, v.Commit, f.Path); err == nil && strings.Contains(text, "filter=lfs") {
				return refuse(LargeFiles, "template %s keeps files in Git LFS (%s at %s): their pointers would be copied instead of them", r.source.ID, f.Path, v.Name)
			}
		}
	}
	v.config, err = copier.ReadConfig(ctx, files{r.mirror, v.Commit, v.files})
	if errors.Is(err, copier.ErrConfig) {
		return refuse(copier.BadTemplate, "template %s at %s: %v", r.source.ID, v.Name, err)
	}
	return err
}

// plan finds the project's folder and makes the view of the template.
func (r *running) plan(ctx context.Context) error {
	project, err := r.checkout.paths(ctx)
	if err != nil {
		return err
	}
	names, _ := files{all: r.old.files}.List(ctx)
	dir, ok := root(r.job.Answers, r.old.config, names, project)
	if !ok {
		return refuse(RootUnclear, "no file of template %s is where %s suggests, so the folder that it was applied to is not known", r.source.ID, r.job.Answers)
	}
	r.out.Root = dir
	if r.job.Refresh && !slices.ContainsFunc(r.others(ctx), func(p string) bool { _, changed := r.job.Before[p]; return changed }) {
		return refuse(NoUpdate, "template %s reads nothing that changed", r.source.ID)
	}
	r.view = filepath.Join(r.dir, "template.git")
	return r.mirror.View(ctx, r.view, r.u.Versions, r.old.Ref, r.new.Ref)
}

// resolve returns the commit that a name stands for in the view of the template, "" for none.
func (r *running) resolve(ctx context.Context, name string) string {
	if name == "" || strings.HasPrefix(name, "-") {
		return ""
	}
	out, err := r.u.Git.Run(ctx, git.Command{Args: []string{"--git-dir=" + r.view, "rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"}})
	if err != nil {
		return ""
	}
	return strings.TrimSpace(out)
}
