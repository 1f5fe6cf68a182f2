package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNear(t *testing.T) {
	c, diags := resolve(t, input(`{"extends": ["config:recommended"], "packageRules": [
  {"matchPackageNames": ["a"], "matchUpdateTypes": ["patch"], "automerge": true, "description": "patches"},
  {"matchPackageNames": ["a"], "matchManagers": ["npm"], "matchUpdateTypes": ["patch"], "automerge": true},
  {"matchPackageNames": ["a"], "matchUpdateTypes": ["minor"], "labels": ["applied"]},
  {"matchPackageNames": ["b"], "matchUpdateTypes": ["minor"], "labels": ["b"]},
  {"matchPackageNames": ["b"], "labels": ["alone"]}
]}`))
	noErrors(t, diags)
	s := c.For(Subject{DepName: "a", UpdateType: "minor", Manager: "dockerfile"})
	var got []Near
	for _, n := range s.Near() {
		if n.Origin.File == "renovate.json" {
			n.Origin = Origin{Line: n.Origin.Line}
			got = append(got, n)
		} else if n.Matcher == "matchMonorepos" {
			t.Errorf("a built-in group is near: %+v", n)
		}
	}
	want := []Near{
		{Applied{Origin{Line: 2}, "patches", []string{"automerge"}}, "matchUpdateTypes", []string{"patch"}, []string{"minor"}},
		{Applied{Origin{Line: 5}, "", []string{"labels"}}, "matchPackageNames", []string{"b"}, []string{"a"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n := (Settings{}).Near(); n != nil {
		t.Errorf("settings of nothing are near %v", n)
	}
}
