package updater_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// A stage is a pass in which something happens: it leaves a world in which the
// next pass has that to do.
type stage struct {
	name    string
	prepare func(*world)
	files   map[string]string // nil for the usual ones
}

var stages = []stage{
	{"create", func(*world) {}, nil},
	{"merge", func(w *world) { w.once(); w.green() }, nil},
	{"propose a configuration", func(*world) {}, bare},
	{"update what is proposed", func(w *world) { w.once(); w.tags["redis"] = append(w.tags["redis"], "7.4") }, bare},
	{"leave alone", func(w *world) { w.once(); w.patch(`{"state": "closed"}`) }, bare},
	{"update and close", func(w *world) {
		w.once()
		w.tags["redis"] = append(w.tags["redis"], "7.4")
		_, err := w.Commit(shop, "", map[string]string{"db/Dockerfile": "FROM postgres:16.1"}, "by hand")
		w.must(err)
	}, nil},
}

// once makes one pass, which must not fail.
func (w *world) once() {
	w.Helper()
	_, _, err := w.pass(w.Context())
	w.must(err)
}

// prepared returns a world before a stage.
func prepared(t testing.TB, s stage) *world {
	t.Helper()
	if s.files == nil {
		s.files = files
	}
	w := newWorld(t, s.files)
	w.tags["postgres"] = []string{"15.1", "16.1"}
	if s.name == "create" { // the issue is written in one stage, the others write it alike
		_, err := w.Commit(shop, "", map[string]string{"renovate.json": strings.Replace(files["renovate.json"], "{", `{"dependencyDashboard": true, `, 1)}, "a dashboard")
		w.must(err)
	}
	s.prepare(w)
	w.ResetLog()
	return w
}

// finish makes clean passes with green checks until nothing is left to do.
func (w *world) finish() end {
	w.Helper()
	for left := 6; ; left-- {
		w.green()
		_, effects, err := w.pass(w.Context())
		w.must(err)
		if len(effects) == 0 {
			break
		}
		if left == 0 {
			w.Fatal("there is no end to what is to be done")
		}
	}
	e := w.end()
	for i := range e.Pulls { // the marker says what had to be done again
		e.Pulls[i].Body, _, _ = strings.Cut(e.Pulls[i].Body, "<!--currant:")
	}
	return e
}

// Something goes wrong at each request of a pass in turn. After that the end
// is the same as without.
func TestFaultAtEachRequest(t *testing.T) {
	for _, s := range stages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			ref := prepared(t, s)
			_, _, err := ref.pass(t.Context())
			ref.must(err)
			log := ref.Server.Log()
			want := ref.finish()
			for i, x := range log {
				kinds := make(map[string]githubtest.Kind)
				if x.Write || s.name == "merge" { // all stages read alike, and this one most
					kinds["cut"] = githubtest.Cut
				}
				if x.Write {
					kinds["lost"] = githubtest.Lose
					if s.name == "merge" {
						kinds["refused"] = githubtest.Refuse
					}
				}
				if x.Op == "pulls/list" {
					kinds["stale"] = githubtest.Lag
				}
				for name, kind := range kinds {
					w := prepared(t, s)
					w.Inject(githubtest.Fault{Nth: i + 1, Kind: kind})
					_, _, err := w.pass(t.Context()) // whether it notices or not
					w.ClearFaults()
					if diff := cmp.Diff(want, w.finish()); diff != "" {
						t.Errorf("request %d (%s) is %s (%v):\n%s", i+1, x.Op, name, err, diff)
					}
				}
			}
		})
	}
}

// A killer is a connection to a process that dies at its nth write, before it or
// after.
type killer struct {
	nth   int
	after bool
	die   func()

	mu    sync.Mutex
	count int
	dead  bool
}

func (k *killer) RoundTrip(r *http.Request) (*http.Response, error) {
	k.mu.Lock()
	write := r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "git-upload-pack")
	if write {
		k.count++
	}
	now := write && k.count == k.nth && !k.dead
	if now && !k.after {
		k.die()
		k.dead = true
	}
	dead := k.dead
	k.mu.Unlock()
	if dead {
		return nil, context.Canceled
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if !now {
		return resp, err
	}
	if err == nil {
		resp.Body.Close()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.die()
	k.dead = true
	return nil, context.Canceled
}

// Currant is killed at each write of a pass in turn, before it and after it, and
// started again with the folders as they were at that moment: there is no second pull request, and nothing is lost.
func TestKilledAtEachWrite(t *testing.T) {
	for _, s := range stages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			ref := prepared(t, s)
			counter := &killer{}
			ref.transport = counter
			_, _, err := ref.pass(t.Context())
			ref.must(err)
			writes := counter.count
			want := ref.finish()
			if writes == 0 {
				t.Fatal("this stage writes nothing")
			}
			for n := range writes {
				for _, after := range []bool{false, true} {
					if !after && n > 0 {
						continue // that is after the one before
					}
					w := prepared(t, s)
					ctx, cancel := context.WithCancel(t.Context())
					left := ""
					w.transport = &killer{nth: n + 1, after: after, die: func() {
						left = copyDir(t, w.state)
						cancel()
					}}
					_, _, err := w.pass(ctx)
					if left == "" {
						t.Errorf("write %d never came", n+1)
						continue
					}
					w.transport, w.state = nil, left
					tear(t, filepath.Join(left, "actions.jsonl"))
					if diff := cmp.Diff(want, w.finish()); diff != "" {
						t.Errorf("killed at write %d (after it: %t) (%v):\n%s", n+1, after, err, diff)
					}
				}
			}
		})
	}
}

// tear cuts the last line of a log in two, as a power failure may.
func tear(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil && info.Size() > 10 {
		err = os.Truncate(path, info.Size()-10)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkNoChange is a pass over a repository in which nothing has changed.
func BenchmarkNoChange(b *testing.B) {
	w := newWorld(b, files)
	w.clean()
	if _, _, err := w.pass(b.Context()); err != nil {
		b.Fatal(err)
	}
	w.ResetLog()
	passes := 0
	for b.Loop() {
		if _, effects, err := w.pass(b.Context()); err != nil || len(effects) > 0 {
			b.Fatal(fmt.Sprint(effects, err))
		}
		passes++
	}
	b.ReportMetric(float64(len(w.Server.Log()))/float64(passes), "requests/op")
	b.ReportMetric(float64(len(w.Writes()))/float64(passes), "writes/op")
}
