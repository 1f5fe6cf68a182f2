package plan

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/config"
)

// docs.renovatebot.com/configuration-options, baseBranchPatterns.
func TestBaseBranches(t *testing.T) {
	there := []string{"main", "develop", "release/2.x", "release/1.x", "renovate/x", "pre-release/1"}
	for text, want := range map[string][2][]string{
		``:                                    {{"main"}, nil},
		`{"baseBranchPatterns": ["develop"]}`: {{"develop"}, nil},
		`{"baseBranchPatterns": ["$default", "/^release\\/.*/"]}`:              {{"main", "release/1.x", "release/2.x"}, nil},
		`{"baseBranchPatterns": ["release/*", "main", "main"]}`:                {{"release/1.x", "release/2.x", "main"}, nil},
		`{"baseBranchPatterns": ["!/release/"]}`:                               {{"develop", "main"}, nil},
		`{"baseBranchPatterns": ["/.*/"]}`:                                     {{"develop", "main", "pre-release/1", "release/1.x", "release/2.x"}, nil},
		`{"baseBranchPatterns": ["gone", "main"]}`:                             {{"main"}, {"gone"}},
		`{"baseBranches": ["develop"]}`:                                        {{"develop"}, nil},
		`{"baseBranchPatterns": ["/^none$/"]}`:                                 {nil, nil},
		`{"branchPrefix": "bot/", "baseBranchPatterns": ["/^renovate/", "x"]}`: {{"renovate/x"}, {"x"}},
	} {
		names, missing := BaseBranches(world(t, text).Config.Top(), there, "main")
		if diff := cmp.Diff(want, [2][]string{names, missing}); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestBaseOf(t *testing.T) {
	bases := []string{"main", "release/1", "release/1.x"}
	for branch, want := range map[string]string{
		"renovate/main-x-1.x": "main", "renovate/release/1-x": "release/1", "renovate/release/1.x-x": "release/1.x", "renovate/x": "", "renovate/maintenance-x": "",
	} {
		if got := BaseOf("renovate/", branch, bases); got != want {
			t.Errorf("%s: %q", branch, got)
		}
	}
}

// What the operator protects nobody's configuration opens.
func TestProtectedBranches(t *testing.T) {
	for base, want := range map[string]bool{"main": true, "production": false, "release/1": false} {
		w := world(t, `{"automerge": true}`)
		in := config.Input{
			Files:  func(path string) ([]byte, bool) { return []byte(`{"automerge": true}`), path == "renovate.json" },
			Global: []byte(`{"protectedBranches": ["production", "release/**"]}`), Schemes: w.Schemes,
		}
		c, _, err := config.Resolve(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		w.Config, w.Base = c, base
		b := grouped(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, npm("x", "1.0.0"))[0]
		if b.Automerge != want {
			t.Errorf("%s: %t, %v", base, b.Automerge, b.Reasons)
		}
	}
}
