package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/plan"
)

func extractCommand(w world) *cobra.Command {
	var o options
	var format string
	c := &cobra.Command{
		Use:   "extract [DIR]",
		Short: "print the dependencies found in a folder",
		Long:  "Extract prints every dependency that the files of DIR (default: this folder) name, under the\nconfiguration that stands there. It asks no registry.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"table", "jsonl"}, format) {
				return fmt.Errorf("--format %s: there are table and jsonl", format)
			}
			r, err := extractFolder(cmd.Context(), w, o, args)
			if err != nil {
				return err
			}
			complain(w.err, r)
			skipped(w.err, r)
			if format == "jsonl" {
				return writeJSONL(w.out, r.Found)
			}
			writeFound(w.out, r.Found)
			return nil
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&format, "format", "table", "table, or jsonl: one object a dependency")
	return c
}

func extractFolder(ctx context.Context, w world, o options, args []string) (*updater.Report, error) {
	t, err := folderTree(ctx, args)
	if err != nil {
		return nil, err
	}
	p := newProgress(w.err, o.quiet)
	defer p.done()
	e, err := newEngine(ctx, w, o, p)
	if err != nil {
		return nil, err
	}
	defer e.close()
	if err := e.reachPresets(); err != nil {
		return nil, err
	}
	r, err := e.Extract(ctx, t)
	if err == nil {
		err = configErrors(r)
	}
	return r, err
}

// folderTree reads the folder that a command is about.
func folderTree(ctx context.Context, args []string) (updater.Tree, error) {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return updater.Tree{}, err
	}
	s, err := gitrepo.Folder(ctx, abs)
	if err != nil {
		return updater.Tree{}, fmt.Errorf("reading %s: %w", dir, err)
	}
	t := updater.Tree{Repository: filepath.Base(abs), Snapshot: s}
	local, err := gitrepo.OpenLocal(abs)
	if err != nil {
		return t, nil // a folder without git is fine: only what history would tell is missing
	}
	refs, err := local.Refs()
	if err != nil || refs.Default == "" {
		return t, nil
	}
	t.Base = refs.Default
	commits, err := local.Log(ctx, refs.Default, 20)
	if err != nil {
		return t, nil
	}
	for _, c := range commits {
		if subject, _, _ := strings.Cut(c.Message, "\n"); !c.Merge {
			t.Subjects = append(t.Subjects, subject)
		}
	}
	return t, nil
}

// configErrors says that a configuration cannot be used; nil if it can.
func configErrors(r *updater.Report) error {
	var bad []string
	for _, d := range r.Diagnostics {
		if d.Severity == config.Error {
			bad = append(bad, d.String())
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fmt.Errorf("the configuration has errors:\n  %s", strings.Join(bad, "\n  "))
}

// complain prints what is wrong with a repository's files, one line each.
func complain(w io.Writer, r *updater.Report) {
	for _, d := range r.Diagnostics {
		fmt.Fprintf(w, "%s: %s\n", d.Severity, d)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(w, "problem: %s\n", p)
	}
}

// notes prints what people should know besides, each line once.
func notes(w io.Writer, r *updater.Report, seen map[string]bool) {
	for _, n := range r.Notices {
		if !seen[n] {
			seen[n] = true
			fmt.Fprintf(w, "note: %s\n", n)
		}
	}
}

// skipped says why a repository was not looked at.
func skipped(w io.Writer, r *updater.Report) {
	if r.Skipped != "" {
		fmt.Fprintf(w, "skipped: %s\n", r.Skipped)
	}
}

// A dependency is what extract prints; the keys and values are Renovate's.
type dependency struct {
	Manager       string   `json:"manager"`
	PackageFile   string   `json:"packageFile"`
	DepName       string   `json:"depName"`
	PackageName   string   `json:"packageName"`
	Datasource    *string  `json:"datasource"`
	CurrentValue  *string  `json:"currentValue"`
	CurrentDigest *string  `json:"currentDigest"`
	DepType       *string  `json:"depType"`
	SkipReason    *string  `json:"skipReason"`
	Versioning    *string  `json:"versioning"`
	RegistryURLs  []string `json:"registryUrls"`
	LockedVersion *string  `json:"lockedVersion"`
}

// orNull returns nil for "".
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func dependencyOf(f plan.Found) dependency {
	d := plan.Decision{Found: f}
	return dependency{
		Manager: f.Manager, PackageFile: f.File(), DepName: f.Dep.Name, PackageName: f.Dep.PackageName(),
		Datasource: orNull(f.Dep.Datasource), CurrentValue: orNull(d.Value()), CurrentDigest: orNull(f.Dep.Pinned()),
		DepType: orNull(f.Dep.Kind), SkipReason: orNull(string(f.Dep.Skip)), Versioning: orNull(f.Dep.Versioning),
		RegistryURLs: registryURLs(f), LockedVersion: orNull(f.Dep.Locked),
	}
}

func writeJSONL(w io.Writer, found []plan.Found) error {
	lines := make([]string, 0, len(found))
	for _, f := range found {
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		err := enc.Encode(dependencyOf(f))
		if err != nil {
			return err
		}
		lines = append(lines, line.String())
	}
	slices.Sort(lines)
	_, err := io.WriteString(w, strings.Join(lines, ""))
	return err
}

// registryURLs returns where a dependency is looked up, with what "default" stands for.
func registryURLs(f plan.Found) []string {
	var out []string
	for _, r := range f.Dep.Registries {
		if r == managers.DefaultRegistry {
			out = append(out, datasources.DefaultRegistries(f.Dep.Datasource)...)
			continue
		}
		out = append(out, r)
	}
	return out
}

func writeFound(w io.Writer, found []plan.Found) {
	if len(found) == 0 {
		fmt.Fprintln(w, "No dependencies found.")
		return
	}
	t := newTable(w)
	t.AppendHeader(table.Row{"File", "Line", "Manager", "Dependency", "Current", "Datasource", "Note"})
	for _, f := range found {
		d := plan.Decision{Found: f}
		note := string(f.Dep.Skip)
		t.AppendRow(table.Row{f.Path, lineOf(f), f.Manager, f.Dep.Name, cmp.Or(d.Value(), shortDigest(f.Dep.Pinned())), f.Dep.Datasource, note})
	}
	t.Render()
	fmt.Fprintf(w, "%d dependencies\n", len(found))
}

func lineOf(f plan.Found) string {
	if f.Dep.Line == 0 {
		return ""
	}
	return fmt.Sprint(f.Dep.Line)
}

func shortDigest(d string) string {
	if len(d) > 19 {
		return d[:19]
	}
	return d
}

// newTable returns an empty table in the house style.
func newTable(w io.Writer) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateColumns = false
	t.Style().Options.DrawBorder = false
	t.Style().Format.Header = 0
	return t
}
