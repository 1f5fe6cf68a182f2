package lockfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render/gateway"
)

// Options say what a [Keeper] works with.
type Options struct {
	Tools    []*Tool
	Box      *sandbox.Box
	Environ  []string            // the operator's: where programs are
	Named    map[string][]string // commands to use instead of those on PATH, by tool
	Scratch  string              // folder for copies
	Results  string              // folder in which results are kept; "" to keep none
	Versions versioning.Schemes
	Limits   sandbox.Limits
	Redact   func(string) string // takes secrets out of messages; may be nil
	Now      func() time.Time
}

// Limits are what a run may use unless the operator says otherwise. Memory is not bounded: programs of
// Node.js and Go reserve far more address space than they use.
func Limits() sandbox.Limits {
	return sandbox.Limits{Time: 10 * time.Minute, FileSize: 1 << 30, Disk: 4 << 30, Processes: 512}
}

// A Keeper brings lock files up to date. It is safe for concurrent use.
type Keeper struct {
	o         Options
	finder    finder
	authority func() (*gateway.Authority, error)
	slots     chan struct{} // tools at a time

	mu       sync.Mutex
	programs map[string]func() lookedUp
	helpers  map[string]func() helped
}

type lookedUp struct {
	found    []Program
	problems []string
}

type helped struct {
	program Program
	err     error
}

// New returns a keeper that looks for a tool when it is first needed.
func New(o Options) *Keeper {
	if o.Redact == nil {
		o.Redact = func(s string) string { return s }
	}
	return &Keeper{
		o: o, finder: finder{o.Environ, o.Named},
		authority: sync.OnceValues(func() (*gateway.Authority, error) { return gateway.NewAuthority(o.Now()) }),
		slots:     make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		programs:  make(map[string]func() lookedUp), helpers: make(map[string]func() helped),
	}
}

// A Job is one lock file of a repository.
type Job struct {
	Work
	Edited      map[string]string // texts that FS has in place of the repository's
	ID          func(path string) string
	Constraints map[string]string // on versions of tools
	Registries  []string          // URLs whose hosts may be asked
	Routes      []gateway.Route
	Next        http.RoundTripper // asks registries
	Day         string            // results of another day do not count; "" if they do
	Env         []string          // variables that configuration sets
	Time        time.Duration     // of each command; 0 for the default
}

// Of returns the tool that keeps a lock file; nil if there is none.
func (k *Keeper) Of(lock string) *Tool { return Of(k.o.Tools, lock) }

// Programs names what could keep a lock file here, with versions.
func (k *Keeper) Programs(ctx context.Context, lock string) string {
	t := Of(k.o.Tools, lock)
	if t == nil || t.Make != nil {
		return lock
	}
	out := t.Name
	for _, p := range k.find(ctx, t).found {
		out += " " + p.Version
	}
	return out
}

// Ready says why the lock file of j cannot be brought up to date here; "" if it can.
func (k *Keeper) Ready(ctx context.Context, lock, text string, constraints map[string]string) string {
	t := Of(k.o.Tools, lock)
	switch {
	case t == nil:
		return fmt.Sprintf("Currant does not write %s", filepath.Base(lock))
	case t.Make != nil:
		return ""
	}
	if _, err := k.choose(ctx, t, text, constraints); err != nil {
		return err.Error()
	}
	for _, name := range t.Needs {
		if h := k.helper(ctx, name); h.err != nil {
			return fmt.Sprintf("%s needs %s: %v", t.Name, name, h.err)
		}
	}
	report, err := k.o.Box.Report(ctx)
	switch {
	case err != nil:
		return fmt.Sprintf("%s cannot be run in a sandbox here: %v", t.Name, err)
	case report.Files == "" || report.Gate == "":
		return fmt.Sprintf("%s cannot be run in a sandbox here, because this machine lacks %s", t.Name, strings.Join(report.Missing, ", "))
	}
	return ""
}

// choose returns the first program that may keep a lock file.
func (k *Keeper) choose(ctx context.Context, t *Tool, text string, constraints map[string]string) (Program, error) {
	all := k.find(ctx, t)
	if len(all.found) == 0 {
		if len(all.problems) > 0 {
			return Program{}, fmt.Errorf("%s is missing: %s", t.Name, strings.Join(all.problems, "; "))
		}
		return Program{}, fmt.Errorf("%s is missing: install it where Currant runs, or name it with --lock-tool %s=PATH", t.Name, t.Name)
	}
	var problems []string
	for _, p := range all.found {
		why, err := k.unfit(t, p.Version, text, constraints[t.Name])
		if err != nil {
			return Program{}, err
		}
		if why == "" {
			return p, nil
		}
		problems = append(problems, fmt.Sprintf("%s is %s, and %s", p.Command[0], p.Version, why))
	}
	return Program{}, fmt.Errorf("no %s here fits: %s; name another with --lock-tool %s=PATH", t.Name, strings.Join(problems, "; "), t.Name)
}

func (k *Keeper) unfit(t *Tool, version, text, constraint string) (string, error) {
	if constraint != "" && k.o.Versions != nil {
		scheme, err := k.o.Versions(t.Scheme)
		if err != nil {
			return "", err
		}
		c, err := scheme.Constraint(constraint)
		if err != nil {
			return "", fmt.Errorf("constraints says %q of %s: %w", constraint, t.Name, err)
		}
		if !c.Matches(version) {
			return fmt.Sprintf("constraints wants %s", constraint), nil
		}
	}
	if t.Fits != nil && text != "" {
		return t.Fits(text, version), nil
	}
	return "", nil
}

// find and helper look for each program once; what they do must not hang on one caller's context.
func (k *Keeper) find(ctx context.Context, t *Tool) lookedUp {
	k.mu.Lock()
	f, ok := k.programs[t.Name]
	if !ok {
		ctx := context.WithoutCancel(ctx)
		f = sync.OnceValue(func() lookedUp {
			found, problems := k.finder.candidates(ctx, t)
			return lookedUp{found, problems}
		})
		k.programs[t.Name] = f
	}
	k.mu.Unlock()
	return f()
}

func (k *Keeper) helper(ctx context.Context, name string) helped {
	k.mu.Lock()
	f, ok := k.helpers[name]
	if !ok {
		ctx := context.WithoutCancel(ctx)
		f = sync.OnceValue(func() helped {
			p, err := k.finder.helper(ctx, name)
			return helped{p, err}
		})
		k.helpers[name] = f
	}
	k.mu.Unlock()
	return f()
}

// Update returns what becomes of files when the lock file of j is brought up to date. An error
// that is a [Failure] is for people; the same inputs give the same result, without running anything again.
func (k *Keeper) Update(ctx context.Context, j Job) (platform.Changeset, error) {
	t := Of(k.o.Tools, j.Lock)
	if t == nil {
		return nil, &Failure{"Currant", j.Lock, "no tool here keeps it"}
	}
	if t.Make != nil {
		c, err := t.Make(j.Work)
		if err != nil {
			return nil, &Failure{t.Name, j.Lock, err.Error()}
		}
		return c, nil
	}
	p, err := k.choose(ctx, t, j.Text, j.Constraints)
	if err != nil {
		return nil, &Failure{t.Name, j.Lock, err.Error()}
	}
	j.Program = p.Version
	recipe, err := t.Recipe(j.Work)
	if err != nil {
		return nil, &Failure{t.Name, j.Lock, err.Error()}
	}
	key, err := k.key(t, p, j, recipe)
	if err != nil {
		return nil, err
	}
	if c, ok := k.known(key); ok {
		return c, nil
	}
	select {
	case k.slots <- struct{}{}:
		defer func() { <-k.slots }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	c, err := k.run(ctx, t, p, j, recipe)
	if err != nil {
		return nil, err
	}
	return c, k.keep(key, c)
}

// run makes a copy, runs the recipe in it and returns what changed.
func (k *Keeper) run(ctx context.Context, t *Tool, p Program, j Job, recipe Recipe) (c platform.Changeset, err error) {
	dir, err := k.room(t.Name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, removeAll(dir)) }()
	s := stage{Keeper: k, tool: t, program: p, job: j, recipe: recipe, dir: dir}
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("copying files for %s: %w", t.Name, err)
	}
	defer s.tree.Close()
	for _, step := range recipe.Steps {
		if err := s.step(ctx, step); err != nil {
			return nil, err
		}
	}
	return s.changed()
}

// room makes an empty folder for a run.
func (k *Keeper) room(name string) (dir string, err error) {
	if err = os.MkdirAll(k.o.Scratch, 0o700); err == nil {
		if dir, err = os.MkdirTemp(k.o.Scratch, name+"-"); err == nil {
			dir, err = filepath.EvalSymlinks(dir)
		}
	}
	if err != nil {
		return "", fmt.Errorf("making room for %s: %w", name, err)
	}
	return dir, nil
}

// removeAll removes a folder, also what a tool made read-only in it, as Go's module cache is.
func removeAll(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}

// A stage is one run in a copy.
type stage struct {
	*Keeper
	tool    *Tool
	program Program
	job     Job
	recipe  Recipe
	dir     string // with the folders tree, home, cache and tmp
	tree    *os.Root
	beside  []Program // that are in reach too
}

func (s *stage) expand(text string) string {
	return strings.NewReplacer(Home, filepath.Join(s.dir, "home"), Cache, filepath.Join(s.dir, "cache"),
		Authority, filepath.Join(s.dir, "authority.pem")).Replace(text)
}

// machine is what Node.js and Bun read of the kernel and of their own process, and the public
// certificates that pnpm adds its own to.
var machine = []string{"/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/proc/version", "/etc/ssl/certs"}

// step runs one command; a command that fails is a Failure.
func (s *stage) step(ctx context.Context, step Step) error {
	program := s.program
	if step.Program != "" {
		h := s.helper(ctx, step.Program)
		if h.err != nil {
			return &Failure{s.tool.Name, s.job.Lock, h.err.Error()}
		}
		program = h.program
	}
	dir := filepath.Join(s.dir, "tree", filepath.FromSlash(s.job.Dir()))
	if step.Dir != "" {
		dir = filepath.Join(s.dir, "tree", filepath.FromSlash(step.Dir))
	}
	var args []string
	for _, a := range step.Args {
		args = append(args, s.expand(a))
	}
	return s.exec(ctx, program, args, dir, s.job.Env)
}

// exec runs a program; one that fails is a Failure. env are the variables that configuration sets, which win over those of the recipe.
func (s *stage) exec(ctx context.Context, program Program, args []string, dir string, env []string) error {
	authority, err := s.authority()
	if err != nil {
		return err
	}
	g := gateway.New(authority, gateway.Options{
		Next: s.job.Next, Allow: s.job.Registries, Routes: s.job.Routes, HostType: s.tool.Datasource, Limit: int64(s.o.Limits.Disk),
	})
	limits := s.o.Limits
	if s.job.Time > 0 {
		limits.Time = s.job.Time
	}
	out := &tail{}
	command := sandbox.Command{
		Args: append(slices.Clone(program.Command), args...), Dir: dir, Env: over(s.environment(ctx, program), env),
		Read: append(append(append(sandbox.System(), machine...), program.Read...), filepath.Join(s.dir, "authority.pem")), Write: s.folders(),
		Limits: limits, Stdout: out, Stderr: out,
		Gate: &sandbox.Gate{Env: func(address string) []string { return s.throughGate(address, env) }, Serve: g.Serve},
	}
	for _, name := range s.tool.Needs {
		command.Read = append(command.Read, s.helper(ctx, name).program.Read...)
	}
	for _, p := range s.beside {
		command.Read = append(command.Read, p.Read...)
	}
	exit, err := s.o.Box.Run(ctx, command)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, sandbox.ErrTime) || errors.Is(err, sandbox.ErrDisk) || errors.Is(err, sandbox.ErrProcesses):
		return s.failure(err.Error(), g, out)
	case err != nil:
		return fmt.Errorf("running %s: %w", s.tool.Name, err)
	case exit != 0:
		return s.failure(fmt.Sprintf("it ended with exit code %d", exit), g, out)
	}
	return nil
}

// over returns the variables of base with those of env added, or in their place.
func over(base, env []string) []string {
	out := slices.DeleteFunc(slices.Clone(base), func(kv string) bool { return sets(env, kv) })
	return append(out, env...)
}

// sets reports whether env has the variable of kv.
func sets(env []string, kv string) bool {
	name, _, _ := strings.Cut(kv, "=")
	return slices.ContainsFunc(env, func(e string) bool { return strings.HasPrefix(e, name+"=") })
}

func (s *stage) folders() []string {
	var out []string
	for _, name := range []string{"tree", "home", "cache", "tmp"} {
		out = append(out, filepath.Join(s.dir, name))
	}
	return out
}

// failure says why a step failed: what the gateway saw, and the tool's last words.
func (s *stage) failure(what string, g *gateway.Gateway, out *tail) error {
	text := what
	if refused := g.Refused(); len(refused) > 0 {
		text += "; it wanted to ask " + strings.Join(refused, ", ") + ", which no registryUrls, hostRules or lookup of this repository names"
	}
	if failed := g.Failures(); len(failed) > 0 {
		text += "; " + strings.Join(failed, "; ")
	}
	if said := lastLines(out.String(), 12); said != "" {
		text += "; it says:\n" + strings.ReplaceAll(said, s.dir, "")
	}
	return &Failure{s.tool.Name, s.job.Lock, s.o.Redact(text)}
}

// systemPath are the folders of programs that every run may use.
var systemPath = []string{"/usr/local/bin", "/usr/bin", "/bin"}

// environment returns the variables of a step, but for those about the gateway.
func (s *stage) environment(ctx context.Context, program Program) []string {
	path := []string{filepath.Dir(program.Command[0])}
	for _, p := range s.beside {
		path = append(path, filepath.Dir(p.Command[0]))
	}
	for _, name := range s.tool.Needs {
		if h := s.helper(ctx, name); h.err == nil {
			path = append(path, filepath.Dir(h.program.Command[0]))
		}
	}
	path = append(path, systemPath...)
	env := []string{
		"PATH=" + strings.Join(path, string(os.PathListSeparator)), "HOME=" + filepath.Join(s.dir, "home"), "TMPDIR=" + filepath.Join(s.dir, "tmp"),
		"LC_ALL=C.UTF-8", "NO_COLOR=1", "TERM=dumb", "CI=true",
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
	}
	for _, name := range []string{"SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"} {
		env = append(env, name+"="+filepath.Join(s.dir, "authority.pem"))
	}
	return env
}

// throughGate returns the variables that lead a tool to the gateway, and the recipe's own but for those that set names.
func (s *stage) throughGate(address string, set []string) []string {
	proxy := "http://" + address
	env := []string{"NO_PROXY=", "no_proxy="}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		env = append(env, name+"="+proxy)
	}
	for _, kv := range s.recipe.Env {
		if sets(set, kv) {
			continue
		}
		env = append(env, strings.ReplaceAll(s.expand(kv), Proxy, proxy))
	}
	return env
}

// tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const tailSize = 64 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Write(p)
	if over := t.buf.Len() - tailSize; over > tailSize {
		t.buf.Next(over)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// sortedKeys is for messages and keys that must not depend on the order of maps.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
