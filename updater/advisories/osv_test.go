package advisories

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/cache"
	"github.com/currant-bot/currant/updater/advisories/osvtest"
	"github.com/currant-bot/currant/updater/plan"
)

// entry is a record about versions of a package up to a fix.
func entry(id, modified, ecosystem, name, fix, more string) string {
	return fmt.Sprintf(`{"id": %q, "modified": %q, "summary": "of %s", "affected": [{"package": {"ecosystem": %q, "name": %q},
		"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": %q}]}, {"type": "GIT", "events": [{"introduced": "0"}]}]}]%s}`,
		id, modified, id, ecosystem, name, fix, more)
}

var records = []string{
	entry("GHSA-1", "2026-01-01T00:00:00Z", "npm", "left", "1.1.0", `, "aliases": ["CVE-1"], "database_specific": {"severity": "MODERATE"},
		"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N"}],
		"references": [{"type": "WEB", "url": "https://example.test/1"}]`),
	entry("AAA-2", "2026-01-01T00:00:00Z", "npm", "left", "1.2.0", `, "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H"}, {"type": "CVSS_V4", "score": "nonsense"}]`),
	entry("GHSA-3", "2026-01-01T00:00:00Z", "npm", "left", "9.9.9", `, "withdrawn": "2026-02-01T00:00:00Z"`),
	entry("GHSA-4", "2026-01-01T00:00:00Z", "npm", "other", "1.0.0", ""),
	entry("PYSEC-5", "2026-01-01T00:00:00Z", "PyPI", "some-thing", "2.0", ""),
	`{"id": "MAL-6", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "evil"}, "versions": ["1.0.0"]}]}`,
	entry("GHSA-7", "2026-01-01T00:00:00Z", "Packagist:drupal", "drupal/core", "10.0.0", ""),
	`{"id": "X-8", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "git-only"}, "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}]}`,
}

var packages = []plan.Package{
	{Datasource: "npm", Name: "left"}, {Datasource: "npm", Name: "evil"}, {Datasource: "npm", Name: "git-only"}, {Datasource: "npm", Name: "harmless"},
	{Datasource: "docker", Name: "redis"},
}

func below(fix string) []plan.Affected {
	return []plan.Affected{{Events: []plan.Event{{Introduced: "0"}, {Fixed: fix}}}}
}

func want() map[plan.Package][]plan.Advisory {
	const from = "the OSV database"
	return map[plan.Package][]plan.Advisory{
		{Datasource: "npm", Name: "left"}: {
			{ID: "GHSA-1", Aliases: []string{"CVE-1"}, Summary: "of GHSA-1", Severity: "medium", Score: 8.7, Vector: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N",
				References: []string{"https://example.test/1"}, From: from, Affected: below("1.1.0")},
			{ID: "AAA-2", Summary: "of AAA-2", Severity: "high", Score: 8.1, Vector: "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", From: from, Affected: below("1.2.0")},
		},
		{Datasource: "npm", Name: "evil"}: {{ID: "MAL-6", From: from, Malicious: true, Affected: []plan.Affected{{Versions: []string{"1.0.0"}}}}},
	}
}

func open(t *testing.T, s *osvtest.Server, path string) (*OSV, *cache.Disk) {
	t.Helper()
	disk, err := cache.Open(filepath.Join(t.TempDir(), "cache"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &cache.Transport{Next: http.DefaultTransport, Disk: disk, Now: time.Now, AlwaysAsk: true}}
	o := NewOSV(datasources.Env{Client: client}, s.URL+path, t.TempDir(), disk)
	t.Cleanup(o.Close)
	return o, disk
}

// Both forms of the database say the same.
func TestFind(t *testing.T) {
	for _, path := range []string{"/v1", "/v1/", "", "/"} {
		s := osvtest.New(records...)
		t.Cleanup(s.Close)
		s.Page(2)
		o, _ := open(t, s, path)
		for range 2 {
			got, err := o.Find(t.Context(), packages)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want(), got); diff != "" {
				t.Errorf("%q: %s", path, diff)
			}
		}
		got, err := o.Find(t.Context(), []plan.Package{{Datasource: "packagist", Name: "drupal/core"}})
		if strings.HasPrefix(path, "/v1") && (err != nil || len(got) != 1) {
			t.Errorf("%q: a part of an ecosystem: %v, %v", path, got, err)
		}
	}
}

// A record is read once, until it changes.
func TestRemembered(t *testing.T) {
	s := osvtest.New(records...)
	t.Cleanup(s.Close)
	o, disk := open(t, s, "/v1")
	if _, err := o.Find(t.Context(), packages); err != nil {
		t.Fatal(err)
	}
	s.Log()
	again := NewOSV(o.env, s.URL+"/v1", t.TempDir(), disk)
	got, err := again.Find(t.Context(), packages)
	if diff := cmp.Diff(want(), got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if log := s.Log(); !slices.Equal(log, []string{"POST /v1/querybatch"}) {
		t.Errorf("it asked %v", log)
	}
	s.Add(strings.Replace(records[1], "2026-01-01", "2026-01-02", 1))
	if _, err := NewOSV(o.env, s.URL+"/v1", t.TempDir(), disk).Find(t.Context(), packages); err != nil {
		t.Fatal(err)
	}
	if log := s.Log(); !slices.Equal(log, []string{"POST /v1/querybatch", "GET /v1/vulns/AAA-2"}) {
		t.Errorf("after a change it asked %v", log)
	}
}

// What cannot be read is an error, never "nothing is known".
func TestFindFails(t *testing.T) {
	for _, path := range []string{"/v1", ""} {
		s := osvtest.New(records...)
		t.Cleanup(s.Close)
		s.Fail(503)
		o, _ := open(t, s, path)
		if _, err := o.Find(t.Context(), packages); err == nil || !strings.Contains(err.Error(), "503") {
			t.Errorf("%q: %v", path, err)
		}
	}
	s := osvtest.New(`{"id": "BAD", "modified": "", "affected": [{"package": {"ecosystem": "npm", "name": 5}}, {"package": {"ecosystem": "npm", "name": "left"}}]}`, records[0])
	t.Cleanup(s.Close)
	o, _ := open(t, s, "")
	got, err := o.Find(t.Context(), packages[:1])
	if err == nil || !strings.Contains(err.Error(), "BAD.json") || len(got) != 1 {
		t.Errorf("with a bad record: %v, %v", got, err)
	}
}

func FuzzRecord(f *testing.F) {
	for _, r := range records {
		f.Add([]byte(r))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r record
		if json.Unmarshal(text, &r) != nil {
			return
		}
		for _, ecosystem := range osvEcosystems {
			a, ok := r.advisory(name{ecosystem, "left"})
			if ok && (len(a.Affected) == 0 || a.Score < 0 || a.Score > 10) {
				t.Errorf("%s: %+v", text, a)
			}
		}
	})
}
