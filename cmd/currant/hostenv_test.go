package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources/host"
	"github.com/currant-bot/currant/updater/platform"
)

func TestHostRulesFromEnv(t *testing.T) {
	got := hostRulesFromEnv([]string{
		"PATH=/bin", "NPM_TOKEN=a", "NPM_REGISTRY_EXAMPLE_TEST_TOKEN=b", "RENOVATE_DOCKER_DOCKER_IO_USERNAME=u", "DOCKER_DOCKER_IO_PASSWORD=p",
		"GITHUB__TAGS_GHE__1_EXAMPLE_TEST_TOKEN=c", "GITHUB_GHE_EXAMPLE_TEST_TOKEN=d", "GITHUB_COM_TOKEN=other", "RENOVATE_GITHUB_COM_TOKEN=other",
		"GITHUB_TOKEN=runner", "NPM_REGISTRY_TOKEN=no host", "npm_config_token=npm's own", "PYPI_EXAMPLE_TEST_COLOR=blue", "HELM_HOME=/x",
		"HELM_EXAMPLE_TEST_HTTPSCERTIFICATE=cert", "HELM_EXAMPLE_TEST_HTTPSPRIVATEKEY=key", "HELM_EXAMPLE_TEST_HTTPSCERTIFICATEAUTHORITY=ca", "MAVEN_TOKEN=",
		"CURRANT_TOKEN=ours", "BROKEN",
	}, []string{"docker", "github-tags", "helm", "maven", "npm", "pypi"})
	want := []host.Rule{
		{HostType: "docker", MatchHost: "docker.io", Username: "u", Password: "p"},
		{HostType: "github", MatchHost: "ghe.example.test", Token: "d"},
		{HostType: "github-tags", MatchHost: "ghe-1.example.test", Token: "c"},
		{HostType: "helm", MatchHost: "example.test", Certificate: "cert", PrivateKey: "key", CA: "ca"},
		{HostType: "npm", MatchHost: "registry.example.test", Token: "b"},
		{HostType: "npm", Token: "a"},
	}
	byName := func(rules []host.Rule) map[string]host.Rule {
		out := make(map[string]host.Rule)
		for _, r := range rules {
			out[r.String()] = r
		}
		return out
	}
	if diff := cmp.Diff(byName(want), byName(got)); diff != "" || len(got) != len(want) {
		t.Errorf("%d rules: %s", len(got), diff)
	}
}

// A stuck writer pushes until it may no longer.
type stuck struct{ platform.Writer }

func (stuck) Push(ctx context.Context, _ string, _ []platform.Branch) ([]string, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func TestGitTimeout(t *testing.T) {
	_, err := bounded{stuck{}, time.Millisecond}.Push(t.Context(), "acme/shop", nil)
	if err == nil || !strings.Contains(err.Error(), "longer than gitTimeout, 1ms") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("stopped"))
	if _, err := (bounded{stuck{}, 0}).Push(ctx, "acme/shop", nil); err == nil || err.Error() != "stopped" {
		t.Errorf("without a limit: %v", err)
	}
}
