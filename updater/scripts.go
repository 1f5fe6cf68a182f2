package updater

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render"
	"github.com/currant-bot/currant/updater/render/gateway"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Run runs what postUpgradeTasks want on the changed files of a branch.
func (l locker) Run(ctx context.Context, j render.ScriptJob) (platform.Changeset, []string, error) {
	texts := make(map[string]string)
	files := slices.Clone(j.Snapshot.Files)
	for path, f := range j.Changed {
		if f == nil {
			files = slices.DeleteFunc(files, func(name string) bool { return name == path })
			continue
		}
		texts[path] = f.Text
		if !slices.Contains(files, path) {
			files = append(files, path)
		}
	}
	slices.Sort(files)
	env, _ := l.config.Variables() // what is left out was said
	job := lockfile.ScriptJob{
		FS: render.Overlay(j.Snapshot.FS, texts), Files: files, ID: j.Snapshot.ID, Edited: texts, Match: matches,
		Settings: l.reach.NPMRC, Env: env, Time: timeout(l.config), Next: l.reach.Next,
	}
	for _, t := range j.Tasks {
		s := lockfile.Script{Shell: t.Shell, Dir: t.Dir, Files: t.Files, Tools: make(map[string]string)}
		for _, c := range t.Commands {
			if c.Why == "" {
				s.Commands = append(s.Commands, c.Text)
			}
		}
		if t.HasData {
			s.Data = &t.Data
		}
		for _, tool := range t.Tools {
			s.Tools[tool.Name] = tool.Constraint
		}
		job.Scripts = append(job.Scripts, s)
	}
	job.Registries, job.Routes = l.everywhere()
	made, problems, err := l.keeper.Run(ctx, job)
	for i := range problems {
		problems[i] = unnamed(problems[i], env)
	}
	for path, f := range made {
		if was := j.Changed[path]; was != nil && f != nil && was.Mode == platform.Executable && f.Mode == platform.Regular {
			f.Mode = was.Mode // the copy does not know better
		}
	}
	return made, problems, err
}

// unnamed replaces the values of variables, which a command may print, by their names.
func unnamed(text string, env []string) string {
	for _, kv := range env {
		if name, value, _ := strings.Cut(kv, "="); len(value) >= 6 {
			text = strings.ReplaceAll(text, value, "$"+name)
		}
	}
	return text
}

// everywhere returns the hosts that the lookups of this repository may ask, of whatever datasource.
func (l locker) everywhere() (hosts []string, ways []gateway.Route) {
	var sources []string
	for _, d := range l.found {
		if !slices.Contains(sources, d.Datasource) && d.Datasource != "" {
			sources = append(sources, d.Datasource)
		}
	}
	slices.Sort(sources)
	for _, source := range sources {
		for _, host := range l.registries(source) {
			if !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
		for _, way := range routes(source, l.reach.Defaults) {
			if !slices.Contains(ways, way) && !strings.HasPrefix(way.To, "off") {
				ways = append(ways, way)
			}
		}
	}
	slices.Sort(hosts)
	return hosts, ways
}

func matches(pattern, path string) bool {
	ok, err := config.Matches(pattern, path)
	return ok && err == nil
}

// timeout is how long a tool or a command may run; 0 for the default.
func timeout(c *config.Config) time.Duration {
	return time.Duration(max(0, c.Top().Int("executionTimeout"))) * time.Minute
}
