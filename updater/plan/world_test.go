package plan

import (
	"context"
	"errors"
	"hash/fnv"
	"testing"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	schemes "github.com/currant-bot/currant/datasources/versioning/all"
	"github.com/currant-bot/currant/managers"
)

var (
	now       = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	errOutage = errors.New("the registry answered 503")
)

const registry = "https://registry.example.test"

// world returns a world with a few sources and the configuration text.
func world(t testing.TB, text string) World {
	t.Helper()
	kinds := []*datasources.Source{
		{Name: "docker", Versioning: "docker", Defaults: map[string]any{
			"commitMessageTopic": "{{{depName}}} Docker tag", "digest": map[string]any{"branchTopic": "{{{depNameSanitized}}}-{{{currentValue}}}", "commitMessageTopic": "{{{depName}}}{{#if currentValue}}:{{{currentValue}}}{{/if}} Docker digest"},
		}},
		{Name: "github-tags", Versioning: "semver-coerced", Fixed: true},
		{Name: "hunted", Versioning: "semver", Strategy: datasources.Hunt},
		{Name: "merging", Versioning: "semver", Strategy: datasources.Merge},
		{Name: "npm", Versioning: "npm"},
		{Name: "pypi", Versioning: "pep440", Strategy: datasources.Merge},
	}
	ms := []*managers.Manager{
		{Name: "dockerfile", Categories: []string{"docker"}},
		{Name: "github-actions", Defaults: map[string]any{"commitMessageTopic": "{{{depName}}} action"}},
		{Name: "npm", Versioning: "npm"},
		{Name: "pep621", Versioning: "pep440"},
	}
	in := config.Input{
		Files:      func(path string) ([]byte, bool) { return []byte(text), path == "renovate.json" && text != "" },
		Repository: "acme/shop", Platform: "github", Schemes: schemes.Schemes,
	}
	w := World{
		Repository: "acme/shop", Base: "main", Schemes: schemes.Schemes, Now: now,
		Managers: map[string]*managers.Manager{}, Sources: map[string]*datasources.Source{}, Renderers: map[string]bool{"copier": true},
		Defaults: func(string, string) []string { return []string{registry} },
	}
	for _, m := range ms {
		w.Managers[m.Name] = m
		in.Managers = append(in.Managers, config.ManagerInfo{Name: m.Name, Categories: m.Categories, Versioning: m.Versioning, Defaults: m.Defaults})
	}
	for _, s := range kinds {
		w.Sources[s.Name] = s
		in.Datasources = append(in.Datasources, config.DatasourceInfo{Name: s.Name, Versioning: s.Versioning, Defaults: s.Defaults})
	}
	c, diagnostics, err := config.Resolve(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diagnostics {
		if d.Severity == config.Error {
			t.Logf("%s", d) // some tests are about just that
		}
	}
	w.Config = c
	return w
}

// image, npm and action are dependencies as managers find them.
func image(name, tag string) Found {
	return Found{"dockerfile", "Dockerfile", managers.Dep{
		Name: name, Kind: "final", Datasource: "docker", Versioning: "docker", Line: 1,
		Value: managers.Field{Text: tag, Start: 10}, Pin: []managers.Piece{{Start: 20, End: 20, New: "@{digest}"}},
	}}
}

func digested(name, tag, digest string) Found {
	f := image(name, tag)
	f.Dep.Digest, f.Dep.Pin = managers.Field{Text: digest, Start: 30}, nil
	return f
}

func npm(name, value string) Found {
	return Found{"npm", "package.json", managers.Dep{Name: name, Kind: "dependencies", Datasource: "npm", Value: managers.Field{Text: value, Start: startOf(name)}}}
}

// startOf gives each dependency of a file a place of its own.
func startOf(name string) int {
	h := fnv.New32()
	_, _ = h.Write([]byte(name)) // it never fails
	return 10 + int(h.Sum32()%1_000_000)
}

// pseudo is a Go module at a commit.
func pseudo() Found {
	return Found{"gomod", "go.mod", managers.Dep{
		Name: "x", Kind: "require", Datasource: "npm", Versioning: "loose", Commit: "abcdef123456",
		Value: managers.Field{Text: "v0.0.0-20210102030405-abcdef123456", Start: 10},
	}}
}

func action(name, value string) Found {
	return Found{"github-actions", ".github/workflows/ci.yml", managers.Dep{
		Name: name, Kind: "action", Datasource: "github-tags", Versioning: "github-actions", Value: managers.Field{Text: value, Start: 10},
		Pin: []managers.Piece{{Start: 10, End: 10 + len(value), New: "{digest} # {value}"}},
	}}
}

func with(f Found, change func(*managers.Dep)) Found {
	change(&f.Dep)
	return f
}

func releases(versions ...string) []datasources.Release {
	var out []datasources.Release
	for _, v := range versions {
		out = append(out, datasources.Release{Version: v, Published: now.AddDate(-1, 0, 0)})
	}
	return out
}

// aged are releases by the number of days since they were published.
func aged(version string, days int) datasources.Release {
	return datasources.Release{Version: version, Published: now.AddDate(0, 0, -days)}
}

// seenFor is a release that Currant has known for so many days, and of which the registry gives no date.
func seenFor(version string, days int) datasources.Release {
	r := aged(version, days)
	r.Seen = true
	return r
}

func answer(rs ...datasources.Release) Listing {
	return Listing{Listing: &datasources.Listing{Releases: rs}}
}

// facts answers what asked asks, by package.
func facts(asked []Decision, answers map[string]Listing) Facts {
	f := Facts{Listings: make(map[datasources.Query]Listing), Digests: make(map[DigestQuery]Digest)}
	for _, q := range Queries(asked) {
		a, ok := answers[q.Registry+" "+q.Package]
		if !ok {
			a, ok = answers[q.Package]
		}
		if !ok {
			a = Listing{Err: datasources.ErrNotFound}
		}
		f.Listings[q] = a
	}
	return f
}

// decide asks and decides about found, answering digests with "sha256:" and the version.
func decide(t testing.TB, w World, answers map[string]Listing, found ...Found) []Decision {
	t.Helper()
	asked := Ask(w, found)
	f := facts(asked, answers)
	for range 4 {
		ds, missing := Decide(w, asked, f)
		if missing.None() {
			return ds
		}
		for _, q := range missing.Digests {
			f.Digests[q] = Digest{Digest: "sha256:" + Hash(q.Package+q.Version)}
		}
	}
	t.Fatal("the digests have no end")
	return nil
}

// updates shows a decision's updates: "major 2.0.0", with what is not ready in parentheses.
func updates(d Decision) []string {
	var out []string
	for _, u := range d.Updates {
		s := u.Type + " " + u.Value
		if u.Digest != "" {
			s += "@" + u.Digest
		}
		if u.State != Ready {
			s += " (" + string(u.State) + ")"
		}
		if u.Early {
			s += " (early)"
		}
		out = append(out, s)
	}
	return out
}

func because(d Decision) string {
	text := ""
	for _, r := range d.Reasons {
		text += r.String() + "\n"
	}
	for _, u := range d.Updates {
		for _, r := range u.Reasons {
			text += r.String() + "\n"
		}
	}
	return text
}
