package templating_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/source"
)

func TestScenario01CleanUpdate(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f.txt.jinja": "hi {{ name }}\nb\nc\nd\ne\nf\ng\nh\n", "run.sh": "echo\n", "old": "x\n"})
	w.release("base", "v1.1.0", files{"f.txt.jinja": "hi {{ name }}\nb\nc\nd\ne\nf\ng\nH\n", "run.sh": "#!/bin/sh\n", "old": "", "CHANGELOG.md": "# Changes\n\n## [1.1.0] - 2026-01-01\n\nCapitals @all\n\n## [1.0.0]\n\nFirst\n"})
	out := w.update(templating.Job{To: "v1.1.0", Tree: tree(files{
		".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"),
		"f.txt":               "HI demo\nb\nc\nd\ne\nf\ng\nh\n", "run.sh": "echo\n", "old": "x\n", "mine": "untouched\n",
	})})
	if out.Reason != nil {
		t.Fatalf("reason %+v\n%s", out.Reason, out.Log)
	}
	if diff := cmp.Diff([]string{"D old", "M .copier-answers.yml", "M CHANGELOG.md", "M f.txt", "X run.sh"}, changed(out)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if got, want := out.Changes["f.txt"].Text, "HI demo\nb\nc\nd\ne\nf\ng\nH\n"; got != want {
		t.Errorf("f.txt is %q, want %q", got, want)
	}
	if got, want := out.Changes[".copier-answers.yml"].Text, answers("base", "v1.1.0", "name: demo\n"); !strings.HasSuffix(got, want) {
		t.Errorf("answers file is %q, want %q", got, want)
	}
	if len(out.Conflicts)+len(out.Holds)+len(out.Answers) > 0 {
		t.Errorf("a clean update has %+v, %v, %v", out.Conflicts, out.Holds, out.Answers)
	}
	if len(out.Notes) != 1 || out.Notes[0].Version != "v1.1.0" || out.Notes[0].Text != "Capitals @all" {
		t.Errorf("notes %+v", out.Notes)
	}
	t.Log(out.Took, out.Enforced)
}

func TestScenario02ConflictIsFoundAlthoughCopierEndsWell(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "d.yml": "a\nb\nimage: x:1\nd\ne\n", ".github/workflows/ci.yml": "on: push\njobs: 1\nx: y\n"})
	w.release("base", "v1.1.0", files{"d.yml": "a\nb\nimage: x:2\nd\ne\n", "n.txt": "template\n", ".github/workflows/ci.yml": "on: push\njobs: 2\nx: y\n"})
	out := w.update(templating.Job{To: "v1.1.0", Tree: tree(files{
		".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "n.txt": "project\n",
		"d.yml": "a\nb\nimage: x:local\nd\ne\n", ".github/workflows/ci.yml": "on: push\njobs: local\nx: y\n",
	})})
	want := []templating.Conflict{
		{Path: ".github/workflows/ci.yml", Kind: templating.BothChanged, Kept: true,
			Excerpt: "<<<<<<< before updating\njobs: local\n||||||| last update\njobs: 1\n=======\njobs: 2\n>>>>>>> after updating\n"},
		{Path: "d.yml", Kind: templating.BothChanged,
			Excerpt: "<<<<<<< before updating\nimage: x:local\n||||||| last update\nimage: x:1\n=======\nimage: x:2\n>>>>>>> after updating\n"},
		{Path: "n.txt", Kind: templating.BothAdded,
			Excerpt: "<<<<<<< before updating\nproject\n||||||| last update\n=======\ntemplate\n>>>>>>> after updating\n"},
	}
	if diff := cmp.Diff(want, out.Conflicts); diff != "" {
		t.Errorf("conflicts (-want +got):\n%s\n%+v", diff, out.Reason)
	}
	if got, ok := out.Changes[".github/workflows/ci.yml"]; ok {
		t.Errorf("the workflow becomes %+v, although ours stays and nothing else changes in it", got)
	}
	if got := out.Changes["d.yml"]; got == nil || !strings.Contains(got.Text, "=======\n") {
		t.Errorf("d.yml is %+v, want markers", got)
	}
}

func TestScenario03SameChangeOnBothSidesIsNoConflict(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "d.yml": "a\nb\nc\n"})
	w.release("base", "v1.1.0", files{"d.yml": "a\nB\nc\n"})
	out := w.update(templating.Job{To: "v1.1.0", Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "d.yml": "a\nB\nc\n"})})
	if diff := cmp.Diff([]string{"M .copier-answers.yml"}, changed(out)); diff != "" || len(out.Conflicts) > 0 {
		t.Errorf("changes (-want +got):\n%s\nconflicts %+v", diff, out.Conflicts)
	}
}

func TestScenario04NewQuestionNeedsAnAnswer(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
	w.release("base", "v2.0.0", files{"copier.yml": "name: demo\nteam:\n  type: str\n  help: Who owns it?\n  choices: [core, web]\n", "f": "2\n"})
	job := templating.Job{To: "v2.0.0", Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": "1\n"})}
	out := w.update(job)
	if code(out) != copier.NeedsAnswer || out.Changes != nil {
		t.Fatalf("outcome %+v, want the reason needs-answer", out)
	}
	want := []copier.Question{{Name: "team", Type: "str", Help: "Who owns it?", Choices: []string{"core", "web"}}}
	if diff := cmp.Diff(want, out.Reason.Questions); diff != "" {
		t.Errorf("question (-want +got):\n%s", diff)
	}
	job.Data, job.Audit = map[string]any{"team": "core"}, audit.Block
	out = w.update(job)
	if code(out) != "" || !strings.Contains(out.Changes[".copier-answers.yml"].Text, "team: core\n") || len(out.Holds) > 0 {
		t.Errorf("with the answer: %+v", out)
	}
}

func TestScenario05ReplacedAnswerHoldsTheMerge(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f.jinja": "{{name}}\n"})
	w.release("base", "v2.0.0", files{"copier.yml": "name:\n  type: str\n  choices: [x, y]\n  default: x\n"})
	out := w.update(templating.Job{To: "v2.0.0", Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": "demo\n"})})
	if diff := cmp.Diff([]templating.AnswerChange{{Key: "name", Old: "demo", New: "x"}}, out.Answers); diff != "" || len(out.Holds) != 1 {
		t.Errorf("answers (-want +got):\n%s\nholds %v, reason %+v", diff, out.Holds, out.Reason)
	}
}

func TestScenario06TrustLevels(t *testing.T) {
	w := newWorld(t)
	w.release("tasks", "v1.0.0", files{"copier.yml": "name: demo\n_tasks: ['touch ran']\n", "f": "1\n"})
	w.release("tasks", "v1.1.0", files{"copier.yml": "name: demo\n_tasks: ['touch ran-anew']\n", "f": "2\n"})
	w.release("migrating", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
	w.release("migrating", "v2.0.0", files{"copier.yml": "name: demo\n_migrations:\n  - version: v2.0.0\n    command: touch migrated-$STAGE\n  - version: v1.0.0\n    command: touch never\n", "f": "2\n"})
	w.release("extended", "v1.0.0", files{"copier.yml": "name: demo\n_jinja_extensions: [none.Such]\n", "f": "1\n"})
	w.release("extended", "v1.1.0", files{"f": "2\n"})
	for _, tt := range []struct {
		template, to string
		trust        templating.Trust
		want         copier.Code
		changed      []string
	}{
		{"tasks", "v1.1.0", templating.Never, copier.NeedsTrust, nil},
		{"tasks", "v1.1.0", templating.Render, "", []string{"M .copier-answers.yml", "M f"}},
		{"tasks", "v1.1.0", templating.Sandbox, "", []string{"M .copier-answers.yml", "M f", "M ran-anew"}},
		{"tasks", "v1.1.0", templating.Full, "", []string{"M .copier-answers.yml", "M f", "M ran-anew"}},
		{"migrating", "v2.0.0", templating.Render, copier.NeedsTrust, nil},
		{"migrating", "v2.0.0", templating.Sandbox, "", []string{"M .copier-answers.yml", "M f", "M migrated-after"}},
		{"extended", "v1.1.0", templating.Render, copier.NeedsTrust, nil},
		{"extended", "v1.1.0", templating.Sandbox, copier.ExtensionMissing, nil},
	} {
		t.Run(tt.template+" "+string(tt.trust), func(t *testing.T) {
			t.Parallel()
			out, err := w.Update(t.Context(), templating.Job{To: tt.to, Answers: ".copier-answers.yml", Trust: tt.trust, Tree: tree(files{
				".copier-answers.yml": answers(tt.template, "v1.0.0", "name: demo\n"), "f": "1\n",
			})})
			if err != nil {
				t.Fatal(err)
			}
			if code(out) != tt.want {
				t.Errorf("reason %+v, want %q\n%s", out.Reason, tt.want, out.Log)
			}
			if diff := cmp.Diff(tt.changed, changed(out)); diff != "" {
				t.Errorf("changes (-want +got):\n%s\n%s", diff, out.Log)
			}
		})
	}
}

func TestScenario08FailingTaskLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
	w.release("base", "v1.1.0", files{"copier.yml": "name: demo\n_tasks: ['echo oh no >&2; false']\n", "f": "2\n"})
	out := w.update(templating.Job{To: "v1.1.0", Trust: templating.Sandbox, Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": "1\n"})})
	if code(out) != copier.TaskFailed || out.Changes != nil || !strings.Contains(out.Log, "oh no") {
		t.Errorf("outcome %+v", out)
	}
}

func TestScenario12AnswersFileInAFolder(t *testing.T) {
	for name, tt := range map[string]struct {
		setting, answers string
		others           files
		want             []string
	}{
		"named by the template": {"_answers_file: .config/copier/base.yml\n", ".config/copier/base.yml", nil, []string{"M .config/copier/base.yml", "M f.txt", "M new.txt"}},
		"named by the user":     {"", ".config/copier/base.yml", nil, []string{"M .config/copier/base.yml", "M f.txt", "M new.txt"}},
		"templated name":        {"_answers_file: .config/{{ name }}.yml\n", ".config/demo.yml", nil, []string{"M .config/demo.yml", "M f.txt", "M new.txt"}},
		"project in a folder": {"", "svc/a/.copier-answers.yml", files{"f.txt": "top\n"},
			[]string{"M svc/a/.copier-answers.yml", "M svc/a/f.txt", "M svc/a/new.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.release("base", "v1.0.0", files{"copier.yml": tt.setting + "name: demo\n", "f.txt": "1\n"})
			w.release("base", "v1.1.0", files{"f.txt": "2\n", "new.txt": "n\n"})
			project := files{tt.answers: answers("base", "v1.0.0", "name: demo\n"), "f.txt": "1\n"}
			if strings.HasPrefix(tt.answers, "svc/") {
				project["svc/a/f.txt"], project["svc/b/f.txt"] = "1\n", "1\n"
			}
			for p, text := range tt.others {
				project[p] = text
			}
			out := w.update(templating.Job{To: "v1.1.0", Answers: tt.answers, Tree: tree(project)})
			if diff := cmp.Diff(tt.want, changed(out)); diff != "" {
				t.Errorf("changes (-want +got):\n%s\n%+v\n%s", diff, out.Reason, out.Log)
			}
		})
	}
	t.Run("nowhere to be seen", func(t *testing.T) {
		w := newWorld(t)
		w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f.txt": "1\n"})
		w.release("base", "v1.1.0", files{"f.txt": "2\n"})
		out := w.update(templating.Job{To: "v1.1.0", Answers: "meta/base.yml", Tree: tree(files{"meta/base.yml": answers("base", "v1.0.0", "name: demo\n")})})
		if code(out) != templating.RootUnclear {
			t.Errorf("reason %+v, want root-unclear", out.Reason)
		}
	})
}

func TestScenario14MovingTag(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.2.3", files{"copier.yml": "name: demo\n", "f": "a\nb\nc\nd\ne\nf\n"}, "v1", "latest")
	src, err := source.Parse(prefix + "base.git")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Mirrors.Open(t.Context(), src); err != nil { // an earlier run, which saw v1 at v1.2.3
		t.Fatal(err)
	}
	seen := time.Now()
	w.release("base", "v1.3.0", files{"f": "A\nb\nc\nd\ne\nf\n"}, "v1", "latest")
	w.Mirrors = w.store()
	out := w.update(templating.Job{To: "v1.3.0", Committed: seen, Tree: tree(files{".copier-answers.yml": answers("base", "v1", "name: demo\n"), "f": "a\nb\nc\nd\ne\nlocal\n"})})
	if code(out) != "" || !strings.Contains(out.Changes[".copier-answers.yml"].Text, "_commit: v1.3.0\n") || out.Changes["f"].Text != "A\nb\nc\nd\ne\nlocal\n" {
		t.Errorf("outcome %+v\n%s", out, out.Log)
	}
	if len(out.Holds) != 1 || !strings.Contains(out.Holds[0], "has moved since") {
		t.Errorf("holds %v, want one about the tag", out.Holds)
	}
}

func TestScenario10LayersOneAfterTheOther(t *testing.T) {
	w := newWorld(t)
	var jobs []templating.Job
	project := files{}
	for _, name := range []string{"base", "backend", "deploy"} {
		w.release(name, "v1.0.0", files{"copier.yml": "_answers_file: .copier-answers." + name + ".yml\nname: demo\n", name + ".txt": "1\n"})
		w.release(name, "v2.0.0", files{name + ".txt": "2\n"})
		project[".copier-answers."+name+".yml"], project[name+".txt"] = answers(name, "v1.0.0", "name: demo\n"), "1\n"
		jobs = append(jobs, templating.Job{Answers: ".copier-answers." + name + ".yml", To: "v2.0.0"})
	}
	jobs[0].Tree = tree(project)
	outs, err := w.UpdateAll(t.Context(), jobs)
	if err != nil || len(outs) != 3 {
		t.Fatalf("%d outcomes, error %v", len(outs), err)
	}
	for i, name := range []string{"base", "backend", "deploy"} {
		if diff := cmp.Diff([]string{"M .copier-answers." + name + ".yml", "M " + name + ".txt"}, changed(outs[i])); diff != "" {
			t.Errorf("layer %s (-want +got):\n%s\n%+v", name, diff, outs[i].Reason)
		}
	}
}

func TestScenario18ReasonsThatDifferAndDoNotStopOthers(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
	w.release("base", "v1.1.0", files{"f": "2\n"})
	w.release("lfs", "v1.0.0", files{".gitattributes": "*.bin filter=lfs diff=lfs\n"})
	w.release("lfs", "v1.1.0", files{"f": "2\n"})
	w.release("bomb", "v1.0.0", files{"f": "1\n", "copier.yml": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b\n"})
	w.release("bomb", "v1.1.0", files{"f": "2\n"})
	w.release("future", "v1.0.0", files{"f": "1\n"})
	w.release("future", "v1.1.0", files{"copier.yml": "_min_copier_version: '99.0'\nname: demo\n"})
	for _, tt := range []struct {
		name, answers, to string
		want              copier.Code
	}{
		{"new version is gone", answers("base", "v1.0.0"), "v9.9.9", copier.RefMissing},
		{"old version is gone", answers("base", "v0.9.0"), "v1.1.0", templating.OldRefMissing},
		{"template is gone", answers("nowhere", "v1.0.0"), "v1.1.0", copier.Unreachable},
		{"no _commit", "_src_path: " + prefix + "base.git\n", "v1.1.0", copier.NoReferences},
		{"not YAML", "a: [\n", "v1.1.0", templating.BadAnswersFile},
		{"template on a disk", "_src_path: /home/bob/template\n_commit: v1.0.0\n", "v1.1.0", templating.LocalTemplate},
		{"not git to Copier", "_src_path: https://git.example.test/acme/base\n_commit: v1.0.0\n", "v1.1.0", templating.BadSource},
		{"older", answers("base", "v1.1.0"), "v1.0.0", copier.Downgrade},
		{"the same", answers("base", "v1.1.0"), "v1.1.0", templating.NoUpdate},
		{"an option for a version", answers("base", "v1.0.0"), "--upload-pack=x", copier.RefMissing},
		{"large files", answers("lfs", "v1.0.0"), "v1.1.0", templating.LargeFiles},
		{"broken copier.yml", answers("bomb", "v1.0.0"), "v1.1.0", copier.BadTemplate},
		{"newer Copier needed", answers("future", "v1.0.0"), "v1.1.0", copier.CopierTooOld},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := w.Update(t.Context(), templating.Job{Answers: ".copier-answers.yml", To: tt.to, Tree: tree(files{".copier-answers.yml": tt.answers, "f": "1\n"})})
			if err != nil || code(out) != tt.want || out.Reason.Text == "" {
				t.Errorf("reason %+v, error %v, want %q", out.Reason, err, tt.want)
			}
		})
	}
}

func TestScenario19EverySpellingReachesTheMirror(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
	w.release("base", "v1.1.0", files{"f": "2\n"})
	for _, src := range []string{
		"git@git.example.test:acme/base.git", "git+ssh://git@git.example.test/acme/base.git", "ssh://git@git.example.test/acme/base.git",
		"git+https://git.example.test/acme/base", "https://bob:s3cr3t-token@git.example.test/acme/base.git", "git://git.example.test/acme/base.git",
	} {
		t.Run(src, func(t *testing.T) {
			t.Parallel()
			out, err := w.Update(t.Context(), templating.Job{Answers: ".copier-answers.yml", To: "v1.1.0", Tree: tree(files{
				".copier-answers.yml": "_commit: v1.0.0\n_src_path: " + src + "\nname: demo\n", "f": "1\n",
			})})
			if err != nil || code(out) != "" || out.Source != "git.example.test/acme/base" {
				t.Fatalf("outcome %+v, error %v", out, err)
			}
			all := out.Log + strings.Join(out.Warnings, " ") + out.Source + out.Enforced
			if strings.Contains(all, "s3cr3t") {
				t.Errorf("the token shows in %q", all)
			}
			if secret := strings.Contains(src, "s3cr3t"); secret != (len(out.Warnings) == 1) {
				t.Errorf("warnings %q", out.Warnings)
			}
		})
	}
}

func TestFromACommitOfARepository(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
	w.release("base", "v1.1.0", files{"f": "2\n", "link": "-> f"})
	w.release("../project", "", files{answersTemplate: "-", ".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": "1\n", "run": "#!/bin/sh\n", "l": "-> f"})
	dir := filepath.Join(w.dir, "project.git")
	out := w.update(templating.Job{To: "v1.1.0", Tree: templating.Tree{GitDir: dir, Commit: w.run(gitIn(dir, "rev-parse", "main"))}})
	if diff := cmp.Diff([]string{"M .copier-answers.yml", "M f", "M link"}, changed(out)); diff != "" {
		t.Errorf("changes (-want +got):\n%s\n%+v", diff, out.Reason)
	}
}

func TestScenario20ManyRepositoriesShareOneFetch(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
	w.release("base", "v1.1.0", files{"f": "2\n"})
	src, err := source.Parse(prefix + "base.git")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Mirrors.Open(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(w.dir, "templates")); err != nil { // the server is off from now on
		t.Fatal(err)
	}
	errs := make(chan string, 6)
	for range cap(errs) {
		go func() {
			out, err := w.Update(context.Background(), templating.Job{Answers: ".copier-answers.yml", To: "v1.1.0", Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": "1\n"})})
			switch {
			case err != nil:
				errs <- err.Error()
			case out.Reason != nil:
				errs <- out.Reason.Text
			default:
				errs <- ""
			}
		}()
	}
	for range cap(errs) {
		if text := <-errs; text != "" {
			t.Error(text)
		}
	}
}

func TestOnlyFullVersionsOfTheTemplateAreRecorded(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"}, "v1", "release-1")
	w.release("base", "v1.1.0", files{"f": "2\n"}, "v1", "v1.1", "stable")
	out := w.update(templating.Job{To: "v1.1.0", Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": "1\n"})})
	if code(out) != "" || !strings.Contains(out.Changes[".copier-answers.yml"].Text, "_commit: v1.1.0\n") {
		t.Errorf("outcome %+v", out)
	}
}
