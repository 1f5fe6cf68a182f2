package hashicorp_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"

	"github.com/currant-bot/currant/datasources/versioning/hashicorp"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, hashicorp.Scheme{}, [][4]string{
		{"~> 1.2", "2.3.4", "replace", "~> 2.0"},
		{"~> 4.67", "5.31.0", "replace", "~> 5.0"},
		{"~> 0.14.0", "0.15.2", "replace", "~> 0.15.0"},
		{"~> 1.2.0", "2.0.7", "replace", "~> 2.0.0"},
		{"~>1.2", "2.3.4", "replace", "~>2.0"},
		{"1.2.3", "1.3.0", "replace", "1.3.0"},
		{"= 1.2.3", "1.3.0", "replace", "= 1.3.0"},
		{"v1.2.3", "v1.3.0", "replace", "v1.3.0"},
		{">= 1.0, < 2.0", "2.3.4", "replace", ">= 1.0, < 3.0"},
		{">= 1.0, < 2.0, != 2.1.0", "2.3.4", "replace", ">= 1.0, < 3.0, != 2.1.0"},
		{">= 1.0, != 2.3.4", "2.3.4", "replace", "error"},
		{"<= 1.2", "1.3.4", "replace", "<= 1.3.4"},
		{">= 1.0", "2.3.4", "replace", ">= 1.0"},
		{"~> 1.2", "1.3.4", "bump", "~> 1.3"},
		{">= 1.0.0, < 2.0.0", "1.3.4", "bump", ">= 1.3.4, < 2.0.0"},
		{"~> 1.2", "2.3.4", "widen", ">= 1.2, < 3.0"},
		{"~> 1.2.3", "2.3.4", "widen", ">= 1.2.3, < 2.4.0"},
		{"~> 1.2, != 1.5.0", "2.3.4", "widen", ">= 1.2, < 3.0, != 1.5.0"},
		{"~> 1.2", "1.3.4", "pin", "1.3.4"},
		{"~> 1.2", "2.0.0-beta1", "replace", "~> 2.0.0-beta1"},
		{"~> 1.2", "v2.3.4", "replace", "~> 2.0"},
	})
}

// TestOrder compares with go-version itself, over pairs made up from a fixed seed.
func TestOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	made := func() string {
		v := pick("", "", "v") + pick("0", "1", "10", "02")
		for range rng.IntN(4) {
			v += "." + pick("0", "1", "2", "10")
		}
		return v + pick("", "", "-rc1", "-rc.1", "-1", "-beta.10", "-beta.9", "beta3", "-a.b", "-a", "+meta", "-rc1+meta", "-0.0", "~x")
	}
	differ := 0
	for range 20_000 {
		a, b := made(), made()
		x, errX := version.NewVersion(a)
		y, errY := version.NewVersion(b)
		s := hashicorp.Scheme{}
		if s.Valid(a) != (errX == nil) || s.Valid(b) != (errY == nil) {
			t.Fatalf("%s or %s: valid is %v and %v", a, b, s.Valid(a), s.Valid(b))
		}
		if errX != nil || errY != nil || s.Compare(a, b) == x.Compare(y) {
			continue
		}
		// go-version forgets prereleases where one version has more than three numbers, and
		// puts "a" above "a.b", which is above "a.1", which is above "a": neither is an order.
		longer := strings.HasPrefix(x.Prerelease(), y.Prerelease()) || strings.HasPrefix(y.Prerelease(), x.Prerelease())
		if len(x.Segments()) == len(y.Segments()) && !longer || x.Prerelease() == y.Prerelease() {
			t.Errorf("%s and %s: got %d, go-version says %d", a, b, s.Compare(a, b), x.Compare(y))
		}
		differ++
	}
	if differ > 1000 {
		t.Errorf("%d pairs differ", differ)
	}
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		hashicorp.Scheme{}.Compare("1.22.3", "1.22.4-rc1")
	}
}

func BenchmarkConstraint(b *testing.B) {
	for b.Loop() {
		if _, err := (hashicorp.Scheme{}).Constraint(">= 1.2.3, < 2.0"); err != nil {
			b.Fatal(err)
		}
	}
}
