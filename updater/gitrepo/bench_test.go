package gitrepo

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

// manyFiles is a repository of n files of 2 kB in folders of 20.
func manyFiles(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("dir%d/sub/file%d.yaml", i/20, i)] = strings.Repeat(fmt.Sprintf("key%d: value\n", i), 120)
	}
	return files
}

func BenchmarkSnapshot2000(b *testing.B) {
	m := fetched(b, newRemote(b, manyFiles(2000)).bare, Options{})
	list := func(b *testing.B) *Snapshot {
		s, err := m.Snapshot(b.Context(), "")
		if err != nil || len(s.List()) != 2000 {
			b.Fatalf("%v", err)
		}
		return s
	}
	b.Run("list", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			list(b)
		}
	})
	b.Run("list+read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s := list(b)
			bytes := int64(0)
			for _, f := range s.List() {
				text, err := fs.ReadFile(s.FS, f.Path)
				if err != nil {
					b.Fatal(err)
				}
				bytes += int64(len(text))
			}
			b.SetBytes(bytes)
		}
	})
}

func BenchmarkFolder2000(b *testing.B) {
	r := newRemote(b, manyFiles(2000))
	for b.Loop() {
		if _, err := Folder(b.Context(), r.work); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFetchNoChange(b *testing.B) {
	r := newRemote(b, map[string]string{"a": "1"})
	m := fetched(b, serve(b, r).repo(), Options{})
	for b.Loop() {
		if changed, err := m.Fetch(b.Context()); changed || err != nil {
			b.Fatal(changed, err)
		}
	}
}
