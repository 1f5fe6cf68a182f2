package render

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/currant-bot/currant/updater/plan"
)

// A replacement changes the name where it stands, and its version.
func TestReplacement(t *testing.T) {
	commit := strings.Repeat("a", 40)
	for _, tc := range []struct {
		name, manager, path, text string
		dep                       string
		update                    plan.Update
		want                      string
	}{
		{"a package", "npm", "package.json", `{"dependencies": {"jade": "^1.0.0", "x": "1.0.0"}}`, "jade", plan.Update{Name: "pug", Value: "^2.0.0"}, `{"dependencies": {"pug": "^2.0.0", "x": "1.0.0"}}`},
		{"only the name", "npm", "package.json", `{"dependencies": {"jade": "^1.0.0"}}`, "jade", plan.Update{Name: "@a/pug", Value: "^1.0.0"}, `{"dependencies": {"@a/pug": "^1.0.0"}}`},
		{"beside the old name", "npm", "package.json", `{"dependencies": {"jade": "^1.0.0"}}`, "jade", plan.Update{Name: "@a/pug", Value: "^2.0.0", AsAlias: true}, `{"dependencies": {"jade": "npm:@a/pug@^2.0.0"}}`},
		{"what an alias stands for", "npm", "package.json", `{"dependencies": {"j": "npm:jade@^1.0.0"}}`, "j", plan.Update{Name: "pug", Value: "^2.0.0"}, `{"dependencies": {"j": "npm:pug@^2.0.0"}}`},
		{"an image", "dockerfile", "Dockerfile", "FROM k8s.example.test/pause:3.1 AS x\n", "k8s.example.test/pause", plan.Update{Name: "registry.example.test/pause", Value: "3.1"}, "FROM registry.example.test/pause:3.1 AS x\n"},
		{"an image with its digest", "dockerfile", "Dockerfile", "FROM a/b:1@" + strings.Replace(sum, "0", "f", 1) + "\n", "a/b", plan.Update{Name: "c/d", Value: "2", Digest: sum}, "FROM c/d:2@" + sum + "\n"},
		{"an official image by its folder", "dockerfile", "Dockerfile", "FROM library/redis:7\n", "redis", plan.Update{Name: "valkey/valkey", Value: "8"}, "FROM valkey/valkey:8\n"},
		{"an image in a variable", "dockerfile", "Dockerfile", "ARG BASE=a/b:1\nFROM ${BASE}\n", "a/b", plan.Update{Name: "c/d", Value: "1"}, "ARG BASE=c/d:1\nFROM ${BASE}\n"},
		{"an action", "github-actions", ".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: a/b/sub@v1\n", "a/b", plan.Update{Name: "c/d", Value: "v1"}, "on: push\njobs:\n  a:\n    steps:\n      - uses: c/d/sub@v1\n"},
		{"a pinned action", "github-actions", ".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@" + strings.Repeat("b", 40) + " # v1\n", "a/b", plan.Update{Name: "c/d", Value: "v2", Digest: commit}, "on: push\njobs:\n  a:\n    steps:\n      - uses: c/d@" + commit + " # v2\n"},
	} {
		fsys := fstest.MapFS{tc.path: {Data: []byte(tc.text)}}
		ms := members(t, fsys, tc.manager, tc.path, map[string]string{tc.dep: ""})
		ms[0].Update = tc.update
		got, err := Splice(fsys, byName(), ms)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
		} else if got[tc.path].Text != tc.want {
			t.Errorf("%s: %s", tc.name, got[tc.path].Text)
		}
	}
}
