package all_test

import (
	"testing"

	"github.com/currant-bot/currant/updater/render/all"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

func TestTools(t *testing.T) {
	if err := lockfile.Validate(all.Tools); err != nil {
		t.Fatal(err)
	}
}
