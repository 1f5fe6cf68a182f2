package plan

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/platform"
)

// noSchemes knows no scheme.
func noSchemes(string) (versioning.Scheme, error) { return nil, errors.New("unknown") }

func TestLimitsOfGroupsAndBranches(t *testing.T) {
	there := BranchState{Head: "c9", Changed: map[string]string{"f": "blob"}}
	have := State{Branches: map[string]BranchState{"renovate/x": there}}
	for text, want := range map[string]string{
		`{"groupName": "g", "minimumGroupSize": 2}`:              "the group has 1 updates, and minimumGroupSize is 2",
		`{"minimumGroupSize": 2}`:                                "",
		`{"branchConcurrentLimit": 1}`:                           "there are 1 branches, and branchConcurrentLimit is 1",
		`{"branchConcurrentLimit": 2}`:                           "",
		`{"branchConcurrentLimit": 0}`:                           "",
		`{"branchConcurrentLimit": 0, "prConcurrentLimit": 1}`:   "1 pull requests are open, and prConcurrentLimit is 1", // pushed all the same
		`{"prCreation": "not-pending", "prConcurrentLimit": 1}`:  "there are 1 branches, and prConcurrentLimit is 1",
		`{"prCreation": "status-success", "prHourlyLimit": 100}`: "its pull request waits for the checks of the branch: prCreation is status-success",
	} {
		b := scheduled(t, text, monday)
		b.Group = b.Settings.String("groupName")
		first := b
		first.Name = "renovate/x"
		o := Reconcile([]Rendered{first, b}, nil, have, monday)[1]
		if want == "" && o.Result != Create || want != "" && (o.Result == Create || !strings.Contains(o.Reasons[len(o.Reasons)-1].Text, want)) {
			t.Errorf("%s: %s, %v", text, o.Result, o.Reasons)
		}
	}
}

// Where there may be more branches than pull requests, the branches wait for their pull requests.
func TestBranchesBeyondPullRequests(t *testing.T) {
	b := scheduled(t, `{"branchConcurrentLimit": 0, "prConcurrentLimit": 1}`, monday)
	state := func(branches ...string) State {
		s := State{Branches: map[string]BranchState{}, Pulls: []platform.Pull{{Number: 1, Branch: "renovate/other", State: platform.Open}}}
		for _, n := range branches {
			s.Branches[n] = BranchState{Head: "c9", Changed: b.Blobs}
		}
		return s
	}
	o := Reconcile([]Rendered{b}, nil, state(), monday)[0]
	if len(o.Actions) != 1 || o.Actions[0].Push == nil || o.Result != UpdateIt {
		t.Errorf("a new one: %s, %v", o.Result, o.Reasons)
	}
	o = Reconcile([]Rendered{b}, nil, state(b.Name), monday)[0]
	if len(o.Actions) != 0 || o.Result != Wait {
		t.Errorf("one that is there: %s, %v", o.Result, o.Reasons)
	}
	b.Wish = WishUnlimit
	o = Reconcile([]Rendered{b}, nil, state(b.Name), monday)[0]
	if len(o.Actions) != 1 || o.Actions[0].Open == nil {
		t.Errorf("asked for: %s, %v", o.Result, o.Reasons)
	}
}

func TestStopUpdatingLabel(t *testing.T) {
	have := State{
		Branches: map[string]BranchState{"renovate/a": {Head: "c1", Changed: map[string]string{"f": "old"}}},
		Pulls:    []platform.Pull{{Number: 1, Branch: "renovate/a", Title: "Update a", State: platform.Open, Head: "c1", Labels: []string{"stop-updating"}}},
	}
	if o := Reconcile([]Rendered{scheduled(t, `{}`, monday)}, nil, have, monday)[0]; o.Result != Hands || len(o.Actions) > 0 {
		t.Errorf("%s, %v", o.Result, o.Reasons)
	}
}

// Where another bot opened a pull request, the commit on its branch tells whether a person has given it its title.
func TestTitleOfAnotherBot(t *testing.T) {
	b := scheduled(t, `{}`, monday)
	for name, tc := range map[string]struct {
		title, subject string
		want           string // the new title; "" for none
	}{
		"a person's":        {"Not before spring", b.Title, ""},
		"as the commit":     {"Update a to v0.9", "Update a to v0.9", b.Title},
		"with its base":     {"Update a to v0.9 (main)", "update a to v0.9", b.Title},
		"nobody knows":      {"Update a to v0.9", "", b.Title},
		"as it should be":   {b.Title, "Update a to v0.9", ""},
		"a person's, later": {"Not before spring", "Update a to v0.9", ""},
	} {
		have := State{
			Branches: map[string]BranchState{b.Name: {Head: "c1", Changed: b.Blobs, Subject: tc.subject}},
			Pulls:    []platform.Pull{{Number: 1, Branch: b.Name, Title: tc.title, State: platform.Open, Head: "c1", Body: "of another bot"}},
		}
		o := Reconcile([]Rendered{b}, nil, have, monday)[0]
		if len(o.Actions) != 1 || o.Actions[0].Edit == nil {
			t.Errorf("%s: %s, %v", name, o.Result, o.Reasons)
			continue
		}
		got := ""
		if e := o.Actions[0].Edit; e.Title != nil {
			got = *e.Title
		}
		if got != tc.want {
			t.Errorf("%s: the new title is %q, want %q", name, got, tc.want)
		}
	}
}

func TestBodyTemplates(t *testing.T) {
	b := scheduled(t, `{"prHeader": "For {{depName}}", "prBodyNotes": ["Note of {{depName}}", "{{#if isMajor}}hidden{{/if}}"], "prFooter": "The end", "packageRules": [{"matchPackageNames": ["*"], "changelogUrl": "https://log.example.test/a"}]}`, monday)
	b.Members[0].Decision.Homepage = "https://a.example.test"
	body := Body(World{Schemes: noSchemes}, b.Branch, nil)
	for _, want := range []string{"For a\n", "\nNote of a\n", "\nThe end\n", "([changelog](https://log.example.test/a))"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if strings.Contains(body, "hidden") {
		t.Errorf("a note that is empty is shown:\n%s", body)
	}
}

func TestBranchNameStrict(t *testing.T) {
	for text, want := range map[string]string{
		`{"branchTopic": "{{depName}}-1.x"}`:                                                             "renovate/a/b_c-1.x",
		`{"branchTopic": "{{depName}}-1.x", "branchNameStrict": true}`:                                   "renovate/a-b-c-1-x",
		`{"branchTopic": "{{depName}}-1.x", "branchNameStrict": true, "branchPrefix": "deps/renovate."}`: "deps/renovate.a-b-c-1-x",
	} {
		b := scheduled(t, text, monday)
		m := b.Members[0]
		m.Decision.Dep.Name = "a/b_c"
		c, _, err := config.Resolve(context.Background(), config.Input{Files: func(string) ([]byte, bool) { return nil, false }})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := branchName(World{Schemes: noSchemes, Config: c}, m); err != nil || got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

func TestCommitTrailers(t *testing.T) {
	b := scheduled(t, `{"commitBodyTable": true, "commitTrailers": ["Signed-off-by: bot <bot@example.test>", "Updates: {{depName}}", "Updates: {{depName}}"]}`, monday)
	b.Members[0].Decision.Dep = managers.Dep{Name: "a", Value: managers.Field{Text: "1"}}
	b.Members[0].Decision.Datasource = "docker"
	c, _, err := config.Resolve(context.Background(), config.Input{Files: func(string) ([]byte, bool) { return nil, false }})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.write(World{Schemes: noSchemes, Config: c}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(b.Message, "\n\n| datasource | package | from | to |\n|------------|---------|------|----|\n| docker     | a       | 1    | 2  |\n\nSigned-off-by: bot <bot@example.test>\nUpdates: a") {
		t.Errorf("message: %q", b.Message)
	}
}
