package advisories

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/flight"
	"github.com/currant-bot/currant/updater/plan"
)

// osvEcosystems are the names of ecosystems in OSV's database, by datasource: those that Renovate
// asks about.
var osvEcosystems = map[string]string{
	"crate": "crates.io", "go": "Go", "hackage": "Hackage", "hex": "Hex", "maven": "Maven", "npm": "npm", "nuget": "NuGet",
	"packagist": "Packagist", "pypi": "PyPI", "rubygems": "RubyGems",
}

// A Store remembers texts from pass to pass. Losing them costs time only.
type Store interface {
	Load(key string) ([]byte, bool)
	Save(key string, text []byte)
}

// An OSV asks a copy of the database that osv.dev publishes. It is safe for concurrent use.
type OSV struct {
	env   datasources.Env
	base  string // without a slash at its end
	store Store  // may be nil
	dir   string // for dumps

	records flight.Memo[string, answer]
	dumps   flight.Memo[string, *dump]

	mu    sync.Mutex
	files []*os.File // of dumps
}

type answer struct {
	record record
	err    error
}

// NewOSV returns the database at an address: one that ends in "/v1" is its interface, as at
// api.osv.dev, and is asked about single packages. Any other is a folder on the web with ECOSYSTEM/all.zip for each
// ecosystem, which is fetched whole, so that a plain mirror of files serves. dir is for these while they are read.
func NewOSV(env datasources.Env, address, dir string, store Store) *OSV {
	return &OSV{env: env, base: strings.TrimSuffix(address, "/"), store: store, dir: dir}
}

// Covers reports whether the database knows packages of a datasource.
func Covers(datasource string) bool { return osvEcosystems[datasource] != "" }

// Find returns what is known against packages, whatever their version. What it
// returns with an error is not all.
func (o *OSV) Find(ctx context.Context, packages []plan.Package) (map[plan.Package][]plan.Advisory, error) {
	byName := make(map[name]plan.Package)
	for _, p := range packages {
		if e := osvEcosystems[p.Datasource]; e != "" {
			byName[name{e, p.Name}] = plan.PackageKey(p.Datasource, p.Name)
		}
	}
	names := make([]name, 0, len(byName))
	for n := range byName {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b name) int {
		return cmp.Or(strings.Compare(a.Ecosystem, b.Ecosystem), strings.Compare(a.Name, b.Name))
	})
	find := o.dumped
	if strings.HasSuffix(o.base, "/v1") {
		find = o.asked
	}
	records, err := find(ctx, names)
	out := make(map[plan.Package][]plan.Advisory)
	for _, n := range names {
		for _, r := range records[n] {
			if a, ok := r.advisory(n); ok {
				add(out, byName[n], a)
			}
		}
	}
	return out, err
}

// A name is a package as OSV names it.
type name struct {
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
}

// batch is how many packages one request asks about, of the 1,000 that the interface takes.
const batch = 500

// asked finds records by the interface: their names in a few requests, and each one that is not
// remembered in one of its own.
func (o *OSV) asked(ctx context.Context, names []name) (map[name][]record, error) {
	type found struct{ ID, Modified string }
	ids := make(map[name][]found)
	type query struct {
		Package name   `json:"package"`
		Page    string `json:"page_token,omitempty"`
	}
	var todo []query
	for _, n := range names {
		todo = append(todo, query{Package: n})
	}
	for len(todo) > 0 {
		now := todo[:min(batch, len(todo))]
		todo = todo[len(now):]
		var reply struct {
			Results []struct {
				Vulns []found
				Next  string `json:"next_page_token"`
			}
		}
		if err := o.post(ctx, "/querybatch", map[string]any{"queries": now}, &reply); err != nil {
			return nil, err
		}
		if len(reply.Results) != len(now) {
			return nil, fmt.Errorf("%s answered %d of %d questions", datasources.Redact(o.base), len(reply.Results), len(now))
		}
		for i, r := range reply.Results {
			ids[now[i].Package] = append(ids[now[i].Package], r.Vulns...)
			if r.Next != "" && r.Next != now[i].Page {
				todo = append(todo, query{now[i].Package, r.Next})
			}
		}
	}
	var mu sync.Mutex
	out := make(map[name][]record)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for n, list := range ids {
		for _, f := range list {
			g.Go(func() error {
				r, err := o.record(ctx, f.ID, f.Modified)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					out[n] = append(out[n], r)
				}
				return err
			})
		}
	}
	err := g.Wait()
	for _, list := range out {
		sortRecords(list)
	}
	return out, err
}

// record returns one record, as it was when it was last changed.
func (o *OSV) record(ctx context.Context, id, modified string) (record, error) {
	key := "osv\x00" + o.base + "\x00" + id + "\x00" + modified
	a, err := o.records.Do(ctx, key, func(ctx context.Context) answer {
		var r record
		if o.store != nil && modified != "" {
			if text, ok := o.store.Load(key); ok && json.Unmarshal(text, &r) == nil && r.ID == id {
				return answer{record: r}
			}
		}
		_, err := o.env.GetJSON(ctx, o.base+"/vulns/"+url.PathEscape(id), "", osvTerms, &r)
		if errors.Is(err, datasources.ErrNotFound) {
			return answer{record: record{ID: id, Withdrawn: "gone"}}
		}
		if text, merr := json.Marshal(r); err == nil && merr == nil && o.store != nil && modified != "" {
			o.store.Save(key, text)
		}
		return answer{r, err}
	})
	return a.record, cmp.Or(err, a.err)
}

var osvTerms = datasources.Terms{HostTypes: []string{"osv"}}

// post asks a question.
func (o *OSV) post(ctx context.Context, path string, body, reply any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(datasources.WithTerms(ctx, osvTerms), http.MethodPost, o.base+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("asking %s: not a URL", datasources.Redact(o.base))
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := o.env.Client.Do(req)
	if err != nil {
		return fmt.Errorf("asking %s: %w", datasources.Redact(o.base), datasources.Clean(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("asking %s: %w", datasources.Redact(o.base), datasources.StatusError(req.URL.Host, resp.StatusCode))
	}
	if err := datasources.DecodeJSON(resp.Body, func(d *json.Decoder) error { return d.Decode(reply) }); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", datasources.Redact(o.base), err)
	}
	return nil
}
