// Package demo runs the main job of Currant on a world of its own: a GitHub,
// an OCI registry and a package index in this process, repositories made from
// Copier templates, and the way from a template's release to a merged change in production.
//
// Each step is checked by reading the forge, the registry or git afterwards,
// never by what the program says of itself.
package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// Options say how the demonstration runs.
type Options struct {
	Out   io.Writer
	Serve string // address that GitHub stays up at afterwards, until ctx ends; "" to end
	Say   func(line string)

	// Copier returns the command line that runs Copier.
	Copier func(ctx context.Context) ([]string, error)

	// Pass makes one pass of Currant over repositories, as "currant run" does.
	Pass func(ctx context.Context, s Settings, repos []string) error
}

// Settings are what an operator would configure.
type Settings struct {
	Endpoint string // of GitHub
	Token    string
	Global   string // path of the operator's configuration file
	State    string // folder
	Cache    string // folder
}

// Run runs the demonstration. The error says that it could not be run or that
// a step failed; the table of steps has been printed by then.
func Run(ctx context.Context, o Options) error {
	started := time.Now()
	w, err := newWorld(ctx, o)
	if err != nil {
		return fmt.Errorf("setting up the demonstration: %w", err)
	}
	defer w.close()
	fmt.Fprintf(o.Out, "A GitHub at %s, a registry at %s, all in this process.\n\n", w.github.URL(), w.registry.host())
	results := w.play(ctx, []step{
		{"repositories are made from two templates", w.seed},
		{"a pass over a world that is up to date writes nothing", w.quietPass},
		{"the base template releases v2.6.0", w.releaseTemplate},
		{"every repository made from it gets a pull request by copier update", w.templatePulls},
		{"checks turn green, and the next pass merges", w.mergeTemplates},
		{"the merged change releases image 1.4.1 of the shop", w.imageReleased},
		{"the deploy repository gets its pull requests", w.deployPulls},
		{"the patch merges by itself, the major waits for a person", w.mergeDeploy},
		{"a second pass makes no write", w.quietPass},
	})
	failed := report(o.Out, results, time.Since(started))
	if o.Serve != "" && ctx.Err() == nil {
		fmt.Fprintf(o.Out, "\nGitHub stays up at %s (API %s) until you press Ctrl-C.\nOrganisation: acme\nToken: %s\n\n  git clone http://x-access-token:%s@%s/acme/deploy.git\n  curl -H 'Authorization: Bearer %s' %srepos/acme/shop/pulls?state=all\n",
			w.github.URL(), w.github.APIURL(), w.token, w.token, w.github.Host(), w.token, w.github.APIURL())
		<-ctx.Done()
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d steps failed", failed, len(results))
	}
	return nil
}

// A step is one part of the story.
type step struct {
	title string
	do    func(ctx context.Context) (shown string, err error)
}

type result struct {
	title, shown string
	took         time.Duration
	err          error
	skipped      bool
}

// play does the steps in order; what follows a failed one is not tried.
func (w *world) play(ctx context.Context, steps []step) []result {
	var out []result
	broken := false
	for _, s := range steps {
		if broken {
			out = append(out, result{title: s.title, skipped: true})
			continue
		}
		w.o.Say(s.title)
		began := time.Now()
		shown, err := s.do(ctx)
		out = append(out, result{title: s.title, shown: shown, took: time.Since(began), err: err})
		broken = err != nil
	}
	return out
}

func report(w io.Writer, results []result, all time.Duration) (failed int) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = 0
	t.Style().Format.Footer = 0
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: 44, WidthMaxEnforcer: text.WrapSoft}, {Number: 4, WidthMax: 64, WidthMaxEnforcer: text.WrapSoft}})
	t.AppendHeader(table.Row{"", "Step", "Time", "Seen on the forge, in the registry or in git"})
	for i, r := range results {
		state, shown := "ok", r.shown
		switch {
		case r.skipped:
			state = "not tried"
			failed++
		case r.err != nil:
			state, shown = "FAILED", r.err.Error()
			failed++
		}
		t.AppendRow(table.Row{fmt.Sprintf("%d %s", i+1, state), r.title, r.took.Round(time.Millisecond), shown})
	}
	t.AppendFooter(table.Row{"", "", all.Round(time.Millisecond), ""})
	t.Render()
	return failed
}

// A world is everything that the demonstration stands on.
type world struct {
	o        Options
	dir      string
	github   *githubtest.Server
	token    string // of the bot
	registry *registry
	index    *index
	settings Settings
}

func newWorld(ctx context.Context, o Options) (w *world, err error) {
	w = &world{o: o}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.dir, err = os.MkdirTemp("", "currant-demo-"); err != nil {
		return w, err
	}
	if w.github, err = githubtest.New(githubtest.Options{Addr: o.Serve}); err != nil {
		return w, err
	}
	if w.registry, err = newRegistry(); err != nil {
		return w, err
	}
	if w.index, err = newIndex(); err != nil {
		return w, err
	}
	w.token = w.github.Token(githubtest.Grant{})
	w.settings = Settings{
		Endpoint: w.github.APIURL(), Token: w.token, Global: filepath.Join(w.dir, "config.json"),
		State: filepath.Join(w.dir, "state"), Cache: filepath.Join(w.dir, "cache"),
	}
	global, err := json.MarshalIndent(w.global(), "", "  ")
	if err != nil {
		return w, err
	}
	return w, os.WriteFile(w.settings.Global, global, 0o600)
}

// global is the operator's configuration: where this company's mirrors are.
func (w *world) global() map[string]any {
	return map[string]any{
		"registryAliases": map[string]string{"registry.acme.test": w.registry.host()},
		"hostRules":       []map[string]any{{"matchHost": w.registry.host(), "hostType": "docker", "insecureRegistry": true}},
		"packageRules": []map[string]any{
			{"matchDatasources": []string{"github-tags"}, "registryUrls": []string{w.github.URL()}},
			{"matchDatasources": []string{"pypi"}, "registryUrls": []string{w.index.url()}},
		},
	}
}

func (w *world) close() {
	if w.github != nil {
		_ = w.github.Close() // what it held goes with the folder
	}
	if w.registry != nil {
		w.registry.close()
	}
	if w.index != nil {
		w.index.close()
	}
	if w.dir != "" {
		_ = os.RemoveAll(w.dir) // a temporary folder
	}
}
