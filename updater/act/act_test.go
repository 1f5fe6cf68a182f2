package act

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// host is a Writer that notes what it is asked, and fails as told by "kind branch".
type host struct {
	calls []string
	fails map[string]error
}

func (h *host) note(kind, branch string) error {
	h.calls = append(h.calls, kind+" "+branch)
	return h.fails[kind+" "+branch]
}

func (h *host) Push(_ context.Context, _ string, branches []platform.Branch) ([]string, error) {
	var names, heads []string
	var err error
	for _, b := range branches {
		names = append(names, b.Name)
		heads = append(heads, "head of "+b.Name)
		err = errors.Join(err, h.fails["push "+b.Name])
	}
	h.calls = append(h.calls, "push "+strings.Join(names, ","))
	if err != nil {
		return nil, err
	}
	return heads, nil
}

func (h *host) Open(_ context.Context, _ string, p platform.Proposal) (int, error) {
	return 7, h.note("open", p.Branch+" at "+p.Head)
}
func (h *host) Edit(_ context.Context, _ string, e platform.Edit) error {
	return h.note("edit", fmt.Sprint(e.Number))
}
func (h *host) Close(_ context.Context, _ string, c platform.Closing) error {
	return h.note("close", c.Branch)
}
func (h *host) Merge(_ context.Context, _ string, m platform.Merging) error {
	return h.note("merge", m.Branch)
}

func (h *host) Report(_ context.Context, _ string, s platform.Status) error {
	return h.note("report", s.Name+" at "+s.Head)
}

func (h *host) Note(_ context.Context, _ string, n platform.Notice) (int, error) {
	return 9, h.note("note", fmt.Sprint(n.Number))
}

func wanted(branch string) plan.Outcome {
	return plan.Outcome{Branch: branch, Reasons: []plan.Reason{{Text: "because of s3cret"}}, Actions: []plan.Action{
		{Branch: branch, Push: &platform.Branch{Name: branch, Base: "base"}},
		{Branch: branch, Open: &platform.Proposal{Branch: branch, Base: "main", Title: branch}},
	}}
}

func newRunner(t *testing.T, h *host) (*Runner, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state")
	log, err := OpenLog(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return &Runner{
		Writer: h, Log: log, Run: "r1", Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		Redact: func(s string) string { return strings.ReplaceAll(s, "s3cret", "[secret]") },
	}, dir
}

func TestExecute(t *testing.T) {
	moved, blocked, down := fmt.Errorf("b: %w", platform.ErrMoved), fmt.Errorf("b: %w", platform.ErrBlocked), errors.New("502, said s3cret")
	title := "t"
	for _, tc := range []struct {
		name  string
		fails map[string]error
		calls []string
		done  int
	}{
		{"all goes well", nil, []string{"push a,b", "open a at head of a", "open b at head of b"}, 4},
		{"a branch moved", map[string]error{"push b": moved}, []string{"push a,b", "push a", "push b", "open a at head of a"}, 2},
		{"a branch is refused", map[string]error{"push b": blocked}, []string{"push a,b", "push a", "push b", "open a at head of a"}, 2},
		{"the host is down", map[string]error{"push b": down}, []string{"push a,b"}, 0},
		{"it exists already", map[string]error{"open a at head of a": platform.ErrExists}, []string{"push a,b", "open a at head of a", "open b at head of b"}, 4},
		{"opening fails", map[string]error{"open a at head of a": down}, []string{"push a,b", "open a at head of a", "open b at head of b"}, 3},
	} {
		h := &host{fails: tc.fails}
		r, dir := newRunner(t, h)
		effects, err := r.Execute(t.Context(), "acme/shop", []plan.Outcome{wanted("a"), wanted("b")})
		if err != nil {
			t.Fatal(err)
		}
		done := 0
		for _, e := range effects {
			if (e.Phase == Done) != (e.Err == nil) {
				t.Errorf("%s: %s, but %v", tc.name, e.Phase, e.Err)
			}
			if e.Phase == Done {
				done++
			}
		}
		if diff := cmp.Diff(tc.calls, h.calls); diff != "" || done != tc.done {
			t.Errorf("%s: %d done, %s", tc.name, done, diff)
		}
		records, err := Read(dir)
		if err != nil || len(Interrupted(records)) > 0 || len(records) != 2*len(effects) {
			t.Errorf("%s: %d records of %d effects, %v, %v", tc.name, len(records), len(effects), Interrupted(records), err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "actions.jsonl"))
		if err != nil || strings.Contains(string(data), "s3cret") {
			t.Errorf("%s: %v, %s", tc.name, err, data)
		}
	}
	h := new(host)
	r, _ := newRunner(t, h)
	edit := plan.Action{Branch: "a", Edit: &platform.Edit{Number: 1, Title: &title}}
	h.fails = map[string]error{"edit 1": moved}
	effects, err := r.Execute(t.Context(), "acme/shop", []plan.Outcome{{Actions: []plan.Action{edit, {Branch: "a", Close: &platform.Closing{Branch: "a"}}}}})
	if err != nil || len(effects) != 1 || effects[0].Phase != Refused {
		t.Errorf("what follows a refused action: %+v, %v", effects, err)
	}
}

// Without a log nothing is done.
func TestNothingWithoutLog(t *testing.T) {
	h := new(host)
	r, _ := newRunner(t, h)
	if err := r.Log.Close(); err != nil {
		t.Fatal(err)
	}
	for _, o := range []plan.Outcome{wanted("a"), {Actions: []plan.Action{{Branch: "a", Merge: &platform.Merging{Branch: "a"}}}}} {
		if _, err := r.Execute(t.Context(), "acme/shop", []plan.Outcome{o}); err == nil {
			t.Error("no error")
		}
	}
	if len(h.calls) > 0 {
		t.Errorf("%v", h.calls)
	}
}

// The form of the log is promised: other programs read it.
func TestLogFormat(t *testing.T) {
	h := new(host)
	r, dir := newRunner(t, h)
	o := plan.Outcome{Actions: []plan.Action{{Branch: "a", Merge: &platform.Merging{Number: 3, Head: "abc", Branch: "a"}}}, Reasons: []plan.Reason{{Text: "it is green"}}}
	if _, err := r.Execute(t.Context(), "acme/shop", []plan.Outcome{o}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "actions.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	key := o.Actions[0].Key("acme/shop")
	want := `{"time":"2026-01-02T03:04:05Z","run":"r1","repo":"acme/shop","key":"` + key + `","kind":"merge","branch":"a","phase":"begun","head":"abc","number":3,"reasons":["it is green"]}
{"time":"2026-01-02T03:04:05Z","run":"r1","repo":"acme/shop","key":"` + key + `","kind":"merge","branch":"a","phase":"done","head":"abc","number":3}
`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(filepath.Join(dir, "actions.jsonl")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A line that a crash cut anywhere is left out, and what follows is read.
func TestTornLine(t *testing.T) {
	whole, err := json.Marshal(Record{Run: "r", Key: "k1", Phase: Begun})
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) + 1 {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "actions.jsonl"), whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		log, err := OpenLog(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(log.Append(Record{Run: "r", Key: "k2", Phase: Done}), log.Close()); err != nil {
			t.Fatal(err)
		}
		records, err := Read(dir)
		want := []string{"k2"}
		if cut == len(whole) {
			want = []string{"k1", "k2"}
		}
		var got []string
		for _, r := range records {
			got = append(got, r.Key)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("cut at %d: %v, %v", cut, got, err)
		}
	}
	if records, err := Read(t.TempDir()); err != nil || records != nil {
		t.Errorf("no log: %v, %v", records, err)
	}
}

func TestInterrupted(t *testing.T) {
	records := []Record{
		{Run: "1", Key: "a", Phase: Begun}, {Run: "1", Key: "a", Phase: Done}, {Run: "1", Key: "b", Phase: Begun},
		{Run: "2", Key: "b", Phase: Begun}, {Run: "2", Key: "b", Phase: Failed}, {Run: "2", Key: "c", Phase: Begun},
	}
	var got []string
	for _, r := range Interrupted(records) {
		got = append(got, r.Run+r.Key)
	}
	if diff := cmp.Diff([]string{"1b", "2c"}, got); diff != "" {
		t.Error(diff)
	}
}
