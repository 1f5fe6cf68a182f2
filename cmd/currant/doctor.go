package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/updater/doctor"
	rendererall "github.com/currant-bot/currant/updater/render/all"
)

func doctorCommand(w world) *cobra.Command {
	var o options
	var format string
	var offline bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "look at the installation, and say what is wrong and what to do",
		Long: "Doctor looks at this machine, the login at the platform with its permissions, and the registries that are configured.\n" +
			"It changes and installs nothing. The exit code is 1 if there are problems; warnings are limits that may be meant.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"text", "json"}, format) {
				return fmt.Errorf("--format %s: there are text and json", format)
			}
			found := diagnose(cmd.Context(), w, o, offline)
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			write := writeFindings
			if format == "json" {
				write = writeFindingsJSON
			}
			if err := write(w.out, found); err != nil {
				return err
			}
			if doctor.Worst(found) == doctor.Problem {
				return exit(exitError)
			}
			return nil
		},
	}
	o.flags(c.Flags())
	o.platformFlags(c.Flags())
	c.Flags().StringVar(&format, "format", "text", "text, or json")
	c.Flags().BoolVar(&offline, "offline", false, "look at this machine alone, and contact nobody")
	return c
}

// diagnose looks at everything that can be looked at: what is wrong with one thing keeps none of the others.
func diagnose(ctx context.Context, w world, o options, offline bool) []doctor.Finding {
	setup := doctor.Finding{Area: "configuration", Name: "operator's", State: doctor.OK, Text: "none: defaults hold"}
	err := o.complete(w)
	w = w.with(o.environ)
	e := &engine{w: w, o: o, redact: func(text string) string { return text }}
	if err == nil {
		var whole *engine
		if whole, err = newEngine(ctx, w, o, newProgress(io.Discard, true)); err == nil {
			e = whole
			defer e.close()
		}
	}
	if e.o.config != "" {
		setup.Text = e.o.config
	}
	if err != nil {
		setup.Name, setup.State, setup.Text, setup.Do = "start", doctor.Problem, err.Error(), "correct that; what depends on it was not looked at"
	}
	checks := e.machine(ctx)
	if err == nil && !offline {
		checks = append(checks, e.outside()...)
	}
	return append([]doctor.Finding{setup}, doctor.Run(ctx, checks, e.redact)...)
}

// machine is what there is to look at on this machine.
func (e *engine) machine(ctx context.Context) []doctor.Check {
	environ := e.w.environ()
	env := variables(environ)
	checks := []doctor.Check{doctor.Git(environ)}
	if g, err := git.Find(ctx, environ); err == nil {
		installs := e.o.cache
		if e.o.noDownloads {
			installs = ""
		}
		checks = append(checks, doctor.Copier(copier.New(g, e.copierOptions(copier.Forbidden, nil)), environ, installs))
	}
	if exe, err := os.Executable(); err == nil {
		checks = append(checks, doctor.Sandbox(sandbox.New(exe)))
	}
	if keeper, err := e.lockKeeper(); err == nil {
		checks = append(checks, doctor.LockTools(keeper, rendererall.Tools))
	}
	if e.o.cache != "" && e.o.state != "" {
		checks = append(checks, doctor.Folder("cache folder", e.o.cache, "--cache"), doctor.Folder("state folder", e.o.state, "--state"))
	}
	if e.Engine != nil {
		checks = append(checks, e.signing())
	}
	return append(checks, doctor.Proxies(env), doctor.Authorities(env, os.ReadFile))
}

// signing says who signs commits.
func (e *engine) signing() doctor.Check {
	return doctor.One("machine", "signatures", func(context.Context) (doctor.State, string, string) {
		var who []string
		if e.app != nil {
			who = append(who, "GitHub signs what the App commits")
		}
		if e.signer != nil {
			who = append(who, "what goes by git is signed with "+e.signer.Public)
		}
		if len(who) == 0 {
			return doctor.OK, "nobody signs commits; where branch rules want signatures, use a GitHub App or set CURRANT_GIT_PRIVATE_KEY_FILE", ""
		}
		return doctor.OK, strings.Join(who, "; "), ""
	})
}

// outside is what there is to look at on other machines.
func (e *engine) outside() []doctor.Check {
	var checks []doctor.Check
	if e.o.platform == "github" {
		checks = doctor.GitHub{
			URL: e.o.endpoint, Web: webOf(e.o.endpoint), App: e.app, Token: e.w.getenv("CURRANT_TOKEN"), Client: e.client.HTTP(), Now: time.Now,
			HookSecret: e.w.getenv("CURRANT_WEBHOOK_SECRET") != "",
		}.Checks()
		if e.app != nil || e.w.getenv("CURRANT_TOKEN") != "" {
			_, _ = e.github(nil, true) // for presets; what is wrong with the login is said above
		}
	}
	if e.o.config != "" {
		checks = append(checks, e.presetsCheck())
	}
	return append(checks, doctor.Hosts(e.client.Env(), e.hosts())...)
}

func writeFindings(w io.Writer, found []doctor.Finding) error {
	t := newTable(w)
	t.AppendHeader(table.Row{"", "Area", "What", "Found"})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 40, WidthMaxEnforcer: wrapped}, {Number: 4, WidthMax: 100, WidthMaxEnforcer: wrapped}})
	number := make(map[doctor.State]int)
	area := ""
	for _, f := range found {
		number[f.State]++
		said := f.Text
		if f.Do != "" {
			said += "\n→ " + f.Do
		}
		shown := f.Area
		if f.Area == area {
			shown = ""
		}
		area = f.Area
		t.AppendRow(table.Row{f.State, shown, f.Name, said})
	}
	t.Render()
	_, err := fmt.Fprintf(w, "%d looked at: %s, %s\n", len(found), count(number[doctor.Problem], "problem"), count(number[doctor.Warning], "warning"))
	return err
}

// wrapped breaks each line of a cell between words.
func wrapped(cell string, width int) string {
	lines := strings.Split(cell, "\n")
	for i, line := range lines {
		lines[i] = text.WrapSoft(line, width)
	}
	return strings.Join(lines, "\n")
}

func writeFindingsJSON(w io.Writer, found []doctor.Finding) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Worst    doctor.State     `json:"worst"`
		Findings []doctor.Finding `json:"findings"`
	}{doctor.Worst(found), found})
}
