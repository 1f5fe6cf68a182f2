package all_test

import (
	"os"
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/all"
)

func TestValid(t *testing.T) {
	if err := datasources.Validate(all.Sources); err != nil {
		t.Error(err)
	}
}

// TestComplete checks that every folder beside this one that is a source is listed.
func TestComplete(t *testing.T) {
	listed := make(map[string]bool)
	for _, s := range all.Sources {
		listed[strings.ReplaceAll(s.Name, "-", "")] = true
	}
	// Folders that hold what sources share.
	shared := map[string]bool{
		"all": true, "cache": true, "changelog": true, "datasourcetest": true, "host": true, "internal": true,
		"toolconfig": true, "versioning": true,
	}
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !shared[e.Name()] && !listed[e.Name()] {
			t.Errorf("datasources/%s is not listed in all.Sources", e.Name())
		}
		delete(listed, e.Name())
	}
	for name := range listed {
		t.Errorf("the package of %s is not named like it", name)
	}
}

// TestDefaults checks that only sources that can be configured have default registries.
func TestDefaults(t *testing.T) {
	for _, s := range all.Sources {
		if s.Fixed && len(datasources.DefaultRegistries(s.Name)) > 0 {
			t.Errorf("%s has default registries but does not ask any", s.Name)
		}
		if !s.Fixed && s.Name != "custom" && s.Name != "artifactory" && len(datasources.DefaultRegistries(s.Name)) == 0 {
			t.Errorf("%s has no default registry", s.Name)
		}
	}
}

// TestRequirer checks that a source says so if what its releases need is asked for one by one.
func TestRequirer(t *testing.T) {
	for _, s := range all.Sources {
		if _, ok := s.New(datasources.Env{}).(datasources.Requirer); ok != s.Requirer {
			t.Errorf("%s: Requirer is %t, and its datasource is one: %t", s.Name, s.Requirer, ok)
		}
	}
}
