package plan

import (
	"strings"

	"github.com/currant-bot/currant/config"
)

// FormerPrefix returns branchPrefixOld where configuration sets it: the prefix of branches that were made before
// branchPrefix was what it is; "" for none. Renovate's default does not count: branches under it may be another bot's.
func FormerPrefix(s config.Settings) string {
	old := s.String("branchPrefixOld")
	if old == s.String("branchPrefix") || s.Origin("branchPrefixOld").File == "default" {
		return ""
	}
	return old
}

// former returns the name that b had before branchPrefix was what it is; "" for none.
func (b Branch) former() string {
	rest, ok := strings.CutPrefix(b.Name, b.Settings.String("branchPrefix"))
	if old := FormerPrefix(b.Settings); ok && old != "" {
		return old + rest
	}
	return ""
}

// Adopt returns bs, each under its former name where there is a branch of that name, and none of the new one.
func Adopt(bs []Branch, made func(branch string) bool) []Branch {
	out := make([]Branch, len(bs))
	for i, b := range bs {
		if old := b.former(); old != "" && !made(b.Name) && made(old) {
			b.Reasons = append([]Reason{reason(CodeRule, b.Settings.Origin("branchPrefixOld"), "its branch was made before branchPrefix was %q, and keeps its name", b.Settings.String("branchPrefix"))}, b.Reasons...)
			b.Name = old
		}
		out[i] = b
	}
	return out
}
