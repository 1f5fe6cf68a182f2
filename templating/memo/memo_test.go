package memo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/templating/memo"
)

func TestWhatWasNotUsedForLongestGoesFirst(t *testing.T) {
	m := memo.Memo{Dir: filepath.Join(t.TempDir(), "memo"), Most: 1000, Count: 3}
	start := time.Now().Add(-time.Hour)
	for i, key := range []string{"a", "b", "c"} {
		if err := m.Put(key, key+"!"); err != nil {
			t.Fatal(err)
		}
		at := start.Add(time.Duration(i) * time.Minute)
		if err := os.Chtimes(filepath.Join(m.Dir, key), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok := m.Get("a"); !ok || got != "a!" { // which makes b the oldest
		t.Fatalf("a is %q, %v", got, ok)
	}
	if err := m.Put("d", "d!"); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if _, ok := m.Get(key); ok != want {
			t.Errorf("%s is there: %v, want %v", key, ok, want)
		}
	}
}

func TestItStaysWithinItsBounds(t *testing.T) {
	m := memo.Memo{Dir: t.TempDir(), Most: 1000, Count: 100}
	for i := range 30 {
		if err := m.Put(memo.Key("k", string(rune('a'+i))), strings.Repeat("x", 120)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Put("huge", strings.Repeat("x", 500)); err != nil {
		t.Fatal(err)
	}
	if _, ok := m.Get("huge"); ok {
		t.Error("a value of half the room was kept")
	}
	entries, err := os.ReadDir(m.Dir)
	if err != nil || len(entries) != 8 {
		t.Errorf("%d values of 120 bytes in 1000, error %v, want 8", len(entries), err)
	}
}

func TestKeysTellPartsApart(t *testing.T) {
	if memo.Key("a", "bc") == memo.Key("ab", "c") || memo.Key("a") == memo.Key("a", "") {
		t.Error("different parts have one key")
	}
}
