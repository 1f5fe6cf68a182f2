package changelog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSections(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []Section
	}{
		{"keep a changelog", "# Changelog\n\nAll of it.\n\n## [Unreleased]\n\n- soon\n\n## [1.2.0] - 2026-01-31\n\n### Added\n\n- a\n\n## [1.1.0]\n- b\n\n[1.2.0]: https://example.test/1\n", []Section{{"1.2.0", "### Added\n\n- a"}, {"1.1.0", "- b\n\n[1.2.0]: https://example.test/1"}}},
		{"a link and a date", "# [2.0.0](https://example.test/compare) (2026-01-01)\n\n* x\n\n## 1.9.1 (2025-12-01)\n* y\n", []Section{{"2.0.0", "* x"}, {"1.9.1", "* y"}}},
		{"with names", "## tool@1.0.1\none\n## @acme/tool@1.0.0\ntwo\n", []Section{{"1.0.1", "one"}, {"1.0.0", "two"}}},
		{"underlined", "Changes\n=======\n\n1.1.0 / 2026-01-01\n------------------\n\n * a\n\n1.0.0\n-----\n * b\n\nOlder\n=====\nlost\n", []Section{{"1.1.0", "* a"}, {"1.0.0", "* b"}}},
		{"words before", "## Version 3.0.0\na\n## Release v2.0.0-rc.1:\nb\n", []Section{{"3.0.0", "a"}, {"2.0.0-rc.1", "b"}}},
		{"a heading about a version", "## 2.0.0\n\n### Upgrading from 1.0.0\n\nCareful.\n\n## About\nus\n", []Section{{"2.0.0", "### Upgrading from 1.0.0\n\nCareful."}}},
		{"several versions at once", "## [1.44.0/0.66.0] 2026-01-01\na\n", []Section{{"1.44.0", "a"}}},
		{"code", "## 1.1.0\n```\n## 1.0.0\n```\nend\n", []Section{{"1.1.0", "```\n## 1.0.0\n```\nend"}}},
		{"twice", "## 1.1.0\nfirst\n## 1.1.0\nsecond\n", []Section{{"1.1.0", "first"}}},
		{"Windows", "## 1.1.0\r\na\r\nb\r\n", []Section{{"1.1.0", "a\nb"}}},
		{"nothing", "No versions here. 1.2.0\n", nil},
	} {
		if diff := cmp.Diff(tc.want, Sections(tc.text)); diff != "" {
			t.Errorf("%s: -want +got\n%s", tc.name, diff)
		}
	}
}

func FuzzSections(f *testing.F) {
	f.Add("## 1.0.0\n- a\n\n1.1\n---\n```\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range Sections(text) {
			if s.Version == "" || !strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), s.Text) {
				t.Errorf("section %+v of %q", s, text)
			}
		}
	})
}
