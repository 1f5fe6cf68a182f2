// Package terraformmodule reads the versions of modules of Terraform and
// OpenTofu.
package terraformmodule

import (
	"context"
	"fmt"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/tfregistry"
)

// Source asks a registry of modules. Only the public registries date versions.
var Source = &datasources.Source{
	Name:       "terraform-module",
	Doc:        "registries of modules of Terraform and OpenTofu",
	Versioning: "hashicorp",
	Strategy:   datasources.Hunt,
	New: func(env datasources.Env) datasources.Datasource {
		return registry{tfregistry.Client{Env: env, HostType: "terraform-module", Service: "modules.v1"}}
	},
}

type registry struct{ tfregistry.Client }

// List looks up "namespace/name/system". The registry's host may stand before it, as in a module's source.
func (r registry) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	_, parts, ok := tfregistry.Split(q.Package, 3)
	if !ok {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	base, _, err := r.Base(ctx, q.Registry)
	if err != nil {
		return nil, fmt.Errorf("looking up %s: %w", q, err)
	}
	var list struct {
		Modules []struct{ Versions []struct{ Version string } }
	}
	address := base.JoinPath(parts[0], parts[1], parts[2], "versions").String()
	if _, err := r.Env.GetJSON(ctx, address, "", r.Terms(), &list); err != nil {
		return nil, err
	}
	if len(list.Modules) == 0 {
		return nil, fmt.Errorf("reading %s: it is no list of versions", datasources.Redact(address))
	}
	var versions []string
	for _, v := range list.Modules[0].Versions { // others are what the module depends on
		versions = append(versions, v.Version)
	}
	return r.Listing(ctx, q, "modules", parts, versions)
}
