package lockfile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/templating/git"
)

// A Program is a program of the operator's machine.
type Program struct {
	Command []string // absolute
	Version string
	Read    []string // what a sandbox must show it
}

// A finder looks for programs, once each.
type finder struct {
	environ []string
	named   map[string][]string // commands that the operator named, by tool
}

var versionIn = regexp.MustCompile(`\d+\.\d+(\.\d+)?[0-9A-Za-z.+-]*`)

// candidates returns the programs of a tool that can be run, the operator's
// choice first, and why others cannot.
func (f finder) candidates(ctx context.Context, t *Tool) (found []Program, problems []string) {
	seen := make(map[string]bool)
	for _, path := range append(slices.Clone(f.named[t.Name]), f.onPath(t.Name)...) {
		if !filepath.IsAbs(path) {
			at, err := git.LookPath(f.environ, path)
			if err != nil {
				problems = append(problems, path+" is not there")
				continue
			}
			path = at
		}
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			problems = append(problems, path+" is not there")
			continue
		}
		if seen[real] {
			continue
		}
		seen[real] = true
		p, err := f.inspect(ctx, path, t.Ask, t.Whole)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s cannot be used: %v", path, err))
			continue
		}
		found = append(found, p)
	}
	return found, problems
}

// onPath returns every file of this name in the folders of PATH.
func (f finder) onPath(name string) []string {
	var out []string
	for _, dir := range filepath.SplitList(git.Variable(f.environ, "PATH")) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && filepath.IsAbs(dir) && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			out = append(out, path)
		}
	}
	return out
}

// helper finds a program that a tool needs, such as node.
func (f finder) helper(ctx context.Context, name string) (Program, error) {
	var first error
	for _, path := range append(slices.Clone(f.named[name]), f.onPath(name)...) {
		p, err := f.inspect(ctx, path, nil, strings.HasPrefix(name, "python"))
		if err == nil {
			return p, nil
		}
		first = errors.Join(first, fmt.Errorf("%s cannot be used: %w", path, err))
	}
	if first == nil {
		first = fmt.Errorf("%s is not on the PATH", name)
	}
	return Program{}, first
}

// inspect asks a program for its version and finds what it is made of.
func (f finder) inspect(ctx context.Context, path string, ask []string, whole bool) (Program, error) {
	path, err := f.unwrap(ctx, path)
	if err != nil {
		return Program{}, err
	}
	read, err := f.parts(path, whole, 0)
	if err != nil {
		return Program{}, err
	}
	if ask == nil {
		ask = []string{"--version"}
	}
	out, err := f.ask(ctx, path, ask...)
	if err != nil {
		return Program{}, err
	}
	version := versionIn.FindString(out)
	if version == "" {
		return Program{}, fmt.Errorf("it does not say its version but %q", lastLines(out, 1))
	}
	return Program{Command: []string{path}, Version: version, Read: read}, nil
}

// unwrap returns the program that rustup or pyenv would start.
func (f finder) unwrap(ctx context.Context, path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	name := filepath.Base(path)
	var out string
	switch {
	case filepath.Base(real) == "rustup" && name != "rustup":
		out, err = f.ask(ctx, real, "which", name)
	case filepath.Base(filepath.Dir(path)) == "shims":
		for _, manager := range []string{"pyenv", "nodenv", "asdf"} {
			if strings.Contains(path, manager) {
				if at, lookErr := git.LookPath(f.environ, manager); lookErr == nil {
					out, err = f.ask(ctx, at, "which", name)
				}
			}
		}
		if err == nil && out == "" {
			err = errors.New("it is a shim: name the program behind it")
		}
	default:
		return path, nil
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(out), nil
}

// ask runs a program of the operator's with little in its environment.
func (f finder) ask(ctx context.Context, path string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{
		"PATH=" + git.Variable(f.environ, "PATH"), "HOME=" + git.Variable(f.environ, "HOME"), "LC_ALL=C.UTF-8", "NO_COLOR=1",
		"COREPACK_ENABLE_NETWORK=0", "COREPACK_ENABLE_DOWNLOAD_PROMPT=0", "YARN_IGNORE_PATH=1", "GOTOOLCHAIN=local",
	}
	for _, name := range []string{"RUSTUP_HOME", "CARGO_HOME", "PYENV_ROOT"} {
		if v := git.Variable(f.environ, name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.Dir = os.TempDir()
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("%w: %s", err, lastLines(string(exit.Stderr), 1))
	}
	return string(out), err
}

// parts returns what a program consists of: itself, the package that a script is part of,
// and the same of what interprets the script.
func (f finder) parts(path string, whole bool, depth int) ([]string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	out := []string{path, real}
	if whole && filepath.Base(filepath.Dir(real)) == "bin" {
		top := filepath.Dir(filepath.Dir(real))
		if top == "/" || top == git.Variable(f.environ, "HOME") {
			return nil, fmt.Errorf("a sandbox would have to show it all of %s", top)
		}
		out = append(out, top)
	}
	interpreter, argument, err := shebang(real)
	if err != nil || interpreter == "" {
		return out, err
	}
	if dir := packageOf(real); dir != "" {
		out = append(out, dir)
	}
	if filepath.Base(interpreter) == "env" {
		if interpreter, err = git.LookPath(f.environ, argument); err != nil {
			return nil, fmt.Errorf("it needs %s: %w", argument, err)
		}
	}
	switch base := filepath.Base(interpreter); {
	case depth > 3:
		return nil, errors.New("its interpreter is a script too often")
	case base == "sh" || base == "bash":
		return out, nil
	case strings.HasPrefix(base, "python"):
		venv := filepath.Dir(filepath.Dir(interpreter))
		if _, err := os.Stat(filepath.Join(venv, "pyvenv.cfg")); err == nil {
			out = append(out, venv)
		}
		whole = true
	default:
		whole = false
	}
	more, err := f.parts(interpreter, whole, depth+1)
	return append(out, more...), err
}

// packageOf returns the folder of the Node.js package that a script is part of.
func packageOf(script string) string {
	for dir := filepath.Dir(script); dir != "/" && filepath.Base(dir) != "node_modules"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "package.json")); err == nil {
			return dir
		}
	}
	return ""
}

// shebang returns the interpreter in a script's first line, and its first argument; "" if path is no script.
func shebang(path string) (interpreter, argument string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", "", err
	}
	defer file.Close()
	line, err := bufio.NewReader(io.LimitReader(file, 4096)).ReadString('\n')
	rest, ok := strings.CutPrefix(line, "#!")
	if !ok || err != nil {
		return "", "", nil
	}
	words := strings.Fields(rest)
	if len(words) == 0 {
		return "", "", nil
	}
	if len(words) > 2 && words[1] == "-S" {
		words = words[1:]
	}
	if len(words) > 1 {
		argument = words[1]
	}
	return words[0], argument, nil
}
