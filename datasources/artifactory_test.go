package datasources

import (
	"encoding/json"
	"strings"
	"testing"
)

func artifactory(t *testing.T, text string) (Artifactory, error) {
	t.Helper()
	var option map[string]any
	if err := json.Unmarshal([]byte(text), &option); err != nil {
		t.Fatal(err)
	}
	return ParseArtifactory(option)
}

func TestArtifactoryMap(t *testing.T) {
	a, err := artifactory(t, `{"url": "https://artifactory.bank.example/artifactory", "docker": {"ghcr.io": "ghcr", "quay.io": null, "*": "docker"},
		"helm": {"https://charts.partner.example/stable/": "partner", "*": "helm"}, "npm": "npm", "pypi": "pypi", "go": "go", "maven": "libs", "nuget": "nuget"}`)
	if err != nil {
		t.Fatal(err)
	}
	hub := DefaultRegistries("docker")[0]
	for _, tt := range []struct{ datasource, registry, pkg, want string }{
		{"docker", hub, "nginx", "https://artifactory.bank.example/docker library/nginx"},
		{"docker", hub, "acme/nginx", "https://artifactory.bank.example/docker acme/nginx"},
		{"docker", hub, "docker.io/nginx", "https://artifactory.bank.example/docker library/nginx"},
		{"docker", hub, "ghcr.io/acme/app", "https://artifactory.bank.example/ghcr acme/app"},
		{"docker", hub, "quay.io/acme/app", ""},
		{"docker", hub, "registry.bank.example/acme/app", ""},
		{"docker", hub, "artifactory.bank.example/docker-local/app", ""},
		{"docker", "https://registry.k8s.io", "pause", "https://artifactory.bank.example/docker pause"},
		{"helm", "https://charts.partner.example/stable", "x", "https://artifactory.bank.example/artifactory/api/helm/partner x"},
		{"helm", "https://charts.partner.example/stable/deeper", "x", "https://artifactory.bank.example/artifactory/api/helm/partner x"},
		{"helm", "https://charts.partner.example", "x", "https://artifactory.bank.example/artifactory/api/helm/helm x"},
		{"npm", "https://registry.example", "@a/b", "https://artifactory.bank.example/artifactory/api/npm/npm/ @a/b"},
		{"pypi", "https://pypi.example/pypi/", "x", "https://artifactory.bank.example/artifactory/api/pypi/pypi/simple/ x"},
		{"go", "https://proxy.example", "x.example/y", "https://artifactory.bank.example/artifactory/api/go/go x.example/y"},
		{"maven", "https://maven.example/maven2", "a:b", "https://artifactory.bank.example/artifactory/libs/ a:b"},
		{"nuget", "https://nuget.example/v3/index.json", "a", "https://artifactory.bank.example/artifactory/api/nuget/v3/nuget/index.json a"},
		{"crate", "https://crates.example", "a", ""},
		{"github-tags", "https://github.example", "a/b", ""},
	} {
		got := ""
		if registry, pkg, ok := a.Map(tt.datasource, tt.registry, tt.pkg); ok {
			got = registry + " " + pkg
		}
		if got != tt.want {
			t.Errorf("%s %s %s: %q, want %q", tt.datasource, tt.registry, tt.pkg, got, tt.want)
		}
	}
}

func TestParseArtifactoryErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{"npm": "npm"}`: "needs \"url\"",
		`{"url": "artifactory.example.test", "npm": "npm"}`:                "is no URL",
		`{"url": "https://u:p4ss@artifactory.example.test", "npm": "npm"}`: "belong into hostRules",
		`{"url": "https://artifactory.example.test", "nmp": "npm"}`:        `no kind "nmp": there are cargo, composer, docker,`,
		`{"url": "https://artifactory.example.test", "npm": "a/b"}`:        "a/b is no key",
		`{"url": "https://artifactory.example.test", "npm": {"x": 1}}`:     "1 is no key",
		`{"url": "https://artifactory.example.test", "npm": ["npm"]}`:      "expected the key",
	} {
		_, err := artifactory(t, text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "p4ss") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
