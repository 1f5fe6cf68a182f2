// Package git runs the git command on repositories of ours, deaf to all configuration
// but what it is given.
package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Oldest is the first version that has "merge-tree --write-tree".
const Oldest = "2.38"

// A Git runs git. It is constant and may be used by several goroutines at once.
type Git struct {
	path string
	env  []string
}

// passed are the operator's variables that say how the network is reached.
var passed = regexp.MustCompile(`^(?i:https?_proxy|no_proxy|all_proxy|SSL_CERT_FILE|SSL_CERT_DIR|GIT_SSL_CAINFO|GIT_SSL_CAPATH|SSH_AUTH_SOCK|SystemRoot)=`)

// Find looks for git in the PATH of environ. The error says what to install if there is none, or if it is
// older than [Oldest].
func Find(ctx context.Context, environ []string) (*Git, error) {
	path, err := LookPath(environ, "git")
	if err != nil {
		return nil, fmt.Errorf("template updates need git %s or newer: %w", Oldest, err)
	}
	g := &Git{path: path, env: []string{
		"PATH=" + Variable(environ, "PATH"), "HOME=" + os.DevNull, "LC_ALL=C.UTF-8",
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
		"GIT_SSH_COMMAND=ssh -oBatchMode=yes",
	}}
	for _, v := range environ {
		if passed.MatchString(v) {
			g.env = append(g.env, v)
		}
	}
	out, err := g.Run(ctx, Command{Args: []string{"version"}})
	if err != nil {
		return nil, err
	}
	version := strings.TrimPrefix(strings.TrimSpace(out), "git version ")
	if !newEnough(version) {
		return nil, fmt.Errorf("template updates need git %s or newer, and %s is %s", Oldest, path, version)
	}
	return g, nil
}

var leading = regexp.MustCompile(`^(\d+)\.(\d+)`)

func newEnough(version string) bool {
	have, want := leading.FindStringSubmatch(version), leading.FindStringSubmatch(Oldest)
	if have == nil {
		return false
	}
	for i := 1; i <= 2; i++ {
		h, _ := strconv.Atoi(have[i])
		w, _ := strconv.Atoi(want[i])
		if h != w {
			return h > w
		}
	}
	return true
}

// Variable returns the last value of a variable in environ, "" if there is none.
func Variable(environ []string, name string) string {
	value := ""
	for _, v := range environ {
		if rest, ok := strings.CutPrefix(v, name+"="); ok {
			value = rest
		}
	}
	return value
}

// LookPath finds an executable by the PATH of environ, not of this process. Folders
// of PATH that are not absolute are passed over.
func LookPath(environ []string, name string) (string, error) {
	for _, dir := range filepath.SplitList(Variable(environ, "PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not in PATH", name)
}

// Path returns where git is.
func (g *Git) Path() string { return g.path }

// A Setting is a line of git configuration.
type Setting struct{ Key, Value string }

// Settings returns the variables that make git use settings. They are seen by nobody but the
// process that gets them and its children.
func Settings(settings []Setting) []string {
	env := []string{"GIT_CONFIG_COUNT=" + strconv.Itoa(len(settings))}
	for i, s := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, s.Key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, s.Value))
	}
	return env
}

// harmless keeps a repository from running anything, whatever its own configuration says.
var harmless = []Setting{
	{"core.hooksPath", os.DevNull}, {"core.fsmonitor", "false"}, {"core.untrackedCache", "false"}, {"core.attributesFile", os.DevNull},
	{"core.excludesFile", os.DevNull}, {"core.autocrlf", "false"}, {"core.quotePath", "false"}, {"core.symlinks", "true"},
	{"gc.auto", "0"}, {"maintenance.auto", "false"}, {"protocol.ext.allow", "never"}, {"safe.directory", "*"},
	{"commit.gpgSign", "false"}, {"user.name", "currant"}, {"user.email", "currant@localhost"},
}

// A Command is one run of git.
type Command struct {
	Dir      string // the repository's folder: a bare one, or the top of a work tree; "" for none
	WorkTree string // for a bare repository; "" for none
	Args     []string
	Env      []string // besides what every command gets
	Settings []Setting
	Stdin    io.Reader
	Most     int64 // bytes of output that are read; 0 for 64 MiB
}

// An Error is a git command that failed. Its text holds no credentials.
type Error struct {
	Command string
	Stderr  string
	Err     error
}

func (e *Error) Error() string {
	text := strings.TrimSpace(e.Stderr)
	if text == "" {
		text = e.Err.Error()
	}
	return "git " + e.Command + ": " + text
}

func (e *Error) Unwrap() error { return e.Err }

// ErrOutput says that a command wrote more than it may.
var ErrOutput = errors.New("git wrote more than is read")

// Run returns what a command writes; where it fails with an [Error], what it wrote until then.
func (g *Git) Run(ctx context.Context, c Command) (string, error) {
	var args []string
	if c.Dir != "" && c.WorkTree != "" {
		args = append(args, "--git-dir="+c.Dir, "--work-tree="+c.WorkTree)
	} else if c.Dir != "" {
		args = append(args, "-C", c.Dir)
	}
	most := c.Most
	if most == 0 {
		most = 64 << 20
	}
	out, errs := &capped{most: most}, &capped{most: 64 << 10, drop: true}
	cmd := exec.CommandContext(ctx, g.path, append(args, c.Args...)...)
	cmd.Dir = c.WorkTree
	cmd.Env = append(append(append([]string{}, g.env...), Settings(append(append([]Setting{}, harmless...), c.Settings...))...), c.Env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, out, errs
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("git %s: %w", c.Args[0], context.Cause(ctx))
	}
	if out.over {
		return "", fmt.Errorf("git %s: %w", c.Args[0], ErrOutput)
	}
	if err != nil {
		return out.String(), &Error{Command: c.Args[0], Stderr: Redact(errs.String()), Err: err}
	}
	return out.String(), nil
}

// capped keeps the first bytes written to it, and refuses or drops the rest.
type capped struct {
	bytes.Buffer
	most int64
	drop bool
	over bool
}

func (c *capped) Write(p []byte) (int, error) {
	room := c.most - int64(c.Len())
	if int64(len(p)) <= room {
		return c.Buffer.Write(p)
	}
	c.over = true
	c.Buffer.Write(p[:room])
	if c.drop {
		return len(p), nil
	}
	return int(room), ErrOutput
}

var userinfo = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^/\s@'"]+@`)

// Redact takes user names, passwords and tokens out of the URLs in text.
func Redact(text string) string { return userinfo.ReplaceAllString(text, "${1}***@") }
