package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/fleetdiff"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/presettest"
)

// A comparison is what "presets diff" is asked to do.
type comparison struct {
	from, to   string
	fleet      bool
	checkouts  string
	presets    string // folder or repository
	repository string // what references call it
	format     string
}

func presetsDiffCommand(w world) *cobra.Command {
	var o options
	var x comparison
	c := &cobra.Command{
		Use:   "diff --from REF --to REF --fleet [REPOSITORY...]",
		Short: "show what a change to presets would change in the repositories that extend them",
		Long: "Diff plans every repository that extends the presets twice over the same facts, with the presets at\n" +
			"--from and at --to, and shows which pull requests appear, vanish, regroup, and start or stop merging by\n" +
			"themselves. The repositories are those named, else with --fleet all that the token may see, or the folders\n" +
			"in --checkouts. The presets are a checkout (default: this folder), or a repository of the platform.\n" +
			"It changes nothing, anywhere.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"table", "json", "markdown"}, x.format) {
				return fmt.Errorf("--format %s: there are table, json and markdown", x.format)
			}
			if x.checkouts == "" && !x.fleet && len(args) == 0 {
				return errors.New("name repositories, or use --fleet or --checkouts DIR")
			}
			return x.run(cmd.Context(), w, o, args)
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&x.from, "from", "", "the presets as they are: branch, tag or commit (default: HEAD)")
	c.Flags().StringVar(&x.to, "to", "", "the presets as they would be (default: the files in the folder)")
	c.Flags().BoolVar(&x.fleet, "fleet", false, "over every repository that the token may see")
	c.Flags().StringVar(&x.checkouts, "checkouts", "", "over the checkouts in this folder")
	c.Flags().StringVar(&x.presets, "presets", ".", "checkout of the presets, or their repository on the platform")
	c.Flags().StringVar(&x.repository, "repository", "", "name of the presets in references, such as acme/presets (default: from the git remote)")
	c.Flags().StringVar(&x.format, "format", "table", "table, json or markdown")
	return c
}

// states returns the presets' files before and after.
func (x *comparison) states(ctx context.Context, o options, p *passer) (from, to fs.FS, err error) {
	if onPlatform(o, x.presets) {
		x.repository = cmp.Or(x.repository, x.presets)
		if x.to == "" {
			return nil, nil, errors.New("--to is needed for presets on the platform")
		}
		if from, err = p.at(ctx, x.presets, x.from); err == nil {
			to, err = p.at(ctx, x.presets, x.to)
		}
		return from, to, err
	}
	x.repository = cmp.Or(x.repository, remoteName(x.presets))
	abs, err := filepath.Abs(x.presets)
	if err != nil {
		return nil, nil, err
	}
	local, err := gitrepo.OpenLocal(abs)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the presets: %w", err)
	}
	was, err := local.Snapshot(ctx, cmp.Or(x.from, "HEAD"))
	if err != nil {
		return nil, nil, err
	}
	if x.to == "" {
		root, err := os.OpenRoot(abs)
		if err != nil {
			return nil, nil, err
		}
		return was.FS, root.FS(), nil
	}
	is, err := local.Snapshot(ctx, x.to)
	if err != nil {
		return nil, nil, err
	}
	return was.FS, is.FS, nil
}

// at returns the files of a repository of the platform at a branch or commit;
// "" for its default branch.
func (p *passer) at(ctx context.Context, name, ref string) (fs.FS, error) {
	host, err := p.Reader.Repository(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("reading the settings of %s: %w", name, err)
	}
	repo, err := p.Open(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("fetching %s: %w", name, err)
	}
	s, err := repo.Snapshot(ctx, cmp.Or(ref, host.Default))
	if err != nil && ref != "" {
		s, err = repo.SnapshotAt(ctx, ref)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s at %s: %w", name, ref, err)
	}
	return s.FS, nil
}

func (x *comparison) run(ctx context.Context, w world, o options, names []string) error {
	if err := o.complete(w); err != nil {
		return err
	}
	p := newProgress(w.err, o.quiet)
	defer p.done()
	var platform *passer
	var e *engine
	var err error
	if x.checkouts == "" {
		if o.platform == "local" {
			return errors.New("--fleet needs a platform and a token: or name a folder with --checkouts")
		}
		if platform, err = newPasser(ctx, w, o, p, names, true); err != nil {
			return err
		}
		e = platform.engine
	} else if e, err = newEngine(ctx, w, o, p); err != nil {
		return err
	} else if err = e.reachPresets(); err != nil {
		return err
	}
	from, to, err := x.states(ctx, o, platform)
	if err != nil {
		return err
	}
	switch {
	case x.checkouts != "":
		names, err = folders(x.checkouts)
	case len(names) == 0:
		names, err = platform.Reader.Repositories(ctx)
	}
	if err != nil {
		return fmt.Errorf("listing repositories: %w", err)
	}
	seen := x.compareAll(ctx, e, platform, names, from, to)
	p.done()
	if err := ctx.Err(); err != nil {
		return err
	}
	return x.show(w, seen)
}

// A compared is what came of one repository.
type compared struct {
	name    string
	extends bool
	changes []fleetdiff.Change
	err     error
}

// compareAll compares each repository. One that fails does not stop the others.
func (x *comparison) compareAll(ctx context.Context, e *engine, p *passer, names []string, from, to fs.FS) []compared {
	out := make([]compared, len(names))
	var g errgroup.Group
	g.SetLimit(4)
	for i, name := range names {
		g.Go(func() error {
			out[i] = x.compare(ctx, e, p, name, from, to)
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	return out
}

func (x *comparison) compare(ctx context.Context, e *engine, p *passer, name string, from, to fs.FS) compared {
	out := compared{name: name}
	fail := func(err error) compared {
		out.err = errors.New(e.redact(err.Error()))
		return out
	}
	var t updater.Tree
	var err error
	if p == nil {
		t, err = folderTree(ctx, []string{name})
		out.name = t.Repository
	} else {
		t, err = p.tree(ctx, name)
	}
	if err != nil {
		return fail(err)
	}
	var reports [2]*updater.Report
	for i, fsys := range []fs.FS{from, to} {
		source := &presettest.Source{Repository: x.repository, FS: fsys, Next: e.Presets}
		side := *e.Engine
		side.Presets = source
		if i == 0 {
			if _, _, err := side.Resolve(ctx, t); err != nil {
				return fail(err)
			}
			if !source.Used() {
				return out
			}
			out.extends = true
		}
		if reports[i], err = side.Propose(ctx, t); err != nil {
			return fail(err)
		}
	}
	out.changes = fleetdiff.Compare(reports[0], reports[1])
	return out
}

func (x *comparison) show(w world, seen []compared) error {
	var changes []fleetdiff.Change
	var failed []string
	extending := 0
	for _, c := range seen {
		changes = append(changes, c.changes...)
		if c.extends {
			extending++
		}
		if c.err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", c.name, c.err))
		}
	}
	var err error
	switch x.format {
	case "json":
		err = writeChangesJSON(w.out, changes, extending, len(seen), failed)
	case "markdown":
		writeChangesMarkdown(w.out, changes, extending, failed)
	default:
		writeChanges(w.out, changes, extending, len(seen))
	}
	for _, f := range failed {
		fmt.Fprintln(w.err, "error:", f)
	}
	if err == nil && len(failed) > 0 {
		err = fmt.Errorf("%d of %d repositories could not be compared", len(failed), len(seen))
	}
	return err
}

func writeChangesRows(w io.Writer, changes []fleetdiff.Change) {
	t := newTable(w)
	t.AppendHeader(table.Row{"Repository", "Dependency", "Update", "What", "Was", "Is", "Rule"})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 5, WidthMax: 50}, {Number: 6, WidthMax: 50}, {Number: 7, WidthMax: 60}})
	for _, c := range changes {
		t.AppendRow(table.Row{c.Repository, c.Dependency, c.Update, c.Kind, c.Was, c.Is, c.Rule})
	}
	t.Render()
}

func writeChanges(w io.Writer, changes []fleetdiff.Change, extending, all int) {
	if len(changes) > 0 {
		writeChangesRows(w, changes)
	}
	fmt.Fprintf(w, "%s in %d of the %d repositories that were looked at and extend the presets\n", count(len(changes), "change"), distinctRepositories(changes), extending)
	if extending < all {
		fmt.Fprintf(w, "%d do not extend them, or could not be read\n", all-extending)
	}
}

func distinctRepositories(changes []fleetdiff.Change) int {
	seen := make(map[string]bool)
	for _, c := range changes {
		seen[c.Repository] = true
	}
	return len(seen)
}

func writeChangesJSON(w io.Writer, changes []fleetdiff.Change, extending, all int, failed []string) error {
	type change struct {
		Repository string      `json:"repository"`
		Kind       string      `json:"kind"`
		Dependency string      `json:"dependency,omitempty"`
		Update     string      `json:"update,omitempty"`
		Branch     string      `json:"branchName,omitempty"`
		Title      string      `json:"prTitle,omitempty"`
		Was        string      `json:"was,omitempty"`
		Is         string      `json:"is,omitempty"`
		Rule       *originJSON `json:"rule,omitempty"`
	}
	out := struct {
		Looked  int      `json:"repositories"`
		Extend  int      `json:"extending"`
		Changes []change `json:"changes"`
		Errors  []string `json:"errors"`
	}{all, extending, []change{}, append([]string{}, failed...)}
	for _, c := range changes {
		out.Changes = append(out.Changes, change{c.Repository, string(c.Kind), c.Dependency, c.Update, c.Branch, c.Title, c.Was, c.Is, originOf(c.Rule)})
	}
	return writeJSON(w, out)
}

// mostRows keeps a comment below the length that code hosts allow.
const mostRows = 200

func writeChangesMarkdown(w io.Writer, changes []fleetdiff.Change, extending int, failed []string) {
	fmt.Fprintf(w, "### What this change does to the fleet\n\n")
	if len(changes) == 0 {
		fmt.Fprintf(w, "Nothing changes in the %d repositories that extend these presets.\n", extending)
	} else {
		counts := make(map[fleetdiff.Kind]int)
		var kinds []fleetdiff.Kind
		for _, c := range changes {
			if counts[c.Kind]++; counts[c.Kind] == 1 {
				kinds = append(kinds, c.Kind)
			}
		}
		fmt.Fprintf(w, "%d of the %d repositories that extend these presets change:\n\n", distinctRepositories(changes), extending)
		for _, k := range kinds {
			fmt.Fprintf(w, "- **%s**: %d\n", k, counts[k])
		}
		fmt.Fprintln(w)
		writeChangesTable(w, changes)
	}
	for _, f := range failed {
		fmt.Fprintf(w, "\nNot compared: %s\n", plan.Quiet(f))
	}
}
