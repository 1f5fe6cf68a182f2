package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

// The bot's own statuses (docs.renovatebot.com/configuration-options, statusCheckNames and statusCheckWhen).
func TestStatuses(t *testing.T) {
	const young = `"minimumReleaseAge": "3 years", "internalChecksFilter": "none"`
	has := func(context string, state platform.CheckState) func(*scene) {
		return func(s *scene) {
			c := s.state.Checks[ourHead]
			c.Results = append(c.Results, platform.Check{Name: context, State: state})
			s.state.Checks[ourHead] = c
		}
	}
	warned := func(s *scene) { s.want[0].Warnings = []string{"x"} }
	for _, tc := range []struct {
		name, config string
		change       func(*scene)
		want         string
	}{
		{"no age is asked for", `{}`, func(*scene) {}, ""},
		{"of age", `{"minimumReleaseAge": "1 hour"}`, func(*scene) {}, "renovate/stability-days passed"},
		{"too young", `{` + young + `}`, func(*scene) {}, "renovate/stability-days pending"},
		{"said already", `{` + young + `}`, has("renovate/stability-days", platform.Pending), ""},
		{"it has come of age", `{"minimumReleaseAge": "1 hour"}`, has("renovate/stability-days", platform.Pending), "renovate/stability-days passed"},
		{"known to be said", `{` + young + `}`, func(s *scene) {
			s.state.Told = map[string]bool{Told(ourHead, platform.Status{Name: "renovate/stability-days", State: platform.Pending}): true}
		}, ""},
		{"nothing is known of the commit", `{` + young + `}`, func(s *scene) { s.state.Checks = nil }, ""},
		{"just pushed", `{` + young + `}`, func(s *scene) { s.gone() }, "renovate/stability-days pending"},
		{"another name", `{` + young + `, "statusCheckNames": {"minimumReleaseAge": "age"}}`, func(*scene) {}, "age pending"},
		{"none", `{` + young + `, "statusCheckNames": null}`, func(*scene) {}, ""},
		{"no name", `{` + young + `, "statusCheckNames": {"minimumReleaseAge": null}}`, func(*scene) {}, ""},
		{"only what is not green", `{"minimumReleaseAge": "1 hour", "statusCheckWhen": {"minimumReleaseAge": "failed"}}`, func(*scene) {}, ""},
		{"only what is not green, and it is not", `{` + young + `, "statusCheckWhen": {"minimumReleaseAge": "failed"}}`, func(*scene) {}, "renovate/stability-days pending"},
		{"never", `{` + young + `, "statusCheckWhen": {"minimumReleaseAge": "never"}}`, func(*scene) {}, ""},
		{"a tool warns", `{}`, warned, "renovate/artifacts failed"},
		{"it does not any more", `{}`, has("renovate/artifacts", platform.Failed), "renovate/artifacts passed"},
		{"always", `{"statusCheckWhen": {"artifactError": "always"}}`, func(*scene) {}, "renovate/artifacts passed"},
		{"a checkout has no statuses", `{` + young + `}`, func(s *scene) { s.gone(); s.state.Repository.BranchesOnly = true }, ""},
		{"it merges", `{"automerge": true, "minimumReleaseAge": "1 hour"}`, func(*scene) {}, ""},
		{"left alone", `{` + young + `}`, func(s *scene) { s.change(func(b *BranchState) { b.Foreign = "Ada" }) }, ""},
	} {
		s := scened(t, tc.config)
		tc.change(s)
		var got []string
		for _, a := range s.only(t).Actions {
			if a.Report != nil {
				got = append(got, fmt.Sprint(a.Report.Name, " ", a.Report.State))
			}
		}
		if diff := cmp.Diff(tc.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}
