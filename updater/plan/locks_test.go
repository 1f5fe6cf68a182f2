package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/currant-bot/currant/managers"
)

func locked(f Found, version string, locks ...string) Found {
	return with(f, func(d *managers.Dep) { d.Locked, d.Locks = version, locks })
}

// TestLockFiles is about dependencies whose lock files can be written here, if not said otherwise.
func TestLockFiles(t *testing.T) {
	const lock = "package-lock.json"
	for _, tc := range []struct {
		name, config, why string
		found             Found
		want              []string // type, value, version, and what else is there to say
		reason            string
	}{
		{"exact", ``, "", locked(npm("x", "1.0.0"), "1.0.0", lock), []string{"minor 1.2.0 1.2.0 ready", "major 2.1.0 2.1.0 ready"}, ""},
		{"a range", ``, "", locked(npm("x", "^1.0.0"), "1.0.0", lock), []string{"minor ^1.0.0 1.2.0 lock ready", "major ^2.0.0 2.1.0 ready exact=2.1.0"}, ""},
		{"a range that is replaced", `{"rangeStrategy": "replace"}`, "", locked(npm("x", "^1.0.0"), "1.0.0", lock), []string{"major ^2.0.0 2.1.0 ready exact=2.1.0"}, ""},
		{"a range that is bumped", `{"rangeStrategy": "bump"}`, "", locked(npm("x", "^1.0.0"), "1.0.0", lock), []string{"minor ^1.2.0 1.2.0 ready exact=1.2.0", "major ^2.1.0 2.1.0 ready exact=2.1.0"}, ""},
		{"the newest is locked", ``, "", locked(npm("x", "^2.0.0"), "2.1.0", lock), nil, "2.1.0 is the newest"},
		{"another manager keeps ranges", ``, "", locked(pypi("x", ">=1.0.0"), "1.0.0", "uv.lock"), nil, "newest"},
		{"another manager, told to", `{"rangeStrategy": "update-lockfile", "major": {"enabled": false}}`, "", locked(pypi("x", ">=1.0.0,<2"), "1.0.0", "uv.lock"), []string{"minor >=1.0.0,<2 1.2.0 lock ready"}, ""},
		{"without a tool", ``, "npm is missing", locked(npm("x", "1.0.0"), "1.0.0", lock), []string{"minor 1.2.0 1.2.0 unsupported", "major 2.1.0 2.1.0 unsupported"}, "package-lock.json must change together with it, and cannot here: npm is missing"},
		{"a range without a tool", ``, "npm is missing", locked(npm("x", "^1.0.0"), "1.0.0", lock), []string{"major ^2.0.0 2.1.0 unsupported exact=2.1.0"}, "npm is missing"},
		{"lock files are left alone", `{"skipArtifactsUpdate": true}`, "npm is missing", locked(npm("x", "^1.0.0"), "1.0.0", lock), []string{"major ^2.0.0 2.1.0 ready exact=2.1.0"}, ""},
		{"one of two cannot be written", ``, "", locked(npm("x", "1.0.0"), "1.0.0", lock, "bun.lockb"), []string{"minor 1.2.0 1.2.0 unsupported", "major 2.1.0 2.1.0 unsupported"}, "bun.lockb must change together with it, and cannot here: Currant does not write"},
	} {
		w := world(t, tc.config)
		w.Locks = map[string]string{lock: tc.why, "uv.lock": tc.why}
		d := decide(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.1.0")...)}, tc.found)[0]
		var got []string
		for _, u := range d.Updates {
			s := fmt.Sprintf("%s %s %s", u.Type, u.Value, u.Version)
			if u.LockOnly {
				s += " lock"
			}
			s += " " + string(u.State)
			if u.Exact != u.Value && !u.LockOnly {
				s += " exact=" + u.Exact
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: -want +got:\n%s%s", tc.name, diff, because(d))
		}
		if !strings.Contains(because(d), tc.reason) {
			t.Errorf("%s: the reason is %q", tc.name, because(d))
		}
	}
}

func pypi(name, value string) Found {
	return Found{"pep621", "pyproject.toml", managers.Dep{Name: name, Kind: "project.dependencies", Datasource: "pypi", Value: managers.Field{Text: value, Start: 10}}}
}

func TestALockFileUpdateSaysWhatItIs(t *testing.T) {
	w := world(t, ``)
	w.Locks = map[string]string{"yarn.lock": ""}
	ds := decide(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.2.0")...)}, locked(npm("x", "^1.0.0"), "1.0.0", "yarn.lock"))
	bs, err := Group(w, ds)
	if err != nil || len(bs) != 1 {
		t.Fatalf("%d branches, error %v", len(bs), err)
	}
	b := bs[0]
	if b.Name != "renovate/x-1.x-lockfile" || b.Title != "Update dependency x to v1.2.0" {
		t.Errorf("branch %q, title %q", b.Name, b.Title)
	}
	if body := Body(w, b, nil); !strings.Contains(body, "`1.0.0` → `1.2.0`") {
		t.Errorf("the body does not show the change:\n%s", body)
	}
	if !b.Tooled() {
		t.Error("no tool makes it")
	}
	older := b
	older.Members = []Member{b.Members[0]}
	older.Members[0].Update.Version = "1.1.0"
	if older.Fingerprint() == b.Fingerprint() {
		t.Error("another version is the same update")
	}
}

func TestMaintain(t *testing.T) {
	const on = `{"lockFileMaintenance": {"enabled": true}}`
	found := []Found{
		locked(Found{"npm", "packages/a/package.json", npm("x", "^1.0.0").Dep}, "1.0.0", "package-lock.json"),
		locked(npm("x", "^1.0.0"), "1.0.0", "package-lock.json"),
		locked(npm("y", "^1.0.0"), "1.0.0", "package-lock.json"),
		locked(pypi("z", ">=1"), "1.0", "uv.lock"),
		npm("free", "1.0.0"),
	}
	for _, tc := range []struct {
		name, config string
		want         []string
	}{
		{"off", ``, nil},
		{"on", on, []string{"npm package.json package-lock.json ready", "pep621 pyproject.toml uv.lock unsupported"}},
		{"off by a rule", `{"lockFileMaintenance": {"enabled": true}, "packageRules": [{"matchManagers": ["npm"], "matchUpdateTypes": ["lockFileMaintenance"], "enabled": false}]}`, []string{"pep621 pyproject.toml uv.lock unsupported"}},
		{"with lock files left alone", `{"lockFileMaintenance": {"enabled": true}, "skipArtifactsUpdate": true}`, nil},
		{"of one manager", `{"npm": {"lockFileMaintenance": {"enabled": true}}}`, []string{"npm package.json package-lock.json ready"}},
		{"by approval", `{"lockFileMaintenance": {"enabled": true, "dependencyDashboardApproval": true}}`, []string{"npm package.json package-lock.json approval", "pep621 pyproject.toml uv.lock unsupported"}},
	} {
		w := world(t, tc.config)
		w.Locks = map[string]string{"package-lock.json": "", "uv.lock": "uv is missing"}
		var got []string
		for _, d := range Maintain(w, found) {
			got = append(got, fmt.Sprintf("%s %s %s %s", d.Manager, d.Path, d.Dep.Locks[0], d.Updates[0].State))
		}
		if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tc.name, diff)
		}
	}
	w := world(t, on) // a Wednesday at noon
	w.Locks = map[string]string{"package-lock.json": "", "uv.lock": ""}
	bs, err := Group(w, Maintain(w, found))
	if err != nil || len(bs) != 1 {
		t.Fatalf("%d branches, error %v", len(bs), err)
	}
	b := bs[0]
	if b.Name != "renovate/lock-file-maintenance" || b.Title != "Lock file maintenance" || len(b.Members) != 2 || !b.Renews() {
		t.Errorf("branch %q, title %q, %d members", b.Name, b.Title, len(b.Members))
	}
	if want := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC); b.Making.Open || !b.Making.Until.Equal(want) {
		t.Errorf("it may be made: %v, until %s, want no, until %s", b.Making.Open, b.Making.Until, want)
	}
	if body := Body(w, b, nil); !strings.Contains(body, "All locks refreshed") {
		t.Errorf("the body does not say what it does:\n%s", body)
	}
	waiting := Reconcile([]Rendered{{Branch: b, Later: true}}, nil, State{}, now)
	if len(waiting) != 1 || waiting[0].Result != Wait || len(waiting[0].Actions) > 0 {
		t.Errorf("outside of its schedule: %+v", waiting)
	}
}
