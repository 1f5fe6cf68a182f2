package updater_test

import "testing"

// TestRememberedCustomManager checks that what a custom manager found in an earlier pass is
// updated when only the registry has changed since: nothing is extracted again then.
func TestRememberedCustomManager(t *testing.T) {
	w := newWorld(t, map[string]string{
		"renovate.json": `{"prHourlyLimit": 0, "customManagers": [{"customType": "regex", "managerFilePatterns": ["/\\.env$/"], "matchStrings": ["REDIS=(?<currentValue>\\S+)"], "depNameTemplate": "redis", "datasourceTemplate": "docker"}]}`,
		"a.env":         "REDIS=7.2\n",
	})
	if r := w.clean(); len(r.Branches) > 0 {
		t.Fatalf("branches before there is anything newer: %+v", r.Branches)
	}
	w.tags["redis"] = append(w.tags["redis"], "7.4")
	w.clean()
	pulls, err := w.Pulls(shop)
	w.must(err)
	if len(pulls) != 1 {
		t.Fatalf("%d pull requests", len(pulls))
	}
	text, err := w.ReadFile(shop, pulls[0].Branch, "a.env")
	w.must(err)
	if text != "REDIS=7.4\n" {
		t.Errorf("the branch has %q", text)
	}
}
