package templating_test

import (
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/copier"
)

func TestDrift(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{
		"copier.yml": "name: demo\n_skip_if_exists: [once.txt]\n", "a.txt": "1\n2\n3\n4\n", "b.txt.jinja": "hi {{ name }}\n", "c.txt": "c\n",
		"run.sh": "#!/bin/sh\n", "once.txt": "seed\n", "same.txt": "same\n",
	})
	w.release("base", "v1.1.0", files{"a.txt": "new\n"})
	for _, tt := range []struct {
		name    string
		project files
		want    []templating.FileDrift
		score   float64
		answers []templating.AnswerChange
	}{
		{name: "untouched", project: files{
			".copier-answers.yml": answers("base", "v1.0.0", "name: demo\n"), "a.txt": "1\n2\n3\n4\n", "b.txt": "hi demo\n", "c.txt": "c\n", "run.sh": "#!/bin/sh\n", "once.txt": "seed\n", "same.txt": "same\n", "mine": "x\n",
		}},
		{name: "edited", score: 0.5, project: files{
			".copier-answers.yml": answers("base", "v1.0.0", "name: demo\nextra: 1\n"), "a.txt": "1\n2\n3\nfour\nfive\n", "b.txt": "hi demo\n", "run.sh": "!/bin/sh\n", "once.txt": "mine\n", "same.txt": "same\n",
		}, want: []templating.FileDrift{
			{Path: "a.txt", State: templating.Edited, Lines: 4, Changed: 2}, {Path: "c.txt", State: templating.Deleted, Lines: 1, Changed: 1},
			{Path: "once.txt", State: templating.Seed, Lines: 1, Changed: 1}, {Path: "run.sh", State: templating.Edited, Lines: 1, Changed: 1},
		}, answers: []templating.AnswerChange{{Key: "extra", Old: "1"}}},
	} {
		d, err := w.Drift(t.Context(), templating.Job{Answers: ".copier-answers.yml", Tree: tree(tt.project)})
		if err != nil || d.Reason != nil {
			t.Fatalf("%s: %+v, %v", tt.name, d.Reason, err)
		}
		var got []templating.FileDrift
		for _, f := range d.Files {
			if f.State != templating.Identical {
				got = append(got, f)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: files (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.answers, d.Answers); diff != "" || d.Score() != tt.score {
			t.Errorf("%s: score %v; answers (-want +got):\n%s", tt.name, d.Score(), diff)
		}
	}
}

func TestStand(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\n"})
	w.release("base", "v1.1.0", files{"a": "1\n"}, "v1")
	w.release("base", "v2.0.0rc1", files{"a": "2\n"})
	w.release("base", "v2.0.0", files{"copier.yml": "name: demo\n_external_data: {core: .core-answers.yml}\n"})
	for _, tt := range []struct {
		text  string
		newer []string
		code  copier.Code
	}{
		{answers("base", "v1.0.0"), []string{"v1.1.0", "v2.0.0"}, ""},
		{answers("base", "v2.0.0"), nil, ""},
		{answers("base", "v0.1.0"), nil, templating.OldRefMissing},
		{answers("none", "v0.1.0"), nil, copier.Unreachable},
		{"_src_path: ../base\n_commit: v1\n", nil, templating.LocalTemplate},
		{"a: 1\n", nil, copier.NoReferences},
	} {
		s, err := w.Stand(t.Context(), templating.Project{Path: ".copier-answers.yml", Engine: templating.Copier}, tt.text)
		if err != nil {
			t.Fatal(err)
		}
		var newer []string
		for _, r := range s.Newer {
			newer = append(newer, r.Version)
		}
		var code copier.Code
		if s.Reason != nil {
			code = s.Reason.Code
		}
		if diff := cmp.Diff(tt.newer, newer); diff != "" || code != tt.code {
			t.Errorf("%s: code %q, newer (-want +got):\n%s", tt.text, code, diff)
		}
		if tt.newer == nil && tt.code == "" && len(s.Parents) != 1 {
			t.Errorf("parents %v", s.Parents)
		}
	}
}

// TestSetAnswers: the same version is rendered again with other answers.
func TestSetAnswers(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"copier.yml": "name: demo\nteam: core\n", "a.txt.jinja": "1\n2\n3\n{{ name }} of {{ team }}\n"})
	out := w.update(templating.Job{To: "v1.0.0", Audit: "block", Data: map[string]any{"team": "web"}, Tree: tree(files{
		".copier-answers.yml": answers("base", "v1.0.0", "name: demo\nteam: core\n"), "a.txt": "one\n2\n3\ndemo of core\n",
	})})
	if out.Reason != nil || out.Grade() != templating.Clean || out.Changes["a.txt"] == nil || out.Changes["a.txt"].Text != "one\n2\n3\ndemo of web\n" {
		t.Errorf("%+v %+v", out.Reason, out)
	}
}

func TestProjectsOfAllEngines(t *testing.T) {
	w := newWorld(t)
	w.release("base", "v1.0.0", files{"a": "1\n"})
	w.release("base", "v1.1.0", files{"a": "2\n"})
	first := w.run(gitIn(w.dir+"/templates/base.git", "rev-parse", "v1.0.0^{commit}"))
	texts := fstest.MapFS{}
	for path, text := range map[string]string{
		".copier-answers.yml":  answers("base", "v1.0.0"),
		"svc/my-answers.yaml":  answers("base", "v1.0.0"),
		"a/.cruft.json":        `{"template": "https://git.example.test/acme/base", "commit": "` + first + `", "checkout": null, "context": {"cookiecutter": {}}}`,
		"b/.cookiecutter.json": `{"cookiecutter": {"_template": "https://git.example.test/acme/base.git", "_checkout": "v1.0.0"}}`,
		"cookiecutter.json":    `{"_template": "https://git.example.test/acme/base.git"}`, // a template's own
		"answers.yml":          "a: 1\n",
		"template/.cruft.json": `{"template": "{{ cookiecutter._template }}"}`,
		"copier-broken.yml":    "[",
		"c/.cruft.json":        "{",
	} {
		texts[path] = &fstest.MapFile{Data: []byte(text)}
	}
	got := templating.Projects(texts, slices.Sorted(maps.Keys(texts)))
	want := []templating.Project{
		{Path: ".copier-answers.yml", Engine: templating.Copier}, {Path: "a/.cruft.json", Engine: templating.Cruft},
		{Path: "b/.cookiecutter.json", Engine: templating.Cookiecutter}, {Path: "svc/my-answers.yaml", Engine: templating.Copier},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("projects (-want +got):\n%s", diff)
	}
	for _, p := range got {
		s, err := w.Stand(t.Context(), p, string(texts[p.Path].Data))
		if err != nil || s.Reason != nil || s.Source != "git.example.test/acme/base" || len(s.Newer) != 1 || s.Newer[0].Version != "v1.1.0" {
			t.Errorf("%s: %+v, %+v, %v", p.Path, s, s.Reason, err)
		}
	}
}
