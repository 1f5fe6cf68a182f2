package templating

import (
	"maps"
	"strings"
	"testing"

	"github.com/currant-bot/currant/templating/copier"
)

func FuzzReadLink(f *testing.F) {
	f.Add("_commit: v1\n_src_path: gh:a/b\nname: demo\n")
	f.Add("a: &a [1]\nb: [*a, *a]\n_commit: {}\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadLink(text)
		if err == nil && len(answerChanges(l, l)) > 0 {
			t.Errorf("%q differs from itself", text)
		}
	})
}

func FuzzHunks(f *testing.F) {
	f.Add("a\n<<<<<<< before updating\nx\n||||||| last update\n=======\ny\n>>>>>>> after updating\n")
	f.Add("<<<<<<< HEAD\nx\n=======\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range hunks(text) {
			if !strings.Contains(text, h.text) || !strings.Contains(h.text, h.ours) {
				t.Errorf("%q is not a part of %q", h.text, text)
			}
		}
	})
}

func FuzzCut(f *testing.F) {
	f.Add(".config/demo.yml", ".config/{{ name }}.yml")
	f.Add("svc/.copier-answers.yml", ".copier-answers.yml")
	f.Add("/etc/answers.yml", "other.yml")
	f.Add("x", "{% if a %}[^/]*(")
	f.Fuzz(func(t *testing.T, answers, name string) {
		if dir, ok := cut(answers, name); ok && !strings.HasPrefix(answers, dir) {
			t.Errorf("cut(%q, %q) = %q", answers, name, dir)
		}
		root(answers, copier.Config{AnswersFile: name}, []string{name}, map[string]bool{answers: true})
	})
}

func FuzzAnswersData(f *testing.F) {
	f.Add("# Changes here will be overwritten by Copier\n_commit: v1\n_src_path: gh:a/b\nname: 'yes'\ntext: |\n  a\n\n  b\nteam: x")
	f.Add("{_commit: v1, name: demo}")
	f.Add("_commit: &a v1\nname: *a\n")
	f.Add("a: \"x\u2028y\"\rb: 1\n---\nc: 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		data, err := answersData(text, map[string]any{"team": []string{"core: #1"}})
		if err != nil {
			return
		}
		was, _ := ReadLink(text)
		is, err := ReadLink(data)
		if err != nil || is.Commit != "" || is.Source != "" || !strings.Contains(is.Answers["team"], "core: #1") {
			t.Errorf("%q became %q: %v", text, data, err)
		}
		delete(was.Answers, "team")
		delete(is.Answers, "team")
		if !maps.Equal(was.Answers, is.Answers) {
			t.Errorf("%q became %q", text, data)
		}
	})
}
