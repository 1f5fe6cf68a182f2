package yarn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/render/lockfile"
)

func TestCarry(t *testing.T) {
	left := []lockfile.Change{{Name: "left", Exact: "1.1.0", Value: "^1.0.0"}}
	scoped := []lockfile.Change{{Name: "@s/right", Exact: "2.0.1", Value: "~2.0.0"}}
	for _, x := range []struct {
		name    string
		changes []lockfile.Change
		before  string
		after   string
	}{
		{"Yarn 1", left, "# yarn lockfile v1\n\n\nleft@1.1.0:\n  version \"1.1.0\"\n", "# yarn lockfile v1\n\n\nleft@1.1.0, left@^1.0.0:\n  version \"1.1.0\"\n"},
		{"the range has an entry", left,
			"left@1.1.0:\n  version \"1.1.0\"\n\nleft@^1.0.0:\n  version \"1.0.0\"\n\nright@1:\n  version \"1\"\n",
			"left@1.1.0, left@^1.0.0:\n  version \"1.1.0\"\n\nright@1:\n  version \"1\"\n"},
		{"the range shares an entry", left,
			"left@1.1.0:\n  version \"1.1.0\"\n\nleft@^1.0.0, left@^1.0.1:\n  version \"1.0.0\"\n",
			"left@1.1.0, left@^1.0.0:\n  version \"1.1.0\"\n\nleft@^1.0.1:\n  version \"1.0.0\"\n"},
		{"a scope", scoped, "\"@s/right@2.0.1\":\n  version \"2.0.1\"\n", "\"@s/right@2.0.1\", \"@s/right@~2.0.0\":\n  version \"2.0.1\"\n"},
		{"Yarn 4", left,
			"__metadata:\n  version: 8\n\n\"left@npm:1.1.0\":\n  version: 1.1.0\n", "__metadata:\n  version: 8\n\n\"left@npm:1.1.0, left@npm:^1.0.0\":\n  version: 1.1.0\n"},
		{"not there", left, "right@1:\n  version \"1\"\n", "right@1:\n  version \"1\"\n"},
		{"exact anyway", []lockfile.Change{{Name: "left", Exact: "1.1.0", Value: "1.1.0"}}, "left@1.1.0:\n", "left@1.1.0:\n"},
	} {
		if diff := cmp.Diff(x.after, carry(x.before, x.changes)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", x.name, diff)
		}
	}
}

func TestFits(t *testing.T) {
	berry := func(n string) string { return "# c\n\n__metadata:\n  version: " + n + "\n  cacheKey: 10\n" }
	for _, x := range []struct{ lock, version, want string }{
		{"# yarn lockfile v1\n", "1.22.22", ""},
		{"# yarn lockfile v1\n", "4.1.0", "Yarn 1"},
		{berry("8"), "4.1.0", ""},
		{berry("8"), "5.0.0", ""},
		{berry("8"), "3.6.0", "Yarn 4"},
		{berry("6"), "3.6.0", ""},
		{berry("6"), "4.0.0", "Yarn 3"},
		{berry("4"), "2.4.0", ""},
		{berry("8"), "1.22.0", "Yarn 4"},
	} {
		if why := fits(x.lock, x.version); (why == "") != (x.want == "") || !strings.Contains(why, x.want) {
			t.Errorf("%q with %s: %q, want %q", x.lock, x.version, why, x.want)
		}
	}
}
