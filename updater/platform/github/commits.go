package github

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/platform"
)

// A hosted commit is one that GitHub makes: of an app it signs them, so that they are shown as verified. It takes
// a tree and a commit by REST; the branch is moved by git, which does it only from where it is expected.

// hosted reports whether GitHub is to make a commit.
func (w *Writer) hosted(ctx context.Context, name string, b platform.Branch) (bool, error) {
	switch b.Via {
	case platform.ByHost:
		return true, nil
	case platform.ByPushes:
		return false, nil
	}
	if w.r.opts.Owners != nil {
		return true, nil
	}
	token, err := w.r.opts.Token(ctx, name)
	return strings.HasPrefix(token, "ghs_"), err // of an app, given out by whoever started us
}

// pushHosted makes branches by GitHub's interface.
func (w *Writer) pushHosted(ctx context.Context, name, owner, repo string, m *gitrepo.Mirror, who platform.Account, branches []platform.Branch) ([]string, error) {
	drafts, err := m.Drafts(ctx, who, w.r.opts.Now(), branches)
	if err != nil {
		return nil, err
	}
	commits := make([]string, len(drafts))
	for i, d := range drafts {
		if commits[i], err = w.commit(ctx, owner, repo, d); err != nil {
			return nil, w.r.explain(err, "making the commit of %s in %s", d.Branch.Name, name)
		}
	}
	return m.Move(ctx, drafts, commits)
}

// commit makes the commit of d, which nothing refers to yet: if all ends here, GitHub will forget it.
func (w *Writer) commit(ctx context.Context, owner, repo string, d gitrepo.Draft) (string, error) {
	entries, err := w.entries(ctx, owner, repo, d.Branch.Changes)
	if err != nil {
		return "", err
	}
	tree, _, err := w.r.api.Git.CreateTree(ctx, owner, repo, d.BaseTree, entries)
	if err != nil {
		return "", refused(err, d.Branch.Changes)
	}
	if tree.GetSHA() != d.Tree {
		return "", fmt.Errorf("GitHub made the tree %s, and %s was to come out: %w", tree.GetSHA(), d.Tree, platform.ErrBlocked)
	}
	c := &gh.Commit{Message: &d.Branch.Message, Tree: &gh.Tree{SHA: &d.Tree}}
	if d.Branch.Base != "" {
		c.Parents = []*gh.Commit{{SHA: &d.Branch.Base}}
	}
	made, _, err := w.r.api.Git.CreateCommit(ctx, owner, repo, c, nil) // without author and committer: only then it is signed
	if err != nil {
		return "", refused(err, d.Branch.Changes)
	}
	if made.GetTree().GetSHA() != d.Tree {
		return "", fmt.Errorf("GitHub's commit has the tree %s instead of %s: %w", made.GetTree().GetSHA(), d.Tree, platform.ErrBlocked)
	}
	return made.GetSHA(), nil
}

// refused gives GitHub's refusals of one commit their meaning, so that others may still be made.
func refused(err error, changes platform.Changeset) error {
	switch s := statusOf(err); {
	case s == http.StatusUnprocessableEntity:
		return fmt.Errorf("GitHub refused it (%s): %w", saidOf(err), platform.ErrBlocked)
	case s != http.StatusForbidden && s != http.StatusNotFound:
		return err
	}
	for path := range changes {
		if strings.HasPrefix(path, platform.WorkflowsFolder) {
			return fmt.Errorf("GitHub refused it (%s): it changes %s, for which the token may need the permission \"workflows\": %w", saidOf(err), path, platform.ErrBlocked)
		}
	}
	return err
}

// maxInline is how long a text may be that is part of a tree; longer ones, and what is no text, become blobs first.
const maxInline = 256 << 10

// entries are the changes to a tree.
func (w *Writer) entries(ctx context.Context, owner, repo string, changes platform.Changeset) ([]*gh.TreeEntry, error) {
	var out []*gh.TreeEntry
	inline := 0
	for _, path := range slices.Sorted(maps.Keys(changes)) {
		f := changes[path]
		mode, kind := "100644", "blob"
		e := &gh.TreeEntry{Path: &path, Type: &kind, Mode: &mode}
		switch {
		case f == nil: // without hash and content it is deleted
			out = append(out, e)
			continue
		case f.Mode == platform.Submodule:
			mode, kind, e.SHA = "160000", "commit", &f.Text
			out = append(out, e)
			continue
		case f.Mode == platform.Executable:
			mode = "100755"
		case f.Mode == platform.Symlink:
			mode = "120000"
		}
		inline += len(f.Text)
		if text := f.Text; text != "" && inline <= maxInline && utf8.ValidString(text) && !strings.Contains(text, "\x00") {
			e.Content = &text
			out = append(out, e)
			continue
		}
		inline -= len(f.Text)
		encoded, encoding := base64.StdEncoding.EncodeToString([]byte(f.Text)), "base64"
		blob, _, err := w.r.api.Git.CreateBlob(ctx, owner, repo, &gh.Blob{Content: &encoded, Encoding: &encoding})
		if err != nil {
			return nil, refused(err, changes)
		}
		e.SHA = blob.SHA
		out = append(out, e)
	}
	return out, nil
}

// noWorkflows says why files of workflows cannot be changed in the repositories of an owner; "" if they can, or if that is
// not known before it is tried. scopes are what GitHub says of a personal token; nil where it says nothing.
func (r *Reader) noWorkflows(ctx context.Context, owner string, scopes []string) (string, error) {
	if r.opts.Granted != nil {
		granted, err := r.opts.Granted(ctx, owner)
		if err != nil {
			return "", err
		}
		if granted["workflows"] != "write" {
			return fmt.Sprintf("%s has not granted the GitHub App the permission to change workflows: an owner must accept \"Workflows: read and write\" in the App's installation", owner), nil
		}
		return "", nil
	}
	if scopes != nil && !slices.Contains(scopes, "workflow") {
		return "the token has not the scope \"workflow\", without which GitHub takes no change of a workflow: give it that scope", nil
	}
	return "", nil
}

// scopesOf returns the scopes of a personal token, as each answer tells them; nil for other tokens.
func scopesOf(res *gh.Response) []string {
	if res == nil {
		return nil
	}
	values, told := res.Header[http.CanonicalHeaderKey("X-OAuth-Scopes")]
	if !told {
		return nil
	}
	out := []string{}
	for scope := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			out = append(out, scope)
		}
	}
	return out
}
