package updater_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/copier/copiertest"
	"github.com/currant-bot/currant/templating/mirror"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/render"
	"github.com/currant-bot/currant/updater/render/template"
)

// The scenarios that speak of pull requests, on a GitHub and with the real Copier. docs/template-updates.md lists all 25; the others are in
// package templating.

// origin is where templates pretend to be; the operator's rewriting leads to the GitHub of the test.
const origin = "https://git.example.test/"

// withTemplates is a world whose repository was made from templates.
func withTemplates(t *testing.T, files map[string]string) *world {
	t.Helper()
	g, engine := copiertest.Engine(t)
	if files["renovate.json"] == "" {
		files["renovate.json"] = settings(`"automerge": true`)
	}
	w := newWorld(t, files)
	w.tools = func() map[string]render.Renderer {
		store := mirror.New(g, mirror.Options{
			Dir: filepath.Join(w.cache, "templates"), Rewrite: []mirror.Rewrite{{From: origin, To: strings.Replace(w.URL(), "://", "://x:"+w.token+"@", 1) + "/"}},
		})
		return map[string]render.Renderer{"copier": &template.Renderer{
			Updater: &templating.Updater{Git: g, Engine: engine, Mirrors: store, Versions: pep440.Scheme{}, Scratch: filepath.Join(w.cache, "work"),
				Resolutions: &templating.Resolutions{Dir: filepath.Join(w.state, "resolutions")}},
		}}
	}
	return w
}

// settings are a configuration that only looks at templates. Unless the test says otherwise there is no audit, which would take most of the time.
func settings(options string) string {
	if !strings.Contains(options, `"templates"`) {
		options += `, "templates": {"audit": "off"}`
	}
	return `{"enabledManagers": ["copier"], "dependencyDashboard": true, "prHourlyLimit": 0, "prConcurrentLimit": 0, ` + options + `}`
}

// tag commits files to a template, such as "base", and tags them.
func (w *world) tag(name, tag string, files map[string]string) {
	w.Helper()
	repo := "acme/" + name
	if w.tags[origin+repo+".git"] == nil {
		if _, ok := files[answersTemplate]; !ok {
			files[answersTemplate] = "{{ _copier_answers|to_nice_yaml -}}\n"
		}
		w.must(w.CreateRepo(repo, files))
	} else {
		_, err := w.Commit(repo, "main", files, "release "+tag)
		w.must(err)
	}
	w.must(w.Tag(repo, tag, "main"))
	w.tags[origin+repo+".git"] = append(w.tags[origin+repo+".git"], tag)
}

const answersTemplate = "{{ _copier_conf.answers_file }}.jinja"

// answersOf is an answers file.
func answersOf(name, version string, more ...string) string {
	return "_commit: " + version + "\n_src_path: " + origin + "acme/" + name + ".git\n" + strings.Join(more, "")
}

// pull returns the only open pull request of a branch.
func (w *world) pull(repo, branch string) githubtest.PullRequest {
	w.Helper()
	pulls, err := w.Pulls(repo)
	w.must(err)
	i := slices.IndexFunc(pulls, func(p githubtest.PullRequest) bool { return p.State == "open" && p.Branch == branch })
	if i < 0 {
		w.Fatalf("%s has no open pull request: %+v", branch, pulls)
	}
	return pulls[i]
}

// open lists the open pull requests by branch.
func (w *world) open() []string {
	w.Helper()
	pulls, err := w.Pulls(shop)
	w.must(err)
	var out []string
	for _, p := range pulls {
		if p.State == "open" {
			out = append(out, p.Branch)
		}
	}
	return out
}

// status returns the state and the text of a commit's status, and "" if there is none.
func (w *world) status(head, name string) string {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), http.MethodGet, w.APIURL()+"repos/"+shop+"/commits/"+head+"/status", http.NoBody)
	w.must(err)
	req.Header.Set("Authorization", "Bearer "+w.token)
	res, err := http.DefaultClient.Do(req)
	w.must(err)
	defer res.Body.Close()
	var got struct {
		Statuses []struct{ Context, State, Description string }
	}
	w.must(json.NewDecoder(res.Body).Decode(&got))
	for _, s := range got.Statuses {
		if s.Context == name {
			return s.State + ": " + s.Description
		}
	}
	return ""
}

// merge merges a pull request as a person would.
func (w *world) merge(number int, head string) {
	w.Helper()
	p, stop := w.passer()
	defer stop()
	w.must(p.Runner.Writer.Merge(w.Context(), shop, platform.Merging{Number: number, Head: head, Method: platform.Squash}))
}

// dashboard is the text of the issue that lists updates.
func (w *world) dashboard() string {
	w.Helper()
	issues, err := w.Issues(shop)
	w.must(err)
	for _, i := range issues {
		if i.Open && strings.Contains(i.Title, "Dashboard") {
			return i.Body
		}
	}
	return ""
}

const baseBranch = "renovate/https-git.example.test-acme-base.git-1.x"

// conflicting is a world where line 2 of f changed here and in the template.
func conflicting(t *testing.T, options string) *world {
	w := withTemplates(t, map[string]string{
		"renovate.json":       settings(options),
		".copier-answers.yml": answersOf("base", "v1.0.0"), "f.txt": "a\nours\nc\n",
	})
	w.tag("base", "v1.0.0", map[string]string{"copier.yml": "{}\n", "f.txt": "a\nb\nc\n"})
	w.tag("base", "v1.1.0", map[string]string{"f.txt": "a\ntheirs\nc\n"})
	return w
}

func TestScenario02ConflictIsADraftWithAFailingStatus(t *testing.T) {
	w := conflicting(t, `"automerge": true`)
	w.clean()
	w.green()
	r := w.clean()
	p := w.pull(shop, baseBranch)
	if !strings.HasPrefix(p.Title, "[conflict] ") || !slices.Contains(p.Labels, "template-conflict") || p.Mergeable != "draft" {
		t.Errorf("%q, labels %q, %s", p.Title, p.Labels, p.Mergeable)
	}
	for _, want := range []string{"| `f.txt` | both changed | conflict markers |", "ours\n||||||| last update\nb\n=======\ntheirs\n", "copier update --defaults"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the body lacks %q:\n%s", want, p.Body)
		}
	}
	if got := w.status(p.Head, "template/update"); got != "failure: f.txt conflicts with the template" {
		t.Errorf("status %q", got)
	}
	if got := results(r)[baseBranch]; got != plan.Unchanged {
		t.Errorf("%s although it conflicts", got)
	}

	t.Log("somebody resolves it")
	_, err := w.CommitAs("ann", shop, baseBranch, map[string]string{"f.txt": "a\nboth\nc\n"}, "resolve")
	w.must(err)
	w.clean()
	p = w.pull(shop, baseBranch)
	if got := w.status(p.Head, "template/update"); got != "success: no conflict is left on this branch" || !slices.Contains(p.Labels, "edited") {
		t.Errorf("status %q, labels %q", got, p.Labels)
	}
	if text, _ := w.ReadFile(shop, baseBranch, "f.txt"); text != "a\nboth\nc\n" {
		t.Errorf("what a person wrote is now %q", text)
	}

	t.Log("the label that a person takes off stays off")
	p.Labels = slices.DeleteFunc(p.Labels, func(l string) bool { return l == "edited" })
	w.must(w.EditPull(shop, p))
	w.clean()
	if p = w.pull(shop, baseBranch); slices.Contains(p.Labels, "edited") {
		t.Error("the label is back")
	}
}

func TestScenario02ConflictsSettledByConfiguration(t *testing.T) {
	for _, x := range []struct{ rule, text, result string }{
		{"ours", "a\nours\nc\n", "create"}, {"theirs", "a\ntheirs\nc\n", "create"}, {"union", "a\nours\ntheirs\nc\n", "create"}, {"fail", "", "cannot"},
	} {
		t.Run(x.rule, func(t *testing.T) {
			w := conflicting(t, fmt.Sprintf(`"templates": {"audit": "off", "conflicts": {"*.txt": %q}}`, x.rule))
			r, _, err := w.pass(t.Context())
			w.must(err)
			if got := results(r)[baseBranch]; string(got) != x.result {
				t.Fatalf("%s: %v", got, w.lines)
			}
			if x.text == "" {
				return
			}
			p := w.pull(shop, baseBranch)
			if text, _ := w.ReadFile(shop, baseBranch, "f.txt"); text != x.text {
				t.Errorf("f.txt is %q", text)
			}
			if p.Mergeable == "draft" || len(p.Labels) > 0 || !strings.Contains(p.Body, "templates.conflicts") || !strings.HasPrefix(w.status(p.Head, "template/update"), "success") {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestScenario02NewerReleaseWithoutConflict(t *testing.T) {
	w := conflicting(t, `"automerge": true`)
	w.clean()
	w.tag("base", "v1.2.0", map[string]string{"f.txt": "a\nours\nc\n"})
	w.clean()
	p := w.pull(shop, baseBranch)
	if strings.Contains(p.Title, "conflict") || slices.Contains(p.Labels, "template-conflict") || p.Mergeable == "draft" || !strings.Contains(p.Title, "v1.2.0") {
		t.Errorf("%q, labels %q", p.Title, p.Labels)
	}
	if got := w.status(p.Head, "template/update"); !strings.HasPrefix(got, "success") {
		t.Errorf("status %q", got)
	}
	w.green()
	if r, _, err := w.pass(t.Context()); err != nil || results(r)[baseBranch] != plan.Merge {
		t.Errorf("%v, %v: %+v", results(r), err, r.Outcomes)
	}
}

func TestScenario04NewQuestionGoesToTheDashboard(t *testing.T) {
	w := withTemplates(t, map[string]string{".copier-answers.yml": answersOf("base", "v1.0.0"), "f.txt": "a\n"})
	w.tag("base", "v1.0.0", map[string]string{"copier.yml": "{}\n", "f.txt": "a\n"})
	w.tag("base", "v1.1.0", map[string]string{"copier.yml": "team:\n  type: str\n  help: Who owns it, @all?\n  choices: [core, web]\n", "f.txt.jinja": "{{ team }}\n", "f.txt": githubtest.Delete})
	w.clean()
	if open := w.open(); open != nil {
		t.Errorf("there are %q", open)
	}
	board := w.dashboard()
	for _, want := range []string{"## Open Questions", "`team` (`str`): Who owns it, ", "Choices: `core`, `web`.", `"templates": {`, `"team": "core"`} {
		if !strings.Contains(board, want) {
			t.Errorf("the dashboard lacks %q:\n%s", want, board)
		}
	}
	if os.Getenv("SHOW") != "" {
		t.Log(board)
	}
	_, err := w.Commit(shop, "", map[string]string{"renovate.json": settings(`"templates": {"audit": "off", "data": {"team": "core"}}`)}, "answer")
	w.must(err)
	w.clean()
	p := w.pull(shop, baseBranch)
	if text, _ := w.ReadFile(shop, baseBranch, ".copier-answers.yml"); !strings.Contains(text, "team: core\n") {
		t.Errorf("answers file %q\n%s", text, p.Body)
	}
	if strings.Contains(w.dashboard(), "Open Questions") {
		t.Error("the question is still on the dashboard")
	}
}

func TestScenario10LayersWaitForEachOther(t *testing.T) {
	names := []string{"base", "backend", "frontend", "deploy"}
	files := map[string]string{"renovate.json": settings(`"templates": {"audit": "off", "order": ["*/acme/base", "*/acme/backend", "*/acme/frontend"]}`), "shared.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n"}
	for _, n := range names {
		files[".copier-answers."+n+".yml"], files[n+".txt"] = answersOf(n, "v1.0.0"), "1\n"
	}
	w := withTemplates(t, files)
	for _, n := range names {
		first := map[string]string{"copier.yml": "_answers_file: .copier-answers." + n + ".yml\n", n + ".txt": "1\n"}
		if n == "base" || n == "backend" { // these two share a file
			first["shared.txt"] = "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
		}
		w.tag(n, "v1.0.0", first)
	}
	w.tag("base", "v1.1.0", map[string]string{"base.txt": "2\n", "shared.txt": "base\n2\n3\n4\n5\n6\n7\n8\n9\n"})
	w.tag("backend", "v1.1.0", map[string]string{"backend.txt": "2\n", "shared.txt": "1\n2\n3\n4\n5\n6\n7\n8\nbackend\n"})
	w.tag("frontend", "v1.1.0", map[string]string{"frontend.txt": "2\n", "copier.yml": "_answers_file: .copier-answers.frontend.yml\nteam:\n  type: str\n"})
	w.tag("deploy", "v1.1.0", map[string]string{"deploy.txt": "2\n"})
	r := w.clean()
	var order []string
	for _, o := range r.Outcomes {
		if _, rest, ok := strings.Cut(o.Branch, "-acme-"); ok {
			order = append(order, strings.TrimSuffix(rest, ".git-1.x")+" "+string(o.Result))
		}
	}
	if want := []string{"base unchanged", "backend wait", "frontend cannot", "deploy unchanged"}; !slices.Equal(order, want) {
		t.Errorf("%q, want %q", order, want)
	}
	if board := w.dashboard(); !strings.Contains(board, "## Awaiting Another Template") || !strings.Contains(board, "both are about shared.txt") {
		t.Errorf("the dashboard does not say what backend waits for:\n%s", board)
	}
	p := w.pull(shop, baseBranch)
	w.merge(p.Number, p.Head)
	w.clean()
	if text, _ := w.ReadFile(shop, strings.Replace(baseBranch, "base", "backend", 1), "shared.txt"); text != "base\n2\n3\n4\n5\n6\n7\n8\nbackend\n" {
		t.Errorf("shared.txt in the next layer is %q", text)
	}
}

func TestScenario10LayersStackedInOnePullRequest(t *testing.T) {
	names := []string{"base", "backend", "deploy"}
	files := map[string]string{
		"renovate.json": settings(`"packageRules": [{"matchManagers": ["copier"], "groupName": "templates"}], "platformCommit": "disabled", "templates": {"audit": "off", "order": ["*/acme/base", "*/acme/backend"]}`),
		"shared.txt":    "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	}
	for _, n := range names {
		files[".copier-answers."+n+".yml"] = answersOf(n, "v1.0.0")
	}
	w := withTemplates(t, files)
	for i, n := range names {
		w.tag(n, "v1.0.0", map[string]string{"copier.yml": "_answers_file: .copier-answers." + n + ".yml\n", "shared.txt": files["shared.txt"]})
		changed := map[string]string{"shared.txt": strings.Replace(files["shared.txt"], fmt.Sprint(4*i+1), n, 1)}
		if n == "deploy" {
			changed["copier.yml"] = "_answers_file: .copier-answers.deploy.yml\nteam:\n  type: str\n"
		}
		w.tag(n, "v1.1.0", changed)
	}
	w.clean()
	p := w.pull(shop, "renovate/templates")
	if text, _ := w.ReadFile(shop, p.Branch, "shared.txt"); text != "base\n2\n3\n4\nbackend\n6\n7\n8\n9\n" {
		t.Errorf("shared.txt is %q", text)
	}
	if !strings.Contains(p.Body, "These layers are not in this pull request: git.example.test/acme/deploy. It stopped there: ") {
		t.Errorf("the body does not say what is missing:\n%s", p.Body)
	}
	if got, want := w.subjects(p.Branch), []string{"Update templates to v1.1.0", "Update git.example.test/acme/base to v1.1.0", "Initial commit"}; !slices.Equal(got, want) {
		t.Errorf("commits %q, want %q", got, want)
	}
	w.ResetLog()
	w.clean()
	if writes := w.Writes(); len(writes) > 0 {
		t.Errorf("the second run wrote %+v", writes)
	}
}

// subjects lists the commits of a branch, newest first.
func (w *world) subjects(branch string) []string {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), http.MethodGet, w.APIURL()+"repos/"+shop+"/commits?sha="+branch, http.NoBody)
	w.must(err)
	req.Header.Set("Authorization", "Bearer "+w.token)
	res, err := http.DefaultClient.Do(req)
	w.must(err)
	defer res.Body.Close()
	var got []struct{ Commit struct{ Message string } }
	w.must(json.NewDecoder(res.Body).Decode(&got))
	var out []string
	for _, c := range got {
		out = append(out, strings.TrimSpace(c.Commit.Message))
	}
	return out
}

func TestScenario23ConflictInACIFile(t *testing.T) {
	const ci = ".github/workflows/ci.yml"
	w := withTemplates(t, map[string]string{".copier-answers.yml": answersOf("base", "v1.0.0"), ci: "on: push\njobs: ours\nx: y\n"})
	w.tag("base", "v1.0.0", map[string]string{"copier.yml": "{}\n", ci: "on: push\njobs: 1\nx: y\n"})
	w.tag("base", "v1.1.0", map[string]string{ci: "on: push\njobs: theirs\nx: y\n", "new.txt": "1\n"})
	w.clean()
	p := w.pull(shop, baseBranch)
	if text, _ := w.ReadFile(shop, baseBranch, ci); text != "on: push\njobs: ours\nx: y\n" {
		t.Errorf("%s is %q", ci, text)
	}
	if !strings.Contains(p.Body, "| `"+ci+"` | both changed | the repository's side |") || !strings.Contains(p.Body, "jobs: theirs") {
		t.Errorf("the body does not show what the template wants:\n%s", p.Body)
	}
	w.green()
	if r := w.clean(); results(r)[baseBranch] != plan.Unchanged {
		t.Errorf("%v", results(r))
	}
}

func TestScenario23NoChecksAreNotGreen(t *testing.T) {
	w := withTemplates(t, map[string]string{".copier-answers.yml": answersOf("base", "v1.0.0"), "f.txt": "1\n"})
	w.tag("base", "v1.0.0", map[string]string{"copier.yml": "{}\n", "f.txt": "1\n"})
	w.tag("base", "v1.1.0", map[string]string{"f.txt": "2\n"})
	if r := w.clean(); results(r)[baseBranch] != plan.Unchanged {
		t.Errorf("%v without any check but our own", results(r))
	}
	w.green()
	if r, _, err := w.pass(t.Context()); err != nil || results(r)[baseBranch] != plan.Merge {
		t.Errorf("%v, %v", results(r), err)
	}
}

func TestScenario24ResolvedOnceReplayedElsewhere(t *testing.T) {
	w := conflicting(t, `"automerge": true`)
	const till = "acme/till"
	w.must(w.CreateRepo(till, map[string]string{
		"renovate.json": settings(`"automerge": true`), ".copier-answers.yml": answersOf("base", "v1.0.0"), "f.txt": "a\nours\nc\n",
	}))
	p, stop := w.passer()
	defer stop()
	passes := func(repo string) plan.Result {
		t.Helper()
		var r *updater.Report
		for range 2 {
			var err error
			p.Engine.Tools = w.tools() // as of a new run
			r, _, err = p.Pass(t.Context(), repo)
			w.must(err)
		}
		return results(r)[baseBranch]
	}
	passes(till)
	if !strings.HasPrefix(w.pull(till, baseBranch).Title, "[conflict] ") {
		t.Fatal("there is no conflict")
	}
	passes(shop)
	head, err := w.CommitAs("ann", shop, baseBranch, map[string]string{"f.txt": "a\nboth\nc\n"}, "resolve")
	w.must(err)
	number := w.pull(shop, baseBranch).Number
	w.must(w.Ready(shop, number))
	w.merge(number, head)
	passes(shop)
	got := passes(till)
	pull := w.pull(till, baseBranch)
	if text, _ := w.ReadFile(till, baseBranch, "f.txt"); text != "a\nboth\nc\n" || got != plan.Unchanged {
		t.Errorf("f.txt of the other repository is %q, %s", text, got)
	}
	if strings.Contains(pull.Title, "conflict") || !strings.Contains(pull.Body, "as people resolved it in `acme/shop`") || slices.Contains(pull.Labels, "template-conflict") {
		t.Errorf("%q, labels %q\n%s", pull.Title, pull.Labels, pull.Body)
	}
	w.must(w.SetCheck(till, pull.Head, "build", "success"))
	if got := passes(till); got == plan.Merge {
		t.Errorf("%s although nobody has looked at it", got)
	}
}

func TestScenario17TargetIsTheHighestFullVersion(t *testing.T) {
	w := withTemplates(t, map[string]string{".copier-answers.yml": answersOf("base", "v1.9.0")})
	for _, x := range []struct{ options, want string }{
		{`"labels": []`, "v1.10.0"}, {`"ignoreUnstable": false`, "v3.0.0.dev1"},
	} {
		w.tags[origin+"acme/base.git"] = []string{"v1.9.0", "v1.10.0", "v1", "latest", "release-1", "v1.10.0-hotfix", "template-v9.0.0", "v2.0.0-rc.2", "v3.0.0.dev1"}
		_, err := w.Commit(shop, "", map[string]string{"renovate.json": settings(x.options)}, "configure")
		w.must(err)
		p, stop := w.passer()
		p.Runner, p.Engine.Tools = nil, map[string]render.Renderer{"copier": nothing{}}
		r, _, err := p.Pass(t.Context(), shop)
		stop()
		w.must(err)
		var targets []string
		for _, d := range r.Decisions {
			for _, u := range d.Updates {
				targets = append(targets, u.Value)
			}
		}
		if !slices.Contains(targets, x.want) || slices.Contains(targets, "v1") {
			t.Errorf("%s: %q, want %s", x.options, targets, x.want)
		}
	}
}

// nothing is a tool that changes nothing.
type nothing struct{}

func (nothing) Render(context.Context, render.Snapshot, plan.Member) (render.Change, error) {
	return render.Change{}, nil
}

func TestScenario25TwiceIsOnceAndPeopleWin(t *testing.T) {
	w := withTemplates(t, map[string]string{"renovate.json": settings(`"rebaseWhen": "behind-base-branch"`), ".copier-answers.yml": answersOf("base", "v1.0.0"), "f.txt": "1\n2\n3\n4\n5\n6\n7\n8\n"})
	w.tag("base", "v1.0.0", map[string]string{"copier.yml": "{}\n", "f.txt": "1\n2\n3\n4\n5\n6\n7\n8\n"})
	w.tag("base", "v1.1.0", map[string]string{"f.txt": "1\n2\n3\n4\n5\n6\n7\nH\n"})
	w.clean()
	before := w.pull(shop, baseBranch)
	w.state, w.cache = t.TempDir(), t.TempDir() // it remembers nothing
	w.ResetLog()
	w.clean()
	if writes := w.Writes(); len(writes) > 0 || w.pull(shop, baseBranch).Body != before.Body {
		t.Errorf("the second run wrote %+v", writes)
	}

	t.Log("the base branch moves")
	_, err := w.Commit(shop, "", map[string]string{"f.txt": "A\n2\n3\n4\n5\n6\n7\n8\n"}, "ours")
	w.must(err)
	w.clean()
	if text, _ := w.ReadFile(shop, baseBranch, "f.txt"); text != "A\n2\n3\n4\n5\n6\n7\nH\n" {
		t.Errorf("f.txt is %q", text)
	}

	t.Log("a person commits, and the base branch moves again")
	_, err = w.CommitAs("ann", shop, baseBranch, map[string]string{"mine.txt": "ann\n"}, "mine")
	w.must(err)
	_, err = w.Commit(shop, "", map[string]string{"f.txt": "B\n2\n3\n4\n5\n6\n7\n8\n"}, "ours")
	w.must(err)
	head := w.Head(shop, baseBranch)
	w.clean()
	if p := w.pull(shop, baseBranch); w.Head(shop, baseBranch) != head || !slices.Contains(p.Labels, "edited") {
		t.Errorf("head %s, want %s; labels %q", w.Head(shop, baseBranch), head, p.Labels)
	}
}
