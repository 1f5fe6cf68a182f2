package githubrunners

import (
	"errors"
	"testing"

	"github.com/currant-bot/currant/datasources"
)

func TestList(t *testing.T) {
	ds := Source.New(datasources.Env{})
	for _, name := range []string{"ubuntu", "macos", "windows"} {
		l, err := ds.List(t.Context(), datasources.Query{Package: name})
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		offered := 0
		for _, r := range l.Releases {
			if seen[r.Version] {
				t.Errorf("%s %s is listed twice", name, r.Version)
			}
			seen[r.Version] = true
			if r.Withdrawn == "" {
				offered++
			}
		}
		if offered == 0 {
			t.Errorf("no release of %s is offered", name)
		}
	}
	if _, err := ds.List(t.Context(), datasources.Query{Package: "plan9"}); !errors.Is(err, datasources.ErrNotFound) {
		t.Errorf("an unknown system: %v", err)
	}
}
