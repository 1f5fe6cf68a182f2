package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/templating/lock"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/github"
	"github.com/currant-bot/currant/updater/platform/github/quota"
	"github.com/currant-bot/currant/updater/platform/local"
)

// platformFlags are those of commands that change a platform.
func (o *options) platformFlags(f *pflag.FlagSet) {
	f.IntVar(&o.share, "api-share", 0, fmt.Sprintf("percent of the requests that GitHub allows in an hour which may be used up, for each organisation (CURRANT_API_SHARE; default: %d)", quota.DefaultShare))
	f.DurationVar(&o.wait, "wait", 2*time.Second, "how long to wait for another run that uses the same state folder")
	f.Lookup("platform").Usage = "github, or local for checkouts on this machine (CURRANT_PLATFORM; default: local without --endpoint)"
}

// A passer is an updater.Passer with what it holds open.
type passer struct {
	*updater.Passer
	engine *engine
	named  bool // somebody said which repositories
	dry    bool
	log    *act.Log
	unlock func() // lets the next run use the state folder
}

func (p *passer) close() {
	p.engine.close()
	if !p.dry {
		if err := p.engine.quota.Save(); err != nil {
			fmt.Fprintf(p.engine.w.err, "warning: %s\n", p.redact(err.Error())) // the next answer says what is left
		}
	}
	if p.log != nil {
		_ = p.log.Close() // each record was synced
	}
	if p.unlock != nil {
		p.unlock()
	}
}

func (p *passer) redact(s string) string { return p.engine.redact(s) }

// newPasser wires a pass over a platform.
func newPasser(ctx context.Context, w world, o options, p *progress, names []string, dry bool) (*passer, error) {
	if err := o.complete(w); err != nil {
		return nil, err
	}
	if len(names) == 0 && o.platform == "github" {
		names = o.repositories
	}
	dry = dry || o.dry
	e, err := newEngine(ctx, w, o, p)
	if err != nil {
		return nil, err
	}
	out := &passer{engine: e, named: len(names) > 0, dry: dry, Passer: &updater.Passer{Afford: e.afford, Engine: e.Engine, Memory: updater.NewMemory(filepath.Join(o.state, "repositories"))}}
	writer, err := out.platform(w, o, names)
	if err != nil {
		return nil, err
	}
	if dry {
		out.Memory = nil
		return out, nil
	}
	if out.unlock, err = alone(ctx, o.state, o.wait); err != nil {
		return nil, err
	}
	if out.log, err = act.OpenLog(o.state); err != nil {
		return nil, err
	}
	id := runID(time.Now())
	if context := e.o.operator.String("logContext"); context != "" {
		id = context + " " + id
	}
	out.Runner = &act.Runner{Writer: bounded{writer, e.gitTimeout()}, Log: out.log, Run: id, Now: time.Now, Redact: e.redact}
	return out, nil
}

// discovered lists the repositories to pass over: those that were named, or of all that are reached those that
// autodiscoverFilter and autodiscoverNamespaces let through. Both what could be listed and an error may come back.
func (p *passer) discovered(ctx context.Context) ([]string, error) {
	names, err := p.Reader.Repositories(ctx)
	if p.named {
		return names, err
	}
	chosen, bad := filtered(names, p.engine.o.discover, p.engine.o.operator.Strings("autodiscoverNamespaces"))
	return chosen, cmp.Or(bad, err)
}

// filtered returns the names that one of the filters matches, one with "!" all that it does not name, of the namespaces'
// owners. No filters let all through, and so do no namespaces.
func filtered(names, filters, namespaces []string) ([]string, error) {
	var out []string
	for _, name := range names {
		in := len(namespaces) == 0 || slices.ContainsFunc(namespaces, func(n string) bool {
			return platform.Owner(name) == strings.ToLower(strings.Trim(n, "/"))
		})
		through := len(filters) == 0
		for _, text := range filters {
			ok, err := config.Matches(text, name)
			if err != nil {
				return nil, fmt.Errorf("autodiscoverFilter: %w", err)
			}
			through = through || ok
		}
		if in && through {
			out = append(out, name)
		}
	}
	return out, nil
}

// suspended says for which owners an app does nothing, because they have suspended it.
func (p *passer) suspended(ctx context.Context) []string {
	if p.engine.app == nil || p.named {
		return nil
	}
	all, err := p.engine.app.Installations(ctx)
	if err != nil {
		return nil // listing repositories says so
	}
	var out []string
	for _, in := range all {
		if in.Suspended {
			out = append(out, fmt.Sprintf("%s is skipped: the GitHub App is suspended there, and an owner can unsuspend it in the organisation's settings under GitHub Apps", in.Owner))
		}
	}
	return out
}

// alone keeps two runs from using one state folder at the same time, as when
// a scheduled one takes longer than its interval. It waits for the other one to end.
func alone(ctx context.Context, state string, wait time.Duration) (unlock func(), err error) {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fmt.Errorf("making the state folder: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, wait, fmt.Errorf("another run is using the state folder %s: wait for it (--wait), or name another folder with --state", state))
	defer cancel()
	return lock.Take(ctx, filepath.Join(state, "run.lock"))
}

// platform wires the reader, and returns the writer.
func (p *passer) platform(w world, o options, names []string) (platform.Writer, error) {
	switch o.platform {
	case "github":
		r, err := p.engine.github(names, p.dry)
		if err != nil {
			return nil, err
		}
		p.Reader = r
		p.Discovered = func(name string) bool {
			return !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
		}
		p.Open = func(ctx context.Context, repo platform.Repository) (updater.Repo, error) {
			m, err := r.Mirror(repo)
			if err != nil {
				return nil, err
			}
			ctx, cancel := within(ctx, p.engine.gitTimeout())
			defer cancel()
			_, err = m.Fetch(ctx)
			return m, err
		}
		p.Rollouts = p.rollouts()
		p.Passer.Engine.Gate = p.Rollouts.Gate
		return r.Writer(), nil
	case "local":
		if len(names) > 1 {
			return nil, errors.New("--platform local takes one folder at a time")
		}
		dir := "."
		if len(names) == 1 {
			dir = names[0]
		}
		r, err := local.New(local.Options{Dir: dir, Now: time.Now, Signer: p.engine.signer})
		if err != nil {
			return nil, err
		}
		p.Reader = r
		p.Open = func(context.Context, platform.Repository) (updater.Repo, error) { return r.Repo(), nil }
		return r.Writer(), nil
	}
	return nil, fmt.Errorf("--platform %s: there are github and local", o.platform)
}

// github returns the reader of GitHub, which in a dry run cannot write, and lets presets of that host come from it.
func (e *engine) github(names []string, dry bool) (*github.Reader, error) {
	if len(names) == 0 {
		names = nil // all that the token reaches
	}
	o := github.Options{URL: e.o.endpoint, Client: e.client.HTTP(), Repositories: names, Signer: e.signer, Mirrors: filepath.Join(e.o.cache, "mirrors"), Now: time.Now,
		Topics: e.o.operator.Strings("autodiscoverTopics"), AtEndpoint: e.o.operator.String("gitUrl") == "endpoint"}
	token := e.w.getenv("CURRANT_TOKEN")
	switch {
	case e.app != nil:
		o.Token, o.Refused, o.Owners, o.Granted = e.tokens(dry), e.app.Refused, e.app.Owners, e.app.Granted
	case token != "":
		o.Token = func(context.Context, string) (string, error) { return token, nil }
	default:
		return nil, errors.New("neither a GitHub App (CURRANT_GITHUB_APP_ID and _KEY_FILE; see \"currant github setup\") nor CURRANT_TOKEN is set: " +
			"a token must be allowed to read, and for a run also to write, contents and pull requests")
	}
	r, err := github.New(o)
	if err != nil {
		return nil, err
	}
	fetch := func(ctx context.Context, ref config.Ref) ([]byte, error) {
		text, err := r.File(ctx, ref.Repository, ref.Path, ref.Tag)
		owner := e.audience(ctx)
		if errors.Is(err, platform.ErrNotFound) && owner != "" && owner != platform.Owner(ref.Repository) && !e.isShared(ref.Repository) {
			if _, gone := r.Repository(ctx, ref.Repository); errors.Is(gone, platform.ErrNotFound) {
				return nil, fmt.Errorf("repositories of %s see no repository %s: if it is there and private, the operator must name it in sharedRepositories", owner, ref.Repository)
			}
		}
		return text, err
	}
	e.fetchers["local"] = fetch
	if publicGitHub(e.o.endpoint) {
		e.fetchers["github"] = fetch
	}
	return r, nil
}

// reachPresets lets a command on a folder fetch the presets of the platform that it was told of.
func (e *engine) reachPresets() error {
	if e.o.platform != "github" {
		return nil
	}
	_, err := e.github(nil, true)
	return err
}
