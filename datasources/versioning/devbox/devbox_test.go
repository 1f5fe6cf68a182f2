package devbox_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/devbox"
)

func TestUpdate(t *testing.T) {
	for _, c := range []struct {
		text, to string
		strategy versioning.Strategy
		want     string
	}{
		{"1", "2.3.4", versioning.Replace, "2"},
		{"1.2", "1.3.4", versioning.Replace, "1.3"},
		{"1.2", "1.2.4", versioning.Replace, "1.2"},
		{"1.2.3", "1.3.4", versioning.Replace, "1.3.4"},
		{"1.2", "1.3.4", versioning.Pin, "1.3.4"},
		{"1.2.3", "2", versioning.Replace, "2"},
		{"latest", "1.3.4", versioning.Replace, "latest"},
		{"latest", "1.3.4", versioning.Pin, "1.3.4"},
	} {
		constraint, err := devbox.Scheme{}.Constraint(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := constraint.Update("", c.to, c.strategy); got != c.want || err != nil {
			t.Errorf("%s to %s (%s): got %q, %v, want %q", c.text, c.to, c.strategy, got, err, c.want)
		}
	}
}

func TestInvalid(t *testing.T) {
	for _, text := range []string{"", "v1", "1.2.3.4", "^1", "1.", "newest"} {
		if _, err := (devbox.Scheme{}).Constraint(text); err == nil {
			t.Errorf("%q is no error", text)
		}
	}
}
