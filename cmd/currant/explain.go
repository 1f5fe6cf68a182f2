package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
)

func explainCommand(w world) *cobra.Command {
	var o options
	var format string
	c := &cobra.Command{
		Use:   "explain [DIR|REPOSITORY] DEPENDENCY",
		Short: "say why a dependency is updated as it is, or why not",
		Long: "Explain follows one dependency, given by its name or a pattern such as \"react*\", through every file\n" +
			"that names it: what the registry answered, which rules and filters applied and where they are written,\n" +
			"to the branch, the pull request and whether it may merge by itself, or to what stands in the way.\n" +
			"DIR is this folder unless given; REPOSITORY (OWNER/NAME) is on the platform, with what is there now.\n\n" +
			"The exit code is 1 if there is no such dependency.",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"text", "json"}, format) {
				return fmt.Errorf("--format %s: there are text and json", format)
			}
			where, name := "", args[len(args)-1]
			if len(args) == 2 {
				where = args[0]
			}
			p := newProgress(w.err, o.quiet)
			t, err := openTarget(cmd.Context(), w, o, p, where)
			if err != nil {
				return err
			}
			defer t.close()
			r, err := t.report(cmd.Context())
			p.done()
			if err != nil {
				return err
			}
			if r.Skipped != "" {
				return fmt.Errorf("%s is not looked at: %s", r.Repository, r.Skipped)
			}
			if r.Onboarding {
				fmt.Fprintf(w.err, "%s has no configuration yet: this is what holds once %s is merged.\n", r.Repository, r.Branches[0].Name)
			}
			x, err := explain(r, name, t.engine.Now())
			if err != nil {
				return err
			}
			if len(x.Places) == 0 {
				return notFound(w.err, r, name)
			}
			if format == "json" {
				return writeJSON(w.out, x)
			}
			writeExplanation(w.out, x)
			return nil
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&format, "format", "text", "text, or json with everything")
	return c
}

// notFound says that there is no such dependency, and which was probably meant.
func notFound(w io.Writer, r *updater.Report, name string) error {
	names := make(map[string]bool)
	var similar []string
	for _, f := range r.Found {
		names[f.Dep.Name] = true
	}
	all := slices.Sorted(maps.Keys(names))
	if guess := config.Closest(name, all); guess != "" {
		similar = append(similar, guess)
	}
	for _, n := range all {
		if strings.Contains(strings.ToLower(n), strings.ToLower(name)) && len(similar) < 5 && !slices.Contains(similar, n) {
			similar = append(similar, n)
		}
	}
	text := fmt.Sprintf("there is no dependency %q among the %d that were found", name, len(r.Found))
	if len(similar) > 0 {
		text += ": did you mean " + strings.Join(similar, ", ") + "?"
	}
	fmt.Fprintln(w, "currant:", text)
	if len(r.Problems) > 0 {
		fmt.Fprintf(w, "%d files or parts of them could not be read:\n", len(r.Problems))
		for _, p := range r.Problems[:min(5, len(r.Problems))] {
			fmt.Fprintln(w, " ", p)
		}
	}
	return exit(exitError)
}

// The JSON form of an explanation. Names are part of the interface: they only
// ever grow.
type (
	explanation struct {
		Repository string      `json:"repository"`
		Commit     string      `json:"commit,omitempty"`
		Config     string      `json:"configuration,omitempty"`
		Stale      []string    `json:"stale,omitempty"`
		Places     []placeJSON `json:"places"`
	}
	placeJSON struct {
		File       string       `json:"packageFile"`
		Line       int          `json:"line,omitempty"`
		Manager    string       `json:"manager"`
		Name       string       `json:"depName"`
		Package    string       `json:"packageName"`
		Kind       string       `json:"depType,omitempty"`
		Datasource string       `json:"datasource"`
		Versioning string       `json:"versioning"`
		Value      string       `json:"currentValue"`
		Version    string       `json:"currentVersion,omitempty"`
		Digest     string       `json:"currentDigest,omitempty"`
		Locked     string       `json:"lockedVersion,omitempty"`
		Verdict    string       `json:"verdict"`
		Skip       string       `json:"skipReason,omitempty"`
		Facts      string       `json:"facts"`
		Asked      []askedJSON  `json:"lookups"`
		Reasons    []reasonJSON `json:"reasons"`
		Dropped    []reasonJSON `json:"dropped"`
		Rules      []ruleJSON   `json:"rules"`
		Near       []ruleJSON   `json:"nearRules"`
		Updates    []wantedJSON `json:"updates"`
		Until      string       `json:"until,omitempty"`
	}
	askedJSON struct {
		Registry string        `json:"registry"`
		Answer   string        `json:"answer"` // "complete", "partial" or "failed"
		Releases int           `json:"releases"`
		Newest   []releaseJSON `json:"newest"`
		Error    string        `json:"error,omitempty"`
	}
	releaseJSON struct {
		Version   string `json:"version"`
		Published string `json:"published,omitempty"`
		Seen      bool   `json:"firstSeen,omitempty"` // published is when Currant first saw it
		Withdrawn string `json:"withdrawn,omitempty"`
	}
	reasonJSON struct {
		Code   string      `json:"code"`
		Text   string      `json:"text"`
		Origin *originJSON `json:"origin,omitempty"`
	}
	ruleJSON struct {
		Origin  *originJSON `json:"origin"`
		Text    string      `json:"description,omitempty"`
		Options []string    `json:"sets"`
		Missed  string      `json:"missed,omitempty"` // the one matcher that did not match
	}
	wantedJSON struct {
		Type     string       `json:"updateType"`
		Value    string       `json:"newValue"`
		Version  string       `json:"newVersion,omitempty"`
		Digest   string       `json:"newDigest,omitempty"`
		State    string       `json:"state"`
		Withheld []string     `json:"withheld,omitempty"`
		Reasons  []reasonJSON `json:"reasons"`
		Rules    []ruleJSON   `json:"rules"`
		Near     []ruleJSON   `json:"nearRules"`
		Branch   *pullJSON    `json:"branch,omitempty"`
	}
	pullJSON struct {
		Name      string       `json:"branchName"`
		Title     string       `json:"prTitle"`
		Group     string       `json:"groupName,omitempty"`
		Others    []string     `json:"alongWith,omitempty"`
		State     string       `json:"state"`
		Schedule  string       `json:"schedule"`
		Number    int          `json:"number,omitempty"`
		Result    string       `json:"result,omitempty"` // what the next pass does
		Reasons   []reasonJSON `json:"reasons"`
		Automerge bool         `json:"automerge"`
		Merge     []string     `json:"mergeConditions"` // what is missing for merging by itself
		Error     string       `json:"error,omitempty"`
	}
)

// explain collects all that is known of the dependencies of that name.
func explain(r *updater.Report, name string, now time.Time) (explanation, error) {
	x := explanation{Repository: r.Repository, Commit: r.Commit, Config: r.Config.File(), Places: []placeJSON{}}
	x.Stale, _ = r.Config.Stale()
	for i := range r.Decisions {
		d := &r.Decisions[i]
		ok, err := named(d, name)
		if err != nil {
			return x, err
		}
		if ok {
			x.Places = append(x.Places, place(r, d, now))
		}
	}
	return x, nil
}

// named reports whether a dependency goes by a name, or matches a pattern.
func named(d *plan.Decision, name string) (bool, error) {
	for _, n := range []string{d.Dep.Name, d.Package, d.Found.Dep.PackageName()} {
		if strings.EqualFold(n, name) {
			return true, nil
		}
		if strings.ContainsAny(name, "*?{[") || strings.HasPrefix(name, "/") {
			if ok, err := config.Matches(name, n); ok || err != nil {
				return ok, err
			}
		}
	}
	return false, nil
}

func place(r *updater.Report, d *plan.Decision, now time.Time) placeJSON {
	p := placeJSON{
		File: d.Path, Line: d.Dep.Line, Manager: d.Manager, Name: d.Dep.Name, Package: d.Package, Kind: d.Dep.Kind,
		Datasource: d.Datasource, Versioning: d.Versioning, Value: d.Value(), Version: d.Current, Digest: d.Dep.Pinned(),
		Locked: d.Dep.Locked, Skip: d.SkipCode, Facts: string(d.Facts), Until: moment(d.Until),
		Asked: []askedJSON{}, Reasons: []reasonJSON{}, Dropped: []reasonJSON{}, Updates: []wantedJSON{},
		Rules: rulesOf(d.Settings), Near: nearOf(d.Settings),
	}
	for _, q := range d.Queries {
		if l, ok := r.Facts.Listings[q]; ok {
			p.Asked = append(p.Asked, asked(q, l))
		}
	}
	for _, x := range d.Reasons {
		if x.Code == plan.CodeCandidate || x.Code == plan.CodePending {
			p.Dropped = append(p.Dropped, reasonOf(x))
		} else {
			p.Reasons = append(p.Reasons, reasonOf(x))
		}
	}
	slices.Reverse(p.Dropped) // the newest is what people ask about
	for _, u := range d.Updates {
		p.Updates = append(p.Updates, wanted(r, d, u, now))
	}
	p.Verdict = verdict(p)
	return p
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func asked(q datasources.Query, l plan.Listing) askedJSON {
	a := askedJSON{Registry: datasources.Redact(cmp.Or(q.Registry, q.Datasource)), Answer: string(l.Completeness()), Newest: []releaseJSON{}}
	if l.Err != nil {
		a.Error = l.Err.Error()
	}
	if l.Listing == nil {
		return a
	}
	a.Releases, a.Error = len(l.Releases), cmp.Or(a.Error, l.Partial)
	byDate := slices.Clone(l.Releases)
	slices.SortStableFunc(byDate, func(x, y datasources.Release) int { return y.Published.Compare(x.Published) })
	for _, x := range byDate[:min(5, len(byDate))] {
		a.Newest = append(a.Newest, releaseJSON{x.Version, moment(x.Published), x.Seen, x.Withdrawn})
	}
	return a
}

func reasonOf(x plan.Reason) reasonJSON {
	return reasonJSON{string(x.Code), x.Text, originOf(x.Origin)}
}

func reasonsOf(xs []plan.Reason) []reasonJSON {
	out := []reasonJSON{}
	for _, x := range xs {
		if j := reasonOf(x); !slices.ContainsFunc(out, func(o reasonJSON) bool { return o.line() == j.line() }) {
			out = append(out, j)
		}
	}
	return out
}

func rulesOf(s config.Settings) []ruleJSON {
	out := []ruleJSON{}
	for _, a := range s.Rules() {
		out = append(out, ruleJSON{originOf(a.Origin), a.Text, a.Options, ""})
	}
	return out
}

// wanted is an update with the pull request that it is part of.
func wanted(r *updater.Report, d *plan.Decision, u plan.Update, now time.Time) wantedJSON {
	j := wantedJSON{
		Type: u.Type, Value: u.Value, Version: u.Version, Digest: u.Digest, State: string(u.State), Withheld: u.Withheld,
		Reasons: reasonsOf(u.Reasons), Rules: rulesOf(u.Settings), Near: nearOf(u.Settings),
	}
	for i := range r.Branches {
		b := &r.Branches[i]
		if slices.ContainsFunc(b.Members, func(m plan.Member) bool {
			return m.Decision.Found.Key() == d.Found.Key() && m.Decision.Dep.Line == d.Dep.Line && m.Update.Type == u.Type && m.Update.Value == u.Value
		}) {
			j.Branch = pull(r, b, d, now)
		}
	}
	return j
}

func pull(r *updater.Report, b *plan.Rendered, d *plan.Decision, now time.Time) *pullJSON {
	p := &pullJSON{
		Name: b.Name, Title: b.Title, Group: b.Group, State: string(b.State), Automerge: b.Automerge, Error: b.Err,
		Schedule: b.Making.String(), Reasons: reasonsOf(b.Reasons), Merge: []string{},
	}
	for _, m := range b.Members {
		if n := m.Decision.Dep.Name; n != d.Dep.Name && !slices.Contains(p.Others, n) {
			p.Others = append(p.Others, n)
		}
	}
	o := outcomeOf(r, b.Name)
	if o != nil {
		p.Number, p.Result, p.Reasons = o.Number, string(o.Result), reasonsOf(o.Reasons)
	}
	p.Merge = conditions(r, b, o, now)
	return p
}

// conditions lists what is missing for a branch to merge by itself now.
func conditions(r *updater.Report, b *plan.Rendered, o *plan.Outcome, now time.Time) []string {
	out := []string{}
	if o != nil && o.Blocks != nil {
		for _, x := range o.Blocks {
			text := x.Text
			if at := automergeOrigin(b); x.Code == "automerge" && !at.IsZero() {
				text += " (" + at.String() + ")"
			}
			out = append(out, text)
		}
		return out
	}
	if !b.Automerge {
		out = append(out, "automerge is off ("+source(automergeOrigin(b), false)+")")
	}
	if b.State != plan.Ready {
		out = append(out, "not every update of it may be made yet")
	}
	if why, stale := r.Config.Stale(); stale {
		out = append(out, "the configuration is not certain: "+strings.Join(why, "; "))
	}
	if b.Automerge && !b.Merging.Open {
		out = append(out, "automergeSchedule is "+b.Merging.String())
	}
	out = append(out, b.Warnings...)
	if o == nil || o.Result != plan.Merge && o.Result != plan.Enqueue {
		out = append(out, "there is no pull request yet with at least one check, and all green")
	}
	return out
}

// automergeOrigin is where automerge is switched off for a member, or on for all.
func automergeOrigin(b *plan.Rendered) config.Origin {
	for _, m := range b.Members {
		if !m.Update.Automerge {
			return m.Update.Settings.Origin("automerge")
		}
	}
	return b.Settings.Origin("automerge")
}
