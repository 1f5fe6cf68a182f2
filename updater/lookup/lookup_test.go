package lookup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/plan"
)

// fake counts what it is asked.
type fake struct {
	lists, digests atomic.Int64
	hold           chan struct{} // answers wait for it; nil not to wait
	began          chan struct{} // gets a value for each question; nil for none
}

func (f *fake) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	f.lists.Add(1)
	if f.began != nil {
		f.began <- struct{}{}
	}
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	switch q.Package {
	case "absent":
		return nil, datasources.ErrNotFound
	case "panic":
		panic("ouch")
	}
	return &datasources.Listing{Releases: []datasources.Release{{Version: "1.0.0"}}}, nil
}

func (f *fake) Digest(_ context.Context, q datasources.Query, version string) (string, error) {
	f.digests.Add(1)
	return "sha256:" + q.Package + version, nil
}

func (f *fake) Requires(_ context.Context, q datasources.Query, version string) (map[string][]string, error) {
	f.digests.Add(1)
	if q.Package == "absent" {
		return nil, datasources.ErrNotFound
	}
	return map[string][]string{"go": {">=" + version}}, nil
}

func query(pkg string) datasources.Query {
	return datasources.Query{Datasource: "fake", Registry: "https://registry.example.test", Package: pkg}
}

func TestOneQueryIsAskedOnceForTheFleet(t *testing.T) {
	f := new(fake)
	p := NewPass(map[string]datasources.Datasource{"fake": f}, nil)
	var qs []datasources.Query
	for i := range 40 {
		qs = append(qs, query(fmt.Sprint("p", i)))
	}
	var g sync.WaitGroup
	for range 20 {
		g.Go(func() {
			got, err := p.Listings(t.Context(), qs)
			if err != nil || len(got) != len(qs) {
				t.Errorf("%d answers, %v", len(got), err)
			}
			digests, err := p.Digests(t.Context(), []plan.DigestQuery{{Query: qs[0], Version: "1"}})
			if err != nil || digests[plan.DigestQuery{Query: qs[0], Version: "1"}].Digest != "sha256:p01" {
				t.Errorf("%v, %v", digests, err)
			}
		})
	}
	g.Wait()
	if f.lists.Load() != 40 || f.digests.Load() != 1 {
		t.Errorf("%d lists and %d digests were asked for", f.lists.Load(), f.digests.Load())
	}
}

// The repository that asked first is given up. Another that waits for the same
// answer gets it, and it is not asked for again.
// What a version needs is asked once, and only of a source that can tell.
func TestNeeds(t *testing.T) {
	f := new(fake)
	p := NewPass(map[string]datasources.Datasource{"fake": f, "mute": struct{ datasources.Datasource }{f}}, nil)
	mute := query("a")
	mute.Datasource = "mute"
	qs := []plan.DigestQuery{{Query: query("a"), Version: "1"}, {Query: query("absent"), Version: "1"}, {Query: mute, Version: "1"}}
	for range 2 {
		got, err := p.Needs(t.Context(), qs)
		if err != nil || got[qs[0]].Requires["go"][0] != ">=1" || !errors.Is(got[qs[1]].Err, datasources.ErrNotFound) || got[qs[2]].Err == nil {
			t.Errorf("%v, %v", got, err)
		}
	}
	if n := f.digests.Load(); n != 2 {
		t.Errorf("it was asked %d times", n)
	}
}

func TestOneRepositoryGivesUp(t *testing.T) {
	f := &fake{hold: make(chan struct{}), began: make(chan struct{}, 10)}
	p := NewPass(map[string]datasources.Datasource{"fake": f}, nil)
	first, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error, 1)
	go func() { _, err := p.Listings(first, []datasources.Query{query("a")}); gaveUp <- err }()
	<-f.began
	second := make(chan plan.Listing, 1)
	go func() {
		got, _ := p.Listings(t.Context(), []datasources.Query{query("a")})
		second <- got[query("a")]
	}()
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	close(f.hold)
	if got := <-second; got.Completeness() != plan.Complete || len(got.Releases) != 1 {
		t.Errorf("the second has %+v", got)
	}
}

func TestAnswersThatCannotBeHad(t *testing.T) {
	p := NewPass(map[string]datasources.Datasource{"fake": new(fake)}, nil)
	other := datasources.Query{Datasource: "unknown", Package: "x"}
	got, err := p.Listings(t.Context(), []datasources.Query{query("absent"), query("panic"), other, query("a")})
	if err != nil {
		t.Fatal(err)
	}
	for q, want := range map[datasources.Query]plan.Completeness{
		query("absent"): plan.Absent, query("panic"): plan.Failed, other: plan.Failed, query("a"): plan.Complete,
	} {
		if got[q].Completeness() != want {
			t.Errorf("%s is %s (%v), not %s", q, got[q].Completeness(), got[q].Err, want)
		}
	}
	digests, err := p.Digests(t.Context(), []plan.DigestQuery{{Query: other}})
	if err != nil || digests[plan.DigestQuery{Query: other}].Err == nil {
		t.Errorf("%v, %v", digests, err)
	}
}

func TestFingerprintComparesAnswers(t *testing.T) {
	releases := []datasources.Release{{Version: "1.0.0", Published: time.Unix(1, 0)}, {Version: "2.0.0"}}
	base := fingerprint(plan.Listing{Listing: &datasources.Listing{Releases: releases}})
	turned := slices.Clone(releases)
	slices.Reverse(turned)
	if fingerprint(plan.Listing{Listing: &datasources.Listing{Releases: turned}}) != base {
		t.Error("the order of releases counts")
	}
	for name, l := range map[string]plan.Listing{
		"another release": {Listing: &datasources.Listing{Releases: releases[:1]}},
		"withdrawn":       {Listing: &datasources.Listing{Releases: releases, Withdrawn: "yes"}},
		"a channel":       {Listing: &datasources.Listing{Releases: releases, Channels: map[string]string{"latest": "1.0.0"}}},
		"an error":        {Err: errors.New("no")},
	} {
		if fingerprint(l) == base {
			t.Errorf("%s makes no difference", name)
		}
	}
}

// BenchmarkFleet answers a thousand repositories' questions about the same
// hundred packages.
func BenchmarkFleet(b *testing.B) {
	var qs []datasources.Query
	for i := range 100 {
		qs = append(qs, query(fmt.Sprint("p", i)))
	}
	for b.Loop() {
		p := NewPass(map[string]datasources.Datasource{"fake": new(fake)}, nil)
		for range 1000 {
			if _, err := p.Listings(b.Context(), qs); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// images are pinned by platform: the digest "sha256:arm" is an image's for linux/arm64.
type images struct {
	fake
	asked atomic.Int64
}

func (f *images) Platform(_ context.Context, q datasources.Query, digest string) (string, error) {
	f.asked.Add(1)
	switch {
	case digest == "sha256:gone" || q.Package == "new":
		return "", datasources.ErrNotFound
	case digest == "sha256:arm":
		return "linux/arm64", nil
	}
	return "", nil
}

func (f *images) PlatformDigest(_ context.Context, q datasources.Query, version, platform string) (string, error) {
	if version == "9" {
		return "", &datasources.PlatformError{Platform: platform}
	}
	return "sha256:" + q.Package + version + platform, nil
}

func (f *images) Hashes(_ context.Context, _ datasources.Query, version, file string) ([]string, error) {
	if version == "9" {
		return nil, datasources.ErrNotFound
	}
	return []string{file + version}, nil
}

// The digest of a version is that of the platform that is pinned.
func TestPlatforms(t *testing.T) {
	f := new(images)
	p := NewPass(map[string]datasources.Datasource{"fake": f}, nil)
	want := map[plan.DigestQuery]plan.Digest{
		{Query: query("a"), Version: "1", File: "*"}:                       {Hashes: []string{"*1"}},
		{Query: query("a"), Version: "9", File: "*"}:                       {},
		{Query: query("a"), Version: "1"}:                                  {Digest: "sha256:a1"},
		{Query: query("a"), Version: "1", Pinned: "sha256:index"}:          {Digest: "sha256:a1"},
		{Query: query("a"), Version: "1", Pinned: "sha256:gone"}:           {Digest: "sha256:a1", Gone: true},
		{Query: query("a"), Version: "1", Pinned: "sha256:arm"}:            {Digest: "sha256:a1linux/arm64", Platform: "linux/arm64"},
		{Query: query("a"), Version: "2", Pinned: "sha256:arm"}:            {Digest: "sha256:a2linux/arm64", Platform: "linux/arm64"},
		{Query: query("new"), Version: "2", Pinned: "sha256:arm", Of: "a"}: {Digest: "sha256:new2linux/arm64", Platform: "linux/arm64"},
		{Query: query("a"), Version: "9", Pinned: "sha256:arm"}:            {Platform: "linux/arm64", Why: "there is no image for linux/arm64"},
	}
	got, err := p.Digests(t.Context(), slices.Collect(maps.Keys(want)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if f.asked.Load() != 3 || f.digests.Load() != 1 {
		t.Errorf("%d platforms and %d digests were asked for", f.asked.Load(), f.digests.Load())
	}
}
