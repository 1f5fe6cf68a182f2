package natural_test

import (
	"math"
	"slices"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

func TestTexts(t *testing.T) {
	want := []string{"", "1", "2", "10", "99999999999999999999", "100000000000000000000", "a", "a1", "a2", "a10", "a10b", "b", "rc.1", "rc.2"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, natural.Texts)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNumbers(t *testing.T) {
	if natural.Numbers("007", "7") != 0 || natural.Numbers("", "0") != 0 || natural.Numbers("9", "10") >= 0 {
		t.Error("numbers are not compared by value")
	}
	if natural.Lists([]string{"1"}, []string{"1", "0"}) != 0 || natural.Lists([]string{"1"}, []string{"1", "1"}) >= 0 {
		t.Error("missing numbers are not 0")
	}
	list := []string{"12", "99999999999999999999"}
	if natural.Int(list, 0) != 12 || natural.Int(list, 1) != math.MaxInt64 || natural.Int(list, 2) != -1 {
		t.Error("Int is wrong")
	}
}
