package advisories

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

func TestFromAlerts(t *testing.T) {
	got := FromAlerts([]platform.Alert{
		{Ecosystem: "pip", Package: "Some_Thing", Range: "< 2", Fixed: "2", ID: "A"},
		{Ecosystem: "pip", Package: "some-thing", Range: ">= 3, < 3.1", Fixed: "3.1", ID: "A"},
		{Ecosystem: "pip", Package: "some-thing", Range: "odd", Fixed: "1", ID: "B"},
		{Ecosystem: "pip", Package: "some-thing", Range: "odd", ID: "C"},
		{Ecosystem: "maven", Package: "g:a", Range: "= 1", ID: "D", Malicious: true},
		{Ecosystem: "other", Package: "x", Range: "= 1", ID: "E"},
	}, "GitHub")
	below := func(v string) plan.Affected {
		return plan.Affected{Events: []plan.Event{{Fixed: v}, {Introduced: "0"}}, Fix: v}
	}
	exact := plan.Advisory{ID: "D", From: "GitHub", Malicious: true, Affected: []plan.Affected{{Versions: []string{"1"}}}}
	want := map[plan.Package][]plan.Advisory{
		{Datasource: "pypi", Name: "some-thing"}: {
			{ID: "A", From: "GitHub", Affected: []plan.Affected{below("2"), {Events: []plan.Event{{Introduced: "3"}, {Fixed: "3.1"}}, Fix: "3.1"}}},
			{ID: "B", From: "GitHub", Affected: []plan.Affected{below("1")}},
		},
		{Datasource: "maven", Name: "g:a"}:   {exact},
		{Datasource: "clojure", Name: "g:a"}: {exact},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
