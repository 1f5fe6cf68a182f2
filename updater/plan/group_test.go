package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
)

// grouped decides and groups.
func grouped(t testing.TB, w World, answers map[string]Listing, found ...Found) []Branch {
	t.Helper()
	bs, err := Group(w, decide(t, w, answers, found...))
	if err != nil {
		t.Fatal(err)
	}
	return bs
}

func listed(bs []Branch) []string {
	var out []string
	for _, b := range bs {
		out = append(out, b.Name+": "+b.Title)
	}
	return out
}

// Names and titles are Renovate's: section 6.2 and 6.3 of what is known of it.
func TestNamesAndTitles(t *testing.T) {
	answers := map[string]Listing{
		"react-dom": answer(releases("17.0.0", "17.1.0", "18.0.0")...), "react": answer(releases("17.0.0", "17.0.2", "17.1.0", "18.2.0")...), "nginx": answer(releases("1.24", "1.25")...),
		"python":           answer(releases("3.10-slim", "3.11-slim")...),
		"actions/checkout": answer(releases("v4", "v5", "v5.0.1")...), "@types/node": answer(releases("18.0.0", "18.1.0")...),
		"ghcr.io/Acme/App": answer(releases("1.0", "2.0")...), "vue": answer(releases("3.0.0", "3.1.0", "4.0.0")...), "Newtonsoft.Json": answer(releases("1.0.0", "1.1.0")...),
	}
	semantic := func(w World) World { w.Semantic = true; return w }
	plain := func(w World) World { return w }
	for _, tc := range []struct {
		name, config string
		world        func(World) World
		found        []Found
		want         []string
	}{
		{"minor and major", ``, plain, []Found{npm("react", "17.0.0")}, []string{
			"renovate/react-17.x: Update dependency react to v17.1.0", "renovate/react-18.x: Update dependency react to v18"}},
		{"image", ``, plain, []Found{image("nginx", "1.24")}, []string{"renovate/nginx-1.x: Update nginx Docker tag to v1.25"}},
		{"image of a registry", ``, plain, []Found{image("ghcr.io/Acme/App", "1.0")}, []string{"renovate/ghcr.io-acme-app-2.x: Update ghcr.io/Acme/App Docker tag to v2"}},
		{"digest", ``, plain, []Found{digested("nginx", "1.25", "sha256:00")}, []string{"renovate/nginx-1.25: Update nginx:1.25 Docker digest to " + Hash("nginx1.25")[:7]}},
		{"action", ``, plain, []Found{action("actions/checkout", "v4")}, []string{"renovate/actions-checkout-5.x: Update actions/checkout action to v5"}},
		{"scoped package", ``, plain, []Found{npm("@types/node", "18.0.0")}, []string{"renovate/node-18.x: Update dependency @types/node to v18.1.0"}},
		{"range", `{"rangeStrategy": "bump"}`, plain, []Found{npm("react", "^17.0.0")}, []string{
			"renovate/react-17.x: Update dependency react to ^17.1.0", "renovate/react-18.x: Update dependency react to v18"}},
		{"patches apart", `{"separateMinorPatch": true, "major": {"enabled": false}}`, plain, []Found{npm("react", "17.0.0")}, []string{
			"renovate/react-17.0.x: Update dependency react to v17.0.2", "renovate/react-17.x: Update dependency react to v17.1.0"}},
		{"pin", `{"rangeStrategy": "pin", "major": {"enabled": false}}`, plain, []Found{npm("react", "^17.0.0")}, []string{"renovate/pin-dependencies: Pin dependency react to 17.1.0"}},
		{"pins", `{"rangeStrategy": "pin", "major": {"enabled": false}}`, plain, []Found{npm("react", "^17.0.0"), npm("vue", "^3.0.0")}, []string{"renovate/pin-dependencies: Pin dependencies"}},
		{"group", `{"packageRules": [{"matchPackageNames": ["react", "vue"], "matchUpdateTypes": ["minor", "patch"], "groupName": "All minor/patch!"}]}`, plain, []Found{npm("react", "17.0.0"), npm("vue", "3.0.0")}, []string{
			"renovate/all-minorpatch!: Update All minor/patch!", "renovate/react-18.x: Update dependency react to v18", "renovate/vue-4.x: Update dependency vue to v4"}},
		{"group of one new major", `{"groupName": "web"}`, plain, []Found{npm("react", "17.0.0"), npm("react-dom", "17.0.0")}, []string{
			"renovate/web: Update web to v17.1.0", "renovate/major-web: Update web to v18"}},
		{"major group", `{"groupName": "web"}`, plain, []Found{npm("react", "17.0.0"), npm("vue", "3.0.0")}, []string{
			"renovate/web: Update web", "renovate/major-web: Update web (major)"}},
		{"major groups apart", `{"groupName": "web", "separateMultipleMajor": true, "minor": {"enabled": false}}`, plain, []Found{npm("react", "17.0.0"), npm("vue", "3.0.0")}, []string{
			"renovate/major-18-web: Update dependency react to v18", "renovate/major-4-web: Update dependency vue to v4"}},
		{"everything", `{"extends": ["group:all"]}`, plain, []Found{npm("react", "17.0.0"), npm("vue", "3.0.0")}, []string{"renovate/all: Update all dependencies"}},
		{"group of one", `{"groupName": "web", "major": {"enabled": false}}`, plain, []Found{npm("react", "17.0.0")}, []string{"renovate/web: Update dependency react to v17.1.0"}},
		{"group of one version", `{"groupName": "web", "major": {"enabled": false}, "groupSlug": "the-web"}`, plain, []Found{npm("react", "17.0.0"), with(npm("react", "17.0.0"), func(d *managers.Dep) { d.Value.Start = 99 })}, []string{"renovate/the-web: Update dependency react to v17.1.0"}},
		{"a variant of an image", `{"separateMinorPatch": true}`, plain, []Found{image("python", "3.10-slim")}, []string{"renovate/python-3.x: Update python Docker tag to v3.11"}},
		{"semantic by history", ``, semantic, []Found{image("nginx", "1.24")}, []string{"renovate/nginx-1.x: chore(deps): update nginx docker tag to v1.25"}},
		{"semantic is in lower case", `{"semanticCommits": "enabled"}`, plain, []Found{npm("Newtonsoft.Json", "1.0.0")}, []string{"renovate/newtonsoft.json-1.x: chore(deps): update dependency newtonsoft.json to v1.1.0"}},
		{"semantic keeps case if told", `{"semanticCommits": "enabled", "commitMessageLowerCase": "never"}`, plain, []Found{image("nginx", "1.24")}, []string{"renovate/nginx-1.x: chore(deps): Update nginx Docker tag to v1.25"}},
		{"semantic is off", `{"semanticCommits": "disabled"}`, semantic, []Found{image("nginx", "1.24")}, []string{"renovate/nginx-1.x: Update nginx Docker tag to v1.25"}},
		{"the weightiest type", `{"semanticCommits": "enabled", "groupName": "g", "major": {"enabled": false}, "packageRules": [{"matchPackageNames": ["vue"], "semanticCommitType": "fix"}]}`, plain, []Found{npm("react", "17.0.0"), npm("vue", "3.0.0")}, []string{"renovate/g: fix(deps): update g"}},
		{"own prefix", `{"commitMessagePrefix": "deps"}`, semantic, []Found{image("nginx", "1.24")}, []string{"renovate/nginx-1.x: deps: Update nginx Docker tag to v1.25"}},
		{"own title", `{"prTitle": "{{depName}} {{{newValue}}}"}`, plain, []Found{image("nginx", "1.24")}, []string{"renovate/nginx-1.x: nginx 1.25"}},
		{"own action and suffix", `{"commitMessageAction": "Upgrade", "commitMessageSuffix": "[skip ci]"}`, plain, []Found{image("nginx", "1.24")}, []string{"renovate/nginx-1.x: Upgrade nginx Docker tag to v1.25 [skip ci]"}},
		{"own prefixes", `{"branchPrefix": "bot/", "additionalBranchPrefix": "{{manager}}-"}`, plain, []Found{image("nginx", "1.24")}, []string{"bot/dockerfile-nginx-1.x: Update nginx Docker tag to v1.25"}},
		{"several bases", `{"baseBranchPatterns": ["main", "release/1"]}`, func(w World) World { w.Base = "release/1"; return w }, []Found{image("nginx", "1.24")}, []string{"renovate/release/1-nginx-1.x: Update nginx Docker tag to v1.25 (release/1)"}},
		{"hashed", `{"hashedBranchLength": 20}`, plain, []Found{image("nginx", "1.24")}, []string{"renovate/01c9c1bb01d: Update nginx Docker tag to v1.25"}},
		{"a strict title", `{"prTitleStrict": true, "baseBranchPatterns": ["a", "b"]}`, func(w World) World { w.Base, w.Bases = "a", 2; return w }, []Found{image("nginx", "1.24")}, []string{"renovate/a-nginx-1.x: Update nginx Docker tag to v1.25"}},
		{"one base of a pattern", `{"baseBranchPatterns": ["/^release/", "x"]}`, func(w World) World { w.Base, w.Bases = "release/1", 1; return w }, []Found{image("nginx", "1.24")}, []string{"renovate/nginx-1.x: Update nginx Docker tag to v1.25"}},
		{"several bases of one pattern", `{"baseBranchPatterns": ["/^release/"]}`, func(w World) World { w.Base, w.Bases = "release/1", 2; return w }, []Found{image("nginx", "1.24")}, []string{"renovate/release/1-nginx-1.x: Update nginx Docker tag to v1.25 (release/1)"}},
		{"order", `{"packageRules": [{"matchPackageNames": ["vue"], "prPriority": 5}], "major": {"enabled": false}}`, plain, []Found{image("nginx", "1.24"), npm("react", "17.0.0"), npm("vue", "3.0.0")}, []string{
			"renovate/vue-3.x: Update dependency vue to v3.1.0", "renovate/react-17.x: Update dependency react to v17.1.0", "renovate/nginx-1.x: Update nginx Docker tag to v1.25"}},
	} {
		bs := grouped(t, tc.world(world(t, tc.config)), answers, tc.found...)
		if diff := cmp.Diff(tc.want, listed(bs)); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

func TestCommitBody(t *testing.T) {
	b := grouped(t, world(t, `{"commitBody": "From {{{currentValue}}}"}`), map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, npm("x", "1.0.0"))[0]
	if b.Message != "Update dependency x to v1.1.0\n\nFrom 1.0.0" || b.Title != "Update dependency x to v1.1.0" {
		t.Errorf("%q, %q", b.Message, b.Title)
	}
}

// Names from repositories and configuration make valid branches.
func TestCleanRef(t *testing.T) {
	for in, want := range map[string]string{
		"renovate/a b:c~d^e?f*g[h\\i": "renovate/a-b-c-d-e-f-g-h-i", "renovate/..hidden": "renovate/hidden", "renovate/x.lock": "renovate/x",
		"renovate//x/": "renovate/x", "renovate/a..b": "renovate/a.b", "renovate/a@{b": "renovate/a-b", "renovate/-x-": "renovate/x", "renovate/a\x00b": "renovate/a-b",
	} {
		if got := cleanRef(in); got != want {
			t.Errorf("%q: %q, not %q", in, got, want)
		}
	}
}

func FuzzCleanRef(f *testing.F) {
	f.Add("renovate/x.lock.lock/.a")
	f.Fuzz(func(t *testing.T, name string) {
		got := cleanRef(name)
		for _, bad := range []string{"..", "//", "@{", " ", "~", "^", ":", "?", "*", "[", "\\", "\x7f"} {
			if strings.Contains(got, bad) {
				t.Fatalf("%q: %q contains %q", name, got, bad)
			}
		}
		for _, part := range strings.Split(got, "/") {
			if strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") || strings.HasSuffix(part, ".") {
				t.Fatalf("%q: %q has the part %q", name, got, part)
			}
		}
	})
}

func TestGroupStates(t *testing.T) {
	answers := map[string]Listing{"a": answer(aged("1.0.0", 9), aged("1.1.0", 9)), "b": answer(aged("1.0.0", 9), aged("1.1.0", 1))}
	group := `"groupName": "g", "packageRules": [{"matchPackageNames": ["b"], "automerge": true, "labels": ["b"], "minimumReleaseAge": "3 days"}], "labels": ["all"], "addLabels": ["more"]`
	locked := with(npm("b", "1.0.0"), func(d *managers.Dep) { d.Locks = []string{"package-lock.json"} })
	for _, tc := range []struct {
		name    string
		found   []Found
		members int
		state   Readiness
		auto    bool
	}{
		{"one waits, one is ready", []Found{npm("a", "1.0.0"), npm("b", "1.0.0")}, 1, Ready, false},
		{"all wait", []Found{npm("b", "1.0.0")}, 1, Waiting, true},
		{"one cannot be changed", []Found{npm("a", "1.0.0"), locked}, 1, Ready, false},
	} {
		b := grouped(t, world(t, "{"+group+"}"), answers, tc.found...)[0]
		if len(b.Members) != tc.members || b.State != tc.state || b.Automerge != tc.auto {
			t.Errorf("%s: %d members, %s, automerge %t", tc.name, len(b.Members), b.State, b.Automerge)
		}
	}
	all := strings.Replace(group, `, "minimumReleaseAge": "3 days"`, "", 1)
	b := grouped(t, world(t, "{"+all+"}"), answers, npm("a", "1.0.0"), npm("b", "1.0.0"))[0]
	if diff := cmp.Diff([]string{"all", "more", "b"}, b.Labels); diff != "" || b.Automerge {
		t.Errorf("automerge %t, labels %s", b.Automerge, diff)
	}
	b = grouped(t, world(t, "{"+all+"}"), answers, locked)[0]
	if b.State != Unsupported || !strings.Contains(b.Reasons[0].Text, "package-lock.json") {
		t.Errorf("%s because %v", b.State, b.Reasons)
	}
}

func TestTidy(t *testing.T) {
	for _, tc := range []struct {
		in    string
		lower bool
		want  string
	}{
		{"  Update   x to vv1.2  \nmore", false, "Update x to v1.2"},
		{"chore(deps): Update Ünïcode to v1", true, "chore(deps): update ünïcode to v1"},
	} {
		if got := tidy(tc.in, tc.lower); got != tc.want {
			t.Errorf("%q: %q", tc.in, got)
		}
	}
}

// TestSharedPlace checks that dependencies whose version is written in one place change together, under the
// variable's name, and that a group of the configuration counts more.
func TestSharedPlace(t *testing.T) {
	at := func(name, variable string, start int) Found {
		return with(npm(name, "17.0.0"), func(d *managers.Dep) { d.Shared, d.Value.Start = variable, start })
	}
	for _, tc := range []struct {
		name, config string
		found        []Found
		want         []string
	}{
		{"of a variable", ``, []Found{at("react", "ui.version", 10), at("react-dom", "ui.version", 10)}, []string{"renovate/ui.version: Update ui.version to v17.1.0"}},
		{"one user of a variable", ``, []Found{at("react", "ui.version", 10)}, []string{"renovate/ui.version: Update dependency react to v17.1.0"}},
		{"without a name", ``, []Found{at("react", "", 10), at("react-dom", "", 10), at("vue", "", 40)}, []string{"renovate/vue-17.x: Update dependency vue to v17.1.0", "renovate/react: Update react to v17.1.0"}},
		{"of a group", `{"packageRules": [{"matchPackageNames": ["react**"], "groupName": "g"}]}`, []Found{at("react", "ui.version", 10), at("react-dom", "ui.version", 10)}, []string{"renovate/g: Update g to v17.1.0"}},
	} {
		minor := `{"major": {"enabled": false}}`
		if tc.config != "" {
			minor = strings.Replace(tc.config, `{`, `{"major": {"enabled": false}, `, 1)
		}
		answers := map[string]Listing{}
		for _, f := range tc.found {
			answers[f.Dep.Name] = answer(releases("17.0.0", "17.1.0")...)
		}
		var got []string
		for _, b := range grouped(t, world(t, minor), answers, tc.found...) {
			got = append(got, b.Name+": "+b.Title)
		}
		want := strings.Join(tc.want, "\n")
		if strings.Join(got, "\n") != want {
			t.Errorf("%s:\n%s\nwant\n%s", tc.name, strings.Join(got, "\n"), want)
		}
	}
}
