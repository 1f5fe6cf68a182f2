package lookup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// seenAt lists releases on a day and returns their dates by version.
func seenAt(t *testing.T, dir string, day int, releases ...datasources.Release) map[string]datasources.Release {
	t.Helper()
	s := NewSeen(dir, func() time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) })
	l, err := s.date(query("a"), &datasources.Listing{Releases: releases}, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]datasources.Release)
	for _, r := range l.Releases {
		out[r.Version] = r
	}
	return out
}

func TestReleasesWithoutDateGetTheDayTheyWereFirstSeen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seen")
	rel := func(version, digest string) datasources.Release {
		return datasources.Release{Version: version, Digest: digest}
	}
	dated := datasources.Release{Version: "3", Published: time.Date(2020, 5, 5, 0, 0, 0, 0, time.UTC)}
	check := func(day int, got map[string]datasources.Release, version string, want int) {
		t.Helper()
		if r := got[version]; r.Published.Day() != want || r.Published.Year() != 2026 || !r.Seen {
			t.Errorf("on day %d %s is of %v (seen: %v), want day %d", day, version, r.Published, r.Seen, want)
		}
	}
	got := seenAt(t, dir, 1, rel("2", "aa"), rel("1", ""), dated)
	check(1, got, "1", 1)
	check(1, got, "2", 1)
	if r := got["3"]; r.Published.Year() != 2020 || r.Seen {
		t.Errorf("the registry's date became %v", r.Published)
	}
	got = seenAt(t, dir, 4, rel("1", ""), rel("2", "aa"), rel("4", ""), dated)
	check(4, got, "1", 1)
	check(4, got, "2", 1)
	check(4, got, "4", 4)
	got = seenAt(t, dir, 6, rel("4", ""), rel("2", "bb"))
	check(6, got, "4", 4)
	check(6, got, "2", 6) // its tag moved
	got = seenAt(t, dir, 9, rel("1", ""), rel("2", "bb"))
	check(9, got, "1", 1) // vanished for a while
	check(9, got, "2", 6)
}

func TestWhatCannotBeRememberedGetsNoDate(t *testing.T) {
	dir := t.TempDir()
	seenAt(t, dir, 1, datasources.Release{Version: "1"})
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], []byte(`{"First": `), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := NewSeen(dir, time.Now).date(query("a"), &datasources.Listing{Releases: []datasources.Release{{Version: "1"}}}, nil)
	if err == nil || !l.Releases[0].Published.IsZero() {
		t.Errorf("got %v, %v; want an error and no date", l.Releases, err)
	}
}

// TestTheRegistryIsAskedAboutWhatIsNew: of a package that is new about its last releases, later about each new one, and
// never twice.
func TestTheRegistryIsAskedAboutWhatIsNew(t *testing.T) {
	dir := t.TempDir()
	var about []string
	list := func(day int, versions ...string) map[string]datasources.Release {
		s := NewSeen(dir, func() time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) })
		l := &datasources.Listing{}
		for _, v := range versions {
			l.Releases = append(l.Releases, datasources.Release{Version: v})
		}
		l, err := s.date(query("a"), l, func(version string) time.Time {
			about = append(about, version)
			if version == "6" {
				return time.Time{} // the registry does not say
			}
			return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		})
		if err != nil {
			t.Fatal(err)
		}
		out := make(map[string]datasources.Release)
		for _, r := range l.Releases {
			out[r.Version] = r
		}
		return out
	}
	got := list(1, "1", "2", "3", "4", "5", "6", "7")
	if got["7"].Seen || got["7"].Published.Year() != 2020 || !got["6"].Seen || !got["1"].Seen {
		t.Errorf("%+v", got)
	}
	got = list(2, "1", "2", "3", "4", "5", "6", "7", "8")
	if got["8"].Seen || got["7"].Published.Year() != 2020 || got["1"].Published.Year() != 2026 {
		t.Errorf("%+v", got)
	}
	if want := "3 4 5 6 7 8"; strings.Join(about, " ") != want {
		t.Errorf("asked about %v, want %s", about, want)
	}
}

func BenchmarkSeen(b *testing.B) {
	l := &datasources.Listing{Releases: make([]datasources.Release, 10_000)}
	for i := range l.Releases {
		l.Releases[i].Version = time.Unix(int64(i)*86400, 0).Format("2006.01.02")
	}
	s := NewSeen(b.TempDir(), time.Now)
	for b.Loop() {
		if _, err := s.date(query("a"), l, nil); err != nil {
			b.Fatal(err)
		}
	}
}
