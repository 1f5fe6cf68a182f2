package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/plan"
)

func runCommand(w world) *cobra.Command {
	var o options
	var dry bool
	c := &cobra.Command{
		Use:   "run [REPOSITORY...]",
		Short: "make one pass: open, update and merge pull requests",
		Long: "Run makes one pass over repositories of a platform (OWNER/NAME or OWNER/*; without any, all that the token\n" +
			"may see), or over checkouts on this machine with --platform local, where it makes branches.\n" +
			"It may be stopped at any time and started again.",
		RunE: func(cmd *cobra.Command, args []string) error {
			p := newProgress(w.err, o.quiet)
			passer, err := newPasser(cmd.Context(), w, o, p, args, dry)
			if err != nil {
				return err
			}
			defer passer.close()
			if err := passer.engine.forget(); err != nil {
				return err
			}
			return runAll(cmd.Context(), w, p, passer)
		},
	}
	o.flags(c.Flags())
	o.platformFlags(c.Flags())
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be done, and do nothing")
	return c
}

// runAll passes over each repository that is to be looked at. One that fails does not stop the others.
func runAll(ctx context.Context, w world, p *progress, passer *passer) error {
	for _, text := range passer.suspended(ctx) {
		fmt.Fprintln(w.err, "note:", text)
	}
	names, err := passer.discovered(ctx)
	if err != nil && (len(names) == 0 || ctx.Err() != nil) {
		return err
	}
	if len(names) == 0 {
		fmt.Fprintln(w.err, "No repositories: the token reaches none, or autodiscoverFilter lets none through.")
	}
	if path := passer.engine.o.operator.String("writeDiscoveredRepos"); path != "" {
		return writeDiscovered(w.out, path, names)
	}
	if err != nil {
		fmt.Fprintf(w.err, "error: %s\n", passer.redact(err.Error()))
		err = errors.New("not all repositories could be listed")
	}
	return cmp.Or(passAll(ctx, w, p, passer, names), err)
}

// passAll passes over the named repositories.
func passAll(ctx context.Context, w world, p *progress, passer *passer, names []string) error {
	top := passer.engine.o.operator
	report := newRunReport()
	var failed []error
	noted := make(map[string]bool)
	for _, name := range passer.engine.quota.Order(names) {
		started := time.Now()
		r, effects, err := passer.Pass(ctx, name)
		p.done()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		passer.engine.quota.Looked(name, putOff(r, err, effects))
		if err != nil {
			err = errors.New(passer.redact(err.Error()))
			fmt.Fprintf(w.err, "error: %s: %v\n", name, err)
			failed = append(failed, err)
		}
		report.add(name, r, effects, err)
		if r == nil {
			continue
		}
		complain(w.err, r)
		notes(w.err, r, noted)
		doubts(w.err, r)
		writeOutcomes(w.out, r, effects, passer.Runner == nil)
		if err := effectErrors(effects); err != nil {
			fmt.Fprintf(w.err, "error: %s: %s\n", name, passer.redact(err.Error()))
			failed = append(failed, err)
		}
		p.line(fmt.Sprintf("%s: done in %s", name, time.Since(started).Round(time.Millisecond)))
	}
	if err := passer.tellRollouts(ctx, w); err != nil {
		fmt.Fprintln(w.err, "error:", err)
		failed = append(failed, err)
	}
	p.done()
	for _, x := range passer.engine.presets.Stale() {
		fmt.Fprintf(w.err, "warning: preset %s: the last good copy is used, and nothing merges by itself on it: %s\n", x.Name, passer.redact(x.Err.Error()))
	}
	report.Limits = passer.engine.quota.Usage()
	for _, u := range report.Limits {
		p.line(usage(u))
	}
	if err := report.write(w.out, top); err != nil {
		failed = append(failed, err)
		fmt.Fprintf(w.err, "error: %s\n", passer.redact(err.Error()))
	}
	if len(failed) > 0 {
		return fmt.Errorf("%d of %d repositories had errors", len(failed), len(names))
	}
	return nil
}

// tellRollouts keeps the issues about releases of templates, and says where the releases are.
func (p *passer) tellRollouts(ctx context.Context, w world) error {
	if p.Rollouts == nil {
		return nil
	}
	states, effects, err := p.Rollouts.Tell(ctx)
	for _, s := range states {
		fmt.Fprintf(w.out, "%s of %s: %s\n", s.Version, s.Template, p.redact(s.String()))
	}
	if err == nil {
		err = effectErrors(effects)
	}
	if err != nil {
		return errors.New(p.redact(err.Error()))
	}
	return nil
}

// forget deletes the operator's configuration, which has been read, where it says so.
func (e *engine) forget() error {
	if !e.o.operator.Bool("deleteConfigFile") {
		return nil
	}
	if err := os.Remove(e.o.config); err != nil {
		return fmt.Errorf("deleteConfigFile: %w", err)
	}
	return nil
}

// writeDiscovered writes the names of repositories as a list in JSON, and says so.
func writeDiscovered(w io.Writer, path string, names []string) error {
	text, err := json.Marshal(append([]string{}, names...))
	if err != nil {
		return fmt.Errorf("writeDiscoveredRepos: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("writeDiscoveredRepos: %w", err)
	}
	fmt.Fprintf(w, "%d repositories are listed in %s, and nothing else was done (writeDiscoveredRepos)\n", len(names), path)
	return nil
}

// doubts prints which dependencies could not be looked up completely, and why.
func doubts(w io.Writer, r *updater.Report) {
	for _, d := range r.Decisions {
		if d.Facts == plan.Complete {
			continue
		}
		for _, x := range d.Reasons {
			if x.Code == plan.CodeLookupFailed {
				fmt.Fprintf(w, "warning: %s: %s: %s\n", d.Path, d.Dep.Name, x)
			}
		}
	}
}

// effectErrors joins what went wrong, apart from the host having moved on, which the next pass sees.
func effectErrors(effects []act.Effect) error {
	var out []error
	for _, e := range effects {
		if e.Phase == act.Failed {
			out = append(out, fmt.Errorf("%s of %s: %w", e.Action.Kind(), e.Action.Branch, e.Err))
		}
	}
	return errors.Join(out...)
}

func writeOutcomes(w io.Writer, r *updater.Report, effects []act.Effect, dry bool) {
	fmt.Fprintf(w, "%s: %s\n", r.Repository, headline(r, effects, dry))
	if len(r.Outcomes) == 0 {
		return
	}
	t := newTable(w)
	t.AppendHeader(table.Row{"Pull request", "Title", "Result", "Why"})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 4, WidthMax: 80}})
	for _, o := range r.Outcomes {
		number := "-"
		if o.Number > 0 {
			number = fmt.Sprintf("#%d", o.Number)
		}
		result := string(o.Result)
		if done := len(o.Actions) == 0 || dry; !done && !slices.ContainsFunc(effects, func(e act.Effect) bool { return e.Action.Branch == o.Branch }) {
			result += ": not done"
		}
		for _, e := range effects {
			if e.Action.Branch != o.Branch {
				continue
			}
			if e.Number > 0 {
				number = fmt.Sprintf("#%d", e.Number)
			}
			if e.Err != nil {
				result = fmt.Sprintf("%s: %s", e.Action.Kind(), e.Phase)
			}
		}
		t.AppendRow(table.Row{number, orBranch(o), result, lastReason(o)})
	}
	t.Render()
}

func orBranch(o plan.Outcome) string {
	if o.Title == "" {
		return o.Branch
	}
	return o.Title
}

// lastReason is the one that settled it.
func lastReason(o plan.Outcome) string {
	if len(o.Reasons) == 0 {
		return ""
	}
	return o.Reasons[len(o.Reasons)-1].String()
}

func headline(r *updater.Report, effects []act.Effect, dry bool) string {
	switch {
	case r.Skipped != "":
		return r.Skipped
	case dry:
		n := 0
		for _, o := range r.Outcomes {
			n += len(o.Actions)
		}
		return fmt.Sprintf("%d dependencies, %d actions would be taken (dry run)", len(r.Found), n)
	}
	count := make(map[string]int)
	for _, e := range effects {
		if e.Err == nil {
			count[e.Action.Kind()]++
		}
	}
	var parts []string
	for _, kind := range []string{"push", "open", "edit", "merge", "close"} {
		if count[kind] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", kind, count[kind]))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing to write"}
	}
	return fmt.Sprintf("%d dependencies, %s", len(r.Found), strings.Join(slices.Compact(parts), ", "))
}

// runID names a run in logs.
func runID(now time.Time) string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return now.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(b[:])
}
