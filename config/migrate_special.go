package config

import (
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// specials are migrations that do more than rename. Each changes v, the object
// that old is in, and says what became of it; "" if it left everything as it was.
var specials = map[string]func(v *value, old member) string{
	"fileMatch":            fileMatch,
	"requiredStatusChecks": requiredStatusChecks,
	"semanticPrefix":       semanticPrefix,
	"pinVersions":          pinVersions,
	"upgradeInRange":       func(v *value, old member) string { return replaceIfTrue(v, old, "rangeStrategy", "bump") },
	"automergeMajor":       func(v *value, old member) string { return automergeBlock(v, old, "major") },
	"automergeMinor":       func(v *value, old member) string { return automergeBlock(v, old, "minor") },
	"automergePatch":       func(v *value, old member) string { return automergeBlock(v, old, "patch") },
	"includeForks":         forks,
	"renovateFork":         forks,
	"fetchReleaseNotes":    fetchReleaseNotes,
	"fetchChangeLogs":      fetchChangeLogs,
	"unpublishSafe":        func(v *value, old member) string { return toPreset(v, old, "security:minimumReleaseAgeNpm") },
	"updateLockFiles":      updateLockFiles,
	"dryRun":               func(v *value, old member) string { return enum(v, old, "full", "") },
	"requireConfig":        func(v *value, old member) string { return enum(v, old, "required", "optional") },
	"platformCommit":       func(v *value, old member) string { return enum(v, old, "enabled", "disabled") },
	"semanticCommits":      func(v *value, old member) string { return enum(v, old, "enabled", "disabled") },
	"commitMessageLowerCase": func(v *value, old member) string {
		return enum(v, old, "auto", "never")
	},
	"versionStrategy":          rangeStrategies,
	"rangeStrategy":            rangeStrategies,
	"trustLevel":               trustLevel,
	"gomodTidy":                func(v *value, old member) string { return postUpdate(v, old, "gomodTidy") },
	"composerNoMinimalChanges": func(v *value, old member) string { return postUpdate(v, old, "composerNoMinimalChanges") },
	"automergeType":            automergeType,
	"automerge":                automerge,
	"schedule":                 schedules,
	"automergeSchedule":        schedules,
}

func fileMatch(v *value, old member) string {
	list := old.val
	if list.isString() {
		list = list.likeList(list)
	}
	if !list.isList() {
		return ""
	}
	out := list.likeList()
	if existing := v.get("managerFilePatterns"); existing.isList() {
		out.list = append(out.list, existing.list...)
	}
	for _, item := range list.list {
		if item.isString() {
			out.list = append(out.list, item.likeString("/"+item.str+"/"))
		}
	}
	v.remove(old.name)
	v.set("managerFilePatterns", old.off, out)
	return `is written as "managerFilePatterns" now, each expression between slashes`
}

func requiredStatusChecks(v *value, old member) string {
	v.remove(old.name)
	if old.val.isNull() {
		v.set("ignoreTests", old.off, old.val.likeBool(true))
	}
	return `is written as "ignoreTests" now`
}

func semanticPrefix(v *value, old member) string {
	if !old.val.isString() {
		return ""
	}
	v.remove(old.name)
	kind, scope, scoped := strings.Cut(strings.TrimSuffix(strings.TrimSpace(old.val.str), ":"), "(")
	v.set("semanticCommitType", old.off, old.val.likeString(kind))
	if scoped {
		v.set("semanticCommitScope", old.off, old.val.likeString(strings.TrimSuffix(scope, ")")))
	} else {
		v.set("semanticCommitScope", old.off, old.val.likeNull())
	}
	return `is written as "semanticCommitType" and "semanticCommitScope" now`
}

func pinVersions(v *value, old member) string {
	v.remove(old.name)
	if !old.val.isNull() {
		v.set("rangeStrategy", old.off, choose(old.val, "pin", "replace", "auto"))
	}
	return `is written as "rangeStrategy" now`
}

func replaceIfTrue(v *value, old member, name, text string) string {
	v.remove(old.name)
	if old.val.isTrue() {
		v.set(name, old.off, old.val.likeString(text))
	}
	return `is written as "` + name + `" now`
}

func automergeBlock(v *value, old member, name string) string {
	v.remove(old.name)
	block(v, name, old).set("automerge", old.off, old.val)
	return `is written as "` + name + `": {"automerge": ...} now`
}

func forks(v *value, old member) string {
	v.remove(old.name)
	if old.val.isBool() {
		v.set("forkProcessing", old.off, choose(old.val, "enabled", "disabled", "auto"))
	}
	return `is written as "forkProcessing" now`
}

func fetchReleaseNotes(v *value, old member) string {
	v.remove(old.name)
	if old.val.isBool() {
		old.val = choose(old.val, "pr", "off", "off")
	}
	v.set("fetchChangeLogs", old.off, old.val)
	return `is called "fetchChangeLogs" now`
}

func fetchChangeLogs(v *value, old member) string { return enum(v, old, "pr", "off") }

func toPreset(v *value, old member, preset string) string {
	v.remove(old.name)
	if old.val.isTrue() {
		addTo(v, "extends", old, preset)
	}
	return "is the preset " + preset + " now"
}

func updateLockFiles(v *value, old member) string {
	v.remove(old.name)
	if old.val.isFalse() {
		v.set("skipArtifactsUpdate", old.off, old.val.likeBool(true))
	}
	return `is written as "skipArtifactsUpdate" now`
}

// enum replaces a boolean by one of two words, or null for "".
func enum(v *value, old member, yes, no string) string {
	if !old.val.isBool() {
		return ""
	}
	word := no
	if old.val.flag {
		word = yes
	}
	val := old.val.likeString(word)
	if word == "" {
		val = old.val.likeNull()
	}
	v.set(old.name, old.off, val)
	return `is no boolean any more: it is "` + word + `"`
}

func rangeStrategies(v *value, old member) string {
	if old.val.isString() && old.val.str == "widen-or-replace" {
		v.set(old.name, old.off, old.val.likeString("widen"))
		return `"widen-or-replace" is called "widen" now`
	}
	return ""
}

func trustLevel(v *value, old member) string {
	v.remove(old.name)
	if old.val.isString() && old.val.str == "high" {
		for _, name := range []string{"allowCustomCrateRegistries", "allowScripts", "exposeAllEnv"} {
			if v.get(name) == nil {
				v.set(name, old.off, old.val.likeBool(true))
			}
		}
	}
	return "is several options now"
}

func postUpdate(v *value, old member, text string) string {
	v.remove(old.name)
	if old.val.isTrue() {
		addTo(v, "postUpdateOptions", old, text)
	}
	return `is an item of "postUpdateOptions" now`
}

func automergeType(v *value, old member) string {
	if old.val.isString() && strings.HasPrefix(old.val.str, "branch-") {
		v.set(old.name, old.off, old.val.likeString("branch"))
		return `is "branch" now`
	}
	return ""
}

func automerge(v *value, old member) string {
	if !old.val.isString() {
		return ""
	}
	switch old.val.str {
	case "none":
		v.set(old.name, old.off, old.val.likeBool(false))
	case "patch", "minor":
		v.remove(old.name)
		block(v, "patch", old).set("automerge", old.off, old.val.likeBool(true))
		block(v, "minor", old).set("automerge", old.off, old.val.likeBool(old.val.str == "minor"))
		block(v, "major", old).set("automerge", old.off, old.val.likeBool(false))
	case "any":
		v.set(old.name, old.off, old.val.likeBool(true))
	default:
		return ""
	}
	return "is a boolean now"
}

// schedules rewrites the one alias whose meaning was moved into the text.
func schedules(v *value, old member) string {
	changed := false
	out := old.val.likeList()
	items := old.val.list
	if old.val.isString() {
		items = []*value{old.val}
	}
	for _, item := range items {
		if item.kind == json5.String && (item.str == "every month" || item.str == "monthly") {
			item = item.likeString("before 5am on the first day of the month")
			changed = true
		}
		out.list = append(out.list, item)
	}
	if !changed {
		return ""
	}
	v.set(old.name, old.off, out)
	return `has a word that is written "before 5am on the first day of the month" now`
}
