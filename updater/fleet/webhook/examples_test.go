//go:build webhookexamples

package webhook

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/fleet"
)

// TestExamples delivers what GitHub itself has sent: the recorded payloads of npm's @octokit/webhooks-examples, in the
// folder that CURRANT_TEST_WEBHOOK_EXAMPLES names. None may be answered as an error of the server or of the sender, and the events that Currant
// listens to must lead to jobs, or not, as here.
func TestExamples(t *testing.T) {
	dir := os.Getenv("CURRANT_TEST_WEBHOOK_EXAMPLES")
	files, err := filepath.Glob(filepath.Join(dir, "*", "index.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded payloads in CURRANT_TEST_WEBHOOK_EXAMPLES=%q: .ci/webhook-examples installs them", dir)
	}
	for _, file := range files {
		host := filepath.Base(filepath.Dir(file))
		t.Run(host, func(t *testing.T) {
			got, payloads, events := examples(t, file)
			t.Logf("%d payloads of %d events", payloads, events)
			if host != "api.github.com" {
				return // GitHub Enterprise Server, of each version: all are taken
			}
			if payloads < 300 || events < 50 {
				t.Errorf("only %d payloads of %d events were found", payloads, events)
			}
			if diff := cmp.Diff(wantExamples, got); diff != "" {
				t.Errorf("what leads to jobs has changed (-want +got):\n%s", diff)
			}
		})
	}
}

// examples delivers all payloads of a file. It returns how many repositories those led to that Currant listens to, by event and action.
func examples(t *testing.T, file string) (got map[string]string, payloads, events int) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name     string
		Examples []json.RawMessage
	}
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	got = make(map[string]string)
	for _, e := range list {
		events++
		for i, body := range e.Examples {
			payloads++
			jobs := 0
			h, err := New(Options{Secrets: []string{"new"}, Self: bot, Add: func(j fleet.Job) { jobs++ }})
			if err != nil {
				t.Fatal(err)
			}
			status, said := deliver(t, h, string(body), func(r *http.Request) { r.Header.Set("X-GitHub-Event", e.Name) })
			if status != http.StatusAccepted {
				t.Errorf("%s, payload %d: %d %s", e.Name, i, status, said)
			}
			if _, heard := rows[e.Name]; !heard {
				if jobs > 0 {
					t.Errorf("%s, payload %d: jobs", e.Name, i)
				}
				continue
			}
			var p struct{ Action string }
			if err := json.Unmarshal(body, &p); err != nil {
				t.Fatal(err)
			}
			key := strings.TrimSpace(e.Name + " " + p.Action)
			counts := strings.Fields(got[key])
			counts = append(counts, fmt.Sprint(jobs))
			slices.Sort(counts)
			got[key] = strings.Join(slices.Compact(counts), " ")
		}
	}
	return got, payloads, events
}

// wantExamples says for how many repositories the recorded payloads of github.com make jobs.
// A push of a tag makes none.
var wantExamples = map[string]string{
	"check_run completed":                   "1",
	"check_run created":                     "0",
	"check_run requested_action":            "0",
	"check_run rerequested":                 "0",
	"check_suite completed":                 "1",
	"check_suite requested":                 "0",
	"check_suite rerequested":               "0",
	"dependabot_alert created":              "1",
	"dependabot_alert fixed":                "0",
	"installation created":                  "1",
	"installation deleted":                  "0",
	"installation new_permissions_accepted": "1",
	"installation suspend":                  "0",
	"installation unsuspend":                "0",
	"installation_repositories added":       "1",
	"installation_repositories removed":     "0",
	"issues assigned":                       "0",
	"issues deleted":                        "1",
	"issues demilestoned":                   "0",
	"issues edited":                         "1",
	"issues labeled":                        "0",
	"issues locked":                         "0",
	"issues milestoned":                     "0",
	"issues opened":                         "0",
	"issues pinned":                         "0",
	"issues reopened":                       "1",
	"issues transferred":                    "1",
	"issues unassigned":                     "0",
	"issues unlabeled":                      "0",
	"issues unlocked":                       "0",
	"issues unpinned":                       "0",
	"merge_group checks_requested":          "0",
	"pull_request assigned":                 "0",
	"pull_request closed":                   "1",
	"pull_request converted_to_draft":       "1",
	"pull_request labeled":                  "1",
	"pull_request locked":                   "0",
	"pull_request opened":                   "1",
	"pull_request ready_for_review":         "1",
	"pull_request reopened":                 "1",
	"pull_request review_request_removed":   "0",
	"pull_request review_requested":         "0",
	"pull_request synchronize":              "1",
	"pull_request unassigned":               "0",
	"pull_request unlabeled":                "1",
	"pull_request unlocked":                 "0",
	"pull_request_review dismissed":         "1",
	"pull_request_review submitted":         "1",
	"push":                                  "0 1",
	"repository created":                    "1",
	"repository edited":                     "1",
	"repository privatized":                 "0",
	"repository publicized":                 "0",
	"repository renamed":                    "1",
	"repository transferred":                "1",
	"status":                                "1",
}
