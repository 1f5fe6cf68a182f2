package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// processEnv in the operator's configuration stands for variables of the environment: credentials of hosts among them.
func TestProcessEnv(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "operator.json")
	text := `{"processEnv": {"CURRANT_TOKEN": "from the file", "NPM_CONFIG_REGISTRY": "https://npm.example.test/"}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w := world{
		out: t.Output(), err: t.Output(),
		getenv: func(name string) string {
			return map[string]string{"HOME": dir, "CURRANT_TOKEN": "from the environment"}[name]
		},
		environ: func() []string { return []string{"HOME=" + dir, "CURRANT_TOKEN=from the environment"} },
	}
	e, err := newEngine(t.Context(), w, options{config: file, trust: "never", noDownloads: true}, newProgress(w.err, true))
	if err != nil {
		t.Fatal(err)
	}
	if got := e.w.getenv("CURRANT_TOKEN"); got != "from the file" {
		t.Errorf("CURRANT_TOKEN is %q", got)
	}
	if got := e.w.environ(); !slices.Contains(got, "CURRANT_TOKEN=from the file") || slices.Contains(got, "CURRANT_TOKEN=from the environment") || !slices.Contains(got, "HOME="+dir) {
		t.Errorf("%v", got)
	}
	if got := defaults(e.tools)("npm", "left"); got[0] != "https://npm.example.test/" && got[0] != "https://npm.example.test" {
		t.Errorf("npm's registry is %s", got[0])
	}
}
