package datasources

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// Ask lists a package from several registries as s says. list is what asks one
// of them, such as [Datasource.List] with a memory in front.
//
// Only ErrNotFound lets it go on to the next registry: one that does not
// answer might hold the package, and taking a stranger's of the same name
// from the next would be worse than waiting.
func Ask(ctx context.Context, s Strategy, registries []string, name, datasource string,
	list func(context.Context, Query) (*Listing, error)) (*Listing, error) {
	if len(registries) == 0 {
		return nil, fmt.Errorf("looking up %s in %s: no registry is configured", name, datasource)
	}
	if s == First {
		registries = registries[:1]
	}
	var found []*Listing
	var missing error
	for _, registry := range registries {
		l, err := list(ctx, Query{Datasource: datasource, Registry: registry, Package: name})
		switch {
		case errors.Is(err, ErrNotFound):
			missing = err
		case err != nil:
			return nil, err
		case s != Merge:
			return l, nil
		default:
			found = append(found, l)
		}
	}
	switch len(found) {
	case 0:
		return nil, missing
	case 1:
		return found[0], nil
	}
	return merge(found), nil
}

// merge returns the union of listings; where two have a version, the earlier
// listing's release counts.
func merge(listings []*Listing) *Listing {
	all := *listings[0]
	all.Releases = nil
	all.Channels = maps.Clone(all.Channels)
	seen := make(map[string]bool)
	for _, l := range listings {
		for _, r := range l.Releases {
			if !seen[r.Version] {
				seen[r.Version] = true
				all.Releases = append(all.Releases, r)
			}
		}
		if l.Partial != "" {
			all.Partial = l.Partial
		}
		if all.SourceURL == "" {
			all.SourceURL, all.SourceDir = l.SourceURL, l.SourceDir
		}
		if all.Homepage == "" {
			all.Homepage = l.Homepage
		}
		if all.ChangelogURL == "" {
			all.ChangelogURL = l.ChangelogURL
		}
	}
	return &all
}
