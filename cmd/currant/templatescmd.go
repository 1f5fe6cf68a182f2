package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
)

func templatesCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "templates", Short: "see a fleet's templates: versions, drift, and what a release would do"}
	c.AddCommand(templatesStatusCommand(w), templatesDriftCommand(w), templatesPreviewCommand(w), templatesRolloutCommand(w), templatesSetCommand(w))
	return c
}

// A fleetQuery says which repositories a command on templates is about, and how it answers.
type fleetQuery struct {
	options
	checkouts string
	format    string
	jobs      int
}

const fleetHelp = "The repositories are those named (OWNER/NAME, or OWNER/*), else all that the token may see; with --platform\n" +
	"local they are folders (default: this one), or with --checkouts all checkouts in a folder."

func (q *fleetQuery) flags(c *cobra.Command) {
	q.options.flags(c.Flags())
	q.platformFlags(c.Flags())
	c.Flags().StringVar(&q.checkouts, "checkouts", "", "over the checkouts in this folder")
	c.Flags().StringVar(&q.format, "format", "table", "table, json or markdown")
	c.Flags().IntVar(&q.jobs, "jobs", max(2, runtime.NumCPU()), "how many repositories are looked at at once")
}

// A fleetView is the repositories that a command on templates looks at.
type fleetView struct {
	*engine
	passer   *passer // nil for folders
	progress *progress
	names    []string
	jobs     int
	format   string
}

// open wires everything. The fleet can write nothing where dry is set.
func (q *fleetQuery) open(ctx context.Context, w world, names []string, dry bool) (*fleetView, error) {
	if !slices.Contains([]string{"table", "json", "markdown"}, q.format) {
		return nil, fmt.Errorf("--format %s: there are table, json and markdown", q.format)
	}
	if q.jobs < 1 {
		return nil, errors.New("--jobs: there must be at least one")
	}
	if err := q.complete(w); err != nil {
		return nil, err
	}
	p := newProgress(w.err, q.quiet)
	f := &fleetView{progress: p, jobs: q.jobs, format: q.format}
	var err error
	if q.platform == "github" && q.checkouts == "" {
		if f.passer, err = newPasser(ctx, w, q.options, p, names, dry); err != nil {
			return nil, err
		}
		f.engine = f.passer.engine
		f.names, err = f.passer.discovered(ctx)
		return f, err
	}
	if f.engine, err = newEngine(ctx, w, q.options, p); err != nil {
		return nil, err
	}
	if err := f.reachPresets(); err != nil {
		return nil, err
	}
	switch f.names = names; {
	case q.checkouts != "" && len(names) > 0:
		return nil, errors.New("name folders, or use --checkouts, but not both")
	case q.checkouts != "":
		f.names, err = folders(q.checkouts)
	case len(names) == 0:
		f.names = []string{"."}
	}
	return f, err
}

func (f *fleetView) close() {
	f.progress.done()
	if f.passer != nil {
		f.passer.close()
		return
	}
	f.engine.close()
}

// tree reads one of the repositories.
func (f *fleetView) tree(ctx context.Context, name string) (updater.Tree, error) {
	if f.passer == nil {
		return folderTree(ctx, []string{name})
	}
	return f.passer.tree(ctx, name)
}

// forAll does something for each repository, several at once; i is its place among the names. The error is that ctx has ended.
func (f *fleetView) forAll(ctx context.Context, do func(i int, name string)) error {
	var g errgroup.Group
	g.SetLimit(f.jobs)
	for i, name := range f.names {
		g.Go(func() error {
			do(i, name)
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	f.progress.done()
	return ctx.Err()
}

// each looks at all repositories and returns what is seen there, in order. One that fails does not stop the others.
func each[T any](ctx context.Context, f *fleetView, look func(context.Context, updater.Tree) ([]T, error)) (all []T, failed []string, err error) {
	seen := make([][]T, len(f.names))
	errs := make([]error, len(f.names))
	err = f.forAll(ctx, func(i int, name string) {
		var t updater.Tree
		if t, errs[i] = f.tree(ctx, name); errs[i] == nil {
			seen[i], errs[i] = look(ctx, t)
		}
	})
	for i, err := range errs {
		if err != nil {
			failed = append(failed, f.names[i]+": "+f.redact(err.Error()))
		}
	}
	return slices.Concat(seen...), failed, err
}

// isTemplate picks what updates whole projects.
func isTemplate(f plan.Found) bool { return f.Dep.Kind == managers.Template }

// A grid is a table, whichever way it is shown.
type grid struct {
	header []string
	rows   [][]string
	end    string // a line below it
}

// show writes g, or what is in its place as JSON, and complains of what failed.
func (f *fleetView) show(w world, g grid, asJSON any, failed []string) error {
	var err error
	switch f.format {
	case "json":
		err = writeJSON(w.out, asJSON)
	case "markdown":
		writeMarkdown(w.out, g.header, g.rows)
		fmt.Fprintf(w.out, "\n%s\n", plan.Quiet(g.end))
		for _, x := range failed {
			fmt.Fprintf(w.out, "\nNot looked at: %s\n", plan.Quiet(x))
		}
	default:
		g.table(w.out)
		fmt.Fprintln(w.out, g.end)
	}
	for _, x := range failed {
		fmt.Fprintln(w.err, "error:", x)
	}
	if err == nil && len(failed) > 0 {
		err = fmt.Errorf("%d of %d repositories could not be looked at", len(failed), len(f.names))
	}
	return err
}

// widest is how wide a column of text gets.
const widest = 70

func (g grid) table(w io.Writer) {
	if len(g.rows) == 0 {
		return
	}
	t := newTable(w)
	t.SetColumnConfigs([]table.ColumnConfig{{Number: len(g.header), WidthMax: widest, WidthMaxEnforcer: text.WrapSoft}})
	cells := func(texts []string) table.Row {
		var row table.Row
		for _, x := range texts {
			row = append(row, cmp.Or(x, "-"))
		}
		return row
	}
	t.AppendHeader(cells(g.header))
	for _, r := range g.rows {
		t.AppendRow(cells(r))
	}
	t.Render()
}

// writeMarkdown writes a table that is no longer than code hosts allow.
func writeMarkdown(w io.Writer, header []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(header, " | "), strings.Repeat("---|", len(header)))
	for _, r := range rows[:min(mostRows, len(rows))] {
		var row []string
		for _, cell := range r {
			row = append(row, strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(plan.Quiet(cell)))
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
	}
	if n := len(rows) - mostRows; n > 0 {
		fmt.Fprintf(w, "\nand %d more.\n", n)
	}
}
