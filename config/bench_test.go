package config

import (
	"context"
	"fmt"
	"testing"
)

func recommended(tb testing.TB, text string) (Input, *Config) {
	tb.Helper()
	in := Input{
		Files:      func(p string) ([]byte, bool) { return []byte(text), p == "renovate.json" },
		Repository: "acme/shop", Platform: "github",
		Managers:    []ManagerInfo{{Name: "npm"}, {Name: "dockerfile", Categories: []string{"docker"}}, {Name: "github-actions"}},
		Datasources: []DatasourceInfo{{Name: "npm"}, {Name: "docker"}, {Name: "github-tags"}},
	}
	c, diags, err := Resolve(context.Background(), in)
	if err != nil {
		tb.Fatal(err)
	}
	for _, d := range diags {
		if d.Severity == Error {
			tb.Fatal(d)
		}
	}
	return in, c
}

func BenchmarkResolveRecommended(b *testing.B) {
	in, _ := recommended(b, `{"extends": ["config:recommended"]}`)
	for b.Loop() {
		if _, _, err := Resolve(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResolveBestPractices(b *testing.B) {
	in, _ := recommended(b, `{"extends": ["config:best-practices"]}`)
	for b.Loop() {
		if _, _, err := Resolve(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFor1000 asks for a thousand dependencies, each before and after its
// update is known.
func BenchmarkFor1000(b *testing.B) {
	_, c := recommended(b, `{"extends": ["config:best-practices"]}`)
	subjects := make([]Subject, 1000)
	for i := range subjects {
		subjects[i] = Subject{Manager: "npm", Datasource: "npm", DepName: fmt.Sprintf("package-%d", i), DepType: "dependencies", File: "package.json",
			CurrentValue: "^1.2.3", CurrentVersion: "1.2.3", SourceURL: fmt.Sprintf("https://github.com/owner/repo-%d", i)}
	}
	for b.Loop() {
		for _, s := range subjects {
			c.For(s)
			s.UpdateType = "minor"
			c.For(s)
		}
	}
}
