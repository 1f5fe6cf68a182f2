package npm

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/currant-bot/currant/updater/render/lockfile"
)

// skipInstalls: false installs, and toolSettings bounds the memory; scripts never run.
func TestRecipe(t *testing.T) {
	for _, x := range []struct {
		work         lockfile.Work
		only, bounds bool
	}{
		{lockfile.Work{}, true, false},
		{lockfile.Work{Install: true, Memory: 2048}, false, true},
	} {
		x.work.Lock, x.work.FS = "package-lock.json", fstest.MapFS{}
		r, err := recipe(x.work)
		if err != nil {
			t.Fatal(err)
		}
		args := r.Steps[0].Args
		if slices.Contains(args, "--package-lock-only") != x.only || !slices.Contains(args, "--ignore-scripts") || slices.Contains(r.Env, "NODE_OPTIONS=--max-old-space-size=2048") != x.bounds {
			t.Errorf("%v %v", args, r.Env)
		}
	}
}
