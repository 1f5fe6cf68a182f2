package updater_test

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// docs.renovatebot.com/configuration-options, configMigration; names were seen in what Renovate 44 makes.
func TestConfigMigration(t *testing.T) {
	old := "{\n  // ours\n  \"extends\": [\"config:base\"], \"configMigration\": true, \"schedule\": [\"before 1am on the first day of the month\"], \"labels\": [\"deps\"],\n}\n"
	w := newWorld(t, map[string]string{"renovate.json": old, "Dockerfile": "FROM redis:7.2\n"})
	w.once()
	pulls, err := w.Pulls(shop)
	w.must(err)
	if len(pulls) != 1 || pulls[0].Branch != "renovate/migrate-config" || pulls[0].Title != "Migrate Renovate config" || len(pulls[0].Labels) != 1 {
		t.Fatalf("%+v", pulls)
	}
	if text, err := w.ReadFile(shop, "renovate/migrate-config", "renovate.json"); text != strings.Replace(old, "config:base", "config:recommended", 1) || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if b := w.board().Body; !strings.Contains(b, "## Config Migration Needed") || !strings.Contains(b, "See #1.") || strings.Contains(b, "rebase-branch=renovate/migrate-config") {
		t.Error(b)
	}
	w.quietly()

	// Closed by a person: it stays closed, and the dashboard offers it.
	pulls[0].State = "closed"
	w.must(w.EditPull(shop, pulls[0]))
	w.clean()
	w.quietly()
	w.tick("create-config-migration-pr")
	w.clean()
	if pulls, err = w.Pulls(shop); err != nil || len(pulls) != 2 || pulls[1].State != "open" {
		t.Errorf("%+v, %v", pulls, err)
	}
	w.quietly()

	// Somebody writes it by hand.
	_, err = w.Commit(shop, "", map[string]string{"renovate.json": strings.Replace(old, "config:base", "config:recommended", 1)}, "by hand")
	w.must(err)
	w.clean()
	if pulls, err = w.Pulls(shop); err != nil || pulls[1].State != "closed" || strings.Contains(w.board().Body, "Config Migration") {
		t.Errorf("%+v, %v", pulls, err)
	}
}

func TestConfigMigrationByTick(t *testing.T) {
	w := newWorld(t, map[string]string{"renovate.json": `{"extends": ["config:base"], "semanticCommits": "enabled"}`, "Dockerfile": "FROM redis:7.2\n"})
	w.once()
	if pulls, err := w.Pulls(shop); err != nil || len(pulls) != 0 {
		t.Errorf("%+v, %v", pulls, err)
	}
	w.tick("create-config-migration-pr")
	w.once()
	if titles(w)["chore(config): migrate Renovate config"] != "open" {
		t.Errorf("%v", titles(w))
	}
	w.quietly()
}

// A configuration with errors is an issue until it is mended.
func TestConfigErrors(t *testing.T) {
	issues := func(w *world) (out []githubtest.Issue) {
		t.Helper()
		out, err := w.Issues(shop)
		w.must(err)
		return out
	}
	for _, reuse := range []string{"true", "false"} {
		bad := `{"configWarningReuseIssue": ` + reuse + `, "schedule": 5}`
		w := newWorld(t, map[string]string{"renovate.json": bad, "Dockerfile": "FROM redis:7.0\n"})
		w.once()
		got := issues(w)
		if len(got) != 1 || !got[0].Open || got[0].Title != plan.ConfigTitle || !strings.Contains(got[0].Body, "renovate.json:1:") {
			t.Fatalf("%+v", got)
		}
		w.quietly()
		_, err := w.Commit(shop, "", map[string]string{"renovate.json": `{}`}, "mended")
		w.must(err)
		w.clean()
		if got = issues(w); len(got) != 1 || got[0].Open {
			t.Errorf("%+v", got)
		}
		w.quietly()
		_, err = w.Commit(shop, "", map[string]string{"renovate.json": strings.Replace(bad, "5", "6, \"labels\": 1", 1)}, "broken again")
		w.must(err)
		w.once()
		got = issues(w)
		if want := map[string]int{"true": 1, "false": 2}[reuse]; len(got) != want || !got[want-1].Open {
			t.Errorf("%s: %+v", reuse, got)
		}
		w.quietly()
	}
	torn := newWorld(t, map[string]string{"renovate.json": `{"labels": [`})
	torn.once()
	if got := issues(torn); len(got) != 1 || !got[0].Open {
		t.Errorf("what cannot be read at all: %+v", got)
	}
	w := newWorld(t, map[string]string{"renovate.json": `{"suppressNotifications": ["configErrorIssue"], "schedule": 5}`})
	w.once()
	if got := issues(w); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
