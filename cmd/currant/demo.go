package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/cmd/currant/demo"
)

func demoCommand(w world) *cobra.Command {
	var o options
	var serve string
	c := &cobra.Command{
		Use:   "demo",
		Short: "run the main job on a world of its own",
		Long: "Demo shows the full loop, from a template's release to production, on real protocols: a GitHub, an OCI\n" +
			"registry and a package index in this process, real git, real Copier. The exit code is 1 if any\n" +
			"step fails.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p := newProgress(w.err, o.quiet)
			defer p.done()
			return demo.Run(cmd.Context(), demo.Options{
				Out: w.out, Serve: serve, Say: p.line,
				Copier: func(ctx context.Context) ([]string, error) { return demoCopier(ctx, w, o, p) },
				Pass: func(ctx context.Context, s demo.Settings, repos []string) error {
					return demoPass(ctx, w, o, p, s, repos)
				},
			})
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&serve, "serve", "", "keep the GitHub up at this address afterwards, such as 127.0.0.1:8080")
	return c
}

// demoCopier finds Copier as a run would.
func demoCopier(ctx context.Context, w world, o options, p *progress) ([]string, error) {
	e, err := newEngine(ctx, w, o, p)
	if err != nil {
		return nil, err
	}
	defer e.close()
	if e.copier == nil {
		return nil, fmt.Errorf("the demonstration runs Copier, which needs git")
	}
	tool, err := e.copier.Find(ctx)
	return tool.Command, err
}

// demoPass is "currant run" over the world of the demonstration. Copier stays
// where it was found for the operator, all else is the demonstration's own.
func demoPass(ctx context.Context, w world, o options, p *progress, s demo.Settings, repos []string) error {
	tool, err := demoCopier(ctx, w, o, p)
	if err != nil {
		return err
	}
	env := map[string]string{"CURRANT_TOKEN": s.Token, "CURRANT_COPIER": tool[0], "HOME": s.State, "PATH": w.getenv("PATH")}
	inner := world{
		in: w.in, out: io.Discard, err: io.Discard,
		getenv: func(name string) string { return env[name] },
		environ: func() []string {
			var out []string
			for k, v := range env {
				out = append(out, k+"="+v)
			}
			return out
		},
	}
	o.config, o.state, o.cache, o.platform, o.endpoint = s.Global, s.State, s.Cache, "github", s.Endpoint
	o.wait = time.Minute // a pass of the demonstration never runs beside another, but one may end late
	o.copier = tool[0]
	passer, err := newPasser(ctx, inner, o, p, repos, false)
	if err != nil {
		return err
	}
	defer passer.close()
	var shown lastLines
	inner.err = &shown
	if err := runAll(ctx, inner, p, passer); err != nil {
		return fmt.Errorf("%w\n%s", err, shown.text)
	}
	return nil
}

// lastLines keeps the end of what is written.
type lastLines struct{ text string }

func (l *lastLines) Write(b []byte) (int, error) {
	l.text += string(b)
	if len(l.text) > 4000 {
		l.text = l.text[len(l.text)-4000:]
	}
	return len(b), nil
}
