package github

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

func TestAlerts(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	list := []githubtest.Alert{
		{Ecosystem: "npm", Package: "left", Manifest: "package.json", GHSA: "GHSA-1111-2222-3333", CVE: "CVE-2026-1", Range: "< 1.2.3", Fixed: "1.2.3",
			Severity: "critical", Summary: "s", Details: "d", Score: 9.8, Vector: "CVSS:3.1/AV:N", References: []string{"https://example.test/a"}},
		{Ecosystem: "npm", Package: "gone", GHSA: "GHSA-x", Range: "< 1", Fixed: "1", Dismissed: "not_used"},
		{Ecosystem: "pip", Package: "evil", GHSA: "GHSA-4444-5555-6666", Range: ">= 0", Malware: true},
	}
	must(t, s.SetAlerts("acme/shop", list...))
	got, err := r.Alerts(t.Context(), "acme/shop")
	must(t, err)
	want := []platform.Alert{
		{Ecosystem: "npm", Package: "left", Manifest: "package.json", Range: "< 1.2.3", Fixed: "1.2.3", ID: "GHSA-1111-2222-3333", Aliases: []string{"CVE-2026-1"},
			Summary: "s", Details: "d", Severity: "critical", Score: 9.8, Vector: "CVSS:3.1/AV:N", References: []string{"https://example.test/a"}},
		{Ecosystem: "pip", Package: "evil", Range: ">= 0", ID: "GHSA-4444-5555-6666", Severity: "high", Malicious: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	var many []githubtest.Alert
	for i := range 250 {
		many = append(many, githubtest.Alert{Ecosystem: "npm", Package: fmt.Sprint(i), GHSA: "GHSA-x", Range: "< 1", Fixed: "1"})
	}
	must(t, s.SetAlerts("acme/shop", many...))
	if got, err = r.Alerts(t.Context(), "acme/shop"); err != nil || len(got) != 250 || got[0].Package != "0" || got[249].Package != "249" {
		t.Errorf("%d of 250 alerts, %v", len(got), err)
	}
}

func TestAlertsThatCannotBeSeen(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	var denied *platform.AuthError
	blind := newReader(t, s, githubtest.Grant{Permissions: map[string]string{"contents": "write", "metadata": "read"}})
	if _, err := blind.Alerts(t.Context(), "acme/shop"); !errors.As(err, &denied) {
		t.Errorf("without the permission: %v", err)
	}
	must(t, s.DisableAlerts("acme/shop"))
	if _, err := newReader(t, s, githubtest.Grant{}).Alerts(t.Context(), "acme/shop"); !errors.Is(err, platform.ErrOff) {
		t.Errorf("switched off: %v", err)
	}
	if _, err := blind.Alerts(t.Context(), "shop"); err == nil {
		t.Error("a name that is none was accepted")
	}
}
