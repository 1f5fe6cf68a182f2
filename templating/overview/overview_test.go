package overview_test

import (
	"testing"
	"time"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/overview"
)

func TestLayered(t *testing.T) {
	project := func(path string, parents ...string) overview.Project {
		return overview.Project{Path: path, Standing: templating.Standing{Parents: parents}}
	}
	for _, tt := range []struct {
		name string
		in   []overview.Project
		want string
	}{
		{"by path", []overview.Project{project("b.yml"), project("a.yml")}, "a.yml b.yml "},
		{"parents first", []overview.Project{project("a.yml", "c.yml"), project("b.yml", "a.yml"), project("c.yml")}, "c.yml a.yml b.yml "},
		{"from a folder", []overview.Project{project("x/a.yml", "base.yml"), project("x/base.yml")}, "x/base.yml x/a.yml "},
		{"a circle", []overview.Project{project("b.yml", "a.yml"), project("a.yml", "b.yml")}, "a.yml b.yml "},
		{"itself", []overview.Project{project("a.yml", "a.yml")}, "a.yml "},
	} {
		got := ""
		for i, p := range overview.Layered(tt.in) {
			got += p.Path + " "
			if p.Layer != i+1 {
				t.Errorf("%s: layer %d of %s", tt.name, p.Layer, p.Path)
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestBehind(t *testing.T) {
	now := time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC)
	p := overview.Project{Standing: templating.Standing{Version: "v1", Newer: []templating.Release{{Version: "v2", Made: now.AddDate(0, 0, -9)}, {Version: "v3", Made: now}}}}
	if releases, days := p.Behind(now); releases != 2 || days != 9 || p.Latest() != "v3" {
		t.Errorf("%d releases, %d days, latest %s", releases, days, p.Latest())
	}
	p.Standing.Newer = nil
	if releases, days := p.Behind(now); releases != 0 || days != 0 || p.Latest() != "v1" {
		t.Errorf("%d releases, %d days, latest %s", releases, days, p.Latest())
	}
	p.Standing.Reason = &templating.Reason{}
	if p.Latest() != "" {
		t.Errorf("latest %s of one that is not known", p.Latest())
	}
}
