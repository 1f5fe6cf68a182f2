// Package lookup is the stage that asks registries. Each distinct query is
// asked once for the whole fleet and pass, however many repositories want it.
package lookup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/flight"
	"github.com/currant-bot/currant/updater/plan"
)

// A Pass remembers the answers of one pass over the fleet. It is safe for
// concurrent use. A question belongs to no repository: one that gives up
// leaves the answer to the others.
type Pass struct {
	sources map[string]datasources.Datasource
	seen    *Seen
	slots   chan struct{}

	// Noter is asked what is new; nil for nobody. It is set before the first question.
	Noter Noter

	notes    flight.Memo[datasources.NotesQuery, plan.Notes]
	listings flight.Memo[datasources.Query, plan.Listing]
	digests  flight.Memo[plan.DigestQuery, plan.Digest]
	needs    flight.Memo[plan.DigestQuery, plan.Need]

	platforms flight.Memo[platformQuery, plan.Digest] // without Digest
	images    flight.Memo[versionQuery, plan.Digest]

	mu     sync.Mutex
	prints map[datasources.Query]func() string
}

// A Noter knows what is new in versions of packages.
type Noter interface {
	Notes(ctx context.Context, q datasources.NotesQuery) (datasources.Notes, error)
}

// concurrent is how many questions are under way at once; hosts have limits of their own.
const concurrent = 16

// NewPass returns a pass that asks the given datasources, by name. Releases whose registry gives no
// date get theirs from seen; nil leaves them without.
func NewPass(sources map[string]datasources.Datasource, seen *Seen) *Pass {
	return &Pass{
		sources: sources,
		seen:    seen,
		slots:   make(chan struct{}, concurrent),
		prints:  make(map[datasources.Query]func() string),
	}
}

// Listings answers queries. An answer that could not be had is in the result
// with its error; the error returned is only ever about ctx.
func (p *Pass) Listings(ctx context.Context, qs []datasources.Query) (map[datasources.Query]plan.Listing, error) {
	out := make(map[datasources.Query]plan.Listing, len(qs))
	err := answer(ctx, qs, out, func(ctx context.Context, q datasources.Query) plan.Listing {
		l, err := p.listings.Do(ctx, q, func(ctx context.Context) plan.Listing { return p.list(ctx, q) })
		if err != nil {
			return plan.Listing{Err: err}
		}
		return l
	})
	return out, err
}

// Digests answers digest queries, as Listings does.
func (p *Pass) Digests(ctx context.Context, qs []plan.DigestQuery) (map[plan.DigestQuery]plan.Digest, error) {
	out := make(map[plan.DigestQuery]plan.Digest, len(qs))
	err := answer(ctx, qs, out, func(ctx context.Context, q plan.DigestQuery) plan.Digest {
		d, err := p.digests.Do(ctx, q, func(ctx context.Context) plan.Digest { return p.digest(ctx, q) })
		if err != nil {
			return plan.Digest{Err: err}
		}
		return d
	})
	return out, err
}

// Needs answers what versions need, as Listings does.
func (p *Pass) Needs(ctx context.Context, qs []plan.DigestQuery) (map[plan.DigestQuery]plan.Need, error) {
	out := make(map[plan.DigestQuery]plan.Need, len(qs))
	err := answer(ctx, qs, out, func(ctx context.Context, q plan.DigestQuery) plan.Need {
		n, err := p.needs.Do(ctx, q, func(ctx context.Context) plan.Need { return p.need(ctx, q) })
		if err != nil {
			return plan.Need{Err: err}
		}
		return n
	})
	return out, err
}

// Notes answers what is new, as Listings does.
func (p *Pass) Notes(ctx context.Context, qs []datasources.NotesQuery) (map[datasources.NotesQuery]plan.Notes, error) {
	out := make(map[datasources.NotesQuery]plan.Notes, len(qs))
	if p.Noter == nil {
		return out, nil
	}
	err := answer(ctx, qs, out, func(ctx context.Context, q datasources.NotesQuery) plan.Notes {
		n, err := p.notes.Do(ctx, q, func(ctx context.Context) plan.Notes { return p.note(ctx, q) })
		if err != nil {
			return plan.Notes{Err: err}
		}
		return n
	})
	return out, err
}

func (p *Pass) note(ctx context.Context, q datasources.NotesQuery) plan.Notes {
	done, err := p.slot(ctx)
	if err != nil {
		return plan.Notes{Err: err}
	}
	defer done()
	n, err := p.Noter.Notes(ctx, q)
	return plan.Notes{Notes: n, Err: err}
}

// answer asks about each q at once and puts the answers into out.
func answer[Q comparable, A any](ctx context.Context, qs []Q, out map[Q]A, ask func(context.Context, Q) A) error {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2 * concurrent)
	for _, q := range qs {
		g.Go(func() error {
			a := ask(ctx, q)
			mu.Lock()
			defer mu.Unlock()
			out[q] = a
			return ctx.Err()
		})
	}
	return g.Wait()
}

// slot waits until a question may be asked.
func (p *Pass) slot(ctx context.Context) (done func(), err error) {
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *Pass) list(ctx context.Context, q datasources.Query) plan.Listing {
	source := p.sources[kind(q)]
	if source == nil {
		return plan.Listing{Err: fmt.Errorf("there is no datasource %q", q.Datasource)}
	}
	done, err := p.slot(ctx)
	if err != nil {
		return plan.Listing{Err: err}
	}
	defer done()
	l, err := source.List(ctx, q)
	if err == nil {
		l, err = p.recovered(ctx, q, l, source)
	}
	if err == nil {
		var ask func(string) time.Time
		if dater, ok := source.(datasources.Dater); ok {
			ask = func(version string) time.Time {
				t, _ := dater.Date(ctx, q, version) // without an answer the day it was first seen counts
				return t
			}
		}
		l, err = p.seen.date(q, l, ask)
	}
	return plan.Listing{Listing: l, Err: err}
}

// kind returns the name of the source that answers q: one is for all
// datasources that configuration defines.
func kind(q datasources.Query) string {
	if strings.HasPrefix(q.Datasource, "custom.") {
		return "custom"
	}
	return q.Datasource
}

// A platformQuery asks which platform a digest is for.
type platformQuery struct {
	datasources.Query
	Digest string
}

// A versionQuery asks for the digest of a version for a platform; "" for all.
type versionQuery struct {
	datasources.Query
	Version, Platform string
}

// digest answers q in two steps, each of which is done once: which platform the pinned digest is for, and the
// digest of the version for it.
func (p *Pass) digest(ctx context.Context, q plan.DigestQuery) plan.Digest {
	if q.File != "" {
		return p.hashesOf(ctx, q)
	}
	platform, gone := "", false
	if _, ok := p.sources[kind(q.Query)].(datasources.Platformer); ok && q.Pinned != "" {
		of := platformQuery{q.Query, q.Pinned}
		if q.Of != "" {
			of.Package = q.Of
		}
		d, err := p.platforms.Do(ctx, of, func(ctx context.Context) plan.Digest { return p.platform(ctx, of) })
		if err = cmp.Or(err, d.Err); err != nil {
			return plan.Digest{Err: err}
		}
		platform, gone = d.Platform, d.Gone
	}
	v := versionQuery{q.Query, q.Version, platform}
	d, err := p.images.Do(ctx, v, func(ctx context.Context) plan.Digest { return p.image(ctx, v) })
	if err != nil {
		return plan.Digest{Err: err}
	}
	d.Gone = gone
	return d
}

func (p *Pass) hashesOf(ctx context.Context, q plan.DigestQuery) plan.Digest {
	source, ok := p.sources[kind(q.Query)].(datasources.Hasher)
	if !ok {
		return plan.Digest{Err: fmt.Errorf("datasource %q has no hashes", q.Datasource)}
	}
	done, err := p.slot(ctx)
	if err != nil {
		return plan.Digest{Err: err}
	}
	defer done()
	hashes, err := source.Hashes(ctx, q.Query, q.Version, q.File)
	if errors.Is(err, datasources.ErrNotFound) {
		return plan.Digest{}
	}
	return plan.Digest{Hashes: hashes, Err: err}
}

// platform answers q. Where the digest is gone nothing is known of its platform, and the digest of
// an index, which serves all of them, is what can be had.
func (p *Pass) platform(ctx context.Context, q platformQuery) plan.Digest {
	done, err := p.slot(ctx)
	if err != nil {
		return plan.Digest{Err: err}
	}
	defer done()
	platform, err := p.sources[kind(q.Query)].(datasources.Platformer).Platform(ctx, q.Query, q.Digest)
	if errors.Is(err, datasources.ErrNotFound) {
		return plan.Digest{Gone: true}
	}
	return plan.Digest{Platform: platform, Err: err}
}

func (p *Pass) image(ctx context.Context, q versionQuery) plan.Digest {
	source, ok := p.sources[kind(q.Query)].(datasources.Digester)
	if !ok {
		return plan.Digest{Err: fmt.Errorf("datasource %q has no digests", q.Datasource)}
	}
	done, err := p.slot(ctx)
	if err != nil {
		return plan.Digest{Err: err}
	}
	defer done()
	if q.Platform == "" {
		digest, err := source.Digest(ctx, q.Query, q.Version)
		return plan.Digest{Digest: digest, Err: err}
	}
	digest, err := source.(datasources.Platformer).PlatformDigest(ctx, q.Query, q.Version, q.Platform)
	var missing *datasources.PlatformError
	if errors.As(err, &missing) {
		return plan.Digest{Platform: q.Platform, Why: missing.Error()}
	}
	return plan.Digest{Digest: digest, Platform: q.Platform, Err: err}
}

func (p *Pass) need(ctx context.Context, q plan.DigestQuery) plan.Need {
	source, ok := p.sources[kind(q.Query)].(datasources.Requirer)
	if !ok {
		return plan.Need{Err: fmt.Errorf("datasource %q does not say what a release needs", q.Datasource)}
	}
	done, err := p.slot(ctx)
	if err != nil {
		return plan.Need{Err: err}
	}
	defer done()
	requires, err := source.Requires(ctx, q.Query, q.Version)
	return plan.Need{Requires: requires, Err: err}
}

// Fingerprint hashes the answer l to q, so that passes can be compared. Within
// a pass it is worked out once for the fleet.
func (p *Pass) Fingerprint(q datasources.Query, l plan.Listing) string {
	p.mu.Lock()
	f, ok := p.prints[q]
	if !ok {
		f = sync.OnceValue(func() string { return fingerprint(l) })
		p.prints[q] = f
	}
	p.mu.Unlock()
	return f()
}

func fingerprint(l plan.Listing) string {
	if l.Err != nil || l.Listing == nil {
		return "failed: " + fmt.Sprint(l.Err)
	}
	sorted := *l.Listing
	sorted.Releases = slices.Clone(sorted.Releases)
	slices.SortFunc(sorted.Releases, func(a, b datasources.Release) int { return strings.Compare(a.Version, b.Version) })
	data, err := json.Marshal(sorted)
	if err != nil {
		return "unprintable: " + err.Error()
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
