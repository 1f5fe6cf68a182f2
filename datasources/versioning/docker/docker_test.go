package docker_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/docker"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestCompare(t *testing.T) {
	s := docker.Scheme{}
	versioningtest.Ascending(t, s, "1.2", "2.1.0", "2.1.1", "v2.1.2", "2.1", "2.2.0", "2", "3.0.0", "10.0", "10")
	versioningtest.Ascending(t, s, "3.13.0a7", "3.13.0b1", "3.13.0rc1", "3.13.0rc2", "3.13.0", "3.13.1rc1")
	versioningtest.Ascending(t, s, "2023-12-31", "2024-01-01", "2024-01-02")
	if s.Compare("v1.2", "1.2") != 0 {
		t.Error("a leading v counts")
	}
}

func TestValid(t *testing.T) {
	for v, want := range map[string]bool{
		"1": true, "v1": true, "1.2.3.4": true, "1.2-alpine": true, "3.13.0rc1-slim": true, "20240131": true,
		"1234567": true, "2024-01-31": true, "8.0-jdk8u402-b06": true,
		"latest": false, "alpine": false, "stable-1.2": false, "deadbeef": false, "1234abc": false, "12ab34c": false,
		"0123456789abcdef0123456789abcdef01234567": false, "": false, "v": false, "1.2+build": false, "sha-1234567": false,
	} {
		if got := (docker.Scheme{}).Valid(v); got != want {
			t.Errorf("%s: got %v", v, got)
		}
	}
}

func TestCompatible(t *testing.T) {
	for _, pair := range []struct {
		from, to string
		want     bool
	}{
		{"3.12-slim", "3.13-slim", true},
		{"3.12-slim", "3.13", false},
		{"3.12-slim", "3.13-alpine", false},
		{"3.12", "3.13.0", false},
		{"3.12", "4", false},
		{"v1.2.3", "1.3.0", true},
		{"1.2.3-alpine3.18", "1.2.4-alpine3.18", true},
		{"1.2.3-alpine3.18", "1.2.3-alpine3.19", false},
		{"22", "20240131", false},
		{"20240131", "20240229", true},
		{"20240131235959", "20240201000000", true},
		{"20240131", "20240132", false},
		{"2024-01-31", "2024-02-01", true},
		{"2024-01-31", "2024.2.1", false},
		{"2024-01-31-slim", "2024-02-01-slim", true},
		{"2024-01-31-slim", "2024-02-01", false},
		{"latest", "1", false},
	} {
		if got := (docker.Scheme{}).Compatible(pair.from, pair.to); got != pair.want {
			t.Errorf("%s to %s: got %v", pair.from, pair.to, got)
		}
	}
}

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, docker.Scheme{}, [][4]string{
		{"1.2.3", "1.3.0", "replace", "1.3.0"},
		{"v1.2.3", "1.3.0", "replace", "1.3.0"}, // the tag that exists
		{"3.12-slim", "3.13-slim", "pin", "3.13-slim"},
		{"1.2", "1.2", "bump", "1.2"},
		{"1.2", "1.3", "in-range-only", "error"},
		{"1.2", "latest", "replace", "error"},
	})
	_, err := docker.Scheme{}.Constraint("latest")
	if want := `"latest" is not a tag that begins with a version`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestStable(t *testing.T) {
	for v, want := range map[string]bool{"1.2": true, "1.2-rc1": true, "1.2rc1": false, "latest": false} {
		if got := (docker.Scheme{}).Stable(v); got != want {
			t.Errorf("%s: got %v", v, got)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		docker.Scheme{}.Compare("3.12.1-slim-bookworm", "3.12.2-slim-bookworm")
	}
}
