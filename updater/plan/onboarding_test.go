package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/platform"
)

// A folder on this machine is worked on as it is: there is nobody to propose a configuration to.
func TestStart(t *testing.T) {
	for name, tt := range map[string]struct {
		config string
		n      Newcomer
		want   Start
	}{
		"named":      {``, Newcomer{}, Propose},
		"discovered": {``, Newcomer{Discovered: true}, Leave},
		"configured": {``, Newcomer{File: "renovate.json", Discovered: true}, Work},
		"a folder":   {``, Newcomer{Repository: platform.Repository{BranchesOnly: true}}, Work},
		"silent":     {`{"mode": "silent"}`, Newcomer{}, Work},
	} {
		tt.n.Settings = world(t, tt.config).Config.Top()
		got, why := tt.n.Start()
		if got != tt.want || (got == Leave) != (why.Text != "") {
			t.Errorf("%s: %s, %q", name, got, why)
		}
	}
}

// Who closed a proposal has said no. Titles come with and without the prefix of semantic commits, in time.
func TestDeclined(t *testing.T) {
	w := world(t, "")
	renamed := Sign(Branch{}, "", "")
	m, _ := ReadMarker(renamed)
	m.Renamed = true
	for name, tt := range map[string]struct {
		pulls []platform.Pull
		want  int
	}{
		"nothing":           {nil, 0},
		"open":              {[]platform.Pull{{Number: 2, State: platform.Open, Title: "x"}, {Number: 1, State: platform.Closed, Title: "Configure Renovate"}}, 0},
		"closed":            {[]platform.Pull{{Number: 1, State: platform.Closed, Title: "Configure Renovate"}}, 1},
		"closed, semantic":  {[]platform.Pull{{Number: 1, State: platform.Closed, Title: "chore: configure Renovate"}}, 1},
		"renamed later":     {[]platform.Pull{{Number: 1, State: platform.Closed, Title: "Old"}}, 0},
		"renamed before":    {[]platform.Pull{{Number: 1, State: platform.Closed, Title: "Old", Body: sign(m, "")}}, 1},
		"merged":            {[]platform.Pull{{Number: 1, State: platform.Merged, Title: "Configure Renovate"}}, 0},
		"closed by the bot": {[]platform.Pull{{Number: 1, State: platform.Closed, Title: "Configure Renovate - autoclosed"}}, 0},
		"two":               {[]platform.Pull{{Number: 2, State: platform.Closed, Title: "Old"}, {Number: 1, State: platform.Closed, Title: "Configure Renovate"}}, 1},
	} {
		got := 0
		if p := (Onboarding{Settings: w.Config.Top(), Pulls: tt.pulls}).Declined(); p != nil {
			got = p.Number
		}
		if got != tt.want {
			t.Errorf("%s: #%d, want #%d", name, got, tt.want)
		}
	}
}

// What a repository says notifies nobody, and the text stays within what hosts take.
func TestPreview(t *testing.T) {
	w := world(t, `{"schedule": ["before 5am"], "minimumReleaseAge": "3 days", "automerge": true, "ignoreDeps": ["@acme/x"], "description": "Ask @boss #1"}`)
	var list []Found
	facts := make(map[string]Listing)
	for i := range 150 {
		name := "pkg-" + strings.Repeat("x", i)
		f := with(npm(name, "1.0.0"), func(d *managers.Dep) { d.Line = 7 })
		f.Path = strings.Repeat("a/", i) + "package.json"
		list = append(list, f)
		facts[name] = answer(releases("1.0.0", "1.1.0")...)
	}
	o := Onboarding{
		Settings: w.Config.Top(), File: "renovate.json", Text: "{}\n", Found: list, Edited: "@eve",
		Expected: grouped(t, w, facts, list...), Problems: []string{"see #1, @boss: <b>"},
	}
	b := o.Rendered(w, "0", "1 0")
	got := b.Text()
	if len(got) > maxBody {
		t.Errorf("%d bytes", len(got))
	}
	for _, want := range []string{
		"Merge updates by itself", "at these times only: `before 5am`", "Wait until a release is 3 days old", "Leave alone: `@acme/x`",
		"150 pull requests:", "and 50 more\n", "@\u200beve has committed", "Ask @\u200bboss #\u200b1",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not contain %q:\n%.3000s", want, got)
		}
	}
	if same := o.Rendered(w, "0", "1 0"); same.Text() != got {
		t.Error("it is not the same twice")
	}
}

// What a first pass means for what there was.
func TestHandovers(t *testing.T) {
	title, base := "New", "next"
	have := State{
		Branches: map[string]BranchState{"a": {Changed: map[string]string{"f": "1"}}, "twin": {Changed: map[string]string{"f": "2"}}, "c": {Foreign: "Ann", Address: "ann@example.test"}},
		Pulls: []platform.Pull{
			{Number: 1, Branch: "a", State: platform.Open}, {Number: 2, Branch: "twin", State: platform.Open}, {Number: 3, Branch: "c", State: platform.Open},
			{Number: 4, Branch: "m", State: platform.Open},
		},
	}
	outcomes := []Outcome{
		{Branch: "a", Number: 1, Result: Edit, Actions: []Action{{Edit: &platform.Edit{Title: &title, Base: &base, AddLabels: []string{"x"}, RemoveLabels: []string{"y"}}}}},
		{Branch: "twin", Number: 2, Result: Remove},
		{Branch: "c", Number: 3, Result: Hands},
		{Branch: "m", Number: 4, Result: Merge},
		{Branch: "new", Result: Create},
		{Branch: "later", Result: Wait},
		{Branch: "broken", Result: Cannot},
		{Dashboard: true, Result: Create},
	}
	want := []Handover{
		{Kind: Retouch, Branch: "a", Number: 1, Why: []string{"its title becomes New", "it is pointed at next", "it gets the labels x", "it loses the labels y"}},
		{Kind: Retire, Branch: "twin", Number: 2},
		{Kind: LeaveIt, Branch: "c", Number: 3, Why: []string{"if that is another bot, name its address in gitIgnoredAuthors: ann@example.test"}},
		{Kind: Finish, Branch: "m", Number: 4},
		{Kind: Duplicate, Branch: "new", Of: 2},
		{Kind: Later, Branch: "later"},
		{Kind: Impossible, Branch: "broken"},
		{Kind: Fresh},
	}
	got := Handovers(outcomes, []Rendered{{Branch: Branch{Name: "new"}, Blobs: map[string]string{"f": "2"}}}, have)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Where commits are semantic, that of the onboarding has a scope, and the title of its pull request has none.
func TestOnboardingMessage(t *testing.T) {
	for config, want := range map[string][2]string{
		`{}`:                             {"Configure Renovate", "Add renovate.json"},
		`{"semanticCommits": "enabled"}`: {"chore: Configure Renovate", "chore(deps): add renovate.json"},
		`{"extends": [":semanticCommits"], "semanticCommitType": "build", "semanticCommitScope": null}`: {"build: Configure Renovate", "build: add renovate.json"},
	} {
		w := world(t, config)
		o := Onboarding{Settings: w.Config.Top(), File: "renovate.json"}
		b := Branch{Settings: o.Settings}
		o.write(w, &b)
		if got := [2]string{b.Title, b.Message}; got != want {
			t.Errorf("%s: %q, want %q", config, got, want)
		}
	}
}
