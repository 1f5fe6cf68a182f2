package config

import (
	"strings"
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	c, diags := resolve(t, input(`{"extends": ["schedule:weekly", ":timezone(America/New_York)"], "automergeSchedule": "after 10pm"}`))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	now := time.Date(2026, 6, 1, 5, 0, 0, 0, time.UTC) // Monday, one o'clock in New York
	w := c.Top().Window("schedule", now)
	if !w.Open || !w.Until.Equal(now.Add(3*time.Hour)) || w.String() != `"* 0-3 * * 1" (America/New_York)` || !strings.Contains(w.Origin.String(), "schedule:weekly") {
		t.Errorf("schedule: %+v", w)
	}
	if w := c.Top().Window("automergeSchedule", now); w.Open || !w.Until.Equal(time.Date(2026, 6, 2, 2, 0, 0, 0, time.UTC)) {
		t.Errorf("automergeSchedule: %+v", w)
	}
}

func TestScheduleFindings(t *testing.T) {
	_, diags := resolve(t, input("{\n  \"schedule\": [\"before 5am\", \"whenever\"],\n  \"automergeSchedule\": \"at 4am\",\n  \"timezone\": \"Mars/Olympus\"\n}"))
	var got []string
	for _, d := range diags {
		got = append(got, string(d.Severity)+" "+d.String())
	}
	for _, want := range []string{
		`error renovate.json:2:30: schedule "whenever": "whenever" is not understood`,
		`error renovate.json:3:24: schedule "at 4am" names no day`,
		`error renovate.json:4:15: there is no timezone "Mars/Olympus"`,
	} {
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("no %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

func TestCustomFindings(t *testing.T) {
	c, diags := resolve(t, input(`{"customManagers": [
  {"customType": "regex", "managerFilePatterns": ["/x\\.ya?ml$/"], "matchStrings": ["a(?!b)(?<currentValue>c)"]},
  {"customType": "jsonata", "managerFilePatterns": ["*.json"], "matchStrings": ["a.("]}
], "packageRules": [{"matchJsonata": ["$x("], "enabled": false}]}`))
	var got []string
	for _, d := range diags {
		got = append(got, d.String())
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"renovate.json:2:", "look", `needs "fileFormat"`, "renovate.json:3:", "this is no JSONata", "renovate.json:4:"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if list := c.Custom(); len(list) != 2 || !list[0].Match("A/x.yaml") || list[0].Match("x.json") || list[1].Origin.Line != 3 {
		t.Errorf("custom managers: %+v", list)
	}
}

func TestTemplateFindings(t *testing.T) {
	_, diags := resolve(t, input("{\n  \"prTitle\": \"{{#if isMajor}}x\",\n  \"prBodyDefinitions\": {\"Change\": \"{{/if}}\"},\n  \"addLabels\": [\"{{depName}}\"]\n}"))
	var got []string
	for _, d := range diags {
		got = append(got, string(d.Severity)+" "+d.String())
	}
	want := []string{
		`error renovate.json:2:14: template: block "if" is never closed`,
		`error renovate.json:3:35: template, line 1: "{{/if}}" without a block`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
