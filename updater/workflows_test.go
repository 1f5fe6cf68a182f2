package updater_test

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// A token that may not change workflows makes everything else, and says what it cannot and why; nothing is tried in vain.
func TestWorkflowsThatMayNotBeChanged(t *testing.T) {
	w := newWorld(t, map[string]string{
		"renovate.json":            `{"dependencyDashboard": true, "packageRules": [{"matchPackageNames": ["postgres"], "matchUpdateTypes": ["major"], "enabled": false}]}`,
		"Dockerfile":               "FROM postgres:15.1\n",
		".github/workflows/ci.yml": "jobs:\n  a:\n    container: redis:7.0\n    runs-on: ubuntu-latest\n",
	})
	w.CreateUser("ada")
	w.token = w.Token(githubtest.Grant{Login: "ada", Scopes: []string{"repo"}})
	r := w.clean()
	got := results(r)
	if got["renovate/postgres-15.x"] != plan.Unchanged || got["renovate/redis-7.x"] != plan.Cannot || w.Head(shop, "renovate/redis-7.x") != "" {
		t.Errorf("%v", got)
	}
	for _, o := range r.Outcomes {
		if o.Branch == "renovate/redis-7.x" && !strings.Contains(o.Reasons[len(o.Reasons)-1].Text, `it changes .github/workflows/ci.yml, and the token has not the scope "workflow"`) {
			t.Errorf("the reason is %q", o.Reasons[len(o.Reasons)-1].Text)
		}
	}
	issues, err := w.Issues(shop)
	w.must(err)
	if len(issues) != 1 || !strings.Contains(issues[0].Body, "Errored") || !strings.Contains(issues[0].Body, "scope") {
		t.Errorf("the dashboard says nothing of it: %+v", issues)
	}
	w.ResetLog()
	w.clean()
	if writes := w.Writes(); len(writes) > 0 {
		t.Errorf("it is tried again: %+v", writes)
	}
	w.token = w.Token(githubtest.Grant{Login: "ada"})
	w.clean()
	if w.Head(shop, "renovate/redis-7.x") == "" {
		t.Error("with the scope it is not made")
	}
}
