package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// A fakeLocker resolves left as a tool would: an exact value to itself, a range to what is locked if
// that has its first number, else to newest.
type fakeLocker struct {
	newest string
	err    error
	runs   []string // what the manifest said
	carry  bool     // as Yarn, which knows a range that it has not seen only after Carry
}

var leftValue = regexp.MustCompile(`"left": "([^"]+)"`)

func (l *fakeLocker) Update(_ context.Context, j LockJob) (platform.Changeset, error) {
	if l.err != nil {
		return nil, l.err
	}
	fsys := Overlay(j.Snapshot.FS, j.Texts)
	manifest, err := fs.ReadFile(fsys, "package.json")
	if err != nil {
		return nil, err
	}
	lock, err := fs.ReadFile(fsys, j.Lock)
	if err != nil {
		return nil, err
	}
	value := leftValue.FindStringSubmatch(string(manifest))[1]
	l.runs = append(l.runs, value)
	version := value
	if strings.HasPrefix(value, "^") {
		version = l.newest
		held := regexp.MustCompile(`"node_modules/left": {"version": "([^"]+)"`).FindStringSubmatch(string(lock))[1]
		if !j.Renew && held[:1] == value[1:2] && (!l.carry || strings.Contains(string(lock), "carried")) && held >= value[1:] {
			version = held
		}
	}
	return platform.Changeset{j.Lock: {Text: lockText(version)}}, nil
}

func (l *fakeLocker) Carry(_ LockJob, text string) string {
	if l.carry {
		return strings.Replace(text, `"packages"`, `"carried": 1, "packages"`, 1)
	}
	return text
}

func lockText(version string) string {
	return fmt.Sprintf(`{"packages": {"node_modules/left": {"version": %q}}}`, version)
}

func TestLockFilesFollow(t *testing.T) {
	const manifest = `{"dependencies": {"left": "VALUE"}}`
	for _, x := range []struct {
		name         string
		value        string
		update       plan.Update
		locker       fakeLocker
		want         map[string]string // the files afterwards; nil for an error
		runs, failed string
	}{
		{"exact", "1.0.0", plan.Update{Value: "1.2.0", Exact: "1.2.0", Version: "1.2.0"}, fakeLocker{newest: "1.9.0"},
			map[string]string{"package.json": "1.2.0", "package-lock.json": "1.2.0"}, "1.2.0", ""},
		{"the newest of a range", "^1.0.0", plan.Update{Value: "^2.0.0", Exact: "2.3.0", Version: "2.3.0"}, fakeLocker{newest: "2.3.0"},
			map[string]string{"package.json": "^2.0.0", "package-lock.json": "2.3.0"}, "^2.0.0", ""},
		{"not the newest, which is too young", "^1.0.0", plan.Update{Value: "^2.0.0", Exact: "2.3.0", Version: "2.3.0"}, fakeLocker{newest: "2.4.0"},
			map[string]string{"package.json": "^2.0.0", "package-lock.json": "2.3.0"}, "^2.0.0 2.3.0 ^2.0.0", ""},
		{"only the lock file", "^1.0.0", plan.Update{Value: "^1.0.0", Exact: "1.2.0", Version: "1.2.0", LockOnly: true}, fakeLocker{newest: "1.9.0"},
			map[string]string{"package-lock.json": "1.2.0"}, "1.2.0 ^1.0.0", ""},
		{"only the lock file, and the tool must be told", "^1.0.0", plan.Update{Value: "^1.0.0", Exact: "1.2.0", Version: "1.2.0", LockOnly: true}, fakeLocker{newest: "1.9.0", carry: true},
			map[string]string{"package-lock.json": "1.2.0"}, "1.2.0 ^1.0.0", ""},
		{"made anew", "^1.0.0", plan.Update{Type: "lockFileMaintenance"}, fakeLocker{newest: "1.9.0"},
			map[string]string{"package-lock.json": "1.9.0"}, "^1.0.0", ""},
		{"made anew, and it is the same", "^1.0.0", plan.Update{Type: "lockFileMaintenance"}, fakeLocker{newest: "1.0.0"}, map[string]string{}, "^1.0.0", ""},
		{"the tool fails", "1.0.0", plan.Update{Value: "1.2.0", Version: "1.2.0"}, fakeLocker{err: errors.New("no such version")}, nil, "", "no such version"},
		{"another version than wanted", "^1.0.0", plan.Update{Value: "^2.0.0", Version: "2.3.0"}, fakeLocker{newest: "2.4.0"}, nil, "^2.0.0", "the lock file holds left 2.4.0, not 2.3.0"},
	} {
		t.Run(x.name, func(t *testing.T) {
			fsys := fstest.MapFS{
				"package.json":      {Data: []byte(strings.Replace(manifest, "VALUE", x.value, 1))},
				"package-lock.json": {Data: []byte(lockText("1.0.0"))},
			}
			m := members(t, fsys, "npm", "package.json", map[string]string{"left": x.update.Value})[0]
			m.Update = x.update
			k := Maker{Managers: byName(), Locks: &x.locker}
			c, err := k.Render(t.Context(), Snapshot{FS: fsys, Files: []string{"package.json", "package-lock.json"}}, plan.Branch{Members: []plan.Member{m}})
			if got := strings.Join(x.locker.runs, " "); got != x.runs {
				t.Errorf("the tool saw %q, want %q", got, x.runs)
			}
			if x.want == nil {
				if err == nil || !strings.Contains(err.Error(), x.failed) || len(c.Files) > 0 {
					t.Errorf("%d files, error %v, want %q", len(c.Files), err, x.failed)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := make(map[string]string)
			for name, f := range c.Files {
				switch name {
				case "package.json":
					got[name] = leftValue.FindStringSubmatch(f.Text)[1]
				default:
					got[name] = regexp.MustCompile(`"version": "([^"]+)"`).FindStringSubmatch(f.Text)[1]
				}
			}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestWithoutToolsNoManifestIsChangedAlone(t *testing.T) {
	fsys := fstest.MapFS{"package.json": {Data: []byte(`{"dependencies": {"left": "1.0.0"}}`)}, "package-lock.json": {Data: []byte(lockText("1.0.0"))}}
	ms := members(t, fsys, "npm", "package.json", map[string]string{"left": "1.2.0"})
	if c, err := (Maker{Managers: byName()}).Render(t.Context(), Snapshot{FS: fsys}, plan.Branch{Members: ms}); err == nil || len(c.Files) > 0 {
		t.Errorf("%v, error %v", c.Files, err)
	}
}
