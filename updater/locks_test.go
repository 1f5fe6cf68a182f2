package updater

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// What configuration says of tools reaches them.
func TestToolsAreTold(t *testing.T) {
	var got lockfile.Work
	tool := &lockfile.Tool{Name: "fake", Files: []string{"fake.lock"}, Datasource: "npm", Make: func(w lockfile.Work) (platform.Changeset, error) {
		got = w
		return nil, nil
	}}
	for _, x := range []struct {
		text string
		want lockfile.Work
	}{
		{`{}`, lockfile.Work{Packages: []string{"./..."}}},
		{`{"goGetDirs": ["./a"], "skipInstalls": false, "toolSettings": {"nodeMaxMemory": 2048}}`, lockfile.Work{Packages: []string{"./a"}, Install: true, Memory: 2048}},
		{`{"skipInstalls": true}`, lockfile.Work{Packages: []string{"./..."}}},
	} {
		c, _, err := config.Resolve(context.Background(), config.Input{Files: func(path string) ([]byte, bool) { return []byte(x.text), path == "renovate.json" }})
		if err != nil {
			t.Fatal(err)
		}
		l := locker{keeper: lockfile.New(lockfile.Options{Tools: []*lockfile.Tool{tool}, Now: time.Now}), config: c, reach: Reach{Defaults: func(string, string) []string { return nil }}}
		m := plan.Member{Decision: new(plan.Decision), Update: plan.Update{Settings: c.Top()}}
		if _, err := l.Update(t.Context(), render.LockJob{Lock: "fake.lock", Snapshot: render.Snapshot{FS: fstest.MapFS{}}, Members: []plan.Member{m}}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(x.want, lockfile.Work{Packages: got.Packages, Install: got.Install, Memory: got.Memory}); diff != "" {
			t.Errorf("%s: %s", x.text, diff)
		}
		if want := map[string]time.Duration{`{}`: 15 * time.Minute}[x.text]; want != 0 && timeout(c) != want {
			t.Errorf("a tool may run for %s", timeout(c))
		}
	}
}
