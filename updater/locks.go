package updater

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render"
	"github.com/currant-bot/currant/updater/render/gateway"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// A locker brings the lock files of one repository up to date.
type locker struct {
	keeper *lockfile.Keeper
	config *config.Config
	reach  Reach
	found  []plan.Decision // whose registries may be asked
	now    time.Time
}

// lockable says of each lock file of found why it cannot be written here; "" if it can.
func (e *Engine) lockable(ctx context.Context, t Tree, r *Report) map[string]string {
	out := make(map[string]string)
	if e.Locks == nil {
		return out
	}
	for _, f := range r.Found {
		for _, name := range f.Dep.Locks {
			if _, known := out[name]; known {
				continue
			}
			text, err := fs.ReadFile(t.Snapshot.FS, name)
			if err != nil {
				out[name] = err.Error()
				continue
			}
			out[name] = e.Locks.Ready(ctx, name, string(text), constraints(r.Config, f.Manager, f.Path))
		}
	}
	return out
}

// programs names the programs that keep the lock files of r: when others are there, another pass may do more.
func (e *Engine) programs(ctx context.Context, r *Report) []string {
	var out []string
	seen := make(map[string]bool)
	for _, f := range r.Found {
		if known := e.knows(f); known != "" {
			out = append(out, known)
		}
		if e.Locks == nil {
			continue
		}
		for _, name := range f.Dep.Locks {
			if base := path.Base(name); !seen[base] {
				seen[base] = true
				out = append(out, e.Locks.Programs(ctx, base))
			}
		}
	}
	slices.Sort(out)
	return out
}

// knows names what the tool that changes f has learned about it.
func (e *Engine) knows(f plan.Found) string {
	if l, ok := e.Tools[f.Dep.Render].(render.Learner); ok {
		return l.Knows(f.Dep.Package)
	}
	return ""
}

// known is knows of all that b updates.
func (e *Engine) known(b plan.Branch) string {
	var out []string
	for _, m := range b.Members {
		out = append(out, e.knows(m.Decision.Found))
	}
	return strings.Join(out, " ")
}

func constraints(c *config.Config, manager, file string) map[string]string {
	out := make(map[string]string)
	for tool, v := range c.For(config.Subject{Manager: manager, File: file}).Object("constraints") {
		if text, ok := v.(string); ok {
			out[tool] = text
		}
	}
	return out
}

// Update brings one lock file up to date.
func (l locker) Update(ctx context.Context, j render.LockJob) (platform.Changeset, error) {
	first := j.Members[0]
	tool := l.keeper.Of(j.Lock)
	source := ""
	if tool != nil {
		source = tool.Datasource
	}
	texts := l.npmrc(j, source)
	job := lockfile.Job{
		Work: lockfile.Work{
			Lock: j.Lock, Renew: j.Renew, Changes: changes(j.Members), Options: options(j.Members),
			FS: render.Overlay(j.Snapshot.FS, texts), Before: j.Snapshot.FS, Files: j.Snapshot.Files, Settings: l.reach.NPMRC,
		},
		Edited: texts, ID: j.Snapshot.ID, Constraints: constraints(l.config, first.Decision.Manager, first.Decision.Path),
		Registries: l.registries(source), Routes: routes(source, l.reach.Defaults), Next: l.reach.Next,
		Time: timeout(l.config),
	}
	s := first.Update.Settings
	job.Packages, job.Install = s.Strings("goGetDirs"), s.Has("skipInstalls") && !s.Bool("skipInstalls")
	if n, ok := s.Object("toolSettings")["nodeMaxMemory"].(float64); ok && n > 0 {
		job.Memory = int(n)
	}
	job.Env, _ = l.config.Variables() // what is left out was said
	for name := range texts {
		if !slices.Contains(job.Files, name) {
			job.Files = append(slices.Clone(job.Files), name)
		}
	}
	if data, err := fs.ReadFile(job.FS, j.Lock); err == nil {
		job.Text = string(data)
	}
	if j.Renew {
		job.Day = l.now.UTC().Format(time.DateOnly)
	}
	return l.keeper.Update(ctx, job)
}

// Carry lets the tool make entries for exact versions those for ranges.
func (l locker) Carry(j render.LockJob, text string) string {
	if t := l.keeper.Of(j.Lock); t != nil && t.Carry != nil {
		return t.Carry(text, changes(j.Members))
	}
	return text
}

// npmrc returns the texts of j with the .npmrc that the option npmrc stands for, without its secrets:
// these are the gateway's.
func (l locker) npmrc(j render.LockJob, source string) map[string]string {
	if source != "npm" || l.reach.RepoNPMRC == "" {
		return j.Texts
	}
	out := make(map[string]string, len(j.Texts)+1)
	for name, text := range j.Texts {
		out[name] = text
	}
	out[path.Join(path.Dir(j.Lock), ".npmrc")] = l.reach.RepoNPMRC
	return out
}

func changes(members []plan.Member) []lockfile.Change {
	var out []lockfile.Change
	for _, m := range members {
		if m.Update.Renews() {
			continue
		}
		d, u := m.Decision, m.Update
		out = append(out, lockfile.Change{
			Manifest: d.Path, Name: d.Dep.Name, Package: d.Package, Renamed: u.Name, Kind: d.Dep.Kind, From: d.Dep.Locked, To: u.Version, Value: u.Value, Exact: u.Exact,
		})
	}
	return out
}

// options are the postUpdateOptions of all members.
func options(members []plan.Member) []string {
	var out []string
	for _, m := range members {
		for _, o := range m.Update.Settings.Strings("postUpdateOptions") {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	slices.Sort(out)
	return out
}

// registries are the hosts that a tool may ask: those of the lookups of this repository, the default ones of
// its packages, and those that host rules name.
func (l locker) registries(source string) []string {
	out := append(datasources.DefaultRegistries(source), datasources.Companions(source)...)
	for _, d := range l.found {
		for _, q := range d.Queries {
			if q.Datasource == source && q.Registry != "" && !slices.Contains(out, q.Registry) {
				out = append(out, q.Registry)
			}
		}
	}
	for _, h := range l.config.HostRules() {
		u := h.MatchHost
		if u != "" && !strings.Contains(u, "://") {
			u = "https://" + strings.TrimPrefix(u, ".")
		}
		if u != "" && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	slices.Sort(out)
	return out
}

// routes lead what asks for a public registry to the one that the operator has in its place.
func routes(source string, defaults func(datasource, pkg string) []string) []gateway.Route {
	public := datasources.DefaultRegistries(source)
	own := defaults(source, "")
	if len(own) == 0 || slices.Equal(own, public) || strings.HasPrefix(own[0], "direct") || own[0] == "off" {
		return nil
	}
	from := public
	switch source {
	case "npm":
		from = append(from, datasources.Companions(source)...)
	case "pypi":
		from = []string{datasources.PublicSimpleIndex}
	}
	var out []gateway.Route
	for _, f := range from {
		if f != own[0] {
			out = append(out, gateway.Route{From: f, To: own[0]})
		}
	}
	return out
}
