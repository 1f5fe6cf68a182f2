package copier

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/lock"
)

//go:embed constraints.txt
var constraints string

// complete is the file that an installation ends with. A folder without it was interrupted.
const complete = "currant-complete"

// provision installs Copier in the cache folder unless it is there. Processes
// that want it at the same time wait for the one that installs.
func (e *Engine) provision(ctx context.Context) (Tool, error) {
	cache, err := filepath.Abs(e.options.Cache)
	if err != nil {
		return Tool{}, fmt.Errorf("finding room for Copier: %w", err)
	}
	dir := filepath.Join(cache, "copier-"+e.options.Version+"-"+e.fingerprint())
	if t, ok := e.installed(ctx, dir); ok {
		return t, nil
	}
	if e.options.Downloads == Forbidden {
		return Tool{}, &MissingError{fmt.Sprintf("template updates need Copier %s, and downloads are forbidden: "+
			"install it (uv tool install copier==%[1]s, or pipx install copier==%[1]s) or name its command", e.options.Version)}
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return Tool{}, fmt.Errorf("making room for Copier: %w", err)
	}
	unlock, err := lock.Take(ctx, dir+".lock")
	if err != nil {
		return Tool{}, fmt.Errorf("waiting for another process that installs Copier: %w", err)
	}
	defer unlock()
	if t, ok := e.installed(ctx, dir); ok {
		return t, nil
	}
	return e.install(ctx, dir)
}

// fingerprint tells installations of one version with other dependencies apart.
func (e *Engine) fingerprint() string {
	sum := sha256.Sum256([]byte(constraints))
	return hex.EncodeToString(sum[:4])
}

// installed returns the Copier in dir if it was installed to the end.
func (e *Engine) installed(ctx context.Context, dir string) (Tool, bool) {
	how, err := os.ReadFile(filepath.Join(dir, complete))
	if err != nil {
		return Tool{}, false
	}
	t, err := e.inspect(ctx, []string{filepath.Join(dir, "bin", "copier")}, string(how))
	return t, err == nil && t.Version == e.options.Version
}

// A way is one of the programs that can install Copier. Each leaves a virtual environment at dir,
// so that afterwards no program looks anything up when Copier runs.
type way struct {
	name    string
	install func(ctx context.Context, dir, constraints string) error
}

func (e *Engine) install(ctx context.Context, dir string) (Tool, error) {
	file := dir + ".txt"
	if err := os.WriteFile(file, []byte(e.constraints()), 0o600); err != nil {
		return Tool{}, fmt.Errorf("writing what Copier is installed with: %w", err)
	}
	var problems []string
	for _, w := range []way{{"uv", e.withUV}, {"pipx", e.withPipx}, {"venv", e.withVenv}} {
		if err := os.RemoveAll(dir); err != nil {
			return Tool{}, fmt.Errorf("removing an interrupted installation of Copier: %w", err)
		}
		start := time.Now()
		err := w.install(ctx, dir, file)
		if ctx.Err() != nil {
			return Tool{}, context.Cause(ctx)
		}
		if errors.Is(err, errNone) {
			problems = append(problems, w.name+": "+strings.TrimSuffix(err.Error(), ": "+errNone.Error()))
			continue
		}
		if err != nil {
			e.options.Progress(fmt.Sprintf("installing Copier with %s: %v", w.name, err))
			problems = append(problems, w.name+": "+err.Error())
			continue
		}
		how := "installed with " + w.name
		t, err := e.inspect(ctx, []string{filepath.Join(dir, "bin", "copier")}, how)
		if err != nil {
			return Tool{}, fmt.Errorf("running the Copier that was just installed: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, complete), []byte(how), 0o600); err != nil {
			return Tool{}, fmt.Errorf("finishing the installation of Copier: %w", err)
		}
		e.options.Progress(fmt.Sprintf("Copier %s is installed (%s, %.0f s)", t.Version, w.name, time.Since(start).Seconds()))
		return t, nil
	}
	return Tool{}, &MissingError{fmt.Sprintf("template updates need Copier %s, which could not be installed:\n  %s",
		e.options.Version, strings.Join(problems, "\n  "))}
}

// constraints returns the pinned set; for a version other than Pinned only Copier itself is pinned.
func (e *Engine) constraints() string {
	if e.options.Version == Pinned {
		return constraints
	}
	return "copier==" + e.options.Version + "\n"
}

func (e *Engine) spec() string { return "copier==" + e.options.Version }

func (e *Engine) withUV(ctx context.Context, dir, constraints string) error {
	uv, err := git.LookPath(e.options.Environ, "uv")
	if err != nil {
		return fmt.Errorf("%w: %w", err, errNone)
	}
	e.options.Progress("installing " + e.spec() + " with uv")
	if err := e.program(ctx, uv, "venv", "--quiet", "--python", ">=3.10", dir); err != nil {
		return err
	}
	return e.program(ctx, uv, "pip", "install", "--quiet", "--compile-bytecode", "--only-binary", ":all:",
		"--python", filepath.Join(dir, "bin", "python"), "--constraints", constraints, e.spec())
}

func (e *Engine) withPipx(ctx context.Context, dir, constraints string) error {
	pipx, err := git.LookPath(e.options.Environ, "pipx")
	if err != nil {
		return fmt.Errorf("%w: %w", err, errNone)
	}
	e.options.Progress("installing " + e.spec() + " with pipx")
	home := dir + ".pipx"
	if err := os.RemoveAll(home); err != nil {
		return err
	}
	env := []string{"PIPX_HOME=" + home, "PIPX_BIN_DIR=" + filepath.Join(home, "bin")}
	if err := e.programWith(ctx, env, pipx, "install", "--quiet", "--pip-args", "--only-binary :all: --constraint '"+constraints+"'", e.spec()); err != nil {
		return err
	}
	return os.Symlink(filepath.Join(home, "venvs", "copier"), dir)
}

func (e *Engine) withVenv(ctx context.Context, dir, constraints string) error {
	python, err := e.python(ctx)
	if err != nil {
		return err
	}
	e.options.Progress("installing " + e.spec() + " in a virtual environment")
	if err := e.program(ctx, python, "-m", "venv", dir); err != nil {
		return err
	}
	return e.program(ctx, filepath.Join(dir, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
		"--only-binary", ":all:", "--constraint", constraints, e.spec())
}

// python finds a Python that can make virtual environments. The error says what is missing.
func (e *Engine) python(ctx context.Context) (string, error) {
	const script = "import sys; assert sys.version_info >= (3, 10), 'it is Python %d.%d, and Copier needs 3.10' % sys.version_info[:2]\n" +
		"import venv, ensurepip"
	problem := "python3 is not in PATH"
	for _, name := range []string{"python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"} {
		path, err := git.LookPath(e.options.Environ, name)
		if err != nil {
			continue
		}
		err = e.program(ctx, path, "-I", "-c", script)
		if err == nil {
			return path, nil
		}
		switch text := err.Error(); {
		case strings.Contains(text, "ensurepip") || strings.Contains(text, "venv"):
			problem = path + " has no venv or ensurepip: install them (the package python3-venv on Debian and Ubuntu)"
		case strings.Contains(text, "Copier needs"):
			problem = path + ": " + text[strings.LastIndex(text, "it is Python"):]
		default:
			problem = path + ": " + text
		}
	}
	return "", fmt.Errorf("%s: %w", problem, errNone)
}

// program runs one of the operator's programs, in the operator's environment: how package indexes are reached is
// said there. No template is anywhere near.
func (e *Engine) program(ctx context.Context, name string, args ...string) error {
	return e.programWith(ctx, nil, name, args...)
}

func (e *Engine) programWith(ctx context.Context, env []string, name string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(append([]string{}, e.options.Environ...), env...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, git.Redact(lastLines(out.String(), 5)))
	}
	return nil
}

// lastLines returns the end of a text, which is where programs say what is wrong.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
