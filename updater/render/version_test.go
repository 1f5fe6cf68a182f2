package render

import (
	"testing"

	"github.com/currant-bot/currant/managers"
)

func TestRaised(t *testing.T) {
	for _, x := range [][3]string{
		{"1.2.3", "major", "2.0.0"}, {"1.2.3", "minor", "1.3.0"}, {"1.2.3", "patch", "1.2.4"}, {"1.2.3", "prerelease", "1.2.4-0"},
		{"2.0.0-rc.1", "major", "2.0.0"}, {"2.1.0-rc.1", "major", "3.0.0"}, {"2.1.0-rc.1", "minor", "2.1.0"}, {"2.1.1-rc.1", "minor", "2.2.0"},
		{"2.1.1-rc.1", "patch", "2.1.1"}, {"2.1.1-rc.9", "prerelease", "2.1.1-rc.10"}, {"2.1.1-rc", "prerelease", "2.1.1-rc.0"}, {"1.0.0-1", "prerelease", "1.0.0-2"},
		{"1.0.0-1.b", "prerelease", "1.0.0-2.b"}, {"v1.2.3", "minor", "v1.3.0"}, {"1.2.3+build", "patch", "1.2.4"}, {"0.0.99999999999999999999", "patch", "0.0.100000000000000000000"},
		{"1", "patch", ""}, {"1.2", "major", ""}, {"latest", "patch", ""}, {"1.2.3", "huge", ""}, {"", "patch", ""},
	} {
		if got, err := raised(x[0], x[1]); got != x[2] || (err == nil) != (x[2] != "") {
			t.Errorf("%s raised by %s is %q (%v), want %q", x[0], x[1], got, err, x[2])
		}
	}
	for _, x := range [][3]string{
		{"1", "major", "2"}, {"1.1", "major", "2.0"}, {"1.2", "minor", "1.3"}, {"v9", "major", "v10"}, {"1.0", "patch", ""}, {"1", "minor", ""}, {"1.0.0", "patch", "1.0.1"},
	} {
		if got, err := raisedShort(x[0], x[1]); got != x[2] || (err == nil) != (x[2] != "") {
			t.Errorf("%s raised by %s is %q (%v), want %q", x[0], x[1], got, err, x[2])
		}
	}
	for _, x := range [][3]string{
		{"0.0.1-SNAPSHOT", "patch", "0.0.2-SNAPSHOT"}, {"0.0.1-SNAPSHOT", "minor", "0.1.0-SNAPSHOT"}, {"0.0.1-q-SNAPSHOT", "major", "1.0.0-q-SNAPSHOT"},
		{"0.0.1", "prerelease", "0.0.2-SNAPSHOT"}, {"1.0.0-1", "prerelease", "1.0.0-2"}, {"0.0.1-SNAPSHOT", "prerelease", "0.0.1-SNAPSHOT"}, {"0.0.1", "patch", "0.0.2"},
	} {
		if got, err := raisedOwn(managers.Own{Field: managers.Field{Text: x[0]}, Snapshots: true}, x[1]); got != x[2] || err != nil {
			t.Errorf("%s raised by %s is %q (%v), want %q", x[0], x[1], got, err, x[2])
		}
	}
}
