package copier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/sandbox"
)

// A Run is one run of Copier.
type Run struct {
	Args  []string // after "copier", such as "update", "--defaults"
	Work  string   // folder that it works in
	Write []string // folders that it may change besides Work and Job, such as the top of Work's repository
	Job   string   // folder for everything else it writes, emptied by the caller
	Read  []string // other folders that it needs, such as the mirror of the template
	Views []View   // where git finds templates

	// Settings are lines of git configuration besides those that every run gets.
	Settings []git.Setting

	// Open runs it without a box: with the network and all files. Only for templates that
	// the operator trusts as much as Currant itself.
	Open bool

	Limits sandbox.Limits
}

// A View is a repository that stands for a URL.
type View struct {
	Dir  string
	URLs []string // every spelling of it
}

// A Result is what became of a run.
type Result struct {
	Exit     int
	Stdout   string // the beginning and the end, if it is long
	Stderr   string
	Took     time.Duration
	Enforced sandbox.Report // what held during the run; zero for one without a box
	Stopped  error          // [sandbox.ErrTime] and the like, nil if it ended by itself
}

// Limits are what a run may use unless the operator says otherwise.
func Limits() sandbox.Limits {
	return sandbox.Limits{
		Time: 5 * time.Minute, FileSize: 256 << 20, Disk: 1 << 30, Memory: 8 << 30, Processes: 256,
	}
}

// Run runs Copier with nothing of our environment, no credentials and no input. The
// error says that it could not be run, not that it failed.
func (e *Engine) Run(ctx context.Context, r Run) (Result, error) {
	tool, err := e.Find(ctx)
	if err != nil {
		return Result{}, err
	}
	env, err := e.environment(tool, r)
	if err != nil {
		return Result{}, err
	}
	out, errs := &excerpt{}, &excerpt{}
	command := sandbox.Command{
		Args: append(append([]string{}, tool.Command...), r.Args...), Dir: r.Work, Env: env,
		Read: append(append(sandbox.System(), tool.Read...), r.Read...), Write: append([]string{r.Work, r.Job}, r.Write...),
		Limits: r.Limits, Stdout: out, Stderr: errs,
	}
	for _, v := range r.Views {
		command.Read = append(command.Read, v.Dir)
	}
	start := time.Now()
	res := Result{}
	run := e.boxed
	if r.Open {
		run = e.open
	}
	res.Exit, res.Enforced, err = run(ctx, command)
	res.Took = time.Since(start)
	res.Stdout, res.Stderr = git.Redact(out.String()), git.Redact(errs.String())
	switch {
	case ctx.Err() != nil:
		return res, fmt.Errorf("running Copier: %w", context.Cause(ctx))
	case errors.Is(err, sandbox.ErrTime) || errors.Is(err, sandbox.ErrDisk) || errors.Is(err, sandbox.ErrProcesses):
		res.Stopped = err
		return res, nil
	case err != nil:
		return res, fmt.Errorf("running Copier: %w", err)
	}
	return res, nil
}

func (e *Engine) boxed(ctx context.Context, c sandbox.Command) (int, sandbox.Report, error) {
	report, err := e.options.Box.Report(ctx)
	if err != nil {
		return -1, report, err
	}
	exit, err := e.options.Box.Run(ctx, c)
	return exit, report, err
}

// open runs c with all that the operator may do, except its environment.
func (e *Engine) open(ctx context.Context, c sandbox.Command) (int, sandbox.Report, error) {
	exit, err := sandbox.Open(ctx, c)
	return exit, sandbox.Report{}, err
}

// Enforced tells what the sandbox enforces here.
func (e *Engine) Enforced(ctx context.Context) (sandbox.Report, error) {
	return e.options.Box.Report(ctx)
}

// environment makes the folders that a run needs and returns all its variables.
func (e *Engine) environment(tool Tool, r Run) ([]string, error) {
	for _, name := range []string{"home", "tmp", "cache"} {
		if err := os.MkdirAll(filepath.Join(r.Job, name), 0o700); err != nil {
			return nil, fmt.Errorf("making room for a run of Copier: %w", err)
		}
	}
	settings := filepath.Join(r.Job, "settings.yml")
	if err := os.WriteFile(settings, []byte("{}\n"), 0o600); err != nil {
		return nil, fmt.Errorf("making room for a run of Copier: %w", err)
	}
	path := []string{filepath.Dir(tool.Command[0]), filepath.Dir(e.git.Path()), "/usr/local/bin", "/usr/bin", "/bin"}
	env := []string{
		"PATH=" + strings.Join(path, string(os.PathListSeparator)), "HOME=" + filepath.Join(r.Job, "home"),
		"TMPDIR=" + filepath.Join(r.Job, "tmp"), "LC_ALL=C.UTF-8", "NO_COLOR=1",
		"PYTHONDONTWRITEBYTECODE=1", "PYTHONNOUSERSITE=1", "PYTHONUTF8=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"COPIER_CACHE_DIR=" + filepath.Join(r.Job, "cache"), "COPIER_SETTINGS_PATH=" + settings,
	}
	return append(env, git.Settings(append(gitSettings(r.Views), r.Settings...))...), nil
}

// gitSettings turn every address of a template into its view. What git replaces is the
// longest beginning, so a whole address wins over a part of it.
func gitSettings(views []View) []git.Setting {
	all := []git.Setting{
		{Key: "protocol.file.allow", Value: "always"}, {Key: "safe.directory", Value: "*"},
		{Key: "merge.conflictStyle", Value: "diff3"}, {Key: "gc.auto", Value: "0"}, {Key: "maintenance.auto", Value: "false"},
		{Key: "core.fsmonitor", Value: "false"}, {Key: "init.defaultBranch", Value: "main"}, {Key: "advice.detachedHead", Value: "false"},
		{Key: "core.autocrlf", Value: "false"}, {Key: "apply.whitespace", Value: "nowarn"},
	}
	for _, v := range views {
		for _, url := range v.URLs {
			all = append(all, git.Setting{Key: "url." + v.Dir + ".insteadOf", Value: url})
		}
	}
	return all
}

// Data writes answers to a file for --data-file.
func Data(path string, answers map[string]any) error {
	text, err := json.Marshal(answers) // JSON is YAML
	if err != nil {
		return fmt.Errorf("writing answers: %w", err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return fmt.Errorf("writing answers: %w", err)
	}
	return nil
}

// excerpt keeps the beginning and the end of what is written to it.
type excerpt struct {
	head, tail []byte
	dropped    int
}

const excerptHalf = 64 << 10

func (x *excerpt) Write(p []byte) (int, error) {
	n := len(p)
	room := min(excerptHalf-len(x.head), len(p))
	x.head = append(x.head, p[:room]...)
	x.tail = append(x.tail, p[room:]...)
	if over := len(x.tail) - excerptHalf; over > 0 {
		x.tail = append(x.tail[:0], x.tail[over:]...)
		x.dropped += over
	}
	return n, nil
}

func (x *excerpt) String() string {
	if x.dropped == 0 {
		return string(x.head) + string(x.tail)
	}
	return fmt.Sprintf("%s\n[%d bytes left out]\n%s", x.head, x.dropped, x.tail)
}
