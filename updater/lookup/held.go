package lookup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// maxMissing is how many releases that are missing from a list are asked about one by one.
const maxMissing = 50

// recovered returns l with the releases that a registry which forgets has listed before and has all the same: asked for by
// name, a cache fetches them. One that is gone for good is forgotten; where that is not known, or too many are
// missing, the list is partial.
func (p *Pass) recovered(ctx context.Context, q datasources.Query, l *datasources.Listing, source datasources.Datasource) (*datasources.Listing, error) {
	if p.seen == nil || !l.Forgets || l.Partial != "" {
		return l, nil
	}
	held, err := p.seen.held(q)
	if err != nil {
		return l, err
	}
	listed := make(map[string]bool, len(l.Releases))
	for _, r := range l.Releases {
		listed[r.Version] = true
	}
	missing := slices.DeleteFunc(held, func(v string) bool { return listed[v] })
	digester, ok := source.(datasources.Digester)
	out := *l
	out.Releases = slices.Clone(l.Releases)
	if len(missing) > maxMissing || len(missing) > 0 && !ok {
		out.Partial = fmt.Sprintf("the registry keeps what it has fetched, and %d releases that it listed before are missing, such as %s", len(missing), missing[len(missing)-1])
		return &out, nil
	}
	for _, version := range missing {
		switch _, err := digester.Digest(ctx, q, version); {
		case errors.Is(err, datasources.ErrNotFound):
		case err != nil:
			out.Partial = fmt.Sprintf("the registry keeps what it has fetched, and whether it still has %s, which it listed before, is not known: %v", version, err)
			return &out, nil
		default:
			out.Releases = append(out.Releases, datasources.Release{Version: version})
		}
	}
	return &out, p.seen.hold(q, out.Releases)
}

// held returns the releases that were listed last.
func (s *Seen) held(q datasources.Query) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, err := read(s.file(q))
	return was.Held, err
}

// hold remembers which releases are listed.
func (s *Seen) hold(q datasources.Query, releases []datasources.Release) error {
	versions := make([]string, len(releases))
	for i, r := range releases {
		versions[i] = r.Version
	}
	slices.Sort(versions)
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.file(q)
	was, err := read(name)
	if err != nil || slices.Equal(was.Held, versions) {
		return err
	}
	if was.First.IsZero() {
		was.note(releases, nil, s.now().UTC().Truncate(time.Second))
	}
	was.Held = versions
	return write(name, was)
}
