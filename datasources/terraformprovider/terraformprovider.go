// Package terraformprovider reads the versions of providers of Terraform and
// OpenTofu.
package terraformprovider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/tfregistry"
)

// Source asks a registry of providers; one whose address has a path may also be a network mirror, as Artifactory
// has them. Only the public registries date versions.
var Source = &datasources.Source{
	Name:       "terraform-provider",
	Doc:        "providers of Terraform and OpenTofu: registries and network mirrors",
	Versioning: "hashicorp",
	Strategy:   datasources.Hunt,
	New: func(env datasources.Env) datasources.Datasource {
		return registry{tfregistry.Client{Env: env, HostType: "terraform-provider", Service: "providers.v1"}}
	},
}

type registry struct{ tfregistry.Client }

func (r registry) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	host, parts, ok := tfregistry.Split(q.Package, 2)
	if !ok {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	base, given, err := r.Base(ctx, q.Registry)
	if err != nil {
		return nil, fmt.Errorf("looking up %s: %w", q, err)
	}
	if given {
		versions, err := r.mirrored(ctx, base.JoinPath(cmp.Or(host, public()), parts[0], parts[1], "index.json").String())
		if err == nil {
			return r.Listing(ctx, q, "providers", parts, versions)
		} else if !errors.Is(err, datasources.ErrNotFound) {
			return nil, err
		}
	}
	var list struct{ Versions []struct{ Version string } }
	address := base.JoinPath(parts[0], parts[1], "versions").String()
	if _, err := r.Env.GetJSON(ctx, address, "", r.Terms(), &list); err != nil {
		return nil, err
	}
	if list.Versions == nil {
		return nil, fmt.Errorf("reading %s: it is no list of versions", datasources.Redact(address))
	}
	var versions []string
	for _, v := range list.Versions {
		versions = append(versions, v.Version)
	}
	return r.Listing(ctx, q, "providers", parts, versions)
}

// mirrored returns the versions that a network mirror has of a provider.
func (r registry) mirrored(ctx context.Context, index string) ([]string, error) {
	var list struct{ Versions map[string]struct{} }
	if _, err := r.Env.GetJSON(ctx, index, "", r.Terms(), &list); err != nil {
		return nil, err
	}
	if list.Versions == nil {
		return nil, fmt.Errorf("reading %s: it is no list of versions", datasources.Redact(index))
	}
	return slices.Sorted(maps.Keys(list.Versions)), nil
}

// public returns the host of the registry that a provider without one comes from.
func public() string {
	_, host, _ := strings.Cut(datasources.DefaultRegistries("terraform-provider")[0], "://")
	return host
}
