package render

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// levels are what a version can be raised by, the least first.
var levels = []string{"prerelease", "patch", "minor", "major"}

var (
	semantic = regexp.MustCompile(`^(v?)(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$`)
	short    = regexp.MustCompile(`^(v?)(\d+)(?:\.(\d+))?$`)
)

// raised returns a semantic version raised by a level, as the semver package of npm does: from a prerelease, the version that it
// leads to is enough if it is of that level.
func raised(version, level string) (string, error) {
	m := semantic.FindStringSubmatch(version)
	if m == nil {
		return "", fmt.Errorf("%q is no semantic version", clip(version))
	}
	prefix, major, minor, patch, pre := m[1], m[2], m[3], m[4], m[5]
	switch level {
	case "major":
		if pre == "" || minor != "0" || patch != "0" {
			major = next(major)
		}
		return prefix + major + ".0.0", nil
	case "minor":
		if pre == "" || patch != "0" {
			minor = next(minor)
		}
		return prefix + major + "." + minor + ".0", nil
	case "patch":
		if pre == "" {
			patch = next(patch)
		}
		return prefix + major + "." + minor + "." + patch, nil
	case "prerelease":
		if pre == "" {
			patch = next(patch)
		}
		return prefix + major + "." + minor + "." + patch + "-" + nextPre(pre), nil
	}
	return "", fmt.Errorf("%q is no kind of raise: it can be %s", clip(level), strings.Join(levels, ", "))
}

// nextPre raises the last number of a prerelease, or begins to count.
func nextPre(pre string) string {
	if pre == "" {
		return "0"
	}
	parts := strings.Split(pre, ".")
	for i := len(parts) - 1; i >= 0; i-- {
		if strings.Trim(parts[i], "0123456789") == "" {
			parts[i] = next(parts[i])
			return strings.Join(parts, ".")
		}
	}
	return pre + ".0"
}

// next returns the number after a decimal one of any length.
func next(number string) string {
	n, _ := new(big.Int).SetString(number, 10)
	return n.Add(n, big.NewInt(1)).String()
}

// raisedShort is raised, also for versions of one or two numbers.
func raisedShort(version, level string) (string, error) {
	m := short.FindStringSubmatch(version)
	switch {
	case m == nil:
		return raised(version, level)
	case level == "major" && m[3] == "":
		return m[1] + next(m[2]), nil
	case level == "major":
		return m[1] + next(m[2]) + ".0", nil
	case level == "minor" && m[3] != "":
		return m[1] + m[2] + "." + next(m[3]), nil
	}
	return "", fmt.Errorf("%q has no %s part to be raised", version, level)
}

const snapshot = "-SNAPSHOT"

// raisedOwn raises a package's own version. A version under development of Maven stays one.
func raisedOwn(own managers.Own, level string) (string, error) {
	version := own.Text
	if !own.Snapshots {
		return raised(version, level)
	}
	if level == "prerelease" && !strings.Contains(version, "-") {
		out, err := raised(version, "patch")
		return out + snapshot, err
	}
	if !strings.HasSuffix(version, snapshot) {
		return raised(version, level)
	}
	if level == "prerelease" {
		return version, nil
	}
	release, qualifier, _ := strings.Cut(version, "-")
	out, err := raised(release, level)
	return out + "-" + qualifier, err
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
