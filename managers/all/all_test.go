package all_test

import (
	"os"
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/all"
)

func TestValid(t *testing.T) {
	if err := managers.Validate(all.Managers); err != nil {
		t.Error(err)
	}
}

// TestComplete checks that every folder beside this one is a listed manager.
func TestComplete(t *testing.T) {
	listed := make(map[string]bool)
	for _, m := range all.Managers {
		listed[strings.NewReplacer("-", "", "_", "").Replace(m.Name)] = true
	}
	dirs, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		switch name := d.Name(); {
		case !d.IsDir() || name == "all" || name == "internal" || name == "managertest" || name == "testdata" || name == "custom": // custom makes managers from configuration
		case !listed[name]:
			t.Errorf("managers/%s is not listed in package all", name)
		}
	}
}
