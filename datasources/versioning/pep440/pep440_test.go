package pep440_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, pep440.Scheme{}, [][4]string{
		{"==1.2.3", "1.3.0", "replace", "==1.3.0"},
		{"==1.2.3", "1.3", "replace", "==1.3"},
		{"==1.2", "1.3.4", "replace", "==1.3.4"},
		{"== 1.2.3", "1.3.0", "replace", "== 1.3.0"},
		{"===1.2.3", "1.3.0", "replace", "===1.3.0"},
		{"1.2.3", "1.3.0", "replace", "1.3.0"},
		{"==1.*", "2.3.4", "replace", "==2.*"},
		{"==1.2.*", "2.3.4", "replace", "==2.3.*"},
		{"~=1.2", "2.3.4", "replace", "~=2.3"},
		{"~=1.2.3", "1.4.5", "replace", "~=1.4.5"},
		{"~=1.2.0", "1.2.3", "replace", "~=1.2.0"},
		{"~=7.2.0", "8.2", "replace", "~=8.2.0"},
		{">=19.12.2,<20.13.9", "21.3.1", "replace", ">=21.3.1,<22.0.0"},
		{">=19.12.2,<19.13.0", "20.3.1", "replace", ">=20.3.1,<20.4.0"},
		{">=19.12.2,<19.13.0", "19.13.0", "replace", ">=19.13.0,<19.14.0"},
		{">=1,<2", "2.3.4", "replace", ">=2,<3"},
		{">=1.0,<2.0", "2.3.4", "replace", ">=2.3,<3.0"},
		{">=1.2, <1.5", "1.7.1", "replace", ">=1.7, <1.8"},
		{"<=1.2", "1.3.4", "replace", "<=1.3.4"},
		{">=1,!=1.5,<2", "1.7", "replace", ">=1,!=1.5,<2"},
		{">=1,!=2.1,<2", "2.2", "replace", ">=1,!=2.1,<3"},
		{">=1,!=2.1,<2", "2.1", "replace", "error"},
		{">=3", "2.1", "replace", ">=2"},
		{"==1.2.3", "1!1.0", "replace", "==1!1.0"},
		{"==2.0.0+cu117", "2.1.0+cu118", "replace", "==2.1.0+cu118"},
		{">=1.0,<2.0", "2.3.4+cu118", "replace", ">=1.0,<3.0"},
		{"==1.2.3", "1.3.0.post1", "replace", "==1.3.0.post1"},
		{"~=1.2", "2.0rc1", "replace", "~=2.0rc1"},
		{"~=1.2", "1.3.4", "bump", "~=1.3"},
		{"~=1.2.3", "1.3.4", "bump", "~=1.3.4"},
		{">=1.2", "1.3.4", "bump", ">=1.3"},
		{">=1.2.0,<2", "1.3.4", "bump", ">=1.3.4,<2"},
		{">=1.2.0,<2", "2.3.4", "bump", ">=2.3.4,<3"},
		{"==1.2.3", "1.3.4", "bump", "==1.3.4"},
		{"<2", "1.3.4", "bump", "<2"},
		{"==1.*", "1.3.4", "bump", "==1.*"},
		{"~=1.2", "2.3.4", "widen", ">=1.2,<3.0"},
		{"~=1.2.3", "2.3.4", "widen", ">=1.2.3,<2.4.0"},
		{"==1.*", "2.3.4", "widen", ">=1,<3"},
		{">=1,<2", "2.3.4", "widen", ">=1,<3"},
		{"==1.2.3", "2.3.4", "widen", "==2.3.4"},
		{"~= 1.2", "2.3.4", "widen", ">= 1.2, < 3.0"},
		{"~=1.2", "1.3.4", "pin", "==1.3.4"},
		{">=1,<2", "1.3.4", "pin", "==1.3.4"},
		{"", "1.3.4", "pin", "==1.3.4"},
		{"1.2.3", "1.3.4", "pin", "1.3.4"},
		{">=1,<2", "1.3.4", "update-lockfile", ">=1,<2"},
		{">=1,<2", "2.3.4", "in-range-only", "error"},
		{"", "2.3.4", "replace", ""},
	})
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"~=1":         `"~=1" is not a PEP 440 specifier: "1" needs at least two numbers after "~="`,
		"^1.2":        `"^1.2" is not a PEP 440 specifier: "^1.2" is not a version`,
		">=1.*":       `">=1.*" is not a PEP 440 specifier: "1.*" does not belong after ">="`,
		">=1 <2":      `">=1 <2" is not a PEP 440 specifier: "<2" does not belong there`,
		">=1+local":   `">=1+local" is not a PEP 440 specifier: "1+local" has a local part, which does not belong after ">="`,
		">=1,":        `">=1," is not a PEP 440 specifier: it ends with a comma`,
		"==1.2.3.foo": `"==1.2.3.foo" is not a PEP 440 specifier: "1.2.3.foo" is not a version`,
	} {
		_, err := pep440.Scheme{}.Constraint(text)
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		pep440.Scheme{}.Compare("1.22.3", "1.22.4rc1")
	}
}

func BenchmarkConstraint(b *testing.B) {
	for b.Loop() {
		if _, err := (pep440.Scheme{}).Constraint(">=1.2.3,!=1.5,<2"); err != nil {
			b.Fatal(err)
		}
	}
}
