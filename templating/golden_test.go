package templating_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/git"
)

// A record is what another Copier did in a world that it describes; the file holds
// the second witness to what this package takes for facts.
type record struct {
	ID        string               `json:"id"`
	Templates map[string][]release `json:"templates"`
	Project   []step               `json:"project"`
	Action    struct {
		Args      []string          `json:"args"`
		Before    [][]string        `json:"before"`
		Cwd       string            `json:"cwd"`
		GitConfig map[string]string `json:"git_config"`
		Remove    string            `json:"remove_template"`
	} `json:"action"`
	Observed observed `json:"observed"`
}

type release struct {
	Tag   string             `json:"tag"`
	Files map[string]content `json:"files"`
	Move  []string           `json:"also_move_tags"`
}

type step struct {
	Op       string             `json:"op"`
	Template string             `json:"template"`
	Ref      string             `json:"ref"`
	Args     []string           `json:"args"`
	Files    map[string]content `json:"files"`
	Commit   bool               `json:"commit"`
	File     string             `json:"file"`
	A        string             `json:"a"`
	B        string             `json:"b"`
	After    *int               `json:"after_release"`
}

// A content is a file's text; null deletes it; an object changes its mode or holds bytes.
type content struct {
	Text   *string
	Base64 string `json:"b64"`
	Mode   string `json:"mode"`
}

func (c *content) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
		return nil
	case b[0] == '"':
		return json.Unmarshal(b, &c.Text)
	}
	type object content
	if err := json.Unmarshal(b, (*object)(c)); err != nil || c.Base64 == "" {
		return err
	}
	text, err := base64.StdEncoding.DecodeString(c.Base64)
	s := string(text)
	c.Text = &s
	return err
}

type observed struct {
	Exit      int                `json:"exit"`
	Stdout    []string           `json:"stdout"`
	Stderr    []string           `json:"stderr_tail"`
	Traceback bool               `json:"traceback"`
	Porcelain []string           `json:"porcelain"`
	Unmerged  []string           `json:"unmerged"`
	Modes     []string           `json:"mode_changes"`
	Files     map[string]content `json:"files"`
	TaskLog   []string           `json:"task_log"`
}

func TestGoldenRecords(t *testing.T) {
	g, e := tools(t)
	text, err := os.ReadFile("testdata/copier-golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Answers   map[string]string `json:"answers_template"`
		Scenarios []record          `json:"scenarios"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Scenarios) < 35 {
		t.Fatalf("only %d records", len(all.Scenarios))
	}
	for _, r := range all.Scenarios {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			p := &replay{t: t, git: g, engine: e, record: r, dir: t.TempDir(), answers: all.Answers}
			p.run()
		})
	}
}

type replay struct {
	t       *testing.T
	git     *git.Git
	engine  *copier.Engine
	record  record
	dir     string
	answers map[string]string
	made    map[string]int // releases so far
	jobs    int
}

func (p *replay) work() string { return filepath.Join(p.dir, "work") }
func (p *replay) log() string  { return filepath.Join(p.dir, "job", "task.log") }

func (p *replay) run() {
	p.must(os.MkdirAll(filepath.Join(p.dir, "job"), 0o700))
	p.made = make(map[string]int)
	p.in("", "init", "-q", "-b", "main", p.work())
	p.in(p.work(), "commit", "-q", "--allow-empty", "-m", "start")
	for name := range p.record.Templates {
		p.releaseUpTo(name, p.firstReleases(name))
	}
	for _, s := range p.record.Project {
		p.step(s)
	}
	for name, releases := range p.record.Templates {
		p.releaseUpTo(name, len(releases))
	}
	if name := p.record.Action.Remove; name != "" {
		p.must(os.RemoveAll(p.template(name)))
	}
	for _, args := range p.record.Action.Before {
		p.copier(p.work(), args, nil)
	}
	p.must(os.RemoveAll(p.log()))
	var settings []git.Setting
	for k, v := range p.record.Action.GitConfig {
		settings = append(settings, git.Setting{Key: k, Value: v})
	}
	p.compare(p.copier(filepath.Join(p.work(), p.record.Action.Cwd), p.record.Action.Args, settings))
}

// firstReleases is how many releases there are while the project is made: all but where the record
// says otherwise, since then a tag moves in between.
func (p *replay) firstReleases(template string) int {
	for _, s := range p.record.Project {
		if s.Template == template && s.After != nil {
			return *s.After
		}
	}
	return len(p.record.Templates[template])
}

func (p *replay) template(name string) string { return filepath.Join(p.dir, "templates", name) }

func (p *replay) releaseUpTo(name string, n int) {
	dir := p.template(name)
	if p.made[name] == 0 {
		p.in("", "init", "-q", "-b", "main", dir)
		for file, text := range p.answers {
			p.must(os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644))
		}
	}
	for ; p.made[name] < n; p.made[name]++ {
		r := p.record.Templates[name][p.made[name]]
		p.write(dir, r.Files)
		p.in(dir, "add", "-A")
		p.in(dir, "commit", "-q", "--allow-empty", "-m", "release "+r.Tag)
		if r.Tag != "" {
			p.in(dir, "tag", r.Tag)
		}
		for _, tag := range r.Move {
			p.in(dir, "tag", "-f", tag)
		}
	}
}

func (p *replay) write(dir string, files map[string]content) {
	for name, c := range files {
		path := filepath.Join(dir, name)
		switch {
		case c.Mode != "":
			mode, err := strconv.ParseUint(c.Mode, 8, 32)
			p.must(err)
			p.must(os.Chmod(path, os.FileMode(mode)))
		case c.Text == nil:
			p.must(os.Remove(path))
		default:
			p.must(os.MkdirAll(filepath.Dir(path), 0o755))
			p.must(os.WriteFile(path, []byte(strings.ReplaceAll(*c.Text, "$TASKLOG", p.log())), 0o644))
		}
	}
}

func (p *replay) step(s step) {
	switch s.Op {
	case "copier-copy":
		args := append([]string{"copy", "--defaults"}, s.Args...)
		if s.Ref != "" {
			args = append(args, "--vcs-ref", s.Ref)
		}
		if res := p.copier(p.work(), append(args, prefix+s.Template+".git", "."), nil); res.Exit != 0 {
			p.t.Fatalf("making the project: exit code %d\n%s", res.Exit, res.Stderr)
		}
		p.commit()
	case "copier":
		p.copier(p.work(), s.Args, nil)
		if s.Commit {
			p.commit()
		}
	case "write":
		p.write(p.work(), s.Files)
	case "write+commit":
		p.write(p.work(), s.Files)
		p.commit()
	case "sed":
		path := filepath.Join(p.work(), s.File)
		text, err := os.ReadFile(path)
		p.must(err)
		p.must(os.WriteFile(path, []byte(strings.ReplaceAll(string(text), s.A, s.B)), 0o644))
		p.commit()
	default:
		p.t.Fatalf("unknown step %q", s.Op)
	}
}

func (p *replay) commit() {
	p.in(p.work(), "add", "-A")
	p.in(p.work(), "commit", "-q", "-m", "step")
}

func (p *replay) copier(dir string, args []string, settings []git.Setting) copier.Result {
	p.t.Helper()
	var views []copier.View
	for name := range p.record.Templates {
		views = append(views, copier.View{Dir: p.template(name), URLs: []string{prefix + name + ".git"}})
	}
	p.jobs++
	res, err := p.engine.Run(p.t.Context(), copier.Run{
		Args: args, Work: dir, Job: filepath.Join(p.dir, "job"), Read: []string{p.dir}, Views: views, Limits: copier.Limits(),
		Write:    []string{p.work()},
		Settings: append([]git.Setting{{Key: "merge.conflictStyle", Value: "merge"}}, settings...),
	})
	p.must(err)
	return res
}

var (
	colour     = regexp.MustCompile(`\x1b\[[0-9;]*m`)
	notSettled = regexp.MustCompile(`<[a-z]+>|^ *\||^  +raise `) // paths of that machine, and quoted source
)

func (p *replay) compare(res copier.Result) {
	t, want := p.t, p.record.Observed
	if res.Exit != want.Exit {
		t.Errorf("exit code %d, want %d\n%s", res.Exit, want.Exit, res.Stderr)
	}
	if got := lines(res.Stdout); !slices.Equal(got, want.Stdout) && len(want.Stdout) > 0 {
		t.Errorf("stdout %q, want %q", got, want.Stdout)
	}
	stderr := colour.ReplaceAllString(res.Stderr, "")
	for _, line := range want.Stderr {
		line = strings.ReplaceAll(colour.ReplaceAllString(line, ""), "$TASKLOG", p.log())
		if !notSettled.MatchString(line) && !strings.Contains(stderr, strings.TrimSpace(line)) {
			t.Errorf("stderr lacks %q:\n%s", line, stderr)
		}
	}
	if got := strings.Contains(stderr, "Traceback"); got != want.Traceback {
		t.Errorf("traceback %v, want %v\n%s", got, want.Traceback, stderr)
	}
	p.same("status", lines(p.in(p.work(), "status", "--porcelain")), want.Porcelain)
	var stages []string
	for _, l := range lines(p.in(p.work(), "ls-files", "-u")) {
		f := strings.Fields(l)
		stages = append(stages, f[2]+" "+f[3])
	}
	p.same("stages", stages, want.Unmerged)
	var modes []string
	for _, l := range lines(p.in(p.work(), "diff", "--summary")) {
		if l = strings.TrimSpace(l); strings.HasPrefix(l, "mode change") {
			modes = append(modes, l)
		}
	}
	p.same("modes", modes, want.Modes)
	for name, c := range want.Files {
		got, err := os.ReadFile(filepath.Join(p.work(), name))
		if text := string(got); err != nil || text != *c.Text {
			t.Errorf("%s is %q (%v), want %q", name, text, err, *c.Text)
		}
	}
	if len(want.TaskLog) > 0 {
		got, _ := os.ReadFile(p.log())
		p.same("task log", lines(string(got)), want.TaskLog)
	}
}

func (p *replay) same(what string, got, want []string) {
	p.t.Helper()
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func lines(text string) []string {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func (p *replay) in(dir string, args ...string) string {
	p.t.Helper()
	out, err := p.git.Run(p.t.Context(), git.Command{Dir: dir, Args: args})
	p.must(err)
	return out
}

func (p *replay) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}
