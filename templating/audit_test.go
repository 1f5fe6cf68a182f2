package templating_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/audit"
)

// tenLines is a text of ten lines that is like no other name's; the last is one's own, the first another's.
func tenLines(name, first, last string) string {
	var b strings.Builder
	for i := range 10 {
		text := fmt.Sprintf("%s line %d", name, i)
		if i == 0 {
			text += first
		} else if i == 9 {
			text += last
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

// plain is a file as in the old version, edited as in the repository, newer as in the new version.
func plain(name string) string  { return tenLines(name, "", "") }
func edited(name string) string { return tenLines(name, "", " local") }
func newer(name string) string  { return tenLines(name, " changed", "") }

func windows(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// audited is one update of a project with a template, and what the audit must say.
type audited struct {
	old, new files // of the template
	config   string
	project  files
	more     string // answers
	trust    templating.Trust
	want     []audit.Verdict // Text is a part of the text
	held     int             // holds
	conflict int
}

func (a audited) check(t *testing.T) {
	t.Helper()
	w := newWorld(t)
	old := files{"copier.yml": a.config + "name: demo\n", "other": "x\n"}
	for p, text := range a.old {
		old[p] = text
	}
	w.release("base", "v1.0.0", old)
	w.release("base", "v1.1.0", a.new)
	project := files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"+a.more), "other": "x\n", "mine": "own\n"}
	for p, text := range a.project {
		project[p] = text
	}
	out := w.update(templating.Job{To: "v1.1.0", Trust: a.trust, Audit: audit.Block, Tree: tree(project)})
	if out.Reason != nil {
		t.Fatalf("reason %+v\n%s", out.Reason, out.Log)
	}
	part := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Text" },
		cmp.Comparer(func(a, b string) bool { return strings.Contains(a, b) || strings.Contains(b, a) }))
	if diff := cmp.Diff(a.want, out.Audit, part, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if len(out.Holds) != a.held || len(out.Conflicts) != a.conflict {
		t.Errorf("%d holds %q, want %d; %d conflicts, want %d", len(out.Holds), out.Holds, a.held, len(out.Conflicts), a.conflict)
	}
}

func TestScenario15And16AuditFindsWhatCopierLoses(t *testing.T) {
	for name, a := range map[string]audited{
		"all at once": {
			old:     files{"ren": plain("r"), "del": plain("d"), "logo": "\x00\x01logo\n", "con": plain("c"), "mov": plain("m")},
			new:     files{"ren": "", "renamed": plain("r"), "del": "", "con": tenLines("c", "", " theirs"), "mov": newer("m")},
			project: files{"ren": edited("r"), "del": edited("d"), "logo": "\x00\x02mine\n", "con": edited("c"), "sub/mov": plain("m")},
			held:    4, conflict: 1,
			want: []audit.Verdict{
				{Path: "con", Kind: audit.Conflict},
				{Path: "del", Kind: audit.LostEdit, Text: "deleted in the template"},
				{Path: "logo", Kind: audit.LostEdit, Text: "reset to the template's"},
				{Path: "mov", Kind: audit.OK, Text: "stays deleted"},
				{Path: "renamed", Kind: audit.LostEdit, Text: "the template moved ren here"},
				{Path: "sub/mov", Kind: audit.NotApplied, Text: "moved here"},
			},
		},
		"different each time": {
			old: files{"f": plain("f"), "r.jinja": "{{ range(100000) | random }}\n"}, new: files{"f": newer("f"), "r.jinja": ""},
			project: files{"f": edited("f"), "r": "1\n"}, held: 1,
			want: []audit.Verdict{{Path: "r", Kind: audit.Volatile}},
		},
	} {
		t.Run(name, a.check)
	}
}

func TestAuditRaisesNoFalseAlarm(t *testing.T) {
	const made = "when a project is made"
	for name, a := range map[string]audited{
		"all at once": {
			config: "_skip_if_exists: ['keep/*', '{{ name }}.cfg', gone]\nodd: 'no'\ntags: {type: yaml, default: []}\ntext: x\nversion: '1.0'\nword: {type: str, default: s, secret: true}\n",
			more:   "odd: 'yes'\ntags:\n- a\n- \"b: c\"\ntext: |-\n  one\n  two\nversion: '1.10'\n",
			old: files{
				"both": plain("b"), "old": "x\n", "same": plain("s"), "ren": plain("r"), "mode": "echo\n", "mine.sh": "#!/bin/sh\n", "del": plain("d"),
				"delren": plain("dr"), "keep/k": plain("k"), "{{name}}.cfg": plain("cfg"), "gone": "1\n", "dos": windows(plain("w")), "end": "a\nb",
				"values.jinja": "{{ odd }} {{ tags }} {{ text }} {{ version }} {{ word }}\n" + plain("v"),
			},
			new: files{
				"both": newer("b"), "old": "", "new": "n\n", "same": newer("s"), "ren": "", "ren2": plain("r"), "mode": "#!/bin/sh\necho\n", "del": newer("d"),
				"delren": "", "delren2": newer("dr"), "keep/k": newer("k"), "{{name}}.cfg": newer("cfg"), "gone": "2\n", "dos": windows(newer("w")), "end": "a\nc",
				"build/x.log": "x\n", "values.jinja": "{{ odd }} {{ tags }} {{ text }} {{ version }} {{ word }}\n" + newer("v"),
			},
			project: files{
				"both": edited("b"), "old": "x\n", "same": newer("s"), "ren": plain("r"), "mode": "echo\n", "mine.sh": "#!/bin/sh\necho\n",
				"keep/k": edited("k"), "demo.cfg": plain("cfg"), "dos": windows(edited("w")), "end": "a\nb", ".gitignore": "*.log\n",
				"values": "yes ['a', 'b: c'] one\ntwo 1.10 s\n" + edited("v"),
			},
			want: []audit.Verdict{
				{Path: "build/x.log", Kind: audit.OK, Text: ".gitignore"},
				{Path: "del", Kind: audit.OK, Text: "stays deleted"},
				{Path: "delren2", Kind: audit.OK, Text: "delren was deleted here"},
				{Path: "demo.cfg", Kind: audit.OK, Text: "only where it is missing"},
				{Path: "keep/k", Kind: audit.OK, Text: "only where it is missing"},
			},
		},
		"nothing new and newly excluded": {
			old: files{"f": plain("f"), "g": plain("g")}, new: files{"README": "r\n", "copier.yml": "_exclude: [README, g, copier.yml, .git]\nname: demo\n"},
			project: files{"f": edited("f"), "g": edited("g")}, want: []audit.Verdict{{Path: ".copier-answers.yml", Kind: audit.Noop}},
		},
		"written once": {
			config: "_exclude: [copier.yml, .git, \"{% if _copier_operation == 'update' -%}sample/*{%- endif %}\"]\n", old: files{"f": plain("f"), "sample/s": plain("s")},
			new: files{"f": newer("f"), "sample/s": newer("s"), "sample/t": "t\n"}, project: files{"f": edited("f"), "sample/s": edited("s")},
			want: []audit.Verdict{{Path: "sample/s", Kind: audit.OK, Text: made}, {Path: "sample/t", Kind: audit.OK, Text: made}},
		},
		"normalised lines": {
			old: files{"f": windows(plain("f")), ".gitattributes": "* text=auto\n"}, new: files{"f": windows(newer("f"))},
			project: files{"f": edited("f"), ".gitattributes": "* text=auto\n"},
		},
		"tasks that format": {
			trust: templating.Sandbox, config: "_tasks: [\"sed -i 's/line/LINE/' f\", 'echo > made']\n", old: files{"f": plain("f")}, new: files{"f": newer("f")},
			project: files{"f": strings.ReplaceAll(edited("f"), "line", "LINE"), "made": "\n"},
		},
	} {
		t.Run(name, a.check)
	}
}

// Copier renders the old and the new version where the other template's answers are not.
func TestScenario11AuditFindsStaleExternalData(t *testing.T) {
	for _, history := range []bool{true, false} {
		t.Run(fmt.Sprint("history ", history), func(t *testing.T) {
			w := newWorld(t)
			w.release("child", "v1.0.0", files{
				"copier.yml": "_answers_file: .copier-answers.child.yml\n_external_data:\n  parent: .copier-answers.parent.yml\nname: demo\n",
				"f.jinja":    "t={{ _external_data.parent.t | default('none') }}\n" + plain("f"), "g": plain("g"),
			})
			w.release("child", "v1.1.0", files{"g": newer("g")})
			child, parent := ".copier-answers.child.yml", ".copier-answers.parent.yml"
			before := files{child: answers("child", "v1.0.0", "name: demo\n"), parent: "t: '1.2'\n", "f": "t=1.2\n" + plain("f"), "g": plain("g"), answersTemplate: "-"}
			now := files{parent: "t: '9.9'\n", "f": "t=1.2\n" + edited("f")}
			job := templating.Job{Answers: child, To: "v1.1.0", Audit: audit.Block}
			if history {
				w.release("../project", "", before)
				w.release("../project", "", now)
				job.Tree = templating.Tree{GitDir: w.dir + "/project.git"}
				job.Tree.Commit = w.run(gitIn(job.Tree.GitDir, "rev-parse", "main"))
			} else {
				for p, text := range now {
					before[p] = text
				}
				job.Tree = tree(before)
			}
			out := w.update(job)
			if out.Reason != nil || len(out.Audit) != 1 || out.Audit[0].Path != "f" || out.Audit[0].Kind != audit.NotApplied || len(out.Holds) != 1 {
				t.Errorf("verdicts %+v, holds %q, reason %+v, want f not applied", out.Audit, out.Holds, out.Reason)
			}
		})
	}
}

func TestAuditReportsWithoutHolding(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": plain("f")})
	w.release("base", "v1.1.0", files{"f": ""})
	job := templating.Job{To: "v1.1.0", Audit: audit.Report, Tree: tree(files{"svc/.copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "svc/f": edited("f")}), Answers: "svc/.copier-answers.yml"}
	for range 2 { // the second takes what the first has rendered
		out := w.update(job)
		if len(out.Audit) != 1 || out.Audit[0].Path != "svc/f" || out.Audit[0].Kind != audit.LostEdit || len(out.Holds) > 0 || len(out.Warnings) != 1 {
			t.Errorf("verdicts %+v, holds %q, warnings %q", out.Audit, out.Holds, out.Warnings)
		}
		t.Log("took", out.Took)
	}
}

func TestRenderingsAreShared(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": plain("f")})
	w.release("base", "v1.1.0", files{"f": newer("f")})
	kept := func() map[string]os.FileInfo {
		all := make(map[string]os.FileInfo)
		dir := filepath.Join(w.Scratch, "renderings")
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.Join(dir, e.Name())] = info
		}
		return all
	}
	var first map[string]os.FileInfo
	for _, repository := range []string{"one", "another", "damaged"} {
		if repository == "damaged" {
			for name := range first {
				if err := os.WriteFile(name, []byte("x\ny"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		out := w.update(templating.Job{To: "v1.1.0", Audit: audit.Block, Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": edited("f"), "of": repository})})
		if len(out.Audit)+len(out.Holds) > 0 {
			t.Errorf("%s: verdicts %+v, holds %q", repository, out.Audit, out.Holds)
		}
		now := kept()
		if first == nil {
			first = now
		}
		if len(now) != 2 {
			t.Errorf("%s: %d renderings are kept, want 2", repository, len(now))
		}
		for name, info := range now { // what is made anew is another file
			if again := !os.SameFile(info, first[name]); again != (repository == "damaged") {
				t.Errorf("%s: rendered again: %v", repository, again)
			}
		}
	}
	w.release("base", "v1.2.0", files{"f": plain("f")})
	w.Mirrors = w.store()
	out := w.update(templating.Job{To: "v1.2.0", Audit: audit.Block, Tree: tree(files{".copier-answers.yml": answers("base", "v1.1.0", "name: demo\n"), "f": newer("f")})})
	if n := len(kept()); n != 3 || len(out.Audit) > 0 {
		t.Errorf("%d renderings after the next version, want 3: what was new is what is old now; verdicts %+v", n, out.Audit)
	}
}

func TestAnAuditThatCannotBeMadeHolds(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n", "f": plain("f")})
	w.release("base", "v1.1.0", files{"f": newer("f"), "copier.yml": "_exclude: [copier.yml, .git, \"{% if _copier_operation == 'copy' %}{{ 1 // 0 }}{% endif %}\"]\nname: demo\n"})
	out := w.update(templating.Job{To: "v1.1.0", Audit: audit.Block, Tree: tree(files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "f": edited("f")})})
	if out.Reason != nil || len(out.Holds) != 1 || !strings.Contains(out.Holds[0], "could not be audited") || !strings.Contains(out.Holds[0], "rendering v1.0.0") || strings.Contains(out.Holds[0], w.dir) {
		t.Errorf("holds %q, verdicts %+v, reason %+v", out.Holds, out.Audit, out.Reason)
	}
}

// BenchmarkUpdate is an update of a project of 300 files: without an audit, with one, and with one for which the same
// answers were rendered before.
func BenchmarkUpdate(b *testing.B) {
	w := newWorld(b)
	old, project := files{"copier.yml": "name: demo\n"}, files{".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n")}
	for i := range 300 {
		name := fmt.Sprintf("dir%d/f%d", i%10, i)
		old[name+".jinja"], project[name] = plain(name), plain(name)
	}
	project["dir0/f0"] = edited("dir0/f0")
	w.release("base", "v1.0.0", old)
	w.release("base", "v1.1.0", files{"dir0/f0.jinja": newer("dir0/f0"), "new": "n\n"})
	for _, bb := range []struct {
		name  string
		audit audit.Policy
		warm  bool
	}{{"plain", audit.Off, false}, {"audited", audit.Block, false}, {"audited again", audit.Block, true}} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				if !bb.warm {
					os.RemoveAll(filepath.Join(w.Scratch, "renderings"))
				}
				out := w.update(templating.Job{To: "v1.1.0", Audit: bb.audit, Tree: tree(project)})
				if out.Reason != nil || len(out.Holds) > 0 {
					b.Fatalf("reason %+v, holds %q", out.Reason, out.Holds)
				}
			}
		})
	}
}
