package main

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAlone checks that a state folder serves one run at a time.
func TestAlone(t *testing.T) {
	dir := t.TempDir()
	unlock, err := alone(t.Context(), dir, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := alone(gone, dir, time.Second); err == nil {
		t.Error("two runs at once")
	}
	unlock()
	unlock, err = alone(t.Context(), dir, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

// docs.renovatebot.com/self-hosted-configuration, autodiscoverFilter: "the matches of each filter are added to the overall
// result"; of a negation "all repositories except those who match".
func TestFiltered(t *testing.T) {
	names := []string{"acme/deploy", "acme/shop", "bank/core", "bank/shop"}
	for _, tc := range []struct {
		name                string
		filters, namespaces []string
		want                []string
	}{
		{"none", nil, nil, names},
		{"glob", []string{"acme/*"}, nil, []string{"acme/deploy", "acme/shop"}},
		{"glob over slashes", []string{"**/shop"}, nil, []string{"acme/shop", "bank/shop"}},
		{"braces", []string{"{acme,bank}/{core,deploy}"}, nil, []string{"acme/deploy", "bank/core"}},
		{"expression", []string{"/^bank\\/.*o/"}, nil, []string{"bank/core", "bank/shop"}},
		{"any case", []string{"ACME/shop"}, nil, []string{"acme/shop"}},
		{"not an expression", []string{"!/shop$/"}, nil, []string{"acme/deploy", "bank/core"}},
		{"not a glob", []string{"!acme/*"}, nil, []string{"bank/core", "bank/shop"}},
		{"added up", []string{"acme/deploy", "bank/core"}, nil, []string{"acme/deploy", "bank/core"}},
		{"owners", nil, []string{"Bank"}, []string{"bank/core", "bank/shop"}},
		{"both", []string{"**/shop"}, []string{"bank", "other"}, []string{"bank/shop"}},
		{"nothing", []string{"other/*"}, nil, nil},
	} {
		got, err := filtered(names, tc.filters, tc.namespaces)
		if d := cmp.Diff(tc.want, got); d != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tc.name, err, d)
		}
	}
	if _, err := filtered(names, []string{"/(/"}, nil); err == nil {
		t.Error("a broken expression lets something through")
	}
}
