package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/mirror"
	"github.com/currant-bot/currant/updater"
)

func templatesPreviewCommand(w world) *cobra.Command {
	var q fleetQuery
	var address string
	c := &cobra.Command{
		Use:   "preview TEMPLATE REF [REPOSITORY...]",
		Short: "show what a version of a template would do to the fleet, before it is released",
		Long: "Preview updates every project that was made from TEMPLATE to REF, a branch, tag or commit, by running Copier,\n" +
			"audits the result, and throws it away. TEMPLATE is an address, the end of one such as acme/base, or the\n" +
			"folder of a clone, for work that is not pushed; what is not committed is not looked at. It changes nothing, anywhere.\n\n" +
			"The exit code is 0 if every update is clean, 2 if any is not, 1 after an error.\n\n" + fleetHelp,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := q.open(cmd.Context(), w, args[2:], true)
			if err != nil {
				return err
			}
			defer f.close()
			if f.updates == nil {
				return errors.New("templates cannot be updated without git, see above")
			}
			x := preview{fleetView: f, template: args[0], ref: args[1]}
			if err := x.aim(cmd.Context(), address); err != nil {
				return err
			}
			all, failed, err := each(cmd.Context(), f, x.look)
			if err != nil {
				return err
			}
			return x.show(w, all, failed)
		},
	}
	q.flags(c)
	c.Flags().StringVar(&address, "address", "", "with a folder: the template's address in answers files (default: that of the clone's remote origin)")
	return c
}

// A preview is what the command is asked to do.
type preview struct {
	*fleetView
	template, ref string
}

// A previewed is what came of one project.
type previewed struct {
	repository, path string
	templating.Outcome
}

// aim finds out which template is meant. A clone takes the place of the template's address.
func (x *preview) aim(ctx context.Context, address string) error {
	if info, err := os.Stat(x.template); err != nil || !info.IsDir() {
		return nil
	}
	dir, err := filepath.Abs(x.template)
	if err != nil {
		return err
	}
	if address == "" {
		out, err := x.git.Run(ctx, git.Command{Dir: dir, Args: []string{"remote", "get-url", "origin"}})
		if err != nil {
			return fmt.Errorf("%s has no remote origin that says which template it is: name its address with --address", x.template)
		}
		address = strings.TrimSpace(out)
	}
	id, err := templating.Identity(address)
	if err != nil {
		return err
	}
	commit, err := x.git.Run(ctx, git.Command{Dir: dir, Args: []string{"rev-parse", "--verify", "--end-of-options", x.ref + "^{commit}"}})
	if err != nil {
		return fmt.Errorf("%s has no %s: name a branch, tag or commit of it", x.template, x.ref)
	}
	x.ref, x.template = strings.TrimSpace(commit), id
	folder := filepath.Join(x.o.cache, "previews")
	x.updates.Mirrors = mirror.New(x.git, mirror.Options{Dir: folder, Rewrite: []mirror.Rewrite{{From: id + ".git", To: dir}, {From: id, To: dir}}, More: []string{x.ref}})
	return nil
}

func (x *preview) look(ctx context.Context, t updater.Tree) ([]previewed, error) {
	all, err := eachProject(ctx, x.fleetView, t, func(path string, tree templating.Tree) (previewed, error) {
		link, err := templating.ReadLink(tree.Changes[path].Text)
		if err != nil {
			return previewed{}, nil
		}
		id, err := templating.Identity(link.Source)
		if err != nil || !sameTemplate(x.template, id) {
			return previewed{}, nil // another template, or none that can be named
		}
		out, err := x.updates.Update(ctx, templating.Job{Tree: tree, Answers: path, To: x.ref, Trust: templating.Trust(x.o.trust)})
		return previewed{t.Repository, path, out}, err
	})
	return slices.DeleteFunc(all, func(p previewed) bool { return p.repository == "" }), err
}

func (x *preview) show(w world, all []previewed, failed []string) error {
	counts := make(map[templating.Grade]int)
	good := true
	g := grid{header: []string{"Repository", "From", "Verdict", "Files", "Details"}}
	for _, p := range all {
		counts[p.Grade()]++
		good = good && p.Grade().Good()
		g.rows = append(g.rows, []string{projectName(p.repository, p.path), p.From, string(p.Grade()), fmt.Sprint(len(p.Changes)), strings.Join(short(p.Details()), "\n")})
	}
	var parts []string
	for _, k := range []templating.Grade{templating.Clean, templating.Current, templating.Conflicting, templating.LosesEdits, templating.Unanswered, templating.Held, templating.Refused} {
		if counts[k] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[k], k))
		}
	}
	g.end = fmt.Sprintf("%s of %s in %s", count(len(all), "project"), x.template, repositoriesText(len(x.names)))
	if len(parts) > 0 {
		g.end += ": " + strings.Join(parts, ", ")
	}
	if err := x.fleetView.show(w, g, x.json(all, failed), failed); err != nil {
		return err
	}
	if !good {
		return exit(exitUpdates)
	}
	return nil
}

// short keeps a table readable.
func short(lines []string) []string {
	const most = 6
	if len(lines) <= most {
		return lines
	}
	return append(slices.Clone(lines[:most]), fmt.Sprintf("and %d more", len(lines)-most))
}

func (x *preview) json(all []previewed, failed []string) any {
	type project struct {
		Repository string   `json:"repository"`
		Path       string   `json:"path"`
		From       string   `json:"from"`
		Verdict    string   `json:"verdict"`
		Code       string   `json:"code,omitempty"`
		Conflicts  []string `json:"conflicts"`
		Details    []string `json:"details"`
		Files      []string `json:"files"`
	}
	out := struct {
		Template string    `json:"template"`
		Ref      string    `json:"ref"`
		Projects []project `json:"projects"`
		Errors   []string  `json:"errors"`
	}{x.template, x.ref, []project{}, append([]string{}, failed...)}
	for _, p := range all {
		j := project{Repository: p.repository, Path: p.path, From: p.From, Verdict: string(p.Grade()), Conflicts: []string{}, Details: append([]string{}, p.Details()...), Files: append([]string{}, slices.Sorted(maps.Keys(p.Changes))...)}
		if p.Reason != nil {
			j.Code = string(p.Reason.Code)
		}
		for _, c := range p.Conflicts {
			j.Conflicts = append(j.Conflicts, c.Path)
		}
		out.Projects = append(out.Projects, j)
	}
	return out
}

// projectName names a project in tables: its repository, and where it is in that if that does not go without saying.
func projectName(repository, path string) string {
	if path == ".copier-answers.yml" {
		return repository
	}
	return repository + " " + strings.TrimSuffix(path, "/.copier-answers.yml")
}
