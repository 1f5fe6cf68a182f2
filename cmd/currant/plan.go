package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
)

func planCommand(w world) *cobra.Command {
	var o options
	var format, against string
	var all bool
	c := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "show what would change in a folder, why, and why not",
		Long: "Plan looks up what is newer for the dependencies of DIR (default: this folder) and shows the\n" +
			"branches that Currant would make. It changes nothing, anywhere.\n\n" +
			"The exit code is 0 if there is nothing to do, 2 if updates are available, 1 after an error.\n\n" +
			"With --against it shows what a change to this folder, such as one of its configuration, does to the\n" +
			"pull requests: those that appear, vanish, regroup, and start or stop merging by themselves. The exit\n" +
			"code is then 0 unless something went wrong.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			formats := []string{"table", "diff", "json"}
			if against != "" {
				formats[1] = "markdown"
			}
			if !slices.Contains(formats, format) {
				return fmt.Errorf("--format %s: there are %s, %s and %s", format, formats[0], formats[1], formats[2])
			}
			t, err := folderTree(cmd.Context(), args)
			if err != nil {
				return err
			}
			p := newProgress(w.err, o.quiet)
			e, err := newEngine(cmd.Context(), w, o, p)
			if err != nil {
				return err
			}
			defer e.close()
			if err := e.reachPresets(); err != nil {
				return err
			}
			if against != "" {
				defer p.done()
				return planAgainst(cmd.Context(), w, e, t, args, against, format)
			}
			r, err := e.Plan(cmd.Context(), t)
			p.done()
			if err == nil {
				err = configErrors(r)
			}
			if err != nil {
				return err
			}
			complain(w.err, r)
			notes(w.err, r, make(map[string]bool))
			skipped(w.err, r)
			return showPlan(w.out, t.Snapshot.FS, r, format, all)
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&format, "format", "table", "table, diff, or json; with --against table, markdown, or json")
	c.Flags().StringVar(&against, "against", "", "compare with the pull requests of this commit, tag or branch")
	c.Flags().BoolVar(&all, "all", false, "in the table, also show dependencies with nothing to do, and why")
	return c
}

func showPlan(w io.Writer, fsys fs.FS, r *updater.Report, format string, all bool) error {
	switch format {
	case "json":
		if err := writePlanJSON(w, r); err != nil {
			return err
		}
	case "diff":
		if err := writeDiff(w, fsys, r); err != nil {
			return err
		}
	default:
		writePlan(w, r, all)
	}
	if len(r.Branches) > 0 {
		return exit(exitUpdates)
	}
	return nil
}

func writePlan(w io.Writer, r *updater.Report, all bool) {
	if len(r.Branches) > 0 {
		t := newTable(w)
		t.AppendHeader(table.Row{"Dependency", "File", "Update", "From", "To", "Branch", "State"})
		for _, b := range r.Branches {
			for _, m := range b.Members {
				from, to := m.Decision.Value(), m.Update.Value
				switch {
				case m.Update.LockOnly:
					from, to = m.Decision.Current, m.Update.Version
				case from == to:
					from, to = shortDigest(m.Decision.Dep.Pinned()), shortDigest(m.Update.Digest)
				}
				t.AppendRow(table.Row{m.Decision.Dep.Name, m.Decision.Path, m.Update.Type, from, to, b.Name, stateOf(b)})
			}
		}
		t.Render()
		fmt.Fprintln(w)
		for _, b := range r.Branches {
			fmt.Fprintf(w, "%s\n", b.Title)
			for _, line := range branchReasons(b) {
				fmt.Fprintf(w, "  - %s\n", line)
			}
		}
		fmt.Fprintln(w)
	}
	writeWhyNot(w, r, all)
	fmt.Fprintf(w, "%d dependencies, %d packages asked about, %d branches\n", len(r.Found), r.Queries, len(r.Branches))
}

// stateOf says in a word or two what would become of a branch.
func stateOf(b plan.Rendered) string {
	switch {
	case b.Err != "" || b.State == plan.Unsupported:
		return "not pushed"
	case b.State == plan.Waiting:
		return "waits"
	case b.State == plan.Approval:
		return "needs approval"
	case !b.Making.Always && !b.Making.Open:
		return "waits for its schedule"
	case b.Automerge:
		return "ready, merges itself"
	}
	return "ready"
}

func branchReasons(b plan.Rendered) []string {
	var out []string
	add := func(r plan.Reason) {
		if s := r.String(); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, m := range b.Members {
		for _, r := range m.Update.Reasons {
			if r.Code != plan.CodeAutomerge { // the branch's own says it
				add(r)
			}
		}
	}
	for _, r := range b.Reasons {
		add(r)
	}
	if w := b.Making; !w.Always && !w.Open {
		out = append(out, fmt.Sprintf("it is made %s; the schedule opens at %s (%s)", strings.Join(w.Texts, " or "), w.Until.Format("2006-01-02 15:04 MST"), w.Origin))
	}
	if b.Err != "" {
		out = append(out, b.Err)
	}
	for _, x := range b.Warnings {
		out = append(out, "not merged by itself: "+x)
	}
	return out
}

// writeWhyNot lists the dependencies for which nothing is proposed: all of them, or
// those where something went wrong.
func writeWhyNot(w io.Writer, r *updater.Report, all bool) {
	n := 0
	var order []string
	places := make(map[string][]string) // by what is to be said: the same is said once
	for _, d := range r.Decisions {
		if len(d.Updates) > 0 && d.Facts == plan.Complete {
			continue
		}
		if !all && d.Facts == plan.Complete && d.SkipCode != "no-result" && d.SkipCode != "invalid-value" {
			n++
			continue
		}
		place := d.Path
		if d.Dep.Line > 0 {
			place = fmt.Sprintf("%s:%d", d.Path, d.Dep.Line)
		}
		text := fmt.Sprintf("%s %s\n", d.Dep.Name, d.Value())
		for _, reason := range d.Reasons {
			text += fmt.Sprintf("  - %s\n", reason)
		}
		if places[text] == nil {
			order = append(order, text)
		}
		places[text] = append(places[text], place)
	}
	for _, text := range order {
		at, more := places[text], ""
		if len(at) > 1 {
			more = fmt.Sprintf(" (and %s)", count(len(at)-1, "more place"))
		}
		fmt.Fprintf(w, "%s%s: %s", at[0], more, text)
	}
	if n > 0 {
		fmt.Fprintf(w, "%d dependencies need nothing or are skipped (--all says why)\n", n)
	}
}

// writeDiff prints the changes of all branches, one after another, as a
// unified diff that git can apply branch by branch.
func writeDiff(w io.Writer, fsys fs.FS, r *updater.Report) error {
	for _, b := range r.Branches {
		if len(b.Changes) == 0 {
			continue
		}
		fmt.Fprintf(w, "# %s (%s)\n", b.Title, b.Name)
		for _, path := range slices.Sorted(maps.Keys(b.Changes)) {
			before, err := fs.ReadFile(fsys, path)
			from, to := "a/"+path, "b/"+path
			if err != nil {
				from = "/dev/null"
			}
			after := ""
			if f := b.Changes[path]; f != nil {
				after = f.Text
			} else {
				to = "/dev/null"
			}
			text := diff.Diff(from, before, to, []byte(after))
			if i := bytes.Index(text, []byte("--- ")); i >= 0 {
				text = text[i:] // without the line that names the command
			}
			if _, err := w.Write(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// The JSON form of a plan. Names are part of the interface: they only ever grow.
type (
	planJSON struct {
		Repository   string           `json:"repository"`
		Base         string           `json:"baseBranch,omitempty"`
		Commit       string           `json:"commit,omitempty"`
		Branches     []branchJSON     `json:"branches"`
		Dependencies []dependencyJSON `json:"dependencies"`
		Problems     []string         `json:"problems"`
		Diagnostics  []string         `json:"diagnostics"`
		Notices      []string         `json:"notices"`
	}
	branchJSON struct {
		Name      string   `json:"branchName"`
		Title     string   `json:"prTitle"`
		Body      string   `json:"prBody"`
		State     string   `json:"state"`
		Automerge bool     `json:"automerge"`
		Labels    []string `json:"labels"`
		Files     []string `json:"files"`
		Reasons   []string `json:"reasons"`
		Error     string   `json:"error,omitempty"`
	}
	dependencyJSON struct {
		Manager     string       `json:"manager"`
		PackageFile string       `json:"packageFile"`
		Line        int          `json:"line,omitempty"`
		DepName     string       `json:"depName"`
		PackageName string       `json:"packageName"`
		Datasource  string       `json:"datasource"`
		Versioning  string       `json:"versioning"`
		Value       string       `json:"currentValue"`
		Digest      string       `json:"currentDigest,omitempty"`
		Version     string       `json:"currentVersion,omitempty"`
		SkipReason  string       `json:"skipReason,omitempty"`
		Facts       string       `json:"facts"`
		Updates     []updateJSON `json:"updates"`
		Reasons     []string     `json:"reasons"`
		Advisories  []string     `json:"advisories,omitempty"`
	}
	updateJSON struct {
		Type    string   `json:"updateType"`
		Value   string   `json:"newValue"`
		Version string   `json:"newVersion,omitempty"`
		Digest  string   `json:"newDigest,omitempty"`
		Name    string   `json:"newName,omitempty"`
		State   string   `json:"state"`
		Branch  string   `json:"branchName,omitempty"`
		Reasons []string `json:"reasons"`
	}
)

func writePlanJSON(w io.Writer, r *updater.Report) error {
	out := planJSON{Repository: r.Repository, Base: r.Base, Commit: r.Commit, Branches: []branchJSON{}, Dependencies: []dependencyJSON{}, Problems: []string{}, Diagnostics: []string{}, Notices: []string{}}
	for _, b := range r.Branches {
		out.Branches = append(out.Branches, branchJSON{
			Name: b.Name, Title: b.Title, Body: b.Text(), State: string(b.State), Automerge: b.Automerge, Labels: b.Labels,
			Files: slices.Sorted(maps.Keys(b.Changes)), Reasons: branchReasons(b), Error: b.Err,
		})
	}
	for _, d := range r.Decisions {
		j := dependencyJSON{
			Manager: d.Manager, PackageFile: d.Path, Line: d.Dep.Line, DepName: d.Dep.Name, PackageName: d.Package, Datasource: d.Datasource,
			Versioning: d.Versioning, Value: d.Value(), Digest: d.Dep.Pinned(), Version: d.Current, SkipReason: d.SkipCode,
			Facts: string(d.Facts), Updates: []updateJSON{}, Reasons: texts(d.Reasons),
		}
		for _, w := range d.Weaknesses {
			j.Advisories = append(j.Advisories, w.ID)
		}
		for _, u := range d.Updates {
			j.Updates = append(j.Updates, updateJSON{u.Type, u.Value, u.Version, u.Digest, u.Name, string(u.State), branchOf(r, plan.Member{Decision: &d, Update: u}), texts(u.Reasons)})
		}
		out.Dependencies = append(out.Dependencies, j)
	}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, p.String())
	}
	out.Notices = append(out.Notices, r.Notices...)
	for _, d := range r.Diagnostics {
		out.Diagnostics = append(out.Diagnostics, d.String())
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// branchOf returns the branch that makes an update; "" if none does.
func branchOf(r *updater.Report, m plan.Member) string {
	for _, b := range r.Branches {
		for _, x := range b.Members {
			if x.Key() == m.Key() && x.Update.Type == m.Update.Type && x.Update.Value == m.Update.Value && x.Update.Digest == m.Update.Digest {
				return b.Name
			}
		}
	}
	return ""
}

func texts(rs []plan.Reason) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, r.String())
	}
	return out
}
