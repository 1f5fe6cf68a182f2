// Package copier finds, installs and runs the Copier command line program, the engine of
// template updates.
//
// Nothing here trusts what Copier says of its own success: it exits with 0 when files hold conflict markers. A
// [Result] tells what happened; whether it is good is for the caller to see in the files.
package copier

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/sandbox"
)

// Pinned is the version that is installed if the operator names none, and the oldest that is run: before
// it, templates can get out of Copier's own restrictions.
const Pinned = "9.17.2"

// Options say which Copier is run.
type Options struct {
	Command   []string // to use as it is, such as {"/opt/copier/bin/copier"}; empty to look for one
	Version   string   // to install; "" for Pinned
	Cache     string   // folder in which it is installed
	Downloads Downloads
	Environ   []string // the operator's environment: PATH, and how package indexes are reached
	Versions  versioning.Scheme
	Progress  func(line string) // told what takes long; may be nil
	Box       *sandbox.Box
}

// Downloads says whether software may be downloaded.
type Downloads int

const (
	Forbidden Downloads = iota
	Allowed
)

// A Tool is a Copier that can be run.
type Tool struct {
	Command []string // absolute
	Version string
	From    string   // how it was found, for people: "copier on the PATH"
	Read    []string // folders that hold it and its Python
}

// A MissingError says that there is no Copier, and what to do.
type MissingError struct{ Text string }

func (e *MissingError) Error() string { return e.Text }

// An Engine runs Copier. It may be used by several goroutines at once.
type Engine struct {
	options Options
	git     *git.Git

	mu   sync.Mutex
	tool *Tool
}

// New returns an engine that will look for Copier when it is first needed.
func New(g *git.Git, o Options) *Engine {
	if o.Version == "" {
		o.Version = Pinned
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return &Engine{options: o, git: g}
}

// Find returns the Copier that is run: the operator's command, the one on the PATH if it is new enough, or
// one installed in the cache folder, which takes part of a minute the first time. The error
// is a [MissingError] if there is none. Success is remembered.
func (e *Engine) Find(ctx context.Context) (Tool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tool != nil {
		return *e.tool, nil
	}
	t, err := e.find(ctx)
	if err != nil {
		return Tool{}, err
	}
	e.tool = &t
	return t, nil
}

func (e *Engine) find(ctx context.Context) (Tool, error) {
	o := e.options
	if !o.Versions.Valid(o.Version) || o.Versions.Compare(o.Version, Pinned) < 0 {
		return Tool{}, fmt.Errorf("version %s of Copier is too old: template updates need %s or newer, for its security fixes", o.Version, Pinned)
	}
	if len(o.Command) > 0 {
		t, err := e.inspect(ctx, o.Command, "the configured command")
		if err != nil {
			return Tool{}, fmt.Errorf("running the configured Copier: %w", err)
		}
		if err := e.newEnough(t); err != nil {
			return Tool{}, err
		}
		return t, nil
	}
	if path, err := git.LookPath(o.Environ, "copier"); err == nil {
		t, err := e.inspect(ctx, []string{path}, "copier on the PATH")
		if err == nil {
			err = e.newEnough(t)
		}
		if err == nil {
			return t, nil
		}
		o.Progress(fmt.Sprintf("passing over %s: %v", path, err))
	}
	return e.provision(ctx)
}

func (e *Engine) newEnough(t Tool) error {
	if e.options.Versions.Compare(t.Version, Pinned) < 0 {
		return fmt.Errorf("it is Copier %s, and template updates need %s or newer, for its security fixes", t.Version, Pinned)
	}
	return nil
}

// errNone says that a way of installing is not there, so that the next is tried.
var errNone = errors.New("not there")
