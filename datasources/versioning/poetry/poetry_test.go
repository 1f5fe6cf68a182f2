package poetry_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/poetry"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, poetry.Scheme{}, [][4]string{
		{"^1.2.3", "2.3.4", "replace", "^2.0.0"},
		{"^1.2", "2.3.4", "replace", "^2.0"},
		{"^0.2.3", "0.4.5", "replace", "^0.4.0"},
		{"~1.2", "2.3.4", "replace", "~2.3"},
		{"~=1.2", "2.3.4", "replace", "~=2.0"},
		{"1.2.3", "2.3.4", "replace", "2.3.4"},
		{"==1.2.3", "2.3.4", "replace", "==2.3.4"},
		{"1.*", "2.3.4", "replace", "2.*"},
		{">=1.2,<2.0", "2.3.4", "replace", ">=1.2,<3.0"},
		{">=1.2 <2.0", "2.3.4", "replace", ">=1.2 <3.0"},
		{"*", "2.3.4", "replace", "*"},
		{"^1.2.3", "1.3.4", "bump", "^1.3.4"},
		{"^1.2", "2.3.4", "widen", "^1.2 || ^2.0"},
		{"^1.2.3", "1.3.4", "pin", "1.3.4"},
		{"^3.9", "3.13.1", "replace", "^3.9"},
		{"^3.9", "4.0.0", "replace", "^4.0"},
		{"^1.0", "2.0rc1", "replace", "^2.0rc1"},
	})
}

func TestAdmits(t *testing.T) {
	versioningtest.Admits(t, poetry.Scheme{}, [][3]string{
		{"^1.2.3", "1.2.3 1.9", "2.0 1.2.2 2.0rc1"},
		{"^0.0.3", "0.0.3", "0.0.4"},
		{"^0", "0.9", "1.0"},
		{"~1", "1.9", "2.0"},
		{"~1.2.3", "1.2.9", "1.3"},
		{"^1 || ^3", "1.1 3.1", "2.0"},
		{"1.2", "1.2.0", "1.2.1"},
		{"*", "1.0 2.0rc1", ""},
		{"1.2.*", "1.2.9", "1.3"},
		{"!=1.2", "1.3", "1.2"},
	})
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		poetry.Scheme{}.Compare("1.22.3", "1.22.4rc1")
	}
}

func BenchmarkConstraint(b *testing.B) {
	for b.Loop() {
		if _, err := (poetry.Scheme{}).Constraint("^1.2.3 || >=2,<3"); err != nil {
			b.Fatal(err)
		}
	}
}
