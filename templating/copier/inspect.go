package copier

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/templating/git"
)

var versionLine = regexp.MustCompile(`copier ([0-9][^\s]*)`)

// inspect asks a command for its version, and where the Python under it is, so that a sandbox
// can let it in.
func (e *Engine) inspect(ctx context.Context, command []string, from string) (Tool, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	path := command[0]
	if !filepath.IsAbs(path) {
		var err error
		if path, err = git.LookPath(e.options.Environ, path); err != nil {
			return Tool{}, err
		}
	}
	t := Tool{Command: append([]string{path}, command[1:]...), From: from}
	out, err := e.ask(ctx, append(slices.Clone(t.Command), "--version")...)
	if err != nil {
		return Tool{}, err
	}
	m := versionLine.FindStringSubmatch(out)
	if m == nil {
		return Tool{}, fmt.Errorf("%s does not say a version of Copier but %q", path, lastLines(out, 1))
	}
	t.Version = m[1]
	t.Read, err = e.folders(ctx, path)
	return t, err
}

// folders returns where the Python of a script, and what it imports, are.
func (e *Engine) folders(ctx context.Context, script string) ([]string, error) {
	python, err := interpreter(script)
	if err != nil {
		return nil, err
	}
	const ask = "import sys, os, json; print(json.dumps([sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, " +
		"os.path.realpath(sys.executable)] + [p for p in sys.path if p]))"
	out, err := e.ask(ctx, python, "-I", "-c", ask)
	if err != nil {
		return nil, err
	}
	var folders []string
	if err := json.Unmarshal([]byte(out), &folders); err != nil {
		return nil, fmt.Errorf("asking %s where it is: %w", python, err)
	}
	folders = append(folders, script, python)
	for _, f := range slices.Clone(folders) {
		if real, err := filepath.EvalSymlinks(f); err == nil {
			folders = append(folders, real)
		}
	}
	slices.Sort(folders)
	return slices.DeleteFunc(slices.Compact(folders), func(f string) bool { return f == "/" || !filepath.IsAbs(f) }), nil
}

// interpreter returns the absolute path in the first line of a script.
func interpreter(script string) (string, error) {
	f, err := os.Open(script)
	if err != nil {
		return "", err
	}
	defer f.Close()
	line, err := bufio.NewReader(&limited{f, 4096}).ReadString('\n')
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "#!")
	if err != nil || !ok {
		return "", fmt.Errorf("%s is not a Python script, so it cannot be put in a sandbox: name the copier script of its virtual environment", script)
	}
	// uv and pip write a shell line when the path is long or has spaces; both keep python beside the script.
	name, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if strings.Contains(filepath.Base(name), "python") {
		return name, nil
	}
	real, err := filepath.EvalSymlinks(script)
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(real), "python"), nil
}

// limited reads no more than left bytes.
type limited struct {
	f    *os.File
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errors.New("the first line does not end")
	}
	n, err := l.f.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// ask runs a program of the operator's with nothing but PATH in its environment.
func (e *Engine) ask(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = []string{"PATH=" + git.Variable(e.options.Environ, "PATH"), "HOME=" + os.DevNull, "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"}
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("%s: %w: %s", args[0], err, lastLines(string(exit.Stderr), 3))
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", args[0], err)
	}
	return string(out), nil
}
