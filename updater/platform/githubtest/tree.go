package githubtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// An entry is a file, folder, symbolic link or submodule in a tree.
type entry struct {
	mode, kind, sha, path string
	size                  int // of a file, in bytes
}

// entries lists a tree; recursive lists what is in its folders too.
func (d gitDir) entries(tree string, flags ...string) ([]entry, error) {
	out, err := d.line(append(append([]string{"ls-tree", "-z", "--long"}, flags...), tree)...)
	if err != nil {
		return nil, err
	}
	var list []entry
	for _, l := range strings.Split(strings.TrimSuffix(out, "\x00"), "\x00") {
		head, path, found := strings.Cut(l, "\t")
		f := strings.Fields(head)
		if !found || len(f) != 4 {
			continue
		}
		size, err := strconv.Atoi(f[3])
		if err != nil {
			size = 0 // a folder's is "-"
		}
		list = append(list, entry{mode: f[0], kind: f[1], sha: f[2], path: path, size: size})
	}
	return list, nil
}

// validPath says whether git takes a path into a tree.
func validPath(path string) bool {
	return fs.ValidPath(path) && !strings.ContainsRune(path, 0) && !slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool {
		return part == "." || strings.EqualFold(part, ".git")
	})
}

// at returns what a commit or tree has at path; nil if there is nothing.
func (d gitDir) at(tree, path string) (*entry, error) {
	if !validPath(path) {
		return nil, nil
	}
	out, err := d.line("ls-tree", "-z", "--long", "--full-tree", tree, "--", path)
	if err != nil {
		return nil, err
	}
	head, name, found := strings.Cut(strings.TrimSuffix(out, "\x00"), "\t")
	f := strings.Fields(head)
	if !found || len(f) != 4 {
		return nil, nil
	}
	size, err := strconv.Atoi(f[3])
	if err != nil {
		size = 0
	}
	return &entry{mode: f[0], kind: f[1], sha: f[2], path: name, size: size}, nil
}

// blob returns the content of a file.
func (d gitDir) blob(sha string) (string, error) { return d.run("", nil, "cat-file", "blob", sha) }

// put stores the content of a file.
func (d gitDir) put(text string) (string, error) {
	out, err := d.run(text, nil, "hash-object", "-w", "--stdin")
	return strings.TrimSpace(out), err
}

// kindOf returns "blob", "tree", "commit" or "tag"; "" if there is no such object.
func (d gitDir) kindOf(sha string) string {
	if len(sha) != 40 || strings.Trim(sha, "0123456789abcdef") != "" {
		return ""
	}
	kind, err := d.line("cat-file", "-t", sha)
	if err != nil {
		return ""
	}
	return kind
}

// graft returns base with changes: an entry whose sha is "" is removed. Base
// may be "" for an empty tree.
func (d gitDir) graft(base string, changes []entry) (string, error) {
	file := fmt.Sprintf("%s/index.%p", d, &changes)
	defer os.Remove(file)
	index := []string{"GIT_INDEX_FILE=" + file}
	read := []string{"read-tree", "--empty"}
	if base != "" {
		read = []string{"read-tree", base}
	}
	for _, c := range changes {
		if !validPath(c.path) {
			return "", fail(422, "path contains a malformed path component")
		}
	}
	if _, err := d.run("", index, read...); err != nil {
		return "", err
	}
	var in strings.Builder
	for _, c := range changes {
		if c.sha == "" {
			fmt.Fprintf(&in, "0 %s\t%s\x00", zero, c.path)
			continue
		}
		if c.kind == "tree" {
			if _, err := d.run("", index, "read-tree", "--prefix="+c.path+"/", c.sha); err != nil {
				return "", err
			}
			continue
		}
		fmt.Fprintf(&in, "%s %s\t%s\x00", c.mode, c.sha, c.path)
	}
	if _, err := d.run(in.String(), index, "update-index", "-z", "--replace", "--index-info"); err != nil {
		return "", err
	}
	out, err := d.run("", index, "write-tree")
	return strings.TrimSpace(out), err
}

// merge returns the tree of a three-way merge of two commits, "" if they
// conflict.
func (d gitDir) merge(ours, theirs string) (string, error) {
	out, err := d.run("", nil, "merge-tree", "--write-tree", "--no-messages", "--allow-unrelated-histories", ours, theirs)
	var refused *gitError
	if errors.As(err, &refused) && refused.code == 1 {
		return "", nil
	}
	tree, _, _ := strings.Cut(out, "\n")
	return tree, err
}

// replant makes commits anew on top of base, as a rebase does; "" if one
// conflicts. The committer and the date are by's.
func (d gitDir) replant(base string, shas []string, by signature) (string, error) {
	list, err := d.commits(shas)
	if err != nil {
		return "", err
	}
	at := base
	for _, c := range list {
		if len(c.parents) != 1 {
			continue // a rebase leaves merges out
		}
		onto, err := d.commit(at)
		if err != nil {
			return "", err
		}
		// A commit with base's tree and c's parent makes that parent the
		// merge base of the two, which is what picking c means.
		pivot, err := d.write(commit{tree: onto.tree, parents: c.parents, message: "pivot", author: by, committer: by})
		if err != nil {
			return "", err
		}
		tree, err := d.merge(pivot, c.sha)
		if err != nil || tree == "" {
			return "", err
		}
		if at, err = d.write(commit{tree: tree, parents: []string{at}, message: c.message, author: c.author, committer: by}); err != nil {
			return "", err
		}
	}
	return at, nil
}

// A change is a file that differs between two trees.
type change struct {
	status, path, from, sha string // status as GitHub words it; from of a rename
	added, deleted          int    // lines
	patch                   string
}

var statusWords = map[byte]string{'A': "added", 'M': "modified", 'D': "removed", 'R': "renamed", 'C': "copied", 'T': "changed"}

// diff returns the files that differ between two commits or trees.
func (d gitDir) diff(from, to string) ([]change, error) {
	raw, err := d.line("diff", "--raw", "-z", "-M", "--no-abbrev", from, to)
	if err != nil {
		return nil, err
	}
	var list []change
	f := strings.Split(strings.TrimSuffix(raw, "\x00"), "\x00")
	for i := 0; i+1 < len(f); i += 2 {
		head := strings.Fields(f[i])
		if len(head) != 5 {
			return nil, fmt.Errorf("reading differences: %q", f[i])
		}
		c := change{status: statusWords[head[4][0]], path: f[i+1], sha: head[3]}
		if head[4][0] == 'D' {
			c.sha = head[2]
		}
		if head[4][0] == 'R' || head[4][0] == 'C' {
			i++
			c.from, c.path = c.path, f[i+1]
		}
		list = append(list, c)
	}
	return list, d.patches(from, to, list)
}

// patches adds to changes, which must be in git's order, what was changed.
func (d gitDir) patches(from, to string, list []change) error {
	text, err := d.run("", nil, "diff", "-M", "--no-color", "--no-ext-diff", from, to)
	if err != nil {
		return err
	}
	parts := strings.Split("\n"+text, "\ndiff --git ")
	if len(parts)-1 != len(list) {
		return fmt.Errorf("reading differences: %d patches of %d files", len(parts)-1, len(list))
	}
	for i, p := range parts[1:] {
		_, hunks, found := strings.Cut(p, "\n@@ ")
		if !found {
			continue // binary, or a pure rename
		}
		list[i].patch = strings.TrimSuffix("@@ "+hunks, "\n")
		for l := range strings.Lines(list[i].patch) {
			switch l[0] {
			case '+':
				list[i].added++
			case '-':
				list[i].deleted++
			}
		}
	}
	return nil
}
