package presettest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
)

// A Result is what came of a case.
type Result struct {
	Case     Case
	Failures []Failure // none if the case holds
	Reasons  []string  // how it was decided
}

// A Failure is one thing that is not as it should be.
type Failure struct {
	Field string // such as "automerge"; "updates" if one is missing or too many
	Want  string
	Got   string
	Rules []string // where what decided is written, with its text; the most important first
}

// A Runner runs cases over the presets of one repository.
type Runner struct {
	Kit     updater.Kit
	Presets *Source

	configs map[string]resolved
}

type resolved struct {
	config      *config.Config
	diagnostics []config.Diagnostic
}

// Run runs a case. What is wrong with the case or its preset is a failure; the
// error is ctx's.
func (r *Runner) Run(ctx context.Context, c Case) (Result, error) {
	out := Result{Case: c}
	known, err := r.resolve(ctx, c)
	if err != nil {
		return out, err
	}
	for _, d := range known.diagnostics {
		if d.Severity == config.Error {
			out.Failures = append(out.Failures, Failure{Field: "preset", Want: "a configuration without errors", Got: d.Text, Rules: []string{fmt.Sprintf("%s:%d", d.File, d.Line)}})
		}
	}
	if len(out.Failures) > 0 {
		return out, nil
	}
	w := r.world(c, known.config)
	d, err := decide(w, c)
	if err != nil {
		out.Failures = append(out.Failures, Failure{Field: "dependency", Want: "one that can be decided on", Got: err.Error()})
		return out, nil
	}
	branches, err := plan.Group(w, []plan.Decision{d})
	if err != nil {
		out.Failures = append(out.Failures, Failure{Field: "branch", Want: "a name", Got: err.Error()})
		return out, nil
	}
	for _, x := range d.Reasons {
		out.Reasons = append(out.Reasons, x.String())
	}
	for _, b := range branches {
		for _, m := range b.Members {
			for _, x := range m.Update.Reasons {
				out.Reasons = append(out.Reasons, m.Update.Type+": "+x.String())
			}
		}
	}
	out.Failures = compare(c.Want, d, branches)
	return out, nil
}

// resolve returns the configuration of a case, made once for all that share it.
func (r *Runner) resolve(ctx context.Context, c Case) (resolved, error) {
	own := map[string]any{}
	for k, v := range c.Config {
		own[k] = v
	}
	if c.Preset != "" {
		extends := []any{r.Presets.reference(c.Preset)}
		if more, ok := own["extends"].([]any); ok {
			extends = append(extends, more...)
		}
		own["extends"] = extends
	}
	text, err := json.Marshal(own)
	if err != nil {
		return resolved{}, err
	}
	key := c.Repository + "\x00" + string(text)
	if known, ok := r.configs[key]; ok {
		return known, nil
	}
	e := updater.Engine{Kit: r.Kit, Presets: r.Presets, Platform: "github"}
	var known resolved
	known.config, known.diagnostics, err = config.Resolve(ctx, e.Input(or(c.Repository, "acme/example"), func(name string) ([]byte, bool) {
		return text, name == "renovate.json"
	}))
	if err != nil {
		return known, err
	}
	if r.configs == nil {
		r.configs = make(map[string]resolved)
	}
	r.configs[key] = known
	return known, nil
}

// registry stands for the one that lists the releases of the case.
const registry = "https://registry.example.test"

func (r *Runner) world(c Case, conf *config.Config) plan.World {
	now, _ := date(c.Now)
	if now.IsZero() {
		for _, x := range c.Releases {
			if t, _ := date(x.Date); t.AddDate(1, 0, 0).After(now) && !t.IsZero() {
				now = t.AddDate(1, 0, 0)
			}
		}
	}
	if now.IsZero() {
		now = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	}
	w := plan.World{
		Repository: or(c.Repository, "acme/example"), Base: or(c.BaseBranch, "main"), Config: conf, Schemes: r.Kit.Schemes, Now: now,
		Managers: make(map[string]*managers.Manager), Sources: make(map[string]*datasources.Source), Renderers: map[string]bool{"copier": true},
		Defaults: func(string, string) []string { return []string{registry} },
	}
	for _, m := range r.Kit.Managers {
		w.Managers[m.Name] = m
	}
	for _, s := range r.Kit.Sources {
		w.Sources[s.Name] = s
	}
	return w
}

// decide decides about the case's dependency with its releases as the only
// facts.
func decide(w plan.World, c Case) (plan.Decision, error) {
	d := c.Dependency
	if d.Manager != "" && w.Managers[d.Manager] == nil {
		return plan.Decision{}, fmt.Errorf("there is no manager %q", d.Manager)
	}
	found := plan.Found{Manager: d.Manager, Path: or(d.File, "example"), Dep: managers.Dep{
		Name: d.DepName, Package: d.PackageName, Kind: d.DepType, Datasource: d.Datasource, Versioning: d.Versioning, Locked: d.LockedVersion,
		Registries: d.RegistryURLs, Line: 1, Value: managers.Field{Text: d.CurrentValue}, Digest: managers.Field{Text: d.CurrentDigest},
		Pin: []managers.Piece{{New: "{digest}"}},
	}}
	asked := plan.Ask(w, []plan.Found{found})
	listing := &datasources.Listing{SourceURL: d.SourceURL, Channels: c.Channels}
	for _, r := range c.Releases {
		published, _ := date(r.Date)
		listing.Releases = append(listing.Releases, datasources.Release{
			Version: r.Version, Digest: r.Digest, Published: published, Withdrawn: r.Deprecated, Unstable: r.Unstable,
		})
	}
	facts := plan.Facts{Listings: make(map[datasources.Query]plan.Listing), Digests: make(map[plan.DigestQuery]plan.Digest), Needs: make(map[plan.DigestQuery]plan.Need)}
	for _, q := range plan.Queries(asked) {
		facts.Listings[q] = plan.Listing{Listing: listing}
	}
	for range 4 {
		ds, missing := plan.Decide(w, asked, facts)
		if missing.None() {
			return ds[0], nil
		}
		for _, q := range missing.Needs {
			facts.Needs[q] = plan.Need{} // a case says nothing of it
		}
		for _, q := range missing.Digests {
			facts.Digests[q] = plan.Digest{Digest: "sha256:" + plan.Hash(q.Version)}
		}
	}
	return plan.Decision{}, errors.New("its digests have no end")
}

// An offer is an update and the branch that it is in.
type offer struct {
	update plan.Update
	branch plan.Branch
}

func compare(want []Want, d plan.Decision, branches []plan.Branch) []Failure {
	var got []offer
	for _, b := range branches {
		for _, m := range b.Members {
			got = append(got, offer{m.Update, b})
		}
	}
	var out []Failure
	for _, w := range want {
		i := w.best(got)
		if i < 0 {
			out = append(out, Failure{Field: "updates", Want: w.describe(), Got: "no such update", Rules: because(d)})
			continue
		}
		out = append(out, w.compare(got[i])...)
		got = slices.Delete(got, i, i+1)
	}
	for _, o := range got {
		out = append(out, Failure{Field: "updates", Want: "no such update", Got: o.describe(), Rules: rules(o.update.Settings, "enabled")})
	}
	return out
}

// best returns the offer that is meant; -1 if there is none.
func (w Want) best(got []offer) int {
	best, least := -1, 100
	for i, o := range got {
		n := len(w.compare(o))
		if w.UpdateType != nil && *w.UpdateType != o.update.Type {
			n += 20
		}
		if n < least {
			best, least = i, n
		}
	}
	return best
}

func (w Want) describe() string {
	text := "an update"
	if w.UpdateType != nil {
		text = *w.UpdateType
	}
	if w.NewValue != nil {
		text += " to " + *w.NewValue
	}
	return text
}

func (o offer) describe() string { return o.update.Type + " to " + o.update.Value }

func (w Want) compare(o offer) []Failure {
	var out []Failure
	text := func(field string, want *string, got string, options ...string) {
		if want != nil && *want != got {
			out = append(out, Failure{field, *want, orNothing(got), rules(o.update.Settings, options...)})
		}
	}
	flag := func(field string, want *bool, got bool, options ...string) {
		if want != nil && *want != got {
			out = append(out, Failure{field, fmt.Sprint(*want), fmt.Sprint(got), rules(o.update.Settings, options...)})
		}
	}
	text("updateType", w.UpdateType, o.update.Type, "allowedVersions", "separateMajorMinor", "separateMinorPatch")
	text("newValue", w.NewValue, o.update.Value, "allowedVersions", "rangeStrategy", "minimumReleaseAge")
	text("newVersion", w.NewVersion, o.update.Version, "allowedVersions", "minimumReleaseAge")
	text("branch", w.Branch, o.branch.Name, "groupName", "groupSlug", "branchTopic", "branchPrefix", "additionalBranchPrefix")
	text("title", w.Title, o.branch.Title, "groupName", "prTitle", "commitMessageTopic", "commitMessageAction", "commitMessagePrefix", "semanticCommits")
	text("group", w.Group, o.branch.Group, "groupName")
	text("state", w.State, string(o.update.State), "minimumReleaseAge", "dependencyDashboardApproval", "internalChecksFilter")
	flag("automerge", w.Automerge, o.branch.Automerge && o.update.Automerge, "automerge")
	flag("inSchedule", w.InSchedule, o.branch.Making.Open, "schedule", "timezone")
	if w.Labels != nil {
		want, got := slices.Sorted(slices.Values(w.Labels)), slices.Sorted(slices.Values(o.branch.Labels))
		if !slices.Equal(want, got) {
			out = append(out, Failure{"labels", strings.Join(want, ", "), orNothing(strings.Join(got, ", ")), rules(o.update.Settings, "labels", "addLabels")})
		}
	}
	return out
}

func orNothing(s string) string { return cmp.Or(s, "nothing") }

// rules says where the options that decided were written.
func rules(s config.Settings, options ...string) []string {
	var out []string
	for _, name := range options {
		origin := s.Origin(name)
		if origin.IsZero() || origin.File == "default" && len(origin.Presets) == 0 {
			continue
		}
		text := fmt.Sprintf("%s: %s is %v", origin, name, s.Show(name))
		for _, r := range s.Rules() {
			if r.Text != "" && r.Origin.File == origin.File && strings.HasPrefix(origin.Option, r.Origin.Option+".") {
				text += " “" + r.Text + "”"
			}
		}
		out = append(out, text)
	}
	if len(out) == 0 && len(options) > 0 {
		out = []string{"nothing sets " + strings.Join(options[:1], "")}
	}
	return out
}

// because says why nothing is proposed.
func because(d plan.Decision) []string {
	var out []string
	for _, r := range slices.Backward(d.Reasons) {
		if r.Code != plan.CodeLookup && r.Code != plan.CodeListed && len(out) < 3 {
			out = append(out, r.String())
		}
	}
	return out
}
