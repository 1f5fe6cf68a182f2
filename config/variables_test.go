package config

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Tools get what the operator names, what of the repository's the operator admits, and no secret.
func TestVariables(t *testing.T) {
	in := input(`{"env": {"SITE_A": "from the repository", "OTHER": "x", "SITE_B": "{{ secrets.KEY }}", "site_c": "x", "SITE_TOKEN": "t", "SITE_D": "https://a:b@example.test/"}}`)
	in.Global = []byte(`{"allowedEnv": ["SITE_*"], "customEnvVariables": {"SITE_A": "from the operator", "LEVEL": "7", "PATH": "/evil", "https_proxy": "x", "KEY": "{{ secrets.KEY }}"}, "secrets": {"KEY": "hunter2"}}`)
	c, _, err := Resolve(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	env, problems := c.Variables()
	if diff := cmp.Diff([]string{"LEVEL=7", "SITE_A=from the repository"}, env); diff != "" {
		t.Error(diff)
	}
	said := strings.Join(problems, "\n")
	for _, want := range []string{
		"PATH is not set: the sandbox", "https_proxy is not set: the sandbox", "KEY is not set: commands of", "SITE_B is not set: commands of", "SITE_TOKEN is not set: commands of", "SITE_D is not set: commands of",
		"OTHER is not set: the operator's allowedEnv does not name it", "site_c is not set: the operator's allowedEnv", "renovate.json:1 (env.OTHER)",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it is not said that %s:\n%s", want, said)
		}
	}
	if strings.Contains(said, "hunter2") {
		t.Error("a secret is shown")
	}
}
