package all_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/all"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

var _ versioning.Schemes = all.Schemes

// TestComplete checks that every folder beside this one is a listed scheme.
func TestComplete(t *testing.T) {
	var listed []string
	for _, name := range all.Names() {
		listed = append(listed, strings.ReplaceAll(name, "-", ""))
	}
	dirs, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		name := d.Name()
		known := []string{"all", "internal", "regex", "testdata", "versioningtest"}
		if d.IsDir() && !slices.Contains(known, name) && !slices.Contains(listed, name) {
			t.Errorf("datasources/versioning/%s is not listed in package all", name)
		}
	}
}

// names are all schemes, and some of "regex:".
func names() []string {
	return append(all.Names(),
		`regex:^(?<major>\d+)$`,
		`regex:^v?(?<major>\d+)(\.(?<minor>\d+)\.(?<patch>\d+))?$`,
		`regex:^(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)(-(?<prerelease>rc\d+))?(-(?<compatibility>.+))?$`,
	)
}

func TestLaws(t *testing.T) {
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := all.Schemes(name)
			if err != nil {
				t.Fatal(err)
			}
			versioningtest.Laws(t, s)
		})
	}
}

func TestUnknown(t *testing.T) {
	for name, want := range map[string]string{
		"nonsense":           `there is no versioning "nonsense"`,
		"regex:(":            "reading versioning regex:(: error parsing regexp: missing closing ): `(`",
		"regex:^(?<x>1)":     `versioning regex:^(?<x>1) has none of the groups "major", "minor" and "patch"`,
		"regex:(?<major>\\d": "",
		"regex:(?<major>(((\\d{1,1000}){1,1000}){1,1000}))": "",
		"regex:(?=a)(?<major>1)":                            "",
		"regex:" + strings.Repeat("a", 3000):                "the expression of a versioning is longer than 2048 bytes",
	} {
		s, err := all.Schemes(name)
		if s != nil || err == nil || want != "" && err.Error() != want {
			t.Errorf("%.40s: got %v, %v; want %q", name, s, err, want)
		}
	}
}

// FuzzLaws checks the laws of a scheme over versions and constraints that are made up.
func FuzzLaws(f *testing.F) {
	var schemes []versioning.Scheme
	for i, name := range names() {
		s, err := all.Schemes(name)
		if err != nil {
			f.Fatal(err)
		}
		schemes = append(schemes, s)
		for j, c := range versioningtest.Constraints {
			if j%8 == i%8 {
				f.Add(uint8(i), versioningtest.Versions[j], "2.0.0", c)
			}
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, a, b, text string) {
		n := int(i) % len(schemes)
		versioningtest.Check(t, names()[n], schemes[n], []string{a, b, a + b}, []string{text})
	})
}
