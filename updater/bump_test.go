package updater_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBumps: what is raised along comes with the update, is the same in the next pass, and its templates know the update.
func TestBumps(t *testing.T) {
	w := newWorld(t, map[string]string{
		"renovate.json": `{"prHourlyLimit": 0, "bumpVersion": "minor", "packageRules": [{"matchFileNames": ["web/**"], "bumpVersions": [
			{"filePatterns": ["{{packageFileDir}}/Chart.{yaml,yml}"], "matchStrings": ["version:\\s(?<version>[^\\s]+)"], "bumpType": "{{#if isMinor}}minor{{else}}major{{/if}}"},
			{"name": "base", "filePatterns": [".base"], "matchStrings": ["^(?<version>.+)$"], "bumpType": "sync"}]}]}`,
		"web/package.json": `{"version": "1.0.0", "dependencies": {"redis": "7.0.0"}}`,
		"web/Chart.yaml":   "apiVersion: v2\nname: web\nversion: 2.0.0\n",
		".base":            "7.0.0\n",
		"Dockerfile":       "",
		"db/Dockerfile":    "",
	})
	w.tags["redis"] = []string{"7.0.0", "7.2.0"}
	w.clean()
	got := make(map[string]string)
	for _, path := range []string{"web/package.json", "web/Chart.yaml", ".base"} {
		text, err := w.ReadFile(shop, "renovate/redis-7.x", path)
		w.must(err)
		got[path] = text
	}
	want := map[string]string{
		"web/package.json": `{"version": "1.1.0", "dependencies": {"redis": "7.2.0"}}`,
		"web/Chart.yaml":   "apiVersion: v2\nname: web\nversion: 2.1.0\n",
		".base":            "7.2.0\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	w.settled()
}
