package render

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

func settingsOf(t testing.TB, text string) config.Settings {
	t.Helper()
	c, _, err := config.Resolve(context.Background(), config.Input{Files: func(path string) ([]byte, bool) { return []byte(text), path == "renovate.json" }})
	if err != nil {
		t.Fatal(err)
	}
	return c.Top()
}

// TestBumpVersion: with a dependency the version of the package that has it is raised, and nothing else.
func TestBumpVersion(t *testing.T) {
	for _, x := range []struct{ name, manager, path, text, dep, value, level, want, note string }{
		{"npm", "npm", "package.json", "{\"name\": \"a\",\t\"version\": \"1.2.3\", \"dependencies\": {\"b\": \"1.2.3\"}}", "b", "2.0.0", "patch",
			"{\"name\": \"a\",\t\"version\": \"1.2.4\", \"dependencies\": {\"b\": \"2.0.0\"}}", ""},
		{"npm, the version of another package", "npm", "package.json", `{"version": "1.2.3", "dependencies": {"b": "1.2.3"}}`, "b", "2.0.0", "mirror:b", `{"version": "2.0.0", "dependencies": {"b": "2.0.0"}}`, ""},
		{"npm, the version of nothing", "npm", "package.json", `{"version": "1.2.3", "dependencies": {"b": "1.2.3"}}`, "b", "2.0.0", "mirror:c", `{"version": "1.2.3", "dependencies": {"b": "2.0.0"}}`, `no dependency "c"`},
		{"without a version", "npm", "package.json", `{"dependencies": {"b": "1.2.3"}}`, "b", "2.0.0", "patch", `{"dependencies": {"b": "2.0.0"}}`, ""},
		{"a chart", "helmv3", "Chart.yaml", "apiVersion: v2\nname: a\nversion: '0.9.0-rc.1' # ours\r\ndependencies:\n  - {name: b, version: 1.0.0, repository: https://charts.example.test}\n", "b", "1.1.0", "minor",
			"apiVersion: v2\nname: a\nversion: '0.9.0' # ours\r\ndependencies:\n  - {name: b, version: 1.1.0, repository: https://charts.example.test}\n", ""},
		{"cargo", "cargo", "Cargo.toml", "[dependencies]\nb = \"1.0.0\"\n[package]\nname = \"a\"\nversion = \"0.1.0\"\n", "b", "2.0.0", "major", "[dependencies]\nb = \"2.0.0\"\n[package]\nname = \"a\"\nversion = \"1.0.0\"\n", ""},
		{"cargo, from the workspace", "cargo", "Cargo.toml", "[package]\nname = \"a\"\nversion.workspace = true\n[dependencies]\nb = \"1.0.0\"\n", "b", "2.0.0", "major", "[package]\nname = \"a\"\nversion.workspace = true\n[dependencies]\nb = \"2.0.0\"\n", ""},
		{"maven", "maven", "pom.xml", "<project><modelVersion>4.0.0</modelVersion><version> 1.0.0-SNAPSHOT </version><dependencies><dependency><groupId>g</groupId><artifactId>b</artifactId><version>1.0</version></dependency></dependencies></project>", "g:b", "1.1", "patch",
			"<project><modelVersion>4.0.0</modelVersion><version> 1.0.1-SNAPSHOT </version><dependencies><dependency><groupId>g</groupId><artifactId>b</artifactId><version>1.1</version></dependency></dependencies></project>", ""},
		{"maven, a placeholder", "maven", "pom.xml", "<project><modelVersion>4.0.0</modelVersion><version>${revision}</version><dependencies><dependency><groupId>g</groupId><artifactId>b</artifactId><version>1.0</version></dependency></dependencies></project>", "g:b", "1.1", "patch",
			"<project><modelVersion>4.0.0</modelVersion><version>${revision}</version><dependencies><dependency><groupId>g</groupId><artifactId>b</artifactId><version>1.1</version></dependency></dependencies></project>", "no semantic version"},
		{"nuget", "nuget", "a.csproj", `<Project><PropertyGroup><VersionPrefix>4.9.0</VersionPrefix></PropertyGroup><ItemGroup><PackageReference Include="B" Version="1.0.0" /></ItemGroup></Project>`, "B", "1.1.0", "minor",
			`<Project><PropertyGroup><VersionPrefix>4.10.0</VersionPrefix></PropertyGroup><ItemGroup><PackageReference Include="B" Version="1.1.0" /></ItemGroup></Project>`, ""},
		{"pep621", "pep621", "pyproject.toml", "[project]\nname = 'x'\nversion = '1.0.0' # v\ndependencies = ['flask==1.0']\n", "flask", "==2.0", "prerelease", "[project]\nname = 'x'\nversion = '1.0.1-0' # v\ndependencies = ['flask==2.0']\n", ""},
		{"poetry", "poetry", "pyproject.toml", "[tool.poetry]\nversion = \"1.0.0\"\n[tool.poetry.dependencies]\nflask = \"1.0.0\"\n", "flask", "2.0.0", "minor", "[tool.poetry]\nversion = \"1.1.0\"\n[tool.poetry.dependencies]\nflask = \"2.0.0\"\n", ""},
		{"a byte order mark", "npm", "package.json", "\ufeff{\"version\": \"1.2.3\", \"dependencies\": {\"b\": \"1.2.3\"}}", "b", "2.0.0", "patch", "\ufeff{\"version\": \"1.2.4\", \"dependencies\": {\"b\": \"2.0.0\"}}", ""},
		{"a manager without packages", "dockerfile", "Dockerfile", "FROM redis:7.0\n", "redis", "7.2", "patch", "FROM redis:7.2\n", ""},
	} {
		fsys := fstest.MapFS{x.path: {Data: []byte(x.text)}}
		ms := members(t, fsys, x.manager, x.path, map[string]string{x.dep: x.value})
		for i := range ms {
			ms[i].Update.Settings = settingsOf(t, `{"bumpVersion": "`+x.level+`"}`)
		}
		c, err := Maker{Managers: byName()}.Render(t.Context(), Snapshot{FS: fsys, Files: []string{x.path}}, plan.Branch{Members: ms})
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if diff := cmp.Diff(x.want, c.Files[x.path].Text); diff != "" {
			t.Errorf("%s: %s", x.name, diff)
		}
		if notes := strings.Join(c.Notes, "\n"); !strings.Contains(notes, x.note) || x.note == "" && notes != "" || len(c.Warnings) > 0 {
			t.Errorf("%s: notes %q, warnings %q", x.name, notes, c.Warnings)
		}
	}
}

// TestBumpVersionOnce: of what several updates want for a file, the greatest is done.
func TestBumpVersionOnce(t *testing.T) {
	fsys := fstest.MapFS{"package.json": {Data: []byte(`{"version": "1.2.3", "dependencies": {"a": "1.0.0", "b": "1.0.0", "c": "1.0.0"}}`)}}
	ms := members(t, fsys, "npm", "package.json", map[string]string{"a": "1.1.0", "b": "1.1.0", "c": "1.1.0"})
	for i, level := range []string{"patch", "minor", "patch"} {
		ms[i].Update.Settings = settingsOf(t, `{"bumpVersion": "`+level+`"}`)
	}
	c, err := Maker{Managers: byName()}.Render(t.Context(), Snapshot{FS: fsys}, plan.Branch{Members: ms})
	if err != nil || !strings.HasPrefix(c.Files["package.json"].Text, `{"version": "1.3.0", `) {
		t.Errorf("%v, %v", c.Files["package.json"], err)
	}
}

func TestBumpVersions(t *testing.T) {
	const deps = "FROM redis:7.0\n"
	for _, x := range []struct {
		name  string
		files map[string]string
		bump  plan.Bump
		want  map[string]string // what changes besides
		fails string
	}{
		{"a whole file", map[string]string{".release-version": "1.0.0\n"}, plan.Bump{Files: []string{".release-version"}, Strings: []string{`^(?<version>.+)$`}, Type: "minor"}, map[string]string{".release-version": "1.1.0\n"}, ""},
		{"the first expression that finds one", map[string]string{"a.yaml": "x: 1\r\nversion: 1.0.0\r\n"}, plan.Bump{Files: []string{"*.yaml"}, Strings: []string{`release: (?<version>\S+)`, `version:\s(?<version>[^\s]+)`, `x: (?<version>\d)`}, Type: "patch"}, map[string]string{"a.yaml": "x: 1\r\nversion: 1.0.1\r\n"}, ""},
		{"short versions", map[string]string{"v/1": "1", "v/2": "2.3"}, plan.Bump{Files: []string{"/^v//"}, Strings: []string{`^(?<version>.+)$`}, Type: "major"}, map[string]string{"v/1": "2", "v/2": "3.0"}, ""},
		{"as the dependency", map[string]string{"VERSION": "v1"}, plan.Bump{Files: []string{"VERSION"}, Strings: []string{`^(?<version>.+)$`}, Type: "sync", Sync: "7.2"}, map[string]string{"VERSION": "7.2"}, ""},
		{"as a dependency without one", map[string]string{"VERSION": "v1"}, plan.Bump{Files: []string{"VERSION"}, Strings: []string{`^(?<version>.+)$`}, Type: "sync"}, nil, ""},
		{"a file that changes anyway", map[string]string{}, plan.Bump{Files: []string{"Dockerfile"}, Strings: []string{`FROM redis:(?<version>\S+)`}, Type: "minor"}, map[string]string{"Dockerfile": "FROM redis:7.3\n"}, ""},
		{"with one ruled out", map[string]string{"a/V": "1.0.0", "b/V": "1.0.0"}, plan.Bump{Files: []string{"**/V", "!b/**"}, Strings: []string{`(?<version>.+)`}, Type: "patch"}, map[string]string{"a/V": "1.0.1"}, ""},
		{"no file", nil, plan.Bump{Files: []string{"V"}, Strings: []string{`(?<version>.+)`}, Type: "patch"}, nil, ""},
		{"no version", map[string]string{"V": "1.0.0"}, plan.Bump{Files: []string{"V"}, Strings: []string{`v(?<version>.+)`}, Type: "patch"}, nil, ""},
		{"not of three parts", map[string]string{"V": "1.0"}, plan.Bump{Name: "bumpVersions (x)", Files: []string{"V"}, Strings: []string{`(?<version>.+)`}, Type: "patch"}, nil, `bumpVersions (x): V stays as it is: "1.0" has no patch part to be raised`},
		{"no level", map[string]string{"V": "1.0.0"}, plan.Bump{Files: []string{"V"}, Strings: []string{`(?<version>.+)`}, Type: "huge"}, nil, `"huge" is no kind of raise`},
		{"no expression", map[string]string{"V": "1.0.0"}, plan.Bump{Files: []string{"V"}, Strings: []string{`(`}, Type: "patch"}, nil, "missing closing )"},
		{"no pattern", map[string]string{"V": "1.0.0"}, plan.Bump{Files: []string{"/(/"}, Strings: []string{`(?<version>.+)`}, Type: "patch"}, nil, "filePatterns: "},
		{"no template", map[string]string{"V": "1.0.0"}, plan.Bump{Files: []string{"V"}, Strings: []string{`(?<version>.+)`}, Type: "patch", Err: "unexpected"}, nil, "templates cannot be filled"},
	} {
		fsys := fstest.MapFS{"Dockerfile": {Data: []byte(deps)}}
		s := Snapshot{FS: fsys, Files: []string{"Dockerfile"}}
		for name, text := range x.files {
			fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o755}
			s.Files = append(s.Files, name)
		}
		want := platform.Changeset{"Dockerfile": {Text: "FROM redis:7.2\n"}}
		for name, text := range x.want {
			want[name] = &platform.File{Text: text}
			if name != "Dockerfile" {
				want[name].Mode = platform.Executable
			}
		}
		ms := members(t, fsys, "dockerfile", "Dockerfile", map[string]string{"redis": "7.2"})
		c, err := Maker{Managers: byName()}.Render(t.Context(), s, plan.Branch{Members: ms, Bumps: []plan.Bump{x.bump}})
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if diff := cmp.Diff(want, c.Files); diff != "" {
			t.Errorf("%s: %s", x.name, diff)
		}
		if got := strings.Join(c.Warnings, "\n"); !strings.Contains(got, x.fails) || (got != "") != (x.fails != "") || x.fails != "" && !strings.Contains(strings.Join(c.Notes, "\n"), x.fails) {
			t.Errorf("%s: warnings %q, notes %q", x.name, got, c.Notes)
		}
	}
}
