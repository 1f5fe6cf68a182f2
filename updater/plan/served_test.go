package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

// TestServed: an API version is proposed where what the repository is for serves it.
func TestServed(t *testing.T) {
	manifest := Found{"npm", "ingress.yaml", managers.Dep{
		Name: "Ingress", Datasource: "kubernetes-api", Versioning: "kubernetes-api", Value: managers.Field{Text: "extensions/v1beta1", Start: 10},
	}}
	served := func(version, needs string) datasources.Release {
		return datasources.Release{Version: version, Requires: map[string][]string{"kubernetes": {needs}}, Published: now.AddDate(-1, 0, 0)}
	}
	answers := map[string]Listing{"Ingress": answer(
		served("extensions/v1beta1", ">=1.1 <1.22"), served("networking.k8s.io/v1beta2", ">=1.14 <1.22"), served("networking.k8s.io/v1", ">=1.19"),
	)}
	for constraint, want := range map[string]string{
		``:                             "networking.k8s.io/v1",
		`"other": "1.0"`:               "networking.k8s.io/v1",
		`"kubernetes": "1.29"`:         "networking.k8s.io/v1",
		`"kubernetes": "1.19"`:         "networking.k8s.io/v1",
		`"kubernetes": ">=1.16"`:       "networking.k8s.io/v1beta2",
		`"kubernetes": "v1.18.4"`:      "networking.k8s.io/v1beta2",
		`"kubernetes": "<1.30 >=1.27"`: "networking.k8s.io/v1",
		`"kubernetes": "1.10"`:         "",
		`"kubernetes": "any"`:          "",
	} {
		w := world(t, `{"constraints": {`+constraint+`}}`)
		w.Sources["kubernetes-api"] = &datasources.Source{Name: "kubernetes-api", Versioning: "kubernetes-api", Fixed: true}
		d := decide(t, w, answers, manifest)[0]
		var got []string
		for _, u := range d.Updates {
			got = append(got, u.Value)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: -want +got:\n%s%s", constraint, diff, because(d))
		}
		if want == "" && !strings.Contains(because(d), "renovate.json:1") {
			t.Errorf("%s: nothing says where the constraint is written:\n%s", constraint, because(d))
		}
	}
}

func TestLowestVersion(t *testing.T) {
	for constraint, want := range map[string][]int{
		"1.29": {1, 29}, "v1.29.3": {1, 29}, "1.29.x": {1, 29}, ">=1.27 <1.30": {1, 27}, "<1.30 >=1.27": {1, 27}, "~1.28.0": {1, 28},
		"1.28 || 1.30": {1, 28}, "2": {2, 0}, "<1.30": nil, "": nil, "newest": nil,
	} {
		got, err := lowestVersion(constraint)
		if diff := cmp.Diff(want, got); diff != "" || (err != nil) != (want == nil) {
			t.Errorf("%q: %v, %v", constraint, got, err)
		}
	}
}
