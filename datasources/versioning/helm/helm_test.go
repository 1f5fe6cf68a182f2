package helm_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/Masterminds/semver/v3"

	"github.com/currant-bot/currant/datasources/versioning/helm"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, helm.Scheme{}, [][4]string{
		{"1.2.3", "1.3.0", "replace", "1.3.0"},
		{"v1.2.3", "1.3.0", "replace", "v1.3.0"},
		{"^1.2.3", "2.3.4", "replace", "^2.0.0"},
		{"~1.2", "1.3.4", "replace", "~1.3"},
		{"1.2.x", "1.3.4", "replace", "1.3.x"},
		{"1.x.x", "2.3.4", "replace", "2.x.x"},
		{">=1.0.0 <2.0.0", "2.3.4", "replace", ">=1.0.0 <3.0.0"},
		{">= 1.0.0, < 2.0.0", "2.3.4", "replace", ">= 1.0.0, < 3.0.0"},
		{">=1.0.0-0", "2.3.4", "replace", ">=1.0.0-0"},
		{"1.2.3", "1.3.0+build", "replace", "1.3.0+build"},
		{"^1.2.3", "2.3.4", "widen", "^1.2.3 || ^2.0.0"},
		{"^1.2.3", "1.3.4", "bump", "^1.3.4"},
		{"^1.2.3", "1.3.4", "pin", "1.3.4"},
		{"*", "2.3.4", "replace", "*"},
		{"^1.0.0", "2.0.0-rc.1", "replace", "^2.0.0-rc.1"},
		{"1 - 2", "3.1.0", "widen", "1 - 3"},
	})
}

// TestMatches compares with Masterminds/semver itself, over ranges made up from a fixed seed: what our
// own reader finds to be a range must mean the same.
func TestMatches(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	number := func() string { return pick("0", "1", "2", "10", "x", "*") }
	yes, refused := 0, 0
	for range 3_000 {
		var text string
		for i := range 1 + rng.IntN(3) {
			if i > 0 {
				text += pick(" ", ", ", ",", " || ", "||", " - ")
			}
			text += pick("", "", "^", "~", "~>", ">=", "=>", ">", "<", "<=", "=<", "!=", "=", ">= ") + pick("", "", "v") + number()
			for range rng.IntN(3) {
				text += "." + number()
			}
			text += pick("", "", "", "-rc.1", "-0", "+b")
		}
		v := fmt.Sprintf("%d.%d.%d%s", rng.IntN(3), rng.IntN(3), rng.IntN(11), pick("", "", "-rc.1", "-alpha"))
		want, wantErr := semver.NewConstraint(text)
		got, err := helm.Scheme{}.Constraint(text)
		switch {
		case err == nil && wantErr != nil:
			t.Errorf("%q is read, though Masterminds does not: %v", text, wantErr)
		case err == nil && got.Matches(v) != want.Check(semver.MustParse(v)):
			t.Errorf("%q and %s: got %v", text, v, got.Matches(v))
		case err == nil && got.Matches(v):
			yes++
		case err != nil && wantErr == nil:
			refused++ // such as hyphen ranges among others, of which Masterminds makes what nobody means
		}
	}
	if yes < 150 || refused > 750 {
		t.Errorf("only %d answers were yes, %d constraints were refused", yes, refused)
	}
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		helm.Scheme{}.Compare("1.22.3", "1.22.4-rc.1")
	}
}

func BenchmarkConstraint(b *testing.B) {
	for b.Loop() {
		if _, err := (helm.Scheme{}).Constraint(">=1.2.3 <2.0.0"); err != nil {
			b.Fatal(err)
		}
	}
}
