package updater_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	schemes "github.com/currant-bot/currant/datasources/versioning/all"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

func TestMain(m *testing.M) {
	sandbox.Main(os.Args)
	os.Exit(m.Run())
}

const tasks = `"postUpgradeTasks": {"commands": ["python3 tool.py {{{depName}}} {{{newVersion}}}", "touch evil"], "fileFilters": ["*.md", "*.log"],
	"dataFileTemplate": "{{#each upgrades}}{{depName}} {{/each}}"}`

// withScripts gives w a repository whose configuration wants commands to be run, and an operator.
func withScripts(t *testing.T, options, operator string) *world {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, map[string]string{
		"renovate.json": `{"prHourlyLimit": 0, "automerge": true, "packageRules": [{"matchUpdateTypes": ["major"], "enabled": false}], ` + options + `}`,
		"Dockerfile":    "FROM redis:7.0\n", "db/Dockerfile": "FROM postgres:15.1\n", "old.md": "old",
		"tool.py": "import os, sys, time\nopen('NOTES.md', 'w').write('%s %s %s %s\\n' % (sys.argv[1], sys.argv[2], open(os.environ['RENOVATE_POST_UPGRADE_COMMAND_DATA_FILE']).read(), open('Dockerfile').read().strip()))\n" +
			"open('when.md', 'w').write(str(time.time()))\nopen('other.txt', 'w').write('x')\nos.remove('old.md')\n",
	})
	w.global = operator
	w.keeper = lockfile.New(lockfile.Options{
		Box: sandbox.New(exe), Environ: []string{"PATH=/usr/bin:/bin"}, Scratch: filepath.Join(w.cache, "work"), Versions: schemes.Schemes,
		Limits: lockfile.Limits(), Now: time.Now, // it keeps no results: what is remembered must do
	})
	return w
}

// TestPostUpgradeTasks: what is allowed runs once, on the changed files; what it makes of the files that it may change is part of the branch. What is
// not allowed is said, and the pull request does not merge by itself.
func TestPostUpgradeTasks(t *testing.T) {
	w := withScripts(t, tasks, `{"allowedCommands": ["^python3 tool\\.py [a-z]+ [0-9.]+$"]}`)
	w.clean()
	read := func(branch, path string) string {
		text, err := w.ReadFile(shop, branch, path)
		if err != nil {
			return "none"
		}
		return text
	}
	if got := read("renovate/redis-7.x", "NOTES.md"); got != "redis 7.2 redis  FROM redis:7.2\n" {
		t.Errorf("NOTES.md: %q", got)
	}
	for _, path := range []string{"other.txt", "evil", "old.md"} {
		if got := read("renovate/redis-7.x", path); got != "none" {
			t.Errorf("%s is %q", path, got)
		}
	}
	when := read("renovate/redis-7.x", "when.md")
	w.settled()
	if got := read("renovate/redis-7.x", "when.md"); got != when {
		t.Error("the commands ran again")
	}
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		if !strings.Contains(p.Body, "`touch evil` was not run: it matches none of the operator's allowedCommands (renovate.json:1 (postUpgradeTasks))") {
			t.Errorf("%s does not say what was not run:\n%s", p.Branch, p.Body)
		}
	}
	for _, p := range pulls {
		p.Body = strings.Replace(p.Body, "- [ ] <!-- rebase-check -->", "- [x] <!-- rebase-check -->", 1)
		w.must(w.EditPull(shop, p))
	}
	w.clean()
	if got := read("renovate/redis-7.x", "when.md"); got == when {
		t.Error("the box is ticked, and the commands did not run")
	}
	w.green()
	r, _, err := w.pass(t.Context())
	w.must(err)
	for _, o := range r.Outcomes {
		if o.Result == plan.Merge {
			t.Errorf("%s merges by itself", o.Branch)
		}
	}
	if n := strings.Count(strings.Join(w.lines, "\n"), "Update redis Docker tag"); n == 0 {
		t.Error("nothing says that the branch is made")
	}
}

// TestPostUpgradeTasksMerge: where all that was wanted ran, nothing stands in the way of a merge, for a whole branch too.
func TestPostUpgradeTasksMerge(t *testing.T) {
	w := withScripts(t, `"groupName": "all", `+strings.Replace(strings.Replace(tasks, `, "touch evil"`, "", 1), `"fileFilters"`, `"executionMode": "branch", "fileFilters"`, 1), `{"allowedCommands": ["^python3"]}`)
	w.clean()
	pulls, err := w.Pulls(shop)
	w.must(err)
	if len(pulls) != 1 {
		t.Fatalf("%d pull requests", len(pulls))
	}
	if got, err := w.ReadFile(shop, pulls[0].Branch, "NOTES.md"); err != nil || !strings.HasPrefix(got, "postgres redis ") { // two arguments of one
		t.Errorf("%q, %v", got, err)
	}
	w.green()
	r, _, err := w.pass(t.Context())
	if got := results(r)[pulls[0].Branch]; err != nil || got != plan.Merge {
		t.Errorf("%s, %v: %+v", got, err, r.Outcomes)
	}
}

// TestCommandsThatFail: the branch is there all the same, says it, and does not merge by itself; a command that undoes the update is found out.
func TestCommandsThatFail(t *testing.T) {
	for _, x := range []struct{ name, command, want string }{
		{"fails", "false", "`false` failed: it ended with exit code 1"},
		{"undoes", "cp old.md Dockerfile", "After the commands ran, `Dockerfile` does not have the wanted update of redis any more"},
	} {
		w := withScripts(t, `"ignoreDeps": ["postgres"], "postUpgradeTasks": {"commands": ["`+x.command+`"]}`, `{"allowedCommands": ["."]}`)
		w.clean()
		w.green()
		r, _, err := w.pass(t.Context())
		w.must(err)
		pulls, err := w.Pulls(shop)
		w.must(err)
		if len(pulls) != 1 || !strings.Contains(pulls[0].Body, x.want) || pulls[0].State != "open" {
			t.Errorf("%s: %v: %+v", x.name, results(r), pulls)
		}
	}
}

// Without an operator who allows commands none runs, whatever the repository says; a secret never gets into one.
func TestCommandsNeedTheOperator(t *testing.T) {
	for _, x := range []struct{ options, operator, want string }{
		{`"allowedCommands": ["."], "postUpgradeTasks": {"commands": ["touch x.md"]}`, `{}`, "`touch x.md` was not run: the operator allows no commands (allowedCommands)"},
		{`"postUpgradeTasks": {"commands": ["touch {{ secrets.KEY }}.md"]}`, `{"allowedCommands": ["."], "secrets": {"KEY": "hunter2"}}`, "they hold a secret of the operator's, and commands get none"},
		{`"postUpgradeTasks": {"commands": ["touch x.md"], "workingDirTemplate": "../{{depName}}"}`, `{"allowedCommands": ["."]}`, "outside of the repository"},
	} {
		w := withScripts(t, `"ignoreDeps": ["postgres"], `+x.options, x.operator)
		w.clean()
		pulls, err := w.Pulls(shop)
		w.must(err)
		if len(pulls) != 1 || !strings.Contains(pulls[0].Body, x.want) || strings.Contains(pulls[0].Body, "hunter2") {
			t.Errorf("%s: %+v", x.options, pulls)
		}
		if _, err := w.ReadFile(shop, "renovate/redis-7.x", "x.md"); err == nil {
			t.Errorf("%s: it ran", x.options)
		}
	}
}
