package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/updater"
)

func templatesDriftCommand(w world) *cobra.Command {
	var q fleetQuery
	var files bool
	c := &cobra.Command{
		Use:   "drift [REPOSITORY...]",
		Short: "show how far each repository has moved away from its template",
		Long: "Drift renders the version of the template that each project is at once more, by running Copier, and compares.\n" +
			"The score is the share of the template's lines that were changed. Files that a template writes only once do\n" +
			"not count. It changes nothing, anywhere.\n\n" + fleetHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := q.open(cmd.Context(), w, args, true)
			if err != nil {
				return err
			}
			defer f.close()
			all, failed, err := each(cmd.Context(), f, f.drifts)
			if err != nil {
				return err
			}
			g := driftGrid(all)
			if files {
				g = driftFilesGrid(all)
			}
			return f.show(w, g, driftJSON(all, failed), failed)
		},
	}
	q.flags(c)
	c.Flags().BoolVar(&files, "files", false, "in the table, a line for each file that differs")
	return c
}

// A drifted is the drift of one project.
type drifted struct {
	repository, path string
	templating.Drift
}

func (f *fleetView) drifts(ctx context.Context, t updater.Tree) ([]drifted, error) {
	return eachProject(ctx, f, t, func(path string, tree templating.Tree) (drifted, error) {
		d, err := f.updates.Drift(ctx, templating.Job{Tree: tree, Answers: path, Trust: templating.Trust(f.o.trust)})
		return drifted{t.Repository, path, d}, err
	})
}

// eachProject does something with each of a repository's projects that Copier made.
func eachProject[T any](ctx context.Context, f *fleetView, t updater.Tree, do func(path string, tree templating.Tree) (T, error)) ([]T, error) {
	found := slices.DeleteFunc(templating.Projects(t.Snapshot.FS, paths(t)), func(p templating.Project) bool { return p.Engine != templating.Copier })
	if len(found) == 0 || f.updates == nil {
		return nil, nil
	}
	tree, err := templating.FromFS(t.Snapshot.FS)
	if err != nil {
		return nil, err
	}
	var out []T
	for _, p := range found {
		f.Progress(updater.Step{Repository: t.Repository, Stage: "render", Text: p.Path})
		x, err := do(p.Path, tree)
		if err != nil {
			return out, err
		}
		out = append(out, x)
	}
	return out, ctx.Err()
}

func (d drifted) counts() map[templating.FileState]int {
	n := make(map[templating.FileState]int)
	for _, f := range d.Files {
		n[f.State]++
	}
	return n
}

// note says what else there is to say of d.
func (d drifted) note() string {
	switch {
	case d.Reason != nil:
		return string(d.Reason.Code) + ": " + d.Reason.Text
	case len(d.Answers) > 0:
		return fmt.Sprintf("its answers file was edited by hand: %s", answersText(d.Answers))
	}
	return ""
}

func answersText(all []templating.AnswerChange) string {
	text := ""
	for i, a := range all {
		if i > 0 {
			text += ", "
		}
		if a.New == "" {
			text += a.Key + " is not the template's"
		} else {
			text += fmt.Sprintf("%s is %q, and would be %q", a.Key, a.Old, a.New)
		}
	}
	return text
}

func driftGrid(all []drifted) grid {
	g := grid{header: []string{"Repository", "Template", "Version", "Score", "Identical", "Edited", "Deleted", "Mode", "Note"}}
	untouched := 0
	for _, d := range all {
		n := d.counts()
		score := percent(d.Score())
		if d.Reason != nil {
			score = ""
		} else if d.Changed+len(d.Answers) == 0 && n[templating.Edited]+n[templating.Deleted]+n[templating.ModeOnly] == 0 {
			untouched++
		}
		num := func(s templating.FileState) string {
			if d.Reason != nil {
				return ""
			}
			return fmt.Sprint(n[s])
		}
		g.rows = append(g.rows, []string{projectName(d.repository, d.path), d.Source, d.Version, score, num(templating.Identical), num(templating.Edited), num(templating.Deleted), num(templating.ModeOnly), d.note()})
	}
	g.end = fmt.Sprintf("%s, %d as the template made them", count(len(all), "project"), untouched)
	return g
}

func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

func driftFilesGrid(all []drifted) grid {
	g := grid{header: []string{"Repository", "File", "State", "Lines", "Changed"}}
	for _, d := range all {
		for _, f := range d.Files {
			if f.State != templating.Identical {
				g.rows = append(g.rows, []string{projectName(d.repository, d.path), f.Path, string(f.State), fmt.Sprint(f.Lines), fmt.Sprint(f.Changed)})
			}
		}
	}
	g.end = fmt.Sprintf("%s changed since a template made them", count(len(g.rows), "file"))
	return g
}

func driftJSON(all []drifted, failed []string) any {
	type file struct {
		Path    string `json:"path"`
		State   string `json:"state"`
		Lines   int    `json:"lines"`
		Changed int    `json:"changedLines"`
	}
	type project struct {
		Repository string   `json:"repository"`
		Path       string   `json:"path"`
		Template   string   `json:"template,omitempty"`
		Version    string   `json:"version,omitempty"`
		Score      float64  `json:"score"`
		Lines      int      `json:"lines"`
		Changed    int      `json:"changedLines"`
		Answers    []string `json:"editedAnswers"`
		Files      []file   `json:"files"`
		Code       string   `json:"code,omitempty"`
		Reason     string   `json:"reason,omitempty"`
	}
	out := struct {
		Projects []project `json:"projects"`
		Errors   []string  `json:"errors"`
	}{[]project{}, append([]string{}, failed...)}
	for _, d := range all {
		j := project{Repository: d.repository, Path: d.path, Template: d.Source, Version: d.Version, Score: d.Score(), Lines: d.Lines, Changed: d.Changed, Answers: []string{}, Files: []file{}}
		for _, a := range d.Answers {
			j.Answers = append(j.Answers, a.Key)
		}
		for _, f := range d.Files {
			j.Files = append(j.Files, file{f.Path, string(f.State), f.Lines, f.Changed})
		}
		if d.Reason != nil {
			j.Code, j.Reason = string(d.Reason.Code), d.Reason.Text
		}
		out.Projects = append(out.Projects, j)
	}
	return out
}
