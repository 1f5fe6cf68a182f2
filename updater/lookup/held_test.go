package lookup

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
)

// a cache lists some of what it has.
type forgetful struct {
	listed, has []string
	broken      bool
	asked       []string
}

func (c *forgetful) List(context.Context, datasources.Query) (*datasources.Listing, error) {
	l := &datasources.Listing{Forgets: true}
	for _, v := range c.listed {
		l.Releases = append(l.Releases, datasources.Release{Version: v})
	}
	return l, nil
}

func (c *forgetful) Digest(_ context.Context, _ datasources.Query, version string) (string, error) {
	c.asked = append(c.asked, version)
	switch {
	case c.broken:
		return "", errors.New("503")
	case slices.Contains(c.has, version):
		return "sha256:x", nil
	}
	return "", datasources.ErrNotFound
}

// A tag that a cache has dropped from its list is asked for by name.
func TestWhatACacheForgets(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seen")
	day := 0
	look := func(c *forgetful) (versions []string, partial string) {
		t.Helper()
		day++
		seen := NewSeen(dir, func() time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) })
		p := NewPass(map[string]datasources.Datasource{"fake": c}, seen)
		got, err := p.Listings(t.Context(), []datasources.Query{query("a")})
		if err != nil || got[query("a")].Err != nil {
			t.Fatal(err, got[query("a")].Err)
		}
		for _, r := range got[query("a")].Releases {
			versions = append(versions, fmt.Sprint(r.Version, " of day ", r.Published.Day()))
		}
		return versions, got[query("a")].Partial
	}
	for _, tc := range []struct {
		name    string
		cache   forgetful
		want    []string
		partial string
		asked   []string
	}{
		{"first", forgetful{listed: []string{"1", "2"}}, []string{"1 of day 1", "2 of day 1"}, "", nil},
		{"one more", forgetful{listed: []string{"1", "2", "3"}}, []string{"1 of day 1", "2 of day 1", "3 of day 2"}, "", nil},
		{"dropped", forgetful{listed: []string{"1"}, has: []string{"2", "3"}}, []string{"1 of day 1", "2 of day 1", "3 of day 2"}, "", []string{"2", "3"}},
		{"not known", forgetful{listed: []string{"1", "2"}, broken: true}, []string{"1 of day 1", "2 of day 1"}, "whether it still has 3", []string{"3"}},
		{"gone", forgetful{listed: []string{"1", "2"}}, []string{"1 of day 1", "2 of day 1"}, "", []string{"3"}},
		{"forgotten", forgetful{listed: []string{"1", "2"}}, []string{"1 of day 1", "2 of day 1"}, "", nil},
	} {
		got, partial := look(&tc.cache)
		if d := cmp.Diff(tc.want, got); d != "" || !strings.Contains(partial, tc.partial) || (partial == "") != (tc.partial == "") || !slices.Equal(tc.asked, tc.cache.asked) {
			t.Errorf("%s: %q, asked about %q: %s", tc.name, partial, tc.cache.asked, d)
		}
	}
	var many []string
	for i := range maxMissing + 2 {
		many = append(many, fmt.Sprintf("9.%02d", i))
	}
	look(&forgetful{listed: append(many, "1", "2")})
	if _, partial := look(&forgetful{listed: []string{"1"}}); !strings.Contains(partial, "53 releases that it listed before are missing") {
		t.Errorf("many missing: %q", partial)
	}
}
