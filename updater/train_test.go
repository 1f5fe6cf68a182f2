package updater_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// ten returns a world with ten updates that merge by themselves, each in a file of its own, and with their pull requests open;
// with moved, somebody has committed to their base since.
func ten(t testing.TB, rule githubtest.Protection, moved bool) *world {
	t.Helper()
	f := map[string]string{"renovate.json": `{"automerge": true, "platformAutomerge": false, "prHourlyLimit": 0, "prConcurrentLimit": 0, "branchConcurrentLimit": 0}`}
	tags := make(map[string][]string)
	for i := range 10 {
		name := fmt.Sprintf("image%d", i)
		f[name+"/Dockerfile"], tags[name] = "FROM "+name+":1.0\n", []string{"1.0", "1.1"}
	}
	w := newWorld(t, f)
	w.tags = tags
	w.must(w.SetProtection(shop, "main", &rule))
	w.once()
	if moved {
		_, err := w.Commit(shop, "", map[string]string{"README.md": "hello\n"}, "by hand")
		w.must(err)
	}
	return w
}

// A journey is what merging takes.
type journey struct{ passes, requests, rebases, merges int }

// travel makes passes with green checks until all pull requests are merged.
func (w *world) travel() journey {
	w.Helper()
	var rebases atomic.Int64
	w.OnPush(func(p githubtest.Push) {
		if strings.HasPrefix(p.Ref, "refs/heads/renovate/") && p.Before != "" && p.After != "" {
			rebases.Add(1)
		}
	})
	w.ResetLog()
	var j journey
	for j.merges < 10 {
		w.green()
		w.once()
		j.passes++
		pulls, err := w.Pulls(shop)
		w.must(err)
		j.merges = 0
		for _, p := range pulls {
			if p.State == "merged" {
				j.merges++
			}
		}
		if j.passes > 60 {
			w.Fatalf("%d of %d are merged after %d passes", j.merges, len(pulls), j.passes)
		}
	}
	j.requests, j.rebases = len(w.Server.Log()), int(rebases.Load())
	return j
}

// journeys are what the base branch asks for, and whether somebody commits to it first.
var journeys = []struct {
	name            string
	rule            githubtest.Protection
	moved           bool
	passes, rebases int
}{
	{"free", githubtest.Protection{Checks: []string{"build"}}, false, 1, 0},
	{"moved", githubtest.Protection{Checks: []string{"build"}}, true, 1, 0},
	{"strict", githubtest.Protection{Checks: []string{"build"}, Strict: true}, false, 19, 9},
}

// Ten green updates merge in one pass, without a rebase, where the branch need not be up to date; where it must be, each but the first is
// made anew once.
func TestTenGreenUpdates(t *testing.T) {
	for _, tc := range journeys {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if j := ten(t, tc.rule, tc.moved).travel(); j.passes != tc.passes || j.rebases != tc.rebases {
				t.Errorf("%+v, want %d passes and %d rebases", j, tc.passes, tc.rebases)
			}
		})
	}
}

// BenchmarkTenGreenUpdates counts what merging ten updates takes.
func BenchmarkTenGreenUpdates(b *testing.B) {
	for _, tc := range journeys {
		b.Run(tc.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				w := ten(b, tc.rule, tc.moved)
				b.StartTimer()
				j := w.travel()
				b.ReportMetric(float64(j.passes), "passes")
				b.ReportMetric(float64(j.requests), "requests")
				b.ReportMetric(float64(j.rebases), "rebases")
			}
		})
	}
}
