package templating_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/audit"
)

// Scenarios that are about the engine alone. Those with pull requests are in package updater; docs/template-updates.md lists all.

func TestScenario09MigrationsRunOnceAndAreTold(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
	w.release("base", "v2.0.0", files{"f": "2\n", "copier.yml": "name: demo\n_migrations:\n" +
		"  - version: v2.0.0\n    command: echo $STAGE >> log\n  - version: v1.0.0\n    command: echo never >> log\n"})
	job := templating.Job{To: "v2.0.0", Trust: templating.Sandbox, Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": "1\n", "log": ""})}
	out := w.update(job)
	if f := out.Changes["log"]; out.Reason != nil || f == nil || f.Text != "after\n" && f.Text != "before\nafter\n" {
		t.Errorf("reason %+v, log %+v", out.Reason, f)
	}
	if want := []string{"echo $STAGE >> log"}; !slices.Equal(out.Ran, want) {
		t.Errorf("told are %q, want %q", out.Ran, want)
	}
}

func TestScenario11PreferMergeTakesInWhatTheParentSays(t *testing.T) {
	w := newWorld(t)
	w.release("child", "v1.0.0", files{
		"copier.yml": "_answers_file: .copier-answers.child.yml\n_external_data:\n  parent: .copier-answers.parent.yml\nname: demo\n",
		"f.jinja":    "t={{ _external_data.parent.t | default('none') }}\n" + plain("f"), "g": plain("g"),
	})
	w.release("child", "v1.1.0", files{"g": newer("g")})
	child, parent := ".copier-answers.child.yml", ".copier-answers.parent.yml"
	w.release("../project", "", files{child: answers("child", "v1.0.0", "name: demo\n"), parent: "t: '1.2'\n", "f": "t=1.2\n" + plain("f"), "g": plain("g"), answersTemplate: "-"})
	w.release("../project", "", files{parent: "t: '9.9'\n", "f": "t=1.2\n" + edited("f")})
	project := templating.Tree{GitDir: w.dir + "/project.git"}
	project.Commit = w.run(gitIn(project.GitDir, "rev-parse", "main"))
	out := w.update(templating.Job{Answers: child, To: "v1.1.0", Audit: audit.Prefer, Tree: project})
	if f := out.Changes["f"]; f == nil || f.Text != "t=9.9\n"+edited("f") || len(out.Holds) > 0 {
		t.Errorf("f is %+v, holds %q, verdicts %+v, reason %+v", f, out.Holds, out.Audit, out.Reason)
	}
	if !slices.Equal(out.Reads, []string{parent}) {
		t.Errorf("it reads %q", out.Reads)
	}
}

func TestScenario11LayersAreRefreshed(t *testing.T) {
	w := newWorld(t)
	w.release("parent", "v1.0.0", files{"copier.yml": "_answers_file: .copier-answers.parent.yml\nname: demo\n", "p": "1\n"})
	w.release("parent", "v1.1.0", files{"copier.yml": "_answers_file: .copier-answers.parent.yml\nname: demo\nzone: eu\n"})
	for _, n := range []string{"child", "other"} {
		w.release(n, "v1.0.0", files{
			"copier.yml": "_answers_file: .copier-answers." + n + ".yml\nname: demo\n" + map[string]string{"child": "_external_data:\n  parent: .copier-answers.parent.yml\n"}[n],
			n + ".jinja": map[string]string{"child": "z={{ _external_data.parent.zone | default('none') }}\n", "other": "x\n"}[n] + plain(n),
		})
	}
	job := templating.Job{Answers: ".copier-answers.parent.yml", To: "v1.1.0", Tree: tree(files{
		".copier-answers.parent.yml": answers("parent", "v1.0.0", "name: demo\n"), "p": "1\n",
		".copier-answers.child.yml": answers("child", "v1.0.0", "name: demo\n"), "child": "z=none\n" + edited("child"),
		".copier-answers.other.yml": answers("other", "v1.0.0", "name: demo\n"), "other": "x\n" + plain("other"),
	})}
	out := w.update(job)
	all, err := w.Refresh(t.Context(), job, out, []string{".copier-answers.child.yml", ".copier-answers.other.yml"})
	if err != nil || len(all) != 2 || code(all[1]) != templating.NoUpdate {
		t.Fatalf("%+v, %v", all, err)
	}
	if f := all[0].Changes["child"]; f == nil || f.Text != "z=eu\n"+edited("child") || len(all[0].Holds) > 0 {
		t.Errorf("the layer is %+v, holds %q, verdicts %+v, reason %+v", f, all[0].Holds, all[0].Audit, all[0].Reason)
	}
}

func TestScenario13Monorepo(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f.jinja": "{{ name }}\n1\n"})
	w.release("base", "v1.1.0", files{"f.jinja": "{{ name }}\n2\n"})
	project := tree(files{
		"svc-a/.copier-answers.yml": answers("base", "v1.0.0", "name: a\n"), "svc-a/f": "a\n1\n",
		"svc-b/.copier-answers.yml": answers("base", "v1.0.0", "name: b\n"), "svc-b/f": "b\n1\n",
	})
	for _, name := range []string{"a", "b"} {
		dir := "svc-" + name
		out := w.update(templating.Job{Answers: dir + "/.copier-answers.yml", To: "v1.1.0", Audit: audit.Block, Tree: project})
		if got := changed(out); out.Root != dir || !slices.Equal(got, []string{"M " + dir + "/.copier-answers.yml", "M " + dir + "/f"}) || out.Changes[dir+"/f"].Text != name+"\n2\n" {
			t.Errorf("%s: root %q, changes %q, reason %+v", dir, out.Root, got, out.Reason)
		}
		if len(out.Holds) > 0 {
			t.Errorf("%s: holds %q", dir, out.Holds)
		}
	}
}

func TestScenario15And16PreferMergeKeepsWhatCopierLoses(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "ren": plain("r"), "del": plain("d"), "logo": "\x00\x01logo\n", "f": "1\n"})
	w.release("base", "v1.1.0", files{"ren": "", "renamed": plain("r"), "del": "", "f": "2\n"})
	project := files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "ren": edited("r"), "del": edited("d"), "logo": "\x00\x02mine\n", "f": "1\n"}
	out := w.update(templating.Job{To: "v1.1.0", Audit: audit.Prefer, Tree: tree(project)})
	if want := []string{"D ren", "M .copier-answers.yml", "M f", "M renamed"}; out.Reason != nil || !slices.Equal(changed(out), want) {
		t.Fatalf("changes %q, want %q; reason %+v", changed(out), want, out.Reason)
	}
	if got := out.Changes["renamed"].Text; got != edited("r") {
		t.Errorf("the edit is not in the renamed file: %q", got)
	}
	want := []templating.Conflict{{Path: "del", Kind: templating.DeletedThere, Kept: true}}
	if !slices.EqualFunc(out.Conflicts, want, func(a, b templating.Conflict) bool { return a.Path == b.Path && a.Kind == b.Kind && a.Kept == b.Kept }) || len(out.Holds) > 0 {
		t.Errorf("conflicts %+v, holds %q, verdicts %+v", out.Conflicts, out.Holds, out.Audit)
	}
}

// TestScenario24ResolvedOnce: what people made of a conflict in one repository is what the same conflict becomes in another.
func TestScenario24ResolvedOnce(t *testing.T) {
	w := newWorld(t)
	w.Resolutions = &templating.Resolutions{Dir: filepath.Join(w.dir, "resolutions")}
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "0\na\nb\nc\nd\n", ".github/workflows/x.yml": "a: 1\n"})
	w.release("base", "v1.1.0", files{"f": "0\na\ntheirs\nc\nd\n", ".github/workflows/x.yml": "a: theirs\n"})
	update := func(repo string) templating.Outcome {
		return w.update(templating.Job{To: "v1.1.0", Repository: repo, Tree: tree(files{
			".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": "0\na\nours\nc\nd\n", ".github/workflows/x.yml": "a: ours\n",
		})})
	}
	merged := func(repo, text string) {
		fsys := fstest.MapFS{".copier-answers.yml": {Data: []byte(answers("base", "v1.1.0"))}, "f": {Data: []byte(text)}, ".github/workflows/x.yml": {Data: []byte("a: both\n")}}
		if err := w.Resolutions.Learn(t.Context(), repo, fs.FS(fsys)); err != nil {
			t.Fatal(err)
		}
	}
	template := strings.TrimPrefix(prefix, "https://") + "base"
	if out := update("acme/p"); len(out.Conflicts) != 2 || w.Resolutions.Knows(template) != "" {
		t.Fatalf("%+v", out)
	}
	merged("acme/p", "0\na\nboth\nc\nd\nand a line of somebody's\n")
	known := w.Resolutions.Knows(template)
	out := update("acme/q")
	if out.Changes["f"].Text != "0\na\nboth\nc\nd\n" || out.Changes[".github/workflows/x.yml"].Text != "a: both\n" || len(out.Conflicts) != 0 || len(out.Settled) != 2 || len(out.Holds) != 2 || known == "" {
		t.Errorf("%+v\n%+v\nholds %q", out.Conflicts, out.Settled, out.Holds)
	}
	merged("acme/q", out.Changes["f"].Text)
	if out := update("acme/r"); len(out.Holds) != 0 || w.Resolutions.Knows(template) == known {
		t.Errorf("two have it, and still %q", out.Holds)
	}
	if out := update("other/p"); len(out.Conflicts) != 2 {
		t.Errorf("what is acme's got to others: %+v", out.Settled)
	}
}

// A release may stop asking for what it still renders by: Copier goes on with the answer of the past, and so does the audit.
func TestScenarioExtraAnswerThatNobodyAsksForAnyMore(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\nci: none\n", "{% if ci == 'hub' %}f{% endif %}.jinja": plain("f") + "{{ ci }}\n"})
	w.release("base", "v1.1.0", files{"copier.yml": "name: demo\n", "{% if ci == 'hub' %}f{% endif %}.jinja": newer("f") + "{{ ci }}\n"})
	out := w.update(templating.Job{To: "v1.1.0", Audit: audit.Prefer, Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "ci: hub\nname: demo\n"), "f": plain("f") + "hub\n"})})
	if f := out.Changes["f"]; f == nil || f.Text != newer("f")+"hub\n" || len(out.Holds) > 0 || len(out.Audit) > 0 {
		t.Errorf("f is %+v, holds %q, verdicts %+v, reason %+v", f, out.Holds, out.Audit, out.Reason)
	}
}

func TestScenarioExtraModesAdditionsAndKeptFiles(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "_skip_if_exists: [keep]\nname: demo\n", "run": "echo\n", "keep": "1\n"})
	w.release("base", "v1.1.0", files{"run": "#!/bin/sh\necho\n", "keep": "2\n", "both": "template\n"})
	out := w.update(templating.Job{To: "v1.1.0", Audit: audit.Block, Tree: tree(files{
		".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "run": "echo\n", "keep": "mine\n", "both": "project\n",
	})})
	if want := []string{"M .copier-answers.yml", "M both", "X run"}; !slices.Equal(changed(out), want) {
		t.Errorf("changes %q, want %q", changed(out), want)
	}
	if len(out.Conflicts) != 1 || out.Conflicts[0].Kind != templating.BothAdded {
		t.Errorf("conflicts %+v", out.Conflicts)
	}
}

// An answers file whose version was changed by hand claims an update that never was: everything the template changed since is missing.
func TestScenarioExtraVersionChangedByHand(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": plain("f"), "g": "1\n"})
	w.release("base", "v1.1.0", files{"f": newer("f")})
	w.release("base", "v1.2.0", files{"g": "2\n"})
	out := w.update(templating.Job{To: "v1.2.0", Audit: audit.Block, Tree: tree(files{
		".copier-answers.yml": answers("base", "v1.1.0", "name: demo\n"), "f": plain("f"), "g": "1\n",
	})})
	if f, touched := out.Changes["f"]; touched {
		t.Errorf("what counts as the repository's own was changed: %+v", f)
	}
	if out.Reason != nil || out.Changes["g"] == nil {
		t.Errorf("reason %+v, changes %q", out.Reason, changed(out))
	}
}
