package managers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
)

func TestChart(t *testing.T) {
	for repository, want := range map[string]string{
		"https://charts.example.test/x":         "helm [https://charts.example.test/x]",
		"oci://registry.example.test/charts":    "docker registry.example.test/charts/app []",
		"oci://registry.example.test/charts/":   "docker registry.example.test/charts/app []",
		"@team":                                 "helm [@team] placeholder-url",
		"alias:team":                            "helm [@team] placeholder-url",
		"":                                      "helm [] no-repository",
		"file://../app":                         "helm [] local-dependency",
		"git+https://git.example.test/x":        "helm [] unknown-registry",
		"charts.example.test":                   "helm [] invalid-url",
		"https://{{ .Host }}/x":                 "helm [] contains-variable",
		"https://charts.example.test/\x00":      "helm [] invalid-url",
		"http://charts.example.test:8080/a?b=c": "helm [http://charts.example.test:8080/a?b=c]",
	} {
		d := managers.Dep{Name: "app"}.Chart(repository)
		got := strings.Join(strings.Fields(fmt.Sprint(d.Datasource, " ", d.Package, " ", d.Registries, " ", d.Skip)), " ")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: -want +got:\n%s", repository, diff)
		}
	}
}

func TestAlias(t *testing.T) {
	if name, ok := (managers.Dep{Registries: []string{"@team", "https://charts.example.test"}}).Alias(); name != "team" || !ok {
		t.Errorf("got %q, %v", name, ok)
	}
	for _, registries := range [][]string{nil, {"https://charts.example.test"}} {
		if name, ok := (managers.Dep{Registries: registries}).Alias(); ok {
			t.Errorf("%v: got %q", registries, name)
		}
	}
}
