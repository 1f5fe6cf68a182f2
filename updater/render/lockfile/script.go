package lockfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kballard/go-shellquote"

	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render/gateway"
)

// A Script is commands of the repository's or the operator's choice, to be run on a copy of the repository.
type Script struct {
	Commands []string
	Shell    bool              // each is a line for a shell; otherwise it is split into words
	Dir      string            // relative to the repository; "" for its top
	Files    []string          // patterns of the files whose changes count
	Data     *string           // what is in the file that the variable DataFile names; nil for none
	Tools    map[string]string // programs that must be there, with constraints on their versions
}

// DataFile is the variable with the path of a script's data.
const DataFile = "RENOVATE_POST_UPGRADE_COMMAND_DATA_FILE"

// ScriptJob is scripts to be run one after the other in one copy.
type ScriptJob struct {
	Scripts    []Script
	FS         fs.FS    // the repository with all changes so far
	Files      []string // all paths in FS
	ID         func(path string) string
	Edited     map[string]string // texts that FS has in place of the repository's
	Match      func(pattern, path string) bool
	Settings   string // npmrc, without secrets
	Env        []string
	Time       time.Duration // of each command; 0 for the default
	Registries []string
	Routes     []gateway.Route
	Next       http.RoundTripper
}

// Run runs scripts as tools for lock files are run: in the sandbox, without credentials, with a gateway to registries. It returns what has
// become of the files that scripts may change, nil for one that is gone, and for people what went wrong: a command that
// fails stops no other. The same inputs give the same result, without running anything again, unless something went wrong.
func (k *Keeper) Run(ctx context.Context, j ScriptJob) (platform.Changeset, []string, error) {
	report, err := k.o.Box.Report(ctx)
	switch {
	case err != nil:
		return nil, []string{fmt.Sprintf("No command was run: there is no sandbox here: %v", err)}, nil
	case report.Files == "" || report.Gate == "":
		return nil, []string{"No command was run: there is no sandbox here, because this machine lacks " + strings.Join(report.Missing, ", ")}, nil
	}
	key, err := k.scriptKey(j)
	if err != nil {
		return nil, nil, err
	}
	if c, ok := k.known(key); ok {
		return c, nil, nil
	}
	select {
	case k.slots <- struct{}{}:
		defer func() { <-k.slots }()
	case <-ctx.Done():
		return nil, nil, context.Cause(ctx)
	}
	c, problems, err := k.runScripts(ctx, j)
	if err != nil || len(problems) > 0 {
		return c, problems, err
	}
	return c, nil, k.keep(key, c)
}

// scriptKey names a run by all that its result depends on, but for what registries and programs of this machine are.
func (k *Keeper) scriptKey(j ScriptJob) (string, error) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	if err := enc.Encode([]any{form, "scripts", j.Scripts, j.Settings, j.Env, j.Registries, j.Routes}); err != nil {
		return "", fmt.Errorf("naming a run of commands: %w", err)
	}
	err := each(h, j.Files, j.Edited, j.ID, j.FS)
	return hex.EncodeToString(h.Sum(nil)[:16]), err
}

func (k *Keeper) runScripts(ctx context.Context, j ScriptJob) (c platform.Changeset, problems []string, err error) {
	dir, err := k.room("commands")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, removeAll(dir)) }()
	recipe := Recipe{}
	if j.Settings != "" {
		recipe.Home = map[string]string{".npmrc": j.Settings}
	}
	s := stage{Keeper: k, tool: &Tool{Name: "commands"}, recipe: recipe, dir: dir, job: Job{
		Work: Work{FS: j.FS, Files: j.Files}, Edited: j.Edited, ID: j.ID, Env: j.Env, Time: j.Time,
		Registries: j.Registries, Routes: j.Routes, Next: j.Next,
	}}
	if err := s.prepare(); err != nil {
		return nil, nil, fmt.Errorf("copying files for commands: %w", err)
	}
	defer s.tree.Close()
	c = make(platform.Changeset)
	w := newWatch(s, j.Match)
	for i, script := range j.Scripts {
		failed, err := s.script(ctx, i, script)
		if err != nil {
			return nil, nil, err
		}
		more, err := w.collect(script.Files, c)
		if err != nil {
			return nil, nil, err
		}
		problems = append(append(problems, failed...), more...)
	}
	return c, problems, nil
}

// script runs the commands of one script.
func (s *stage) script(ctx context.Context, n int, script Script) (problems []string, err error) {
	s.beside = nil
	for _, name := range sortedKeys(script.Tools) {
		p, why := s.wantedTool(ctx, name, script.Tools[name])
		if why != "" {
			return []string{fmt.Sprintf("No command was run, since installTools names %s: %s", name, why)}, nil
		}
		s.beside = append(s.beside, p)
	}
	dir := filepath.FromSlash(script.Dir)
	if dir == "" {
		dir = "."
	}
	if err := s.tree.MkdirAll(dir, 0o755); err != nil {
		return []string{fmt.Sprintf("No command was run: there can be no folder %s: %v", script.Dir, err)}, nil
	}
	env := slices.Clone(s.job.Env)
	if script.Data != nil {
		at := filepath.Join(s.dir, "tmp", fmt.Sprintf("post-upgrade-data-%d", n))
		if err := os.WriteFile(at, []byte(*script.Data), 0o600); err != nil {
			return nil, fmt.Errorf("writing the data for commands: %w", err)
		}
		env = append(env, DataFile+"="+at)
	}
	for _, text := range script.Commands {
		words := []string{"/bin/sh", "-c", text}
		if !script.Shell {
			if words, err = shellquote.Split(text); err != nil || len(words) == 0 {
				problems = append(problems, fmt.Sprintf("`%s` was not run: it cannot be split into words", clip(text)))
				continue
			}
		}
		p, err := s.finder.locate(words[0], filepath.Join(s.dir, "tree", dir))
		if err != nil {
			problems = append(problems, fmt.Sprintf("`%s` was not run: %v", clip(text), err))
			continue
		}
		err = s.exec(ctx, p, words[1:], filepath.Join(s.dir, "tree", dir), env)
		var failure *Failure
		switch {
		case errors.As(err, &failure):
			problems = append(problems, fmt.Sprintf("`%s` failed: %s", clip(text), failure.Text))
		case err != nil:
			return nil, err
		}
	}
	return problems, nil
}

// commandsOf are the programs of what Containerbase calls otherwise.
var commandsOf = map[string]string{
	"golang": "go", "python": "python3", "rust": "cargo", "dotnet": "dotnet", "maven": "mvn", "erlang": "erl", "hashin": "hashin",
}

// wantedTool finds a program that installTools names. Nothing is installed.
func (s *stage) wantedTool(ctx context.Context, name, constraint string) (Program, string) {
	command := name
	if other := commandsOf[name]; other != "" {
		command = other
	}
	p, err := s.finder.locate(command, "")
	if err != nil {
		return p, err.Error() + "; Currant installs nothing by itself: install it where Currant runs"
	}
	if constraint == "" || s.o.Versions == nil {
		return p, ""
	}
	ask := []string{"--version"}
	if command == "go" {
		ask = []string{"version"}
	}
	out, err := s.finder.ask(ctx, p.Command[0], ask...)
	if err != nil {
		return p, fmt.Sprintf("it does not say its version, of which constraints wants %s: %v", constraint, err)
	}
	scheme, err := s.o.Versions("npm") // its ranges are what constraints on programs are written as
	if err != nil {
		return p, err.Error()
	}
	c, err := scheme.Constraint(constraint)
	if err != nil {
		return p, fmt.Sprintf("constraints says %q of it: %v", constraint, err)
	}
	version := versionIn.FindString(out)
	if strings.Count(version, ".") == 1 {
		version += ".0"
	}
	if !c.Matches(version) {
		return p, fmt.Sprintf("it is %s, and constraints wants %s", version, constraint)
	}
	return p, ""
}

// locate finds a program by its name, or by a path from dir, without asking it anything.
func (f finder) locate(name, dir string) (Program, error) {
	path := name
	switch {
	case filepath.IsAbs(name):
	case strings.ContainsRune(name, '/'):
		if path = filepath.Join(dir, name); dir == "" {
			return Program{}, fmt.Errorf("%s is no name of a program", clip(name))
		}
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			return Program{}, fmt.Errorf("there is no file %s in the repository", clip(name))
		} else if info.Mode()&0o111 == 0 {
			return Program{}, fmt.Errorf("%s is not executable", clip(name))
		}
		return Program{Command: []string{path}}, nil // it is in the copy, with its interpreter named in it
	default:
		at, err := git.LookPath(f.environ, name)
		for _, system := range systemPath {
			if err == nil {
				break
			}
			at, err = git.LookPath([]string{"PATH=" + system}, name)
		}
		if err != nil {
			return Program{}, fmt.Errorf("there is no program %s here", clip(name))
		}
		path = at
	}
	whole := strings.HasPrefix(filepath.Base(path), "go") || strings.HasPrefix(filepath.Base(path), "python")
	read, err := f.parts(path, whole, 0)
	if err != nil {
		return Program{}, fmt.Errorf("%s cannot be used: %w", clip(name), err)
	}
	return Program{Command: []string{path}, Read: read}, nil
}

// clip makes a command fit for a line of a pull request.
func clip(s string) string {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "`", "'")), " ")
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}
