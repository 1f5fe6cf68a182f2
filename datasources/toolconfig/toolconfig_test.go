package toolconfig

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// machine returns a machine with env and files; one that holds "unreadable" is.
func machine(env, files map[string]string) Machine {
	return Machine{Env: env, Read: func(path string) (string, error) {
		text, ok := files[path]
		switch {
		case !ok:
			return "", fmt.Errorf("open %s: %w", path, fs.ErrNotExist)
		case text == "unreadable":
			return "", fs.ErrPermission
		}
		return text, nil
	}}
}

func TestNPM(t *testing.T) {
	m := machine(map[string]string{"HOME": "/home/bot", "TOKEN": "t0ken"}, map[string]string{"/home/bot/.npmrc": `
; a comment
registry = "https://npm.example.test/api/npm/npm/"
@acme:registry=https://user:pw@acme.example.test/npm
//npm.example.test/api/npm/npm/:_authToken=${TOKEN}
//npm.example.test/other/:_auth=dTpw
//npm.example.test/third/:username=ann
//npm.example.test/third/:_password=cGFzcw==
//npm.example.test/third/:email=a@example.test
//bare.example.test/:_authToken=${UNSET?}x
//gone.example.test/:_authToken=${UNSET}
always-auth=true
`})
	want := Found{
		Registries: map[string][]string{"npm": {"https://npm.example.test/api/npm/npm/"}},
		Scopes:     map[string]string{"@acme": "https://acme.example.test/npm"},
		Rules: []host.Rule{
			{MatchHost: "https://acme.example.test/npm", HostType: "npm", Username: "user", Password: "pw"},
			{MatchHost: "npm.example.test/api/npm/npm/", HostType: "npm", Token: "t0ken"},
			{MatchHost: "npm.example.test/other/", HostType: "npm", Token: "dTpw", AuthType: "Basic"},
			{MatchHost: "npm.example.test/third/", HostType: "npm", Username: "ann", Password: "pass"},
			{MatchHost: "bare.example.test/", HostType: "npm", Token: "x"},
		},
		Problems: []string{"/home/bot/.npmrc: _authToken: a variable is not set or may not be used"},
	}
	if d := cmp.Diff(want, Read(m)); d != "" {
		t.Errorf("found (-want +got):\n%s", d)
	}
}

func TestNPMVariables(t *testing.T) {
	m := machine(map[string]string{"npm_config_registry": "https://env.example.test/", "NPM_CONFIG_USERCONFIG": "/etc/npmrc"},
		map[string]string{"/etc/npmrc": "registry=https://file.example.test/\n_authToken=top\n"})
	want := Found{
		Registries: map[string][]string{"npm": {"https://env.example.test/"}},
		Rules:      []host.Rule{{MatchHost: "https://file.example.test/", HostType: "npm", Token: "top"}},
	}
	if d := cmp.Diff(want, Read(m)); d != "" {
		t.Errorf("found (-want +got):\n%s", d)
	}
}

// TestRepositoryNPMRC checks that a file of a repository cannot read the environment.
func TestRepositoryNPMRC(t *testing.T) {
	f := NPMRC(".npmrc", "registry=https://evil.example.test/${HOME}/\n//evil.example.test/:_authToken=${TOKEN}\n_auth=x\n", nil)
	if len(f.Rules) > 0 || len(f.Registries) > 0 || len(f.Problems) != 3 {
		t.Errorf("found %+v", f)
	}
}

func TestPip(t *testing.T) {
	files := map[string]string{
		"/etc/pip.conf":                  "[global]\nindex-url = https://etc.example.test/simple\nextra-index-url =\n    https://one.example.test/simple\n    https://u:p@two.example.test/simple\ntimeout: 10\n",
		"/home/bot/.config/pip/pip.conf": "[global]\nindex_url: https://user.example.test/simple\n[install]\n# more special\nindex-url=https://install.example.test/simple\n",
	}
	two := host.Rule{MatchHost: "https://two.example.test/simple", HostType: "pypi", Username: "u", Password: "p"}
	for _, tt := range []struct {
		name  string
		env   map[string]string
		want  []string
		rules []host.Rule
	}{
		{"etc", map[string]string{}, []string{"https://etc.example.test/simple", "https://one.example.test/simple", "https://two.example.test/simple"}, []host.Rule{two}},
		{"user", map[string]string{"HOME": "/home/bot"}, []string{"https://install.example.test/simple", "https://one.example.test/simple", "https://two.example.test/simple"}, []host.Rule{two}},
		{"variables", map[string]string{"HOME": "/home/bot", "PIP_INDEX_URL": "https://a:b@env.example.test/simple/", "PIP_EXTRA_INDEX_URL": "https://x.example.test/simple  https://y.example.test/simple"},
			[]string{"https://env.example.test/simple/", "https://x.example.test/simple", "https://y.example.test/simple"},
			[]host.Rule{{MatchHost: "https://env.example.test/simple/", HostType: "pypi", Username: "a", Password: "b"}}},
		{"no files", map[string]string{"PIP_CONFIG_FILE": "/dev/null"}, nil, nil},
		{"only extra", map[string]string{"PIP_CONFIG_FILE": "/dev/null", "PIP_EXTRA_INDEX_URL": "https://x.example.test/simple"},
			[]string{datasources.PublicSimpleIndex, "https://x.example.test/simple"}, nil},
	} {
		f := Read(machine(tt.env, files))
		if d := cmp.Diff(tt.want, f.Registries["pypi"]); d != "" {
			t.Errorf("%s: indexes (-want +got):\n%s", tt.name, d)
		}
		if d := cmp.Diff(tt.rules, f.Rules); d != "" {
			t.Errorf("%s: rules (-want +got):\n%s", tt.name, d)
		}
	}
}

func TestGo(t *testing.T) {
	m := machine(map[string]string{"HOME": "/home/bot", "GOPRIVATE": "example.test/secret,*.corp.test"}, map[string]string{
		"/home/bot/.config/go/env": "GOPROXY=https://user:pw@go.example.test/api/go/go|https://second.example.test, direct,off,https://never.example.test\nGONOSUMDB=x\n",
	})
	want := Found{
		Registries: map[string][]string{
			"go":             {"https://go.example.test/api/go/go|https://second.example.test", "direct", "off"},
			"golang-version": {"https://go.example.test/api/go/go", "https://second.example.test"},
		},
		Direct: "example.test/secret,*.corp.test",
		Rules:  []host.Rule{{MatchHost: "https://go.example.test/api/go/go", HostType: "go", Username: "user", Password: "pw"}},
	}
	if d := cmp.Diff(want, Read(m)); d != "" {
		t.Errorf("found (-want +got):\n%s", d)
	}
	m.Env["GOPROXY"], m.Env["GONOPROXY"] = "off", "none"
	if d := cmp.Diff(Found{Registries: map[string][]string{"go": {"off"}}}, Read(m)); d != "" {
		t.Errorf("found (-want +got):\n%s", d)
	}
}

func TestCargo(t *testing.T) {
	m := machine(map[string]string{"HOME": "/home/bot", "CARGO_REGISTRIES_MY_OTHER_TOKEN": "from-env"}, map[string]string{
		"/home/bot/.cargo/config.toml": `
[registries]
company = { index = "sparse+https://crates.example.test/index/" }
my-other = { index = "sparse+https://other.example.test/" }
old = { index = "https://crates.example.test/git", token = "no" }
[source.crates-io]
replace-with = "mirror"
[source.mirror]
registry = "sparse+https://user:pw@mirror.example.test/api/cargo/crates/index/"
`,
		"/home/bot/.cargo/credentials.toml": "[registries.company]\ntoken = \"Bearer t0ken\"\n",
	})
	want := Found{
		Registries: map[string][]string{"crate": {"https://mirror.example.test/api/cargo/crates/index/"}},
		Rules: []host.Rule{
			{MatchHost: "https://crates.example.test/index/", HostType: "crate", Token: "Bearer t0ken", AuthType: "Token-Only"},
			{MatchHost: "https://other.example.test/", HostType: "crate", Token: "from-env", AuthType: "Token-Only"},
			{MatchHost: "https://mirror.example.test/api/cargo/crates/index/", HostType: "crate", Username: "user", Password: "pw"},
		},
	}
	if d := cmp.Diff(want, Read(m)); d != "" {
		t.Errorf("found (-want +got):\n%s", d)
	}
	broken := machine(map[string]string{"CARGO_HOME": "/c"}, map[string]string{"/c/config": "= x"})
	if f := Read(broken); len(f.Problems) != 1 || len(f.Registries) > 0 {
		t.Errorf("found %+v", f)
	}
}

func TestUV(t *testing.T) {
	files := map[string]string{
		"/home/bot/.config/uv/uv.toml": `
[[index]]
name = "team-a"
url = "https://team.example.test/simple"
[[index]]
name = "main"
url = "https://u:p@main.example.test/simple"
default = true
[[index]]
name = "gpu"
url = "https://v:q@gpu.example.test/simple"
explicit = true
`,
		"/etc/pip.conf": "[global]\nindex-url = https://pip.example.test/simple\n",
	}
	f := Read(machine(map[string]string{
		"HOME": "/home/bot", "UV_INDEX_TEAM_A_USERNAME": "ann", "UV_INDEX_TEAM_A_PASSWORD": "pw",
		"UV_INDEX": "first=https://first.example.test/simple",
	}, files))
	want := Found{
		Registries: map[string][]string{"pypi": {
			"https://first.example.test/simple", "https://team.example.test/simple", "https://main.example.test/simple",
		}},
		Rules: []host.Rule{
			{MatchHost: "https://team.example.test/simple", HostType: "pypi", Username: "ann", Password: "pw"},
			{MatchHost: "https://gpu.example.test/simple", HostType: "pypi", Username: "v", Password: "q"},
			{MatchHost: "https://main.example.test/simple", HostType: "pypi", Username: "u", Password: "p"},
		},
	}
	if d := cmp.Diff(want, f); d != "" {
		t.Errorf("found (-want +got):\n%s", d)
	}
	for label, env := range map[string]map[string]string{
		"new": {"UV_DEFAULT_INDEX": "corp=https://corp.example.test/simple"}, "old": {"UV_INDEX_URL": "https://corp.example.test/simple"},
	} {
		got := Read(machine(env, nil)).Registries["pypi"]
		if d := cmp.Diff([]string{"https://corp.example.test/simple"}, got); d != "" {
			t.Errorf("%s variable (-want +got):\n%s", label, d)
		}
	}
}

func TestDocker(t *testing.T) {
	text, err := json.Marshal(map[string]any{"auths": map[string]any{
		authn.DefaultAuthKey:              map[string]string{"auth": "dTpw"},
		"registry.example.test":           map[string]string{"username": "a", "password": "b"},
		"registry.example.test:5000/team": map[string]string{"registrytoken": "tok"},
		"helper.example.test":             map[string]string{},
		"https://old.example.test/v2/":    map[string]string{"auth": "dTpwOnE="},
		"broken.example.test":             map[string]string{"auth": "%%%"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []host.Rule{
		{MatchHost: name.DefaultRegistry + "/", HostType: "docker", Username: "u", Password: "p"},
		{MatchHost: "old.example.test/", HostType: "docker", Username: "u", Password: "p:q"},
		{MatchHost: "registry.example.test/", HostType: "docker", Username: "a", Password: "b"},
		{MatchHost: "registry.example.test:5000/v2/team", HostType: "docker", Token: "tok"},
	}
	for path, env := range map[string]map[string]string{
		"/home/bot/.docker/config.json":  {"HOME": "/home/bot"},
		"/run/docker/config.json":        {"HOME": "/home/bot", "DOCKER_CONFIG": "/run/docker"},
		"/run/user/containers/auth.json": {"XDG_RUNTIME_DIR": "/run/user"},
	} {
		f := Read(machine(env, map[string]string{path: string(text)}))
		if d := cmp.Diff(want, f.Rules); d != "" {
			t.Errorf("%s: rules (-want +got):\n%s", path, d)
		}
	}
}

func TestProblems(t *testing.T) {
	f := Read(machine(map[string]string{"HOME": "/h", "PIP_INDEX_URL": "https://u:secret@%zz/"}, map[string]string{
		"/h/.npmrc": "unreadable", "/h/.docker/config.json": "{", "/h/.config/uv/uv.toml": "x = [",
	}))
	want := []string{
		"/h/.npmrc: it cannot be read", "/h/.config/uv/uv.toml: it is not valid TOML",
		"pip's configuration: a registry is not a web address", "/h/.docker/config.json: it is not valid JSON",
	}
	if d := cmp.Diff(want, f.Problems); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
}

func TestKeychain(t *testing.T) {
	helper := authn.NewMultiKeychain(keychain{})
	ask := Keychain(helper)
	if c, ok := ask("registry.example.test:5000"); !ok || c != (datasources.Credential{Username: "u", Password: "p"}) {
		t.Errorf("got %v", ok)
	}
	if _, ok := ask("other.example.test"); ok {
		t.Error("a login for a host that the keychain does not know")
	}
}

type keychain struct{}

func (keychain) Resolve(r authn.Resource) (authn.Authenticator, error) {
	if strings.HasPrefix(r.RegistryStr(), "registry.example.test") {
		return &authn.Basic{Username: "u", Password: "p"}, nil
	}
	return authn.Anonymous, nil
}

func TestProxy(t *testing.T) {
	proxy := Proxy(map[string]string{"HTTPS_PROXY": "http://proxy.example.test:3128", "NO_PROXY": ".corp.example.test,10.0.0.0/8"})
	for url, want := range map[string]string{
		"https://a.example.test/": "http://proxy.example.test:3128", "https://x.corp.example.test/": "", "https://10.1.2.3/": "", "http://a.example.test/": "",
	} {
		req, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := proxy(req)
		if err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(got); text != want && !(got == nil && want == "") {
			t.Errorf("%s: by %q, want %q", url, text, want)
		}
	}
}

func FuzzNPMRC(f *testing.F) {
	f.Add("//a/:_authToken=${X}\nregistry=https://a\n")
	f.Fuzz(func(t *testing.T, text string) { NPMRC(".npmrc", text, nil) })
}

func FuzzPipConf(f *testing.F) {
	f.Add("[global]\nextra-index-url =\n  a\n  b\n")
	f.Fuzz(func(t *testing.T, text string) { pipConf(text) })
}
