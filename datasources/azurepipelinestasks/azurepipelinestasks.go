// Package azurepipelinestasks reads the versions of the tasks of Azure Pipelines.
package azurepipelinestasks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/currant-bot/currant/datasources"
)

// Source reads the public lists of built-in tasks and of those in the marketplace, or a mirror of them: a registry is the
// folder that they are in. A registry on dev.azure.com, or one whose path ends in "/_apis", is an
// organisation's Azure DevOps, which is asked for the tasks that it has.
var Source = &datasources.Source{
	Name:       "azure-pipelines-tasks",
	Doc:        "tasks of Azure Pipelines: public lists of them, or an organisation's Azure DevOps",
	Versioning: "semver-partial",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return lists{env} },
}

type lists struct{ env datasources.Env }

const bodyLimit = 64 << 20

// files are tried in this order.
var files = []string{"azure-pipelines-builtin-tasks.json", "azure-pipelines-marketplace-tasks.json"}

func (x lists) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	base, err := url.Parse(strings.TrimSuffix(q.Registry, "/"))
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("looking up %s: the registry is not a URL", q)
	}
	if strings.HasSuffix(base.Path, "/_apis") || datasources.IsAzureDevOps(base.Hostname()) {
		return x.organisation(ctx, base, q)
	}
	for i, name := range files {
		var tasks map[string][]string
		err := x.get(ctx, base.JoinPath(name).String(), &tasks)
		if errors.Is(err, datasources.ErrNotFound) && i > 0 {
			break // a mirror of built-in tasks alone
		} else if err != nil {
			return nil, err
		}
		if versions := tasks[strings.ToLower(q.Package)]; len(versions) > 0 {
			l := &datasources.Listing{}
			for _, v := range versions {
				l.Releases = append(l.Releases, datasources.Release{Version: v})
			}
			return l, nil
		}
	}
	return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
}

func (x lists) get(ctx context.Context, address string, into any) error {
	_, err := x.env.GetJSON(ctx, address, "", datasources.Terms{HostTypes: []string{"azure-pipelines-tasks", "azure"}, BodyLimit: bodyLimit}, into)
	return err
}

// organisation asks Azure DevOps. A task is named by its name or its identifier, maybe behind that of the extension
// that it comes with.
func (x lists) organisation(ctx context.Context, base *url.URL, q datasources.Query) (*datasources.Listing, error) {
	var all struct {
		Value []struct {
			ID, Name   string
			From       string `json:"contributionIdentifier"`
			Deprecated bool
			Preview    bool
			Version    struct{ Major, Minor, Patch int }
		}
	}
	if !strings.HasSuffix(base.Path, "/_apis") {
		base = base.JoinPath("_apis")
	}
	if err := x.get(ctx, base.JoinPath("distributedtask", "tasks").String()+"/", &all); err != nil {
		return nil, err
	}
	l := &datasources.Listing{}
	for _, t := range all.Value {
		named := strings.EqualFold(q.Package, t.Name) || strings.EqualFold(q.Package, t.ID) ||
			t.From != "" && (strings.EqualFold(q.Package, t.From+"."+t.Name) || strings.EqualFold(q.Package, t.From+"."+t.ID))
		if !named {
			continue
		}
		r := datasources.Release{Version: fmt.Sprintf("%d.%d.%d", t.Version.Major, t.Version.Minor, t.Version.Patch), Unstable: t.Preview}
		if t.Deprecated {
			r.Withdrawn = "deprecated"
		}
		l.Releases = append(l.Releases, r)
	}
	if len(l.Releases) == 0 {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	return l, nil
}
