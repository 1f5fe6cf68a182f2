package config

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// A migrator rewrites old spellings to today's, in place. Each value keeps the
// place of what it came from.
type migrator struct {
	rep *report
}

// migrate rewrites v, the value of the option parent; "" at the top.
func (m *migrator) migrate(v *value, parent string) {
	for _, old := range slices.Clone(v.keys) {
		if v.get(old.name) != old.val {
			continue
		}
		switch {
		case slices.Contains(removed, old.name):
			v.remove(old.name)
			m.note(old, "has no meaning any more and is left out")
		case parent == "packageRules" && m.rule(v, old):
		case m.rename(v, old, parent):
		case m.special(v, old, parent):
		}
	}
	if parent == "customManagers" && v.get("customType") == nil && v.get("matchStrings") != nil {
		m.rep.at(v, Migration, "a custom manager says \"customType\": \"regex\" now")
		v.put("customType", v.likeString("regex"))
	}
	for _, now := range v.keys {
		m.inside(now.name, now.val)
	}
	if parent != "packageRules" {
		languageRules(v)
		m.collectRules(v)
	}
}

func (m *migrator) inside(name string, v *value) {
	switch o := optionNamed(name); {
	case o != nil && o.Free: // its keys are the user's names, and no options
	case v.isObject():
		m.migrate(v, name)
	case v.isList():
		for i, item := range v.list {
			switch {
			case item.isObject():
				m.migrate(item, name)
			case item.isString():
				v.list[i] = m.word(name, item)
			}
		}
		if name == "extends" || name == "ignorePresets" {
			v.list = slices.DeleteFunc(v.list, func(p *value) bool { return p.isString() && p.str == "" })
		}
	}
}

func (m *migrator) note(old member, what string) {
	m.rep.key(old, Migration, "%q %s", old.name, what)
}

// renamed are options that are called differently today.
var renamed = map[string]string{
	"aliases": "registryAliases", "allowedPostUpgradeCommands": "allowedCommands", "azureAutoApprove": "autoApprove",
	"baseBranches": "baseBranchPatterns", "baseBranch": "baseBranchPatterns", "binaryDir": "cacheDir", "compatibility": "constraints", "customChangelogUrl": "changelogUrl",
	"endpoints": "hostRules", "excludedPackageNames": "excludePackageNames", "exposeEnv": "exposeAllEnv", "gitLabAutomerge": "platformAutomerge",
	"ignoreNpmrcFile": "npmrc", "lookupNameTemplate": "packageNameTemplate", "managerBranchPrefix": "additionalBranchPrefix",
	"masterIssue": "dependencyDashboard", "masterIssueApproval": "dependencyDashboardApproval", "masterIssueAutoclose": "dependencyDashboardAutoclose",
	"masterIssueFooter": "dependencyDashboardFooter", "masterIssueHeader": "dependencyDashboardHeader", "masterIssueTitle": "dependencyDashboardTitle",
	"multipleMajorPrs": "separateMultipleMajor", "separateMajorReleases": "separateMajorMinor", "separateMultipleMajorReleases": "separateMultipleMajor",
	"separatePatchReleases": "separateMinorPatch", "regexManagers": "customManagers", "versionScheme": "versioning", "versionStrategy": "rangeStrategy",
	"logFileLevel": "logContext", "adoptium-java": "java-version", "renovate-config-presets": "renovate-config", "raisePrs": "enabled",
	"requiredVersions": "allowedVersions", "rebaseConflictedPrs": "rebaseWhen", "rebaseStalePrs": "rebaseWhen", "recreateClosed": "recreateWhen", "stabilityDays": "minimumReleaseAge",
}

// removed are options that mean nothing any more.
var removed = []string{
	"allowCommandTemplating", "allowPostUpgradeCommandTemplating", "deepExtract", "gitFs", "groupBranchName", "groupCommitMessage", "groupPrBody",
	"groupPrTitle", "lazyGrouping", "maintainYarnLock", "raiseDeprecationWarnings", "statusCheckVerify", "supportPolicy", "transitiveRemediation",
	"yarnCacheFolder", "yarnMaintenanceBranchName", "yarnMaintenanceCommitMessage", "yarnMaintenancePrBody", "yarnMaintenancePrTitle",
}

// rename handles what only changed its name, or its name and its form.
func (m *migrator) rename(v *value, old member, parent string) bool {
	now, ok := renamed[old.name]
	if !ok || knownManager(old.name) || parent == "hostRules" {
		return false
	}
	val := old.val
	switch old.name {
	case "baseBranch":
		val = val.likeList(val)
	case "endpoints":
		if !val.isList() {
			return false
		}
	case "stabilityDays":
		if val.kind != json5.Number {
			return false
		}
		text := val.str + " days"
		if val.num == 1 {
			text = "1 day"
		}
		val = val.likeString(text)
		if old.val.num == 0 {
			val = val.likeNull()
		}
	case "recreateClosed":
		val = val.likeString(map[bool]string{true: "always", false: "auto"}[val.isTrue()])
	case "rebaseStalePrs":
		val = choose(val, "behind-base-branch", "conflicted", "auto")
	case "rebaseConflictedPrs":
		if !val.isFalse() {
			v.remove(old.name)
			m.note(old, "is the default and is left out")
			return true
		}
		val = val.likeString("never")
	case "ignoreNpmrcFile":
		val = val.likeString("")
	}
	v.remove(old.name)
	m.note(old, "is called \""+now+"\" now")
	if v.get(now) == nil {
		v.set(now, old.off, val)
	} else if existing := v.get(now); existing.isList() && val.isList() && mergeable(now) {
		existing.list = append(existing.list, val.list...)
	}
	return true
}

// choose returns one of three texts for true, false and null.
func choose(v *value, yes, no, null string) *value {
	switch {
	case v.isTrue():
		return v.likeString(yes)
	case v.isNull():
		return v.likeString(null)
	}
	return v.likeString(no)
}

// word rewrites one string of a list.
func (m *migrator) word(option string, v *value) *value {
	now, ok := v.str, false
	switch option {
	case "extends", "ignorePresets":
		now, ok = presetNow(v.str)
	case "matchManagers", "enabledManagers":
		if slices.Contains(customManagers, v.str) {
			now, ok = "custom."+v.str, true
		} else if v.str == "renovate-config-presets" {
			now, ok = "renovate-config", true
		}
	case "matchDatasources":
		if v.str == "adoptium-java" {
			now, ok = "java-version", true
		}
	}
	if !ok {
		return v
	}
	if now == "" {
		m.rep.at(v, Migration, "%q does not exist any more and is left out", v.str)
	} else {
		m.rep.at(v, Migration, "%q is called %q now", v.str, now)
	}
	return v.likeString(now)
}

// presets that are called differently today; "" for those that are gone.
var presetRenames = map[string]string{
	"config:base": "config:recommended", ":base": "config:recommended", "config:application": "config:js-app", "config:library": "config:js-lib",
	":app": "config:js-app", ":library": "config:js-lib", "config:base-js": "config:recommended", ":masterIssue": ":dependencyDashboard",
	":masterIssueApproval": ":dependencyDashboardApproval", ":unpublishSafe": "security:minimumReleaseAgeNpm", "npm:unpublishSafe": "security:minimumReleaseAgeNpm",
	":unpublishSafeDisabled": "", "default:unpublishSafe": "security:minimumReleaseAgeNpm", "group:kubernetes": "group:kubernetesMonorepo",
	"helpers:oddIsUnstable": "", "helpers:oddIsUnstablePackages": "", "helpers:followTypescriptNext": ":followTag(typescript, next)",
	"helpers:followTypescriptRc": ":followTag(typescript, rc)", ":autodetectPinVersions": "", ":automergeBranchMergeCommit": ":automergeBranch", ":automergeBranchPush": ":automergeBranch",
	":enableGradle": "", ":disableLockFiles": "", ":js-app": "config:js-app", ":library-js": "config:js-lib", ":openSignedCommits": "", ":gitSignOff()": ":gitSignOff",
	":onlyNpm": "", ":maintainLockFilesYarn": ":maintainLockFilesWeekly", "default:automergeBranchPush": ":automergeBranch", "github>whitesource/merge-confidence:beta": "mergeConfidence:all-badges",
	"docker:enable": "", "default:onlyNpm": "", "workarounds:mavenCommonsAncientVersion()": "workarounds:mavenCommonsAncientVersion",
	"regexManagers:biomeVersions": "customManagers:biomeVersions", "group:jsUnitTestNonMajor()": "group:jsUnitTestNonMajor",
}

func presetNow(name string) (now string, ok bool) {
	if now, ok = presetRenames[name]; ok {
		return now, true
	}
	if rest, found := strings.CutPrefix(name, "regexManagers:"); found {
		return "customManagers:" + rest, true
	}
	if rest, found := strings.CutPrefix(name, "default:"); found {
		return ":" + rest, false
	}
	return name, false
}
