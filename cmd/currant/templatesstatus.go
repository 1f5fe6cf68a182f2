package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/overview"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

func templatesStatusCommand(w world) *cobra.Command {
	var q fleetQuery
	var only string
	c := &cobra.Command{
		Use:   "status [REPOSITORY...]",
		Short: "show which repository is at which version of which template, and why",
		Long: "Status shows every project that was made from a template: its version, how far it is behind, the pull\n" +
			"request that updates it and how that came out, and where there is none, why. Templates of one repository\n" +
			"are listed in the order in which they are updated. It changes nothing, anywhere.\n\n" + fleetHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := q.open(cmd.Context(), w, args, true)
			if err != nil {
				return err
			}
			defer f.close()
			all, failed, err := each(cmd.Context(), f, f.projects)
			if err != nil {
				return err
			}
			all = slices.DeleteFunc(all, func(p overview.Project) bool { return only != "" && !sameTemplate(only, p.Standing.Source) })
			return f.show(w, statusGrid(all, len(f.names), time.Now()), statusJSON(all, failed, time.Now()), failed)
		},
	}
	q.flags(c)
	c.Flags().StringVar(&only, "template", "", "only this template, by its address or the end of it, such as acme/base")
	return c
}

// sameTemplate reports whether somebody who says name means the template with an identity.
func sameTemplate(name, id string) bool {
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "/"), ".git"))
	id = strings.ToLower(id)
	return name == id || plan.TemplateID(name) == id || strings.HasSuffix(id, "/"+name)
}

// projects returns the projects of one repository.
func (f *fleetView) projects(ctx context.Context, t updater.Tree) ([]overview.Project, error) {
	r, err := f.ProposeOnly(ctx, t, isTemplate)
	if err != nil {
		return nil, err
	}
	var pulls []platform.Pull
	if f.passer != nil {
		if pulls, err = f.passer.Reader.Pulls(ctx, t.Repository, r.Config.Top().String("branchPrefix")); err != nil {
			return nil, fmt.Errorf("listing pull requests: %w", err)
		}
	}
	found := make(map[string]string)
	for _, x := range r.Found {
		found[x.Path] = x.Manager
	}
	for _, p := range templating.Projects(t.Snapshot.FS, paths(t)) {
		found[p.Path] = cmp.Or(found[p.Path], string(p.Engine))
	}
	var out []overview.Project
	for path, engine := range found {
		p := overview.Project{Repository: t.Repository, Path: path, Engine: engine}
		text, err := fs.ReadFile(t.Snapshot.FS, path)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		if p.Standing, err = f.updates.Stand(ctx, templating.Project{Path: path, Engine: templating.Engine(engine)}, string(text)); err != nil {
			return nil, err
		}
		settle(&p, r, pulls)
		out = append(out, p)
	}
	return overview.Layered(out), nil
}

func paths(t updater.Tree) []string {
	var out []string
	for _, e := range t.Snapshot.List() {
		out = append(out, e.Path)
	}
	return out
}

// settle says what becomes of a project, and why.
func settle(p *overview.Project, r *updater.Report, pulls []platform.Pull) {
	say := func(code string, reasons ...string) { p.Code, p.Reasons = code, reasons }
	closed := pullOf(p, pulls)
	at := slices.IndexFunc(r.Decisions, func(d plan.Decision) bool { return d.Path == p.Path })
	switch {
	case p.Pull.Number != 0:
		say("open")
	case p.Standing.Reason != nil:
		say(string(p.Standing.Reason.Code), p.Standing.Reason.Text)
	case r.Skipped != "":
		say("off", r.Skipped)
	case p.Engine != string(templating.Copier) && len(p.Standing.Newer) == 0:
		say("up-to-date")
	case p.Engine != string(templating.Copier):
		say("not-updated", "projects of "+p.Engine+" are shown, and not updated yet")
	case at < 0:
		say("not-matched", "no managerFilePatterns of "+p.Engine+" names "+p.Path+": add it to the configuration")
	case r.Decisions[at].Facts != plan.Complete && r.Decisions[at].SkipCode == "":
		say("lookup-failed", lastOf(r.Decisions[at].Reasons)...)
	case len(r.Decisions[at].Updates) == 0:
		code := cmp.Or(r.Decisions[at].SkipCode, "up-to-date")
		if code == "up-to-date" && len(p.Standing.Newer) > 0 {
			code = "not-wanted"
		}
		say(code, lastOf(r.Decisions[at].Reasons)...)
	default:
		u := r.Decisions[at].Updates[len(r.Decisions[at].Updates)-1]
		if closed != nil && closed.Version == u.Value {
			say("closed", fmt.Sprintf("#%d was closed without being merged", closed.Number))
			return
		}
		for _, b := range r.Branches {
			if slices.ContainsFunc(b.Members, func(m plan.Member) bool { return m.Decision.Path == p.Path }) {
				say(stateOf(b), lastOf(b.Reasons)...)
				switch {
				case b.Gate != nil && !b.Gate.Open:
					p.Code = "rollout"
				case b.State == plan.Ready && b.Making.Open:
					p.Reasons = []string{"the next run makes it"}
				}
			}
		}
	}
}

func lastOf(all []plan.Reason) []string {
	if len(all) == 0 {
		return nil
	}
	return []string{all[len(all)-1].String()}
}

// pullOf finds the open pull request of a project, and else returns the newest that was closed.
func pullOf(p *overview.Project, pulls []platform.Pull) (closed *overview.Pull) {
	for _, x := range pulls {
		m, ok := plan.ReadMarker(x.Body)
		if !ok || !slices.ContainsFunc(m.Members, func(key string) bool { return strings.HasPrefix(key, p.Engine+"|"+p.Path+"|") }) {
			continue
		}
		found := overview.Pull{Number: x.Number, URL: x.URL, Draft: x.Draft}
		if m.Template != nil {
			found.Version, found.Grade = m.Template.Version, m.Template.Grade
		}
		switch {
		case x.State == platform.Open:
			p.Pull = found
			return nil
		case x.State == platform.Closed && closed == nil:
			closed = &found
		}
	}
	return closed
}

func statusGrid(all []overview.Project, repositories int, now time.Time) grid {
	g := grid{header: []string{"Repository", "Layer", "Template", "Version", "Latest", "Behind", "Pull request", "Verdict", "Why"}}
	late := 0
	for _, p := range all {
		behind, pull := "", ""
		if n, days := p.Behind(now); n > 0 {
			late++
			behind = fmt.Sprintf("%s, %s", count(n, "release"), count(days, "day"))
		}
		if p.Pull.Number != 0 {
			pull = strings.TrimSpace(fmt.Sprintf("#%d %s", p.Pull.Number, p.Pull.Version))
		}
		why := p.Code
		if len(p.Reasons) > 0 {
			why += ": " + strings.Join(p.Reasons, "; ")
		}
		layer := ""
		if p.Layer > 0 {
			layer = strconv.Itoa(p.Layer)
		}
		g.rows = append(g.rows, []string{projectName(p.Repository, p.Path), layer, p.Standing.Source, p.Standing.Version, p.Latest(), behind, pull, p.Pull.Grade, why})
	}
	g.end = fmt.Sprintf("%s from %s in %s; %d behind", count(len(all), "project"), count(len(overview.Templates(all)), "template"), repositoriesText(repositories), late)
	return g
}

func repositoriesText(n int) string {
	if n == 1 {
		return "1 repository"
	}
	return fmt.Sprintf("%d repositories", n)
}

// statusJSON is the matrix for programs. Names only ever grow.
func statusJSON(all []overview.Project, failed []string, now time.Time) any {
	type pull struct {
		Number  int    `json:"number"`
		URL     string `json:"url,omitempty"`
		Version string `json:"version,omitempty"`
		Verdict string `json:"verdict,omitempty"`
		Draft   bool   `json:"draft,omitempty"`
	}
	type project struct {
		Repository string   `json:"repository"`
		Path       string   `json:"path"`
		Engine     string   `json:"engine"`
		Layer      int      `json:"layer"`
		Template   string   `json:"template,omitempty"`
		Version    string   `json:"version,omitempty"`
		Commit     string   `json:"commit,omitempty"`
		Latest     string   `json:"latest,omitempty"`
		Releases   int      `json:"releasesBehind"`
		Days       int      `json:"daysBehind"`
		Pull       *pull    `json:"pullRequest,omitempty"`
		Code       string   `json:"code"`
		Reasons    []string `json:"reasons"`
	}
	out := struct {
		Projects []project `json:"projects"`
		Errors   []string  `json:"errors"`
	}{[]project{}, append([]string{}, failed...)}
	for _, p := range all {
		j := project{
			Repository: p.Repository, Path: p.Path, Engine: p.Engine, Layer: p.Layer, Template: p.Standing.Source, Version: p.Standing.Version,
			Commit: p.Standing.Commit, Latest: p.Latest(), Code: p.Code, Reasons: append([]string{}, p.Reasons...),
		}
		j.Releases, j.Days = p.Behind(now)
		if x := p.Pull; x.Number != 0 {
			j.Pull = &pull{x.Number, x.URL, x.Version, x.Grade, x.Draft}
		}
		out.Projects = append(out.Projects, j)
	}
	return out
}
