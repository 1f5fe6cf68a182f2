package apis

import (
	"regexp"
	"strings"
	"testing"
)

// TestFacts checks what the comment in apis.yaml promises.
func TestFacts(t *testing.T) {
	byKind, err := parse(facts)
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`^([a-z0-9.-]+/)?v\d+((alpha|beta)\d+)?$`)
	release := regexp.MustCompile(`^(\d+\.\d+)?$`)
	for kind, list := range byKind {
		for _, a := range list {
			if !strings.HasPrefix(a.Source, "https://") || a.Component == "" || a.Title == "" || len(a.Versions) == 0 {
				t.Errorf("%s: no source, component, title or versions", kind)
			}
			for _, v := range a.Versions {
				if !version.MatchString(v.API) || !release.MatchString(v.Since) || !release.MatchString(v.Deprecated) || !release.MatchString(v.Removed) {
					t.Errorf("%s: odd version %+v", kind, v)
				}
			}
			for _, c := range a.Changes {
				if a.Index(c.To) < 1 {
					t.Errorf("%s: a change is to %q, which is not a later version", kind, c.To)
				}
				what := 0
				for _, key := range []string{c.Rename, c.Add, c.Drop, c.Person} {
					if key != "" {
						what++
					}
				}
				if what != 1 || (c.Rename != "") != (c.As != "") || (c.Add != "") != (c.After != "" && c.Value != "") {
					t.Errorf("%s: a change is not one of its kinds: %+v", kind, c)
				}
			}
		}
	}
}

func TestOf(t *testing.T) {
	for _, tc := range []struct{ kind, version, component, later, fate string }{
		{"Ingress", "extensions/v1beta1", "kubernetes", "networking.k8s.io/v1beta1 networking.k8s.io/v1", "is deprecated since Kubernetes 1.14 and is no longer served from Kubernetes 1.22 on"},
		{"Ingress", "networking.k8s.io/v1", "kubernetes", "", ""},
		{"Ingress", "networking.k8s.io/v9", "kubernetes", "", ""},
		{"Ingress", "config.example.test/v1", "", "", ""},
		{"HelmRelease", "helm.toolkit.fluxcd.io/v2beta2", "flux", "helm.toolkit.fluxcd.io/v2", "is deprecated since Flux 2.3 and is no longer served from Flux 2.8 on"},
		{"Nothing", "v1", "", "", ""},
	} {
		a, ok := Of(tc.kind, tc.version)
		if !ok {
			a = &API{}
		}
		var later []string
		for _, v := range a.Later(tc.version) {
			later = append(later, v.API)
		}
		fate := ""
		if i := a.Index(tc.version); i >= 0 {
			fate = a.Fate(a.Versions[i])
		}
		if a.Component != tc.component || strings.Join(later, " ") != tc.later || fate != tc.fate {
			t.Errorf("%s %s: %q, %q, %q", tc.kind, tc.version, a.Component, later, fate)
		}
	}
}

func TestUntil(t *testing.T) {
	a, _ := Of("HelmRelease", "helm.toolkit.fluxcd.io/v2")
	for from, want := range map[string]int{"helm.toolkit.fluxcd.io/v2beta1": 4, "helm.toolkit.fluxcd.io/v2beta2": 3, "helm.toolkit.fluxcd.io/v2": 0} {
		if got := len(a.Until(from, "helm.toolkit.fluxcd.io/v2")); got != want {
			t.Errorf("from %s: %d changes, not %d", from, got, want)
		}
	}
}

func TestSucceeds(t *testing.T) {
	for pair, want := range map[[2]string]bool{
		{"extensions", "apps"}: true, {"extensions", "networking.k8s.io"}: true, {"apps", "extensions"}: false, {"traefik.containo.us", "traefik.io"}: true, {"apps", "apps"}: false,
	} {
		if got := Succeeds(pair[0], pair[1]); got != want {
			t.Errorf("%v: %v", pair, got)
		}
		if (Age(pair[0]) < Age(pair[1])) != want && pair != [2]string{"apps", "extensions"} {
			t.Errorf("%v: ages %d, %d", pair, Age(pair[0]), Age(pair[1]))
		}
	}
}
