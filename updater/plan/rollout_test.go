package plan

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/platform"
)

// templated is a branch that updates a project to v2 of a template.
func templated() Branch {
	d := &Decision{Found: Found{Manager: "copier", Path: ".copier-answers.yml", Dep: managers.Dep{Name: "base", Kind: managers.Template}}, Package: "https://git.example.test/acme/base.git"}
	return Branch{Name: "renovate/base", Base: "main", Title: "Update base to v2", State: Ready, Members: []Member{{Decision: d, Update: Update{Value: "v2"}}}}
}

func TestTemplateID(t *testing.T) {
	for in, want := range map[string]string{
		"https://Git.example.test/acme/Base.git": "git.example.test/acme/Base", "git.example.test/acme/base/": "git.example.test/acme/base",
		"http://127.0.0.1:1/acme/base": "127.0.0.1:1/acme/base",
	} {
		if got := TemplateID(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestRoll(t *testing.T) {
	until := time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC)
	other := templated()
	other.Members[0].Decision = &Decision{}
	for _, tt := range []struct {
		name  string
		gate  *Gate
		state Readiness
		why   string
	}{
		{"no rollout", nil, Ready, ""},
		{"open", &Gate{Open: true, Text: "done"}, Ready, ""},
		{"not yet", &Gate{Text: "wave 1 of 2", Until: until}, Waiting, "the rollout of v2: wave 1 of 2"},
		{"stopped", &Gate{Stopped: true, Text: "halted"}, Ready, "the rollout of v2: halted"},
	} {
		asked := 0
		out, err := Roll([]Branch{templated(), other}, func(_ Branch, m TemplateMark) (*Gate, error) {
			if asked++; m.Source != "git.example.test/acme/base" || m.Version != "v2" {
				t.Errorf("%s: asked about %+v", tt.name, m)
			}
			return tt.gate, nil
		})
		why := ""
		for _, r := range out[0].Reasons {
			why += r.Text
		}
		if err != nil || asked != 1 || out[0].State != tt.state || why != tt.why || out[1].State != Ready || tt.gate != nil && !out[0].Until.Equal(tt.gate.Until) {
			t.Errorf("%s: %v, asked %d times, %s, %q, until %s", tt.name, err, asked, out[0].State, why, out[0].Until)
		}
	}
}

// TestStoppedOnce: what is open becomes a draft with a failing status, once; and it is taken back when the rollout goes on.
func TestStoppedOnce(t *testing.T) {
	b := templated()
	b.Gate = &Gate{Stopped: true, Text: "halted: @all"}
	r := &reconciler{}
	if o := r.stopped(Outcome{}, Rendered{Branch: b}, nil); o.Result != Wait || len(o.Actions) > 0 {
		t.Errorf("without a pull request: %+v", o)
	}
	open := platform.Pull{Number: 7, Title: b.Title, Head: "abc", Body: Sign(b, b.Title, "text"), State: platform.Open}
	o := r.stopped(Outcome{}, Rendered{Branch: b}, &open)
	if len(o.Actions) != 2 || o.Actions[0].Edit.Draft == nil || !*o.Actions[0].Edit.Draft || o.Actions[1].Report.State != platform.Failed || o.Actions[1].Report.Head != "abc" || strings.Contains(o.Actions[0].Edit.Comment, " @all") {
		t.Fatalf("%+v", o)
	}
	open.Body, open.Draft = *o.Actions[0].Edit.Body, true
	if m, ok := ReadMarker(open.Body); !ok || !m.Template.Halted || m.Body != Hash("text") {
		t.Errorf("marker %+v", m)
	}
	if o := r.stopped(Outcome{}, Rendered{Branch: b}, &open); o.Result != Hold || len(o.Actions) > 0 {
		t.Errorf("again: %+v", o)
	}
	var e platform.Edit
	o = r.resumed(Outcome{}, Rendered{Branch: b}, open, &e)
	if e.Draft == nil || *e.Draft || len(o.Actions) != 1 || o.Actions[0].Report.State != platform.Passed {
		t.Errorf("resumed: %+v, %+v", e, o)
	}
}

func TestRolloutIssue(t *testing.T) {
	x := RolloutReport{RolloutNote: RolloutNote{Template: "git.example.test/acme/base", Version: "v2"}, State: "done"}
	if _, ok := RolloutIssue(x, nil); ok {
		t.Error("an issue about a rollout that nobody need look at")
	}
	x.State, x.Stopped, x.Failing = "halted: checks failed in acme/a", true, []string{"acme/a"}
	o, ok := RolloutIssue(x, nil)
	if !ok || o.Result != Create || *o.Actions[0].Note.Title != "Rollout of v2" || !strings.Contains(*o.Actions[0].Note.Body, "- acme/a\n") {
		t.Fatalf("%+v", o)
	}
	have := platform.Issue{Number: 3, Title: "renamed", Body: *o.Actions[0].Note.Body, Open: true, Ours: true}
	if _, ok := RolloutIssue(x, []platform.Issue{have}); ok {
		t.Error("it is written again")
	}
	stranger := have
	stranger.Ours = false
	if o, ok := RolloutIssue(x, []platform.Issue{stranger}); !ok || o.Number != 0 {
		t.Error("a stranger's issue is taken for ours")
	}
	x.Stopped, x.State, x.Orders = false, "done: promoted", json.RawMessage(`[{"action":"promote"}]`)
	o, ok = RolloutIssue(x, []platform.Issue{have})
	if !ok || o.Number != 3 || *o.Actions[0].Note.Open || o.Actions[0].Note.Body == nil {
		t.Fatalf("%+v", o)
	}
	if n, ok := ReadRolloutNote(*o.Actions[0].Note.Body); !ok || string(n.Orders) != string(x.Orders) || n.Version != "v2" {
		t.Errorf("%+v", n)
	}
}

// TestYanked: what was taken back is closed where nothing takes its place.
func TestYanked(t *testing.T) {
	newer := templated()
	newer.Members[0].Update.Value = "v3"
	open := platform.Pull{Number: 7, Title: newer.Title, Head: "abc", Branch: newer.Name, Body: Sign(newer, newer.Title, "text"), State: platform.Open}
	for _, tt := range []struct {
		name string
		gate *Gate
		who  string // committed to the branch
		want Result
	}{
		{"stopped", &Gate{Stopped: true, Gone: []string{"v3"}}, "", Remove},
		{"not yet", &Gate{Gone: []string{"v3"}}, "", Remove},
		{"somebody works on it", &Gate{Gone: []string{"v3"}}, "ann", Wait},
		{"it is still there", &Gate{}, "", Wait},
	} {
		b := templated()
		b.Gate, b.State = tt.gate, Waiting
		r := &reconciler{have: State{Branches: map[string]BranchState{b.Name: {Head: "abc", Foreign: tt.who}}, Pulls: []platform.Pull{open}}}
		o := r.branch(Rendered{Branch: b})
		closes := len(o.Actions) == 2 && o.Actions[1].Close != nil && o.Actions[1].Close.Number == 7 && o.Actions[1].Close.Head == "abc"
		if o.Result != tt.want || closes != (tt.want == Remove) {
			t.Errorf("%s: %+v", tt.name, o)
		}
	}
}
