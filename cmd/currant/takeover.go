package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
)

func takeoverCommand(w world) *cobra.Command {
	var o options
	var format string
	dry := true
	c := &cobra.Command{
		Use:   "takeover [REPOSITORY...]",
		Short: "show what a first run would do with what another bot left",
		Long: "Takeover looks at repositories in which Renovate works, and shows what Currant would do there on its first run:\n" +
			"which open pull requests it adopts as they are, edits or rebases, and why; which closed ones it respects; what becomes\n" +
			"of the dashboard and of branches without pull request; and what it would open. It changes nothing, anywhere.\n\n" +
			"The exit code is 0 if nothing new would be opened, 2 if something would, 1 after an error.",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case !slices.Contains([]string{"table", "json", "markdown"}, format):
				return fmt.Errorf("--format %s: there are table, json and markdown", format)
			case !dry:
				return errors.New("takeover only looks, so it is always a dry run: \"currant run\" is what takes over")
			}
			if err := o.complete(w); err != nil {
				return err
			}
			if o.platform == "local" {
				return errors.New("takeover is about a platform: name it with --platform and --endpoint")
			}
			p := newProgress(w.err, o.quiet)
			passer, err := newPasser(cmd.Context(), w, o, p, args, true)
			if err != nil {
				return err
			}
			defer passer.close()
			return takeover(cmd.Context(), w, p, passer, format)
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&format, "format", "table", "table, json, or markdown")
	c.Flags().BoolVar(&dry, "dry-run", true, "it is always one")
	return c
}

// A handoverJSON is what is said of one repository. Names are part of the interface: they only ever grow.
type handoverJSON struct {
	Repository string     `json:"repository"`
	Skipped    string     `json:"skipped,omitempty"` // why nothing is done there
	Error      string     `json:"error,omitempty"`
	New        int        `json:"new"`        // that would be opened
	Duplicates int        `json:"duplicates"` // those of them that make a change which another one makes
	Items      []itemJSON `json:"items"`
}

type itemJSON struct {
	Kind        string   `json:"kind"`
	Number      int      `json:"number,omitempty"`
	Branch      string   `json:"branchName,omitempty"`
	Title       string   `json:"title"`
	DuplicateOf int      `json:"duplicateOf,omitempty"`
	Reasons     []string `json:"reasons"`
}

func takeover(ctx context.Context, w world, p *progress, passer *passer, format string) error {
	names, err := passer.discovered(ctx)
	if err != nil {
		return err
	}
	all := []handoverJSON{}
	failed, fresh := 0, 0
	for _, name := range names {
		r, _, err := passer.Pass(ctx, name)
		p.done()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		h := handoverJSON{Repository: name, Items: []itemJSON{}}
		if err != nil {
			h.Error = passer.redact(err.Error())
			failed++
		} else {
			h.read(r)
		}
		all = append(all, h)
		fresh += h.New
	}
	switch format {
	case "json":
		err = writeJSON(w.out, all)
	case "markdown":
		writeHandoverMarkdown(w.out, all)
	default:
		writeHandovers(w.out, all)
	}
	switch {
	case err != nil:
		return err
	case failed > 0:
		return fmt.Errorf("%d of %d repositories could not be looked at", failed, len(names))
	case fresh > 0:
		return exit(exitUpdates)
	}
	return nil
}

func (h *handoverJSON) read(r *updater.Report) {
	h.Skipped = r.Skipped
	for _, x := range plan.Handovers(r.Outcomes, r.Branches, r.Have) {
		item := itemJSON{string(x.Kind), x.Number, x.Branch, x.Title, x.Of, x.Why}
		if item.Reasons == nil {
			item.Reasons = []string{}
		}
		switch x.Kind {
		case plan.Duplicate:
			h.Duplicates++
			h.New++
		case plan.Fresh:
			h.New++
		}
		h.Items = append(h.Items, item)
	}
}

// headline says in a line what is done in a repository.
func (h handoverJSON) headline() string {
	switch {
	case h.Error != "":
		return "error: " + h.Error
	case h.Skipped != "":
		return h.Skipped
	}
	var parts []string
	for _, k := range []plan.HandoverKind{plan.TakeOn, plan.Retouch, plan.Redo, plan.Finish, plan.Retire, plan.LeaveIt, plan.Respect, plan.Prune, plan.Later, plan.Impossible} {
		n := 0
		for _, i := range h.Items {
			if i.Kind == string(k) {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k, n))
		}
	}
	parts = append(parts, fmt.Sprintf("%d new", h.New))
	if h.Duplicates > 0 {
		parts = append(parts, fmt.Sprintf("%d of them duplicates", h.Duplicates))
	}
	return strings.Join(parts, ", ")
}

// columns are what tables say of an item.
func (i itemJSON) columns() []string {
	number := "-"
	if i.Number > 0 {
		number = fmt.Sprintf("#%d", i.Number)
	}
	title, kind := i.Title, i.Kind
	if title == "" {
		title = i.Branch
	}
	if i.Branch == "" {
		kind += " (dashboard)"
	}
	if i.DuplicateOf > 0 {
		kind += fmt.Sprintf(" of #%d", i.DuplicateOf)
	}
	return []string{number, title, kind, strings.Join(i.Reasons, "; ")}
}

func writeHandovers(w io.Writer, all []handoverJSON) {
	for _, h := range all {
		fmt.Fprintf(w, "%s: %s\n", h.Repository, h.headline())
		if len(h.Items) == 0 {
			continue
		}
		t := newTable(w)
		t.AppendHeader(table.Row{"Number", "Title", "What", "Why"})
		t.SetColumnConfigs([]table.ColumnConfig{{Number: 4, WidthMax: 80}})
		for _, i := range h.Items {
			row := table.Row{}
			for _, c := range i.columns() {
				row = append(row, c)
			}
			t.AppendRow(row)
		}
		t.Render()
	}
}

func writeHandoverMarkdown(w io.Writer, all []handoverJSON) {
	for _, h := range all {
		fmt.Fprintf(w, "### %s\n\n%s\n\n", plan.Quiet(h.Repository), plan.Quiet(h.headline()))
		if len(h.Items) == 0 {
			continue
		}
		fmt.Fprint(w, "| Number | Title | What | Why |\n|---|---|---|---|\n")
		for _, i := range h.Items {
			c := i.columns()
			c[0] = "`" + c[0] + "`" // no link: the text may stand in another repository
			for n := 1; n < len(c); n++ {
				c[n] = strings.ReplaceAll(plan.Quiet(c[n]), "|", `\|`)
			}
			fmt.Fprintf(w, "| %s |\n", strings.Join(c, " | "))
		}
		fmt.Fprintln(w)
	}
}
