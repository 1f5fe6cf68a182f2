package templating_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/copier/copiertest"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/mirror"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/updater/platform"
)

func TestMain(m *testing.M) {
	sandbox.Main(os.Args)
	os.Exit(m.Run())
}

// shared is found once: every test runs the same Copier.
var shared struct {
	once   sync.Once
	git    *git.Git
	engine *copier.Engine
}

func tools(t testing.TB) (*git.Git, *copier.Engine) {
	t.Helper()
	shared.once.Do(func() { shared.git, shared.engine = copiertest.Engine(t) })
	if shared.engine == nil {
		t.Skip("there is no Copier; the first test says why")
	}
	return shared.git, shared.engine
}

// prefix is where the templates of a world pretend to be.
const prefix = "https://git.example.test/acme/"

// A world is a folder of template repositories, and an updater that knows no other.
type world struct {
	t   testing.TB
	dir string
	git *git.Git
	*templating.Updater
}

func newWorld(t testing.TB) *world {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	g, e := tools(t)
	w := &world{t: t, dir: t.TempDir(), git: g}
	w.Updater = &templating.Updater{
		Git: g, Engine: e, Versions: pep440.Scheme{}, Scratch: filepath.Join(w.dir, "scratch"), Mirrors: w.store(),
	}
	return w
}

// store returns a store as of a new run.
func (w *world) store() *mirror.Store {
	return mirror.New(w.git, mirror.Options{
		Dir: filepath.Join(w.dir, "mirrors"), Rewrite: []mirror.Rewrite{{From: prefix, To: w.dir + "/templates/"}},
	})
}

// files are the contents of files: "" deletes one, "#!" begins an executable one, "-> x" is a link.
type files map[string]string

const answersTemplate = "{{ _copier_conf.answers_file }}.jinja"

// release commits files on top of what a template has, and tags that.
func (w *world) release(template, tag string, changed files, more ...string) {
	w.t.Helper()
	dir := filepath.Join(w.dir, "templates", template+".git")
	first := false
	if _, err := os.Stat(dir); err != nil {
		first = true
		w.run(git.Command{Args: []string{"init", "-q", "--bare", "-b", "main", dir}})
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "commit refs/heads/main\ncommitter author <a@example.test> %d +0000\ndata <<E\nfeat: %s\nE\n", time.Now().Unix(), tag)
	if first {
		changed = maps.Clone(changed)
		if _, ok := changed[answersTemplate]; !ok {
			changed[answersTemplate] = "{{ _copier_answers|to_nice_yaml -}}\n"
		}
	} else {
		b.WriteString("from refs/heads/main^0\n")
	}
	for _, path := range slices.Sorted(maps.Keys(changed)) {
		text, mode := changed[path], "100644"
		switch {
		case text == "":
			fmt.Fprintf(&b, "D %q\n", path)
			continue
		case strings.HasPrefix(text, "#!"):
			mode = "100755"
		case strings.HasPrefix(text, "-> "):
			mode, text = "120000", text[3:]
		}
		fmt.Fprintf(&b, "M %s inline %q\ndata %d\n%s\n", mode, path, len(text), text)
	}
	for _, name := range append(more, tag) {
		if name != "" {
			fmt.Fprintf(&b, "reset refs/tags/%s\nfrom refs/heads/main\n\n", name)
		}
	}
	w.run(git.Command{Args: []string{"--git-dir=" + dir, "fast-import", "--quiet", "--force"}, Stdin: &b})
}

func (w *world) run(c git.Command) string {
	w.t.Helper()
	out, err := w.git.Run(context.Background(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// answers returns the text of an answers file.
func answers(template, commit string, more ...string) string {
	return "_commit: " + commit + "\n_src_path: " + prefix + template + ".git\n" + strings.Join(more, "")
}

func tree(f files) templating.Tree {
	all := make(platform.Changeset)
	for path, text := range f {
		file := &platform.File{Text: text}
		if strings.HasPrefix(text, "#!") {
			file.Mode = platform.Executable
		}
		all[path] = file
	}
	return templating.Tree{Changes: all}
}

// Update makes an update, without an audit unless the job asks for one: it would take most of the tests' time.
func (w *world) Update(ctx context.Context, j templating.Job) (templating.Outcome, error) {
	if j.Audit == "" {
		j.Audit = audit.Off
	}
	return w.Updater.Update(ctx, j)
}

// update runs a job that must have an outcome.
func (w *world) update(j templating.Job) templating.Outcome {
	w.t.Helper()
	if j.Answers == "" {
		j.Answers = ".copier-answers.yml"
	}
	out, err := w.Update(context.Background(), j)
	if err != nil {
		w.t.Fatal(err)
	}
	if left, _ := os.ReadDir(w.Scratch); len(left) > 0 && !w.t.Failed() {
		for _, l := range left {
			if l.Name() == "renderings" {
				continue
			}
			if info, err := l.Info(); err == nil && time.Since(info.ModTime()) > time.Hour {
				w.t.Errorf("scratch folder %s was left", l.Name())
			}
		}
	}
	return out
}

// changed lists an outcome's changes as "M path", "D path", "X path" and "L path".
func changed(out templating.Outcome) []string {
	var all []string
	for path, f := range out.Changes {
		kind := "D"
		if f != nil {
			kind = map[platform.Mode]string{platform.Regular: "M", platform.Executable: "X", platform.Symlink: "L"}[f.Mode]
		}
		all = append(all, kind+" "+path)
	}
	slices.Sort(all)
	return all
}

func code(out templating.Outcome) copier.Code {
	if out.Reason == nil {
		return ""
	}
	return out.Reason.Code
}

func gitIn(dir string, args ...string) git.Command {
	return git.Command{Args: append([]string{"--git-dir=" + dir}, args...)}
}
