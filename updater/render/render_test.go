package render

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
	managersall "github.com/currant-bot/currant/managers/all"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

func byName() map[string]*managers.Manager {
	out := make(map[string]*managers.Manager)
	for _, m := range managersall.Managers {
		out[m.Name] = m
	}
	return out
}

// members finds the dependencies of a file and wants of each what updates says, by name: a
// value, or a value and a digest with @.
func members(t testing.TB, fsys fs.FS, manager, path string, updates map[string]string) []plan.Member {
	t.Helper()
	deps, err := extract(byName()[manager], fsys, nil, path)
	if err != nil {
		t.Fatal(err)
	}
	var out []plan.Member
	for _, d := range deps {
		if want, ok := updates[d.Name]; ok {
			value, digest, _ := strings.Cut(want, "@")
			out = append(out, plan.Member{
				Decision: &plan.Decision{Found: plan.Found{Manager: manager, Path: path, Dep: d}},
				Update:   plan.Update{Value: value, Digest: digest},
			})
		}
	}
	if len(out) == 0 {
		t.Fatalf("none of %v is in %s", updates, path)
	}
	return out
}

const sum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestSplice(t *testing.T) {
	commit := strings.Repeat("a", 40)
	for _, tc := range []struct {
		name, manager, path, text string
		updates                   map[string]string
		want                      string
	}{
		{"no last line break", "dockerfile", "Dockerfile", "# c\nFROM redis:7.0", map[string]string{"redis": "7.2"}, "# c\nFROM redis:7.2"},
		{"CRLF", "dockerfile", "Dockerfile", "FROM redis:7.0\r\nRUN x \r\n", map[string]string{"redis": "7.2"}, "FROM redis:7.2\r\nRUN x \r\n"},
		{"byte order mark", "dockerfile", "Dockerfile", "\ufeffFROM redis:7.0\n", map[string]string{"redis": "7.2"}, "\ufeffFROM redis:7.2\n"},
		{"a variable used twice", "dockerfile", "Dockerfile", "ARG V=7.0\nFROM redis:${V} AS a\nFROM redis:${V}\n", map[string]string{"redis": "7.2"}, "ARG V=7.2\nFROM redis:${V} AS a\nFROM redis:${V}\n"},
		{"pinning", "dockerfile", "Dockerfile", "FROM redis:7.0\n", map[string]string{"redis": "7.0@" + sum}, "FROM redis:7.0@" + sum + "\n"},
		{"value and pin", "dockerfile", "Dockerfile", "FROM redis:7.0\n", map[string]string{"redis": "7.2@" + sum}, "FROM redis:7.2@" + sum + "\n"},
		{"value and digest", "dockerfile", "Dockerfile", "FROM redis:7.0@" + strings.Replace(sum, "0", "f", 1) + " AS x\n", map[string]string{"redis": "7.2@" + sum}, "FROM redis:7.2@" + sum + " AS x\n"},
		{"pinning an action", "github-actions", ".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: \"a/b@v4\"\n", map[string]string{"a/b": "v4@" + commit}, "on: push\njobs:\n  a:\n    steps:\n      - uses: \"a/b@" + commit + "\" # v4\n"},
		{"an action with its comment", "github-actions", ".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@" + strings.Repeat("b", 40) + " # v4 \n", map[string]string{"a/b": "v5@" + commit}, "on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@" + commit + " # v5 \n"},
		{"tabs and order in JSON", "npm", "package.json", "{\n\t\"dependencies\": {\"b\": \"^1.0.0\",\t\"a\":\"1.0.0\" }}", map[string]string{"a": "2.0.0", "b": "^3.0.0"}, "{\n\t\"dependencies\": {\"b\": \"^3.0.0\",\t\"a\":\"2.0.0\" }}"},
		{"a file that another one is made from", "pip-compile", "requirements.in", "flask>=2.0 # why\n", map[string]string{"flask": ">=3.0"}, "flask>=3.0 # why\n"},
		{"quotes and comments in TOML", "pep621", "pyproject.toml", "[project]\nname = 'x' # keep\ndependencies = [\n  'flask ==1.0', # why\n]\n", map[string]string{"flask": "==2.0"}, "[project]\nname = 'x' # keep\ndependencies = [\n  'flask ==2.0', # why\n]\n"},
	} {
		fsys := fstest.MapFS{tc.path: {Data: []byte(tc.text), Mode: 0o755}}
		got, err := Splice(fsys, byName(), members(t, fsys, tc.manager, tc.path, tc.updates))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if diff := cmp.Diff(platform.Changeset{tc.path: {Text: tc.want, Mode: platform.Executable}}, got); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

// TestRename: of a Go module, another major version has another name.
func TestRename(t *testing.T) {
	fsys := fstest.MapFS{"go.mod": {Data: []byte("module m\nrequire (\n\texample.test/a v1.2.3 // why\n\texample.test/b v1.2.3\n)\nreplace example.test/a => example.test/a v1.2.3\n")}}
	ms := members(t, fsys, "gomod", "go.mod", map[string]string{"example.test/a": "v2.0.0"})
	ms[0].Update.Name, ms[1].Update.Name = "example.test/a/v2", "example.test/a/v2"
	got, err := Splice(fsys, byName(), ms[:1])
	if err != nil {
		t.Fatal(err)
	}
	want := "module m\nrequire (\n\texample.test/a/v2 v2.0.0 // why\n\texample.test/b v1.2.3\n)\nreplace example.test/a => example.test/a v1.2.3\n"
	if d := cmp.Diff(want, got["go.mod"].Text); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	ms[0].Update.Name = "example.test/a v2"
	if got, err := Splice(fsys, byName(), ms[:1]); err == nil {
		t.Errorf("a name that is two words is written: %s", got["go.mod"].Text)
	}
}

func TestSpliceRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, manager, path, text string
		updates                   map[string]string
		change                    func([]plan.Member) []plan.Member
		want                      string
	}{
		{"a value that is not read back", "dockerfile", "Dockerfile", "FROM redis:7.0\n", map[string]string{"redis": "7.2 AS evil"}, nil, "was refused"},
		{"a value that becomes another line", "dockerfile", "Dockerfile", "FROM redis:7.0\n", map[string]string{"redis": "7.2\nFROM evil:1"}, nil, "1 dependencies became 2"},
		{"a value that ends its string", "npm", "package.json", `{"dependencies": {"a": "1.0.0"}}`, map[string]string{"a": `2.0.0", "evil": "1.0.0`}, nil, "was refused"},
		{"one field, two values", "dockerfile", "Dockerfile", "ARG V=7.0\nFROM redis:${V} AS a\nFROM redis:${V}\n", map[string]string{"redis": "7.2"}, func(ms []plan.Member) []plan.Member {
			ms[1].Update.Value = "7.4"
			return ms
		}, ""},
		{"one field, one keeps its value", "dockerfile", "Dockerfile", "ARG V=7.0\nFROM redis:${V} AS a\nFROM redis:${V}\n", map[string]string{"redis": "7.2"}, func(ms []plan.Member) []plan.Member {
			ms[1].Update.Value = "7.0"
			return ms
		}, "shared"},
		{"one field, and one is not asked", "dockerfile", "Dockerfile", "ARG V=7.0\nFROM redis:${V} AS a\nFROM valkey:${V}\n", map[string]string{"redis": "7.2"}, nil, "valkey"},
		{"a manager that is not there", "dockerfile", "Dockerfile", "FROM redis:7.0\n", map[string]string{"redis": "7.2"}, func(ms []plan.Member) []plan.Member {
			ms[0].Decision.Manager = "cobol"
			return ms
		}, "cobol"},
		{"a file that is gone", "dockerfile", "Dockerfile", "FROM redis:7.0\n", map[string]string{"redis": "7.2"}, func(ms []plan.Member) []plan.Member {
			ms[0].Decision.Path = "other/Dockerfile"
			return ms
		}, "other/Dockerfile"},
	} {
		fsys := fstest.MapFS{tc.path: {Data: []byte(tc.text)}}
		ms := members(t, fsys, tc.manager, tc.path, tc.updates)
		if tc.change != nil {
			ms = tc.change(ms)
		}
		got, err := Splice(fsys, byName(), ms)
		if err == nil || got != nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, %v", tc.name, got, err)
		}
	}
}

// A manager that fails on what was changed stops the change, not Currant.
func TestSpliceSurvivesAPanic(t *testing.T) {
	fsys := fstest.MapFS{"f": {Data: []byte("1.0")}}
	m := &managers.Manager{Name: "m", Extract: func(f managers.File) managers.Result {
		if f.Text != "1.0" {
			panic("ouch")
		}
		return managers.Result{Deps: []managers.Dep{{Name: "x", Value: managers.Field{Text: "1.0"}}}}
	}}
	list := []plan.Member{{Decision: &plan.Decision{Found: plan.Found{Manager: "m", Path: "f", Dep: managers.Dep{Name: "x", Value: managers.Field{Text: "1.0"}}}}, Update: plan.Update{Value: "2.0"}}}
	if _, err := Splice(fsys, map[string]*managers.Manager{"m": m}, list); err == nil || !strings.Contains(err.Error(), "ouch") {
		t.Error(err)
	}
}

// tool is a renderer that changes its own file.
type tool struct{ err error }

func (x tool) Render(_ context.Context, _ Snapshot, m plan.Member) (Change, error) {
	return Change{Files: platform.Changeset{m.Decision.Path: {Text: m.Update.Value}}, Notes: []string{"note"}, Warnings: []string{"careful"}}, x.err
}

func TestRender(t *testing.T) {
	fsys := fstest.MapFS{"Dockerfile": {Data: []byte("FROM redis:7.0\n")}}
	image := members(t, fsys, "dockerfile", "Dockerfile", map[string]string{"redis": "7.2"})[0]
	made := func(path, render string) plan.Member {
		return plan.Member{Decision: &plan.Decision{Found: plan.Found{Path: path, Dep: managers.Dep{Name: path, Render: render}}}, Update: plan.Update{Value: "v2"}}
	}
	k := Maker{Managers: byName(), Tools: map[string]Renderer{"ok": tool{}, "bad": tool{errors.New("it conflicts")}}}
	for _, tc := range []struct {
		name    string
		members []plan.Member
		want    string // error; "" for none
	}{
		{"fields", []plan.Member{image}, ""},
		{"a tool", []plan.Member{made("a", "ok")}, ""},
		{"a tool fails", []plan.Member{made("a", "bad")}, "it conflicts"},
		{"no such tool", []plan.Member{made("a", "cobol")}, "cobol"},
		{"a tool twice", []plan.Member{made("a", "ok"), made("b", "ok")}, "groupName"},
		{"a tool and fields", []plan.Member{image, made("a", "ok")}, "groupName"},
	} {
		c, err := k.Render(t.Context(), Snapshot{FS: fsys}, plan.Branch{Members: tc.members})
		if tc.want == "" && (err != nil || len(c.Files) != 1) || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want) || c.Files != nil) {
			t.Errorf("%s: %+v, %v", tc.name, c, err)
		}
	}
}

// TestAlong: a newer API version renames fields; what it leaves to a person is said. A kind that is a dependency only
// while it is behind is none afterwards.
func TestAlong(t *testing.T) {
	const old = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: web}\nspec:\n  backend:\n    serviceName: web\n    servicePort: http\n" +
		"---\napiVersion: traefik.containo.us/v1alpha1\nkind: Middleware\nmetadata: {name: auth}\n" +
		"---\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {selector: {}}\n"
	fsys := fstest.MapFS{"a.yaml": {Data: []byte(old)}}
	ms := members(t, fsys, "kubernetes", "a.yaml", map[string]string{
		"Ingress": "networking.k8s.io/v1", "Middleware": "traefik.io/v1alpha1", "PodDisruptionBudget": "policy/v1",
	})
	got, err := Maker{Managers: byName()}.Render(t.Context(), Snapshot{FS: fsys}, plan.Branch{Members: ms})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("networking.k8s.io/v1beta1", "networking.k8s.io/v1", "traefik.containo.us", "traefik.io", "policy/v1beta1", "policy/v1",
		"  backend:\n    serviceName: web\n    servicePort: http\n", "  defaultBackend:\n    service:\n      name: web\n      port:\n        name: http\n").Replace(old)
	if diff := cmp.Diff(want, got.Files["a.yaml"].Text); diff != "" {
		t.Error(diff)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "a.yaml: PodDisruptionBudget: line 16: an empty spec.selector") {
		t.Errorf("warnings: %q", got.Warnings)
	}
	notes := strings.Join(got.Notes, "\n")
	for _, part := range []string{"`networking.k8s.io/v1beta1` of Ingress is deprecated since Kubernetes 1.19 and is no longer served from Kubernetes 1.22 on ([source](https://kubernetes.io/", "A person has to do the rest", "\n- `a.yaml`, PodDisruptionBudget"} {
		if !strings.Contains(notes, part) {
			t.Errorf("the notes do not say %q:\n%s", part, notes)
		}
	}
}

// A version and the hashes of what is downloaded change together.
func TestSpliceHashes(t *testing.T) {
	hash := func(s string) string { return strings.Repeat(s, 64) }
	for _, tc := range []struct{ name, manager, path, dep, value, text, want string }{
		{
			"pip", "pip_requirements", "requirements.txt", "a", "==2.0",
			"a==1.0 \\\r\n    --hash=sha256:" + hash("1") + " \\\r\n    --hash=sha256:" + hash("2") + "  # why\r\nb==1.0 --hash=sha256:" + hash("3") + "\r\n",
			"a==2.0 \\\r\n    --hash=sha256:" + hash("a") + " \\\r\n    --hash=sha256:" + hash("b") + "  # why\r\nb==1.0 --hash=sha256:" + hash("3") + "\r\n",
		},
		{
			"one that was alone", "pip_requirements", "requirements.txt", "b", "==2.0",
			"b==1.0 --hash sha384:" + hash("3") + "\n", "b==2.0 --hash sha256:" + hash("a") + " --hash sha256:" + hash("b") + "\n",
		},
		{
			"a wrapper", "gradle-wrapper", "gradle/wrapper/gradle-wrapper.properties", "gradle", "9.0.0",
			"distributionSha256Sum=" + hash("1") + "\ndistributionUrl=https\\://gradle.example.test/gradle-8.0-bin.zip\n",
			"distributionSha256Sum=" + hash("a") + "\ndistributionUrl=https\\://gradle.example.test/gradle-9.0.0-bin.zip\n",
		},
	} {
		fsys := fstest.MapFS{tc.path: {Data: []byte(tc.text)}}
		ms := members(t, fsys, tc.manager, tc.path, map[string]string{tc.dep: tc.value})
		if _, err := Splice(fsys, byName(), ms); err == nil || !strings.Contains(err.Error(), "would keep the hashes") {
			t.Errorf("%s without hashes: %v", tc.name, err)
		}
		ms[0].Update.Hashes = []string{hash("a"), hash("b")}
		if tc.manager != "pip_requirements" {
			ms[0].Update.Hashes = ms[0].Update.Hashes[:1]
		}
		got, err := Splice(fsys, byName(), ms)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if diff := cmp.Diff(tc.want, got[tc.path].Text); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}
