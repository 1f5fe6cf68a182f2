package githubtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// checkGit returns the path of git's program for HTTP. It says what is wrong if git is missing or too old for merges
// without a work tree (before 2.38).
func checkGit() (backend string, err error) {
	out, err := exec.Command("git", "version").Output()
	if err != nil {
		return "", fmt.Errorf("starting a GitHub: git: %w", err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(string(out), "git version %d.%d", &major, &minor); err != nil {
		return "", fmt.Errorf("starting a GitHub: reading %q: %w", out, err)
	}
	if major < 2 || major == 2 && minor < 38 {
		return "", fmt.Errorf("starting a GitHub: git is %d.%d, 2.38 or later is needed", major, minor)
	}
	if out, err = exec.Command("git", "--exec-path").Output(); err != nil {
		return "", fmt.Errorf("starting a GitHub: git: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"), nil
}

// A gitDir is a bare repository.
type gitDir string

// environment is what git runs with: nothing of the user's configuration.
func (d gitDir) environment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + string(d), "LC_ALL=C",
		"GIT_DIR=" + string(d), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_TERMINAL_PROMPT=0", "GIT_LITERAL_PATHSPECS=1", "GIT_OPTIONAL_LOCKS=0",
	}
}

// A gitError is git's refusal.
type gitError struct {
	args   []string
	code   int
	output string
	stderr string
}

func (e *gitError) Error() string {
	return fmt.Sprintf("git %s: exit code %d: %s", strings.Join(e.args, " "), e.code, strings.TrimSpace(e.stderr))
}

// run runs git with input on its standard input and returns its output.
func (d gitDir) run(input string, env []string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Env = append(d.environment(), env...)
	cmd.Dir = string(d)
	cmd.Stdin = strings.NewReader(input)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return out.String(), &gitError{args: args, code: exit.ExitCode(), output: out.String(), stderr: stderr.String()}
	}
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return out.String(), nil
}

// line runs git and returns its output without the last newline.
func (d gitDir) line(args ...string) (string, error) {
	out, err := d.run("", nil, args...)
	return strings.TrimSuffix(out, "\n"), err
}

// updateHook refuses what the server decided to refuse before a push ran: the
// references in GITHUBTEST_DENY, and for those in GITHUBTEST_KEEP deletion and
// anything but fast-forward. Of a token without the permission "workflows" it
// refuses what changes a workflow, compared with GITHUBTEST_MAIN on a new branch.
const updateHook = `#!/bin/sh
if [ -n "$GITHUBTEST_MAIN" ]; then
	case "$2" in *[!0]*) old=$2;; *) old=$GITHUBTEST_MAIN;; esac
	case "$3" in *[!0]*)
		changed=$(git diff --name-only "$old" "$3" -- .github/workflows | head -n 1)
		if [ -n "$changed" ]; then
			echo "error: refusing to allow a GitHub App to create or update workflow $changed without workflows permission" >&2
			exit 1
		fi;;
	esac
fi
case " $GITHUBTEST_DENY " in *" $1 "*)
	echo "error: GH006: Protected branch update failed for $1." >&2
	echo "error: $GITHUBTEST_WHY" >&2
	exit 1;;
esac
case " $GITHUBTEST_KEEP " in *" $1 "*)
	case "$3" in *[!0]*) ;; *)
		echo "error: GH006: Protected branch update failed for $1." >&2
		echo "error: Cannot delete a protected branch" >&2
		exit 1;;
	esac
	case "$2" in *[!0]*)
		if ! git merge-base --is-ancestor "$2" "$3"; then
			echo "error: GH006: Protected branch update failed for $1." >&2
			echo "error: Cannot force-push to a protected branch" >&2
			exit 1
		fi;;
	esac;;
esac
exit 0
`

// create makes the bare repository with an unborn default branch.
func (d gitDir) create(branch string) error {
	if err := os.MkdirAll(string(d), 0o755); err != nil {
		return err
	}
	if _, err := d.run("", nil, "init", "--quiet", "--bare", "--template=", "--initial-branch="+branch); err != nil {
		return err
	}
	const settings = "[http]\n\treceivepack = true\n[uploadpack]\n\tallowAnySHA1InWant = true\n\tallowFilter = true\n[receive]\n\tadvertisePushOptions = true\n\tautogc = false\n" +
		"[gc]\n\tauto = 0\n[core]\n\tlogAllRefUpdates = false\n[transfer]\n\thideRefs = refs/githubtest\n"
	config, err := os.OpenFile(filepath.Join(string(d), "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = config.WriteString(settings)
	if err := errors.Join(err, config.Close()); err != nil {
		return err
	}
	hooks := filepath.Join(string(d), "hooks")
	if err := os.MkdirAll(hooks, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(hooks, "update"), []byte(updateHook), 0o755)
}

// refs returns all references and the commits, or tag objects, they point at.
func (d gitDir) refs() (map[string]string, error) {
	out, err := d.line("for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return nil, err
	}
	refs := map[string]string{}
	for l := range strings.Lines(out) {
		if sha, name, found := strings.Cut(strings.TrimSpace(l), " "); found {
			refs[name] = sha
		}
	}
	return refs, nil
}

// tip returns what a full reference points at, "" if there is none. References
// are read from their files, which is a thousand times faster than asking git.
func (d gitDir) tip(ref string) string {
	if strings.Contains(ref, "..") {
		return "" // no reference has that
	}
	text, err := os.ReadFile(filepath.Join(string(d), ref))
	if sha := strings.TrimSpace(string(text)); err == nil && len(sha) == len(zero) {
		return sha
	}
	if _, err := os.Stat(filepath.Join(string(d), "packed-refs")); err != nil {
		return ""
	}
	sha, err := d.line("rev-parse", "--quiet", "--verify", ref)
	if err != nil {
		return ""
	}
	return sha
}

// commitOf resolves a branch, tag, full reference or object name to a commit;
// "" if there is none.
func (d gitDir) commitOf(rev string) string {
	if strings.HasPrefix(rev, "-") || strings.ContainsAny(rev, " :^~?*[\\@{") {
		return ""
	}
	if sha := d.tip("refs/heads/" + rev); sha != "" {
		return sha
	}
	if d.tip("refs/tags/"+rev) != "" {
		rev = "refs/tags/" + rev
	}
	sha, err := d.line("rev-parse", "--quiet", "--verify", rev+"^{commit}")
	if err != nil {
		return ""
	}
	return sha
}

const zero = "0000000000000000000000000000000000000000"

// swap points ref from old to new; either may be "" for none. It reports
// false if the reference is not at old.
func (d gitDir) swap(ref, new, old string) (bool, error) {
	args := []string{"update-ref", ref, new, old}
	if old == "" {
		args[3] = zero
	}
	if new == "" {
		args = []string{"update-ref", "-d", ref, old}
	}
	_, err := d.run("", nil, args...)
	var refused *gitError
	if errors.As(err, &refused) {
		return false, nil
	}
	return err == nil, err
}

// A signature is who made a commit, and when.
type signature struct {
	Name, Email string
	Date        time.Time
}

// A commit is one in git.
type commit struct {
	sha, tree, message string
	parents            []string
	author, committer  signature
}

// commits reads commits. Shas must exist.
func (d gitDir) commits(shas []string) ([]commit, error) {
	if len(shas) == 0 {
		return nil, nil
	}
	out, err := d.run(strings.Join(shas, "\n")+"\n", nil, "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	var list []commit
	for out != "" {
		head, rest, _ := strings.Cut(out, "\n")
		var sha, kind string
		var size int
		if _, err := fmt.Sscan(head, &sha, &kind, &size); err != nil || kind != "commit" || len(rest) < size+1 {
			return nil, fmt.Errorf("reading commits: %q", head)
		}
		list = append(list, parseCommit(sha, rest[:size]))
		out = rest[size+1:]
	}
	return list, nil
}

func (d gitDir) commit(sha string) (commit, error) {
	l, err := d.commits([]string{sha})
	if err != nil {
		return commit{}, err
	}
	return l[0], nil
}

// parseCommit reads a commit object.
func parseCommit(sha, text string) commit {
	c := commit{sha: sha}
	head, message, _ := strings.Cut(text, "\n\n")
	c.message = strings.TrimSuffix(message, "\n")
	for l := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSuffix(l, "\n"), " ")
		switch key {
		case "tree":
			c.tree = value
		case "parent":
			c.parents = append(c.parents, value)
		case "author":
			c.author = parseSignature(value)
		case "committer":
			c.committer = parseSignature(value)
		}
	}
	return c
}

// parseSignature reads "Name <email> seconds zone".
func parseSignature(s string) signature {
	name, rest, _ := strings.Cut(s, " <")
	email, when, _ := strings.Cut(rest, "> ")
	var seconds int64
	fmt.Sscan(when, &seconds) // a malformed date is 1970
	return signature{Name: name, Email: email, Date: time.Unix(seconds, 0).UTC()}
}

// write makes a commit object.
func (d gitDir) write(c commit) (string, error) {
	args := []string{"commit-tree", c.tree}
	for _, p := range c.parents {
		args = append(args, "-p", p)
	}
	date := func(t time.Time) string { return fmt.Sprintf("%d +0000", t.Unix()) }
	out, err := d.run(c.message, []string{
		"GIT_AUTHOR_NAME=" + c.author.Name, "GIT_AUTHOR_EMAIL=" + c.author.Email, "GIT_AUTHOR_DATE=" + date(c.author.Date),
		"GIT_COMMITTER_NAME=" + c.committer.Name, "GIT_COMMITTER_EMAIL=" + c.committer.Email, "GIT_COMMITTER_DATE=" + date(c.committer.Date),
	}, args...)
	return strings.TrimSpace(out), err
}

// ancestor says whether a is b or one of its ancestors.
func (d gitDir) ancestor(a, b string) bool {
	if a == b {
		return true
	}
	_, err := d.line("merge-base", "--is-ancestor", a, b)
	return err == nil
}

// between returns the commits that head has and base has not, oldest first.
func (d gitDir) between(base, head string) ([]string, error) {
	out, err := d.line("rev-list", "--reverse", "--topo-order", base+".."+head)
	return strings.Fields(out), err
}

// history returns the commits from head, newest first, at most n (0 for all).
func (d gitDir) history(head string, n int, path ...string) ([]string, error) {
	args := []string{"rev-list", head}
	if n > 0 {
		args = append(args, fmt.Sprintf("--max-count=%d", n))
	}
	out, err := d.line(append(append(args, "--"), path...)...)
	return strings.Fields(out), err
}
