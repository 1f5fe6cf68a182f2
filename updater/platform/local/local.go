// Package local defines a git repository on this machine as a code host: it
// has branches, and no pull requests.
package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/platform"
)

// ErrNoPulls says why something cannot be done here.
var ErrNoPulls = errors.New("a local repository has no pull requests")

// Options say which repository it is.
type Options struct {
	Dir    string           // in the repository
	Author platform.Account // of commits; zero for Currant itself
	Signer *gitrepo.Signer  // of commits; nil for nobody
	Now    func() time.Time // the clock for commits; nil for time.Now
}

// A Reader reads the one repository. It is safe for concurrent use.
type Reader struct {
	opts Options
	name string
	repo *gitrepo.Local
}

var _ platform.Reader = (*Reader)(nil)

// New opens the repository that o.Dir is in. The error is [gitrepo.ErrNoRepository] if there is none.
func New(o Options) (*Reader, error) {
	abs, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", o.Dir, err)
	}
	repo, err := gitrepo.OpenLocal(abs)
	if err != nil {
		return nil, err
	}
	if o.Author == (platform.Account{}) {
		o.Author = platform.Account{Login: "currant", Name: "Currant", Email: "currant@localhost"}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Dir, repo.Signer = abs, o.Signer
	return &Reader{opts: o, name: filepath.Base(abs), repo: repo}, nil
}

// Repo returns the repository, for its snapshots and branches.
func (r *Reader) Repo() *gitrepo.Local { return r.repo }

// Repositories returns the name of the repository, which is that of its folder.
func (r *Reader) Repositories(context.Context) ([]string, error) { return []string{r.name}, nil }

func (r *Reader) check(name string) error {
	if name != r.name {
		return fmt.Errorf("repository %s: %w", name, platform.ErrNotFound)
	}
	return nil
}

// Repository describes the repository. Its default branch is the one that HEAD
// names, or main or master where it names none.
func (r *Reader) Repository(_ context.Context, name string) (platform.Repository, error) {
	if err := r.check(name); err != nil {
		return platform.Repository{}, err
	}
	refs, err := r.repo.Refs()
	if err != nil {
		return platform.Repository{}, err
	}
	out := platform.Repository{Name: r.name, CloneURL: "file://" + filepath.ToSlash(r.opts.Dir), Default: refs.Default, BranchesOnly: true, NoIssues: true}
	for _, usual := range []string{"main", "master"} {
		if out.Default == "" && refs.Heads[usual] != "" {
			out.Default = usual
		}
	}
	return out, nil
}

// Pulls returns none.
func (r *Reader) Pulls(_ context.Context, name, _ string) ([]platform.Pull, error) {
	return nil, r.check(name)
}

// PullsFrom returns none.
func (r *Reader) PullsFrom(_ context.Context, name, _ string) ([]platform.Pull, error) {
	return nil, r.check(name)
}

// Issues returns none.
func (r *Reader) Issues(_ context.Context, name string, _ []string) ([]platform.Issue, error) {
	return nil, r.check(name)
}

// Checks returns none, and does not say what is required.
func (r *Reader) Checks(_ context.Context, name, _ string, list []platform.Candidate) ([]platform.Checks, error) {
	var out []platform.Checks
	for _, c := range list {
		out = append(out, platform.Checks{Head: c.Head})
	}
	return out, r.check(name)
}

// File returns a committed file; what only the work tree has does not count.
func (r *Reader) File(ctx context.Context, name, path, ref string) ([]byte, error) {
	if err := r.check(name); err != nil {
		return nil, err
	}
	if ref == "" {
		settings, err := r.Repository(ctx, name)
		if err != nil {
			return nil, err
		}
		ref = settings.Default
	}
	snapshot, err := r.repo.Snapshot(ctx, ref)
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(snapshot.FS, path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		err = fmt.Errorf("%s of %s: %w", path, name, platform.ErrNotFound)
	}
	return text, err
}

// Whoami returns the author of commits.
func (r *Reader) Whoami(context.Context) (platform.Account, error) { return r.opts.Author, nil }

// A Writer adds branches to the repository. It is safe for concurrent use.
type Writer struct{ r *Reader }

var _ platform.Writer = (*Writer)(nil)

// Writer returns the writer to the repository. A dry run does without.
func (r *Reader) Writer() *Writer { return &Writer{r} }

// Push makes branches in the repository itself, see gitrepo.Local.Push. The work tree and HEAD
// stay, and a branch that is checked out is refused with [platform.ErrBlocked].
func (w *Writer) Push(ctx context.Context, name string, branches []platform.Branch) ([]string, error) {
	if err := w.r.check(name); err != nil {
		return nil, err
	}
	return w.r.repo.Push(ctx, w.r.opts.Author, w.r.opts.Now(), branches)
}

// Open returns [ErrNoPulls].
func (w *Writer) Open(context.Context, string, platform.Proposal) (int, error) {
	return 0, fmt.Errorf("opening a pull request in %s: %w", w.r.name, ErrNoPulls)
}

// Edit returns [ErrNoPulls].
func (w *Writer) Edit(context.Context, string, platform.Edit) error {
	return fmt.Errorf("editing a pull request of %s: %w", w.r.name, ErrNoPulls)
}

// Close returns [ErrNoPulls]. Branches are left to whom the repository belongs to.
func (w *Writer) Close(context.Context, string, platform.Closing) error {
	return fmt.Errorf("closing a pull request of %s: %w", w.r.name, ErrNoPulls)
}

// Merge returns [ErrNoPulls].
func (w *Writer) Merge(context.Context, string, platform.Merging) error {
	return fmt.Errorf("merging a pull request of %s: %w", w.r.name, ErrNoPulls)
}

// Report returns [ErrNoPulls]: a plain repository has no place for it.
func (w *Writer) Report(context.Context, string, platform.Status) error {
	return fmt.Errorf("reporting on a commit of %s: %w", w.r.name, ErrNoPulls)
}

// Note returns [ErrNoPulls]: issues there are none either.
func (w *Writer) Note(context.Context, string, platform.Notice) (int, error) {
	return 0, fmt.Errorf("writing an issue of %s: %w", w.r.name, ErrNoPulls)
}
