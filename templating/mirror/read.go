package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/source"
)

// A Mirror is a template's repository as it was fetched. Its methods may be
// called by several goroutines at once, also while another process fetches: nothing is ever removed from it.
type Mirror struct {
	Source source.Source

	git  *git.Git
	dir  string
	tags []Tag
	seen journal
}

// A Tag is a tag of the template.
type Tag struct {
	Name    string
	Object  string // the tag object; the commit itself for a lightweight tag
	Commit  string
	Made    time.Time
	Message string // "" for a lightweight tag
}

// MaxFile bounds what is read of any file of a template.
const MaxFile = 4 << 20

// Tags returns all tags that name commits, by name. They must not be changed.
func (m *Mirror) Tags() []Tag { return m.tags }

// Dir returns the folder of the bare repository, which is only to be read.
func (m *Mirror) Dir() string { return m.dir }

// Tag returns a tag by its name.
func (m *Mirror) Tag(name string) (Tag, bool) {
	for _, t := range m.tags {
		if t.Name == name {
			return t, true
		}
	}
	return Tag{}, false
}

// run runs git in the mirror.
func (m *Mirror) run(ctx context.Context, most int64, args ...string) (string, error) {
	return m.git.Run(ctx, git.Command{Args: append([]string{"--git-dir=" + m.dir}, args...), Most: most})
}

func (m *Mirror) readTags(ctx context.Context) error {
	const format = "%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(creatordate:unix)%00%(contents)%00%00"
	out, err := m.run(ctx, 0, "for-each-ref", "--sort=refname", "--format="+format, "refs/tags")
	if err != nil {
		return fmt.Errorf("reading the tags of %s: %w", m.Source.ID, err)
	}
	for record := range strings.SplitSeq(out, "\x00\x00\n") {
		f := strings.SplitN(record, "\x00", 7)
		if len(f) != 7 {
			continue
		}
		t := Tag{Name: f[0], Object: f[2]}
		if seconds, err := strconv.ParseInt(f[5], 10, 64); err == nil {
			t.Made = time.Unix(seconds, 0).UTC()
		}
		switch {
		case f[1] == "commit":
			t.Commit = f[2]
		case f[1] == "tag" && f[3] == "commit":
			t.Commit, t.Message = f[4], strings.TrimSpace(f[6])
		default:
			continue // a tag of a tree, a file or another tag is no version
		}
		m.tags = append(m.tags, t)
	}
	return nil
}

// Resolve returns the commit that a revision stands for: a tag, a branch, a commit's
// beginning, or "v1.2.0-3-gabc1234". It returns "" if there is none.
func (m *Mirror) Resolve(ctx context.Context, revision string) (string, error) {
	if revision == "" || strings.HasPrefix(revision, "-") || strings.ContainsAny(revision, "\x00\n:^~@{} ") {
		return "", nil
	}
	for _, name := range []string{"refs/tags/" + revision, "refs/heads/" + revision, revision} {
		out, err := m.run(ctx, 1<<10, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
		if err == nil {
			return strings.TrimSpace(out), nil
		}
		var failed *git.Error
		if !errors.As(err, &failed) {
			return "", err
		}
	}
	return "", nil
}

// ReadFile returns a file of a commit, at most [MaxFile] of it. The error is
// [fs.ErrNotExist] if there is none.
func (m *Mirror) ReadFile(ctx context.Context, commit, path string) (string, error) {
	out, err := m.run(ctx, MaxFile, "cat-file", "blob", commit+":"+path)
	var failed *git.Error
	if errors.As(err, &failed) {
		return "", fmt.Errorf("%s at %s: %w", path, commit, fs.ErrNotExist)
	}
	return out, err
}

// A File is a file in a commit.
type File struct {
	Path string
	Mode string // as git writes it: "100644", "100755", "120000", "160000"
}

// Files returns the files of a commit, by path.
func (m *Mirror) Files(ctx context.Context, commit string) ([]File, error) {
	out, err := m.run(ctx, 0, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, fmt.Errorf("listing %s at %s: %w", m.Source.ID, commit, err)
	}
	var files []File
	for entry := range strings.SplitSeq(out, "\x00") {
		if meta, path, ok := strings.Cut(entry, "\t"); ok {
			mode, _, _ := strings.Cut(meta, " ")
			files = append(files, File{Path: path, Mode: mode})
		}
	}
	return files, nil
}

// A Commit is a change of the template.
type Commit struct {
	Hash    string
	Subject string
}

// Log returns what was committed after from up to to, newest first, along the first parents, at most limit.
func (m *Mirror) Log(ctx context.Context, from, to string, limit int) ([]Commit, error) {
	out, err := m.run(ctx, 0, "log", "--first-parent", "--format=%H%x00%s", "-z", "-n", strconv.Itoa(limit), "--end-of-options", from+".."+to)
	if err != nil {
		return nil, fmt.Errorf("reading the history of %s: %w", m.Source.ID, err)
	}
	fields := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	var log []Commit
	for i := 0; i+1 < len(fields); i += 2 {
		log = append(log, Commit{Hash: fields[i], Subject: fields[i+1]})
	}
	return log, nil
}

// IsAncestor reports whether commit a is b or comes before it.
func (m *Mirror) IsAncestor(ctx context.Context, a, b string) (bool, error) {
	_, err := m.run(ctx, 1<<10, "merge-base", "--is-ancestor", a, b)
	var failed *git.Error
	if errors.As(err, &failed) {
		return false, nil
	}
	return err == nil, err
}
