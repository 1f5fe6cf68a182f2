package plan

import (
	"net/url"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

// Aliased returns found with what registryAliases says of it: images come from the registry that
// stands for theirs, and chart repositories that a file has only a name for become known. As for
// Renovate, package rules match what comes of it.
func Aliased(c *config.Config, found []Found) []Found {
	byManager := make(map[string]map[string]any)
	out := make([]Found, len(found))
	for i, f := range found {
		aliases, ok := byManager[f.Manager]
		if !ok {
			aliases = c.For(config.Subject{Manager: f.Manager}).Object("registryAliases")
			byManager[f.Manager] = aliases
		}
		f.Dep = aliased(f.Dep, aliases)
		out[i] = f
	}
	return out
}

// Homed returns found for a repository on an enterprise server, by the address of its interface: actions are looked for there before they
// are in public, as the server does. For the public GitHub found stays as it is.
func Homed(found []Found, endpoint string) []Found {
	home, err := url.Parse(endpoint)
	if err != nil || home.Host == "" || datasources.GitHubAPI(home).String() == datasources.GitHubEndpoint {
		return found
	}
	out := slices.Clone(found)
	for i, f := range out {
		if f.Manager == "github-actions" && (f.Dep.Kind == "action" || f.Dep.Kind == "workflow") && len(f.Dep.Registries) == 0 {
			out[i].Dep.Registries = []string{home.Scheme + "://" + home.Host, managers.DefaultRegistry}
		}
	}
	return out
}

func aliased(d managers.Dep, aliases map[string]any) managers.Dep {
	if name, ok := d.Alias(); ok {
		d = explained(d, name, aliases)
	}
	if d.Datasource != "docker" || d.Skip != "" {
		return d
	}
	if to := fromRegistry(d.PackageName(), aliases); to != d.PackageName() {
		d.Package = to
	}
	return d
}

// explained returns d with its repository, which the file calls name. What nothing explains stays
// skipped. As in Helm's early days, "stable" needs no explanation.
func explained(d managers.Dep, name string, aliases map[string]any) managers.Dep {
	rest := d.Registries[1:]
	target, ok := aliases[name].(string)
	switch {
	case ok:
		d.Skip, d.Note = "", ""
		if d = d.Chart(target); d.Datasource == "helm" {
			d.Registries = append(d.Registries, rest...)
		}
	case len(rest) > 0:
		d.Registries = rest
	case name == "stable":
		d.Skip, d.Note = "", ""
		d.Registries = []string{managers.DefaultRegistry}
	default:
		d.Registries = nil
	}
	return d
}

// fromRegistry returns an image's name with the longest alias at its beginning replaced.
func fromRegistry(name string, aliases map[string]any) string {
	best, target := "", ""
	for alias, v := range aliases {
		if to, ok := v.(string); ok && len(alias) > len(best) && (name == alias || strings.HasPrefix(name, alias+"/")) {
			best, target = alias, to
		}
	}
	return target + strings.TrimPrefix(name, best)
}
