package toolconfig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources/host"
)

func TestHostRules(t *testing.T) {
	env := map[string]string{
		"NPM_REGISTRY_EXAMPLE_TEST_TOKEN":                "a",
		"RENOVATE_DOCKER_OCI__HUB_EXAMPLE_TEST_USERNAME": "u",
		"RENOVATE_DOCKER_OCI__HUB_EXAMPLE_TEST_PASSWORD": "p",
		"GIT__TAGS_CODE_EXAMPLE_TEST_TOKEN":              "g",
		"PYPI_TOKEN":                                     "all",
		"HELM_CHARTS_TEST_HTTPSCERTIFICATEAUTHORITY":     "pem",
		"NPM_CONFIG_REGISTRY":                            "https://x.example.test",
		"NPMX_A_TOKEN":                                   "no",
		"TOKEN":                                          "no",
		"OTHER_A_TEST_TOKEN":                             "no",
		"NPM_EMPTY_TEST_TOKEN":                           "",
	}
	want := []host.Rule{
		{HostType: "docker", MatchHost: "oci-hub.example.test", Username: "u", Password: "p"},
		{HostType: "git-tags", MatchHost: "code.example.test", Token: "g"},
		{HostType: "helm", MatchHost: "charts.test", CA: "pem"},
		{HostType: "npm", MatchHost: "registry.example.test", Token: "a"},
		{HostType: "pypi", Token: "all"},
	}
	if d := cmp.Diff(want, HostRules(env, []string{"docker", "git-tags", "helm", "npm", "pypi"})); d != "" {
		t.Errorf("rules (-want +got):\n%s", d)
	}
}
