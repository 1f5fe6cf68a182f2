package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// A seed is a repository of the world in which both programs work.
type seed struct {
	name   string
	files  map[string]string
	config string // renovate.json; "" for none
	extra  func(*githubtest.Server, string) error
}

// young are the ages of releases that have not come of age.
var young = map[string]map[string]time.Duration{"fresh-pad": {"1.1.0": 36 * time.Hour, "2.0.0": time.Hour}}

// versions are those of every package.
var versions = []string{"1.0.0", "1.0.1", "1.1.0", "2.0.0", "3.0.0-rc.1"}

// images are the tags of every image.
var images = map[string][]string{
	"team/base": {"1.0", "1.1", "2.0"}, "team/run": {"1.0.0", "1.0.1", "1.1.0", "latest"}, "team/side": {"1.0.0", "1.0.1", "2.0.0"},
	"team/cache": {"1.0.0", "1.0.0-alpine", "1.2.0-alpine", "1.3.0"},
}

// seeds are the repositories. Each is about something else that a team configures.
func seeds() []seed {
	return []seed{
		{"acme/renovate-config", map[string]string{"default.json": sharedPreset}, "", nil},
		{"actions/checkout", map[string]string{"action.yml": "name: checkout\n"}, "", tags("v3", "v3.1.0", "v4", "v4.0.0", "v4.2.0")},
		{"acme/web", map[string]string{"package.json": npm(`"left-pad": "1.0.0", "right-pad": "^1.0.0", "bottom-pad": "1.0.0", "frozen-pad": "1.0.0"`, `"ruler": "1.0.0"`)}, webConfig, semantic},
		{"acme/image", map[string]string{"Dockerfile": dockerfile, "deploy/docker-compose.yml": compose, "chart/values.yaml": "image:\n  repository: registry.example.test/team/side\n  tag: 1.0.0\n"}, imageConfig, nil},
		{"acme/workflows", map[string]string{".github/workflows/ci.yml": workflow}, `{"extends": ["config:recommended", "helpers:pinGitHubActionDigests"], "prHourlyLimit": 0}`, nil},
		{"acme/ask", map[string]string{"package.json": npm(`"left-pad": "1.0.0", "late-pad": "1.0.0", "fresh-pad": "1.0.0", "odd-pad": "1.0.0"`, "")}, askConfig(), nil},
		{"acme/limited", map[string]string{"package.json": npm(`"left-pad": "1.0.0", "top-pad": "1.0.0"`, "")}, limitedConfig, nil},
		{"acme/merge", map[string]string{"package.json": npm(`"left-pad": "1.0.0"`, "")}, mergeConfig, protected},
		{"acme/quick", map[string]string{"package.json": npm(`"left-pad": "1.0.0"`, "")}, quickConfig, nil},
		{"acme/release", map[string]string{"package.json": npm(`"left-pad": "1.0.0"`, "")}, releaseConfig, production},
	}
}

// npm is a package.json with dependencies and development dependencies, each as one line of JSON.
func npm(dependencies, development string) string {
	lines := func(s string) string { return strings.ReplaceAll(s, `", "`, "\",\n    \"") }
	out := "{\n  \"name\": \"app\",\n  \"private\": true,\n  \"dependencies\": {\n    " + lines(dependencies) + "\n  }"
	if development != "" {
		out += ",\n  \"devDependencies\": {\n    " + lines(development) + "\n  }"
	}
	return out + "\n}\n"
}

const (
	sharedPreset = `{"extends": ["config:recommended", ":semanticCommits"], "prHourlyLimit": 0, "labels": ["dependencies"], "assignees": ["ann"]}`

	webConfig = `{
  "extends": ["local>acme/renovate-config"],
  "reviewers": ["bob", "team:web"],
  "ignoreDeps": ["frozen-pad"],
  "packageRules": [
    {"matchPackageNames": ["left-pad", "right-pad"], "matchUpdateTypes": ["minor", "patch"], "groupName": "Pads of the Sides"},
    {"matchUpdateTypes": ["major"], "addLabels": ["major"]},
    {"matchDepTypes": ["devDependencies"], "commitMessageTopic": "our {{depName}}", "rangeStrategy": "pin", "semanticCommitType": "test"},
    {"matchPackageNames": ["bottom-pad"], "separateMajorMinor": false, "prTitle": "Bottom to {{newVersion}}", "draftPR": true}
  ]
}
`

	dockerfile = `FROM registry.example.test/team/base:1.0 AS build
RUN make

FROM registry.example.test/team/run:1.0.0
COPY --from=build /app /app
`
	compose = `services:
  app:
    image: registry.example.test/team/run:1.0.0
  cache:
    image: "registry.example.test/team/cache:1.0.0-alpine"
`
	imageConfig = `{"extends": ["config:recommended", "docker:pinDigests"], "prHourlyLimit": 0, "commitMessagePrefix": "images:", "commitBody": "Reviewed-by: nobody yet"}`

	workflow = `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      - run: make
`
	limitedConfig = `{"extends": ["config:recommended"], "prConcurrentLimit": 1, "branchConcurrentLimit": 0, "prHourlyLimit": 0, "packageRules": [{"matchPackageNames": ["top-pad"], "prPriority": 5}]}`
	mergeConfig   = `{"extends": [":dependencyDashboard"], "automerge": true, "automergeStrategy": "squash", "platformAutomerge": false, "major": {"automerge": false}}`
	quickConfig   = `{"extends": [":dependencyDashboard"], "automerge": true, "automergeType": "branch", "commitMessageTopic": "package {{depName}}", "major": {"enabled": false}}`
	releaseConfig = `{"extends": ["config:recommended"], "baseBranchPatterns": ["main", "/^prod/"], "prHourlyLimit": 0, "packageRules": [{"matchBaseBranches": ["production"], "matchUpdateTypes": ["major"], "enabled": false}]}`
)

// askConfig is a configuration in which much waits: for a person, for a day of the week that is neither today nor next to it, for its age.
func askConfig() string {
	day := strings.ToLower(time.Now().UTC().AddDate(0, 0, 3).Weekday().String())
	return fmt.Sprintf(`{
  "extends": ["config:recommended", ":disableRateLimiting"],
  "branchPrefix": "bump/",
  "dependencyDashboardTitle": "Updates",
  "dependencyDashboardLabels": ["bot"],
  "separateMinorPatch": true,
  "major": {"dependencyDashboardApproval": true},
  "packageRules": [
    {"matchPackageNames": ["late-pad"], "schedule": ["on %s"]},
    {"matchPackageNames": ["fresh-pad"], "minimumReleaseAge": "3 days"},
    {"matchPackageNames": ["odd-pad"], "allowedVersions": "<1.1", "additionalBranchPrefix": "odd-", "branchTopic": "{{{depName}}}-{{{newVersion}}}"}
  ]
}
`, day)
}

// tags tags the repository's first commit.
func tags(names ...string) func(*githubtest.Server, string) error {
	return func(s *githubtest.Server, repo string) error {
		var err error
		for _, n := range names {
			err = errors.Join(err, s.Tag(repo, n, "main"))
		}
		return err
	}
}

// semantic gives a repository a history of semantic commits.
func semantic(s *githubtest.Server, repo string) error {
	for _, text := range []string{"one", "two", "three"} {
		if _, err := s.Commit(repo, "", map[string]string{"README.md": text}, "docs: "+text); err != nil {
			return err
		}
	}
	return nil
}

func protected(s *githubtest.Server, repo string) error {
	return s.SetProtection(repo, "main", &githubtest.Protection{Checks: []string{check}})
}

func production(s *githubtest.Server, repo string) error { return s.Branch(repo, "production", "main") }

// sow makes the repositories, at a time that is part of their commits' names.
func (w *world) sow(at time.Time) error {
	w.sown.Store(&at)
	defer w.sown.Store(nil)
	w.CreateUser("ann")
	w.CreateUser("bob")
	w.CreateTeam("acme", "web")
	if err := w.createBare(); err != nil {
		return err
	}
	w.onboarding, w.repos = true, append(w.repos, bare)
	for _, x := range seeds() {
		if x.config != "" {
			x.files["renovate.json"] = x.config
			w.repos = append(w.repos, x.name)
		}
		if err := w.CreateRepo(x.name, x.files); err != nil {
			return err
		}
		if x.extra == nil {
			continue
		}
		if err := x.extra(w.Server, x.name); err != nil {
			return fmt.Errorf("preparing %s: %w", x.name, err)
		}
	}
	return nil
}
