package semverpartial_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/semverpartial"
)

func TestUpdate(t *testing.T) {
	for _, c := range []struct {
		text, to string
		strategy versioning.Strategy
		want     string
	}{
		{"1", "2.3.4", versioning.Replace, "2"},
		{"v1", "v2.3.4", versioning.Replace, "v2"},
		{"1.2", "1.3.4", versioning.Replace, "1.3"},
		{"1.2", "1.2.4", versioning.Replace, "1.2"},
		{"1.2.3", "1.3.4", versioning.Replace, "1.3.4"},
		{"~latest", "1.3.4", versioning.Replace, "~latest"},
		{"1", "2.0.0-rc.1", versioning.Replace, "2.0.0-rc.1"},
		{"1.2", "1.2.4", versioning.Pin, "1.2.4"},
	} {
		constraint, err := semverpartial.Scheme{}.Constraint(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := constraint.Update("", c.to, c.strategy); got != c.want || err != nil {
			t.Errorf("%s to %s (%s): got %q, %v, want %q", c.text, c.to, c.strategy, got, err, c.want)
		}
	}
	if _, err := (semverpartial.Scheme{}).Constraint("latest"); err == nil {
		t.Error("latest is no error")
	}
}
