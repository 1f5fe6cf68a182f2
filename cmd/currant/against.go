package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/fleetdiff"
	"github.com/currant-bot/currant/updater/gitrepo"
)

// planAgainst shows what is proposed for the folder and was not at a commit of it, and the other way round.
func planAgainst(ctx context.Context, w world, e *engine, t updater.Tree, args []string, ref, format string) error {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	local, err := gitrepo.OpenLocal(abs)
	if err != nil {
		return fmt.Errorf("--against needs a git checkout: %w", err)
	}
	before := t
	if before.Snapshot, err = local.Snapshot(ctx, ref); err != nil {
		return fmt.Errorf("--against %s: %w (in CI: fetch it first)", ref, err)
	}
	var reports [2]*updater.Report
	for i, tree := range []updater.Tree{before, t} {
		if reports[i], err = e.Propose(ctx, tree); err != nil {
			return err
		}
	}
	if err := configErrors(reports[1]); err != nil {
		return err
	}
	complain(w.err, reports[1])
	changes := fleetdiff.Compare(reports[0], reports[1])
	switch format {
	case "json":
		return writeChangesJSON(w.out, changes, 1, 1, nil)
	case "markdown":
		fmt.Fprint(w.out, "### What this change does to the pull requests\n\n")
		if len(changes) == 0 {
			fmt.Fprintln(w.out, "Nothing.")
			return nil
		}
		writeChangesTable(w.out, changes)
		return nil
	}
	if len(changes) > 0 {
		writeChangesRows(w.out, changes)
	}
	fmt.Fprintf(w.out, "%s against %s\n", count(len(changes), "change"), ref)
	return nil
}

// writeChangesTable is the Markdown table of changes.
func writeChangesTable(w io.Writer, changes []fleetdiff.Change) {
	var rows [][]string
	for _, c := range changes {
		rows = append(rows, []string{c.Repository, c.Dependency, c.Update, string(c.Kind), c.Was, c.Is, c.Rule.String()})
	}
	writeMarkdown(w, []string{"Repository", "Dependency", "Update", "What", "Was", "Is", "Rule"}, rows)
}
