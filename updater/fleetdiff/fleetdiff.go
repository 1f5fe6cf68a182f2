// Package fleetdiff compares two plans of a repository that were made over the
// same facts with different configuration: which pull requests appear, vanish, regroup, and start or stop
// merging by themselves. It is pure.
package fleetdiff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
)

// A Kind is what became of an update.
type Kind string

// What becomes of updates, the weightiest first.
const (
	StartsMerging Kind = "starts merging by itself"
	StopsMerging  Kind = "stops merging by itself"
	Appears       Kind = "appears"
	Vanishes      Kind = "vanishes"
	Regroups      Kind = "regroups"
	Retargets     Kind = "goes to another version"
	Readiness     Kind = "is ready at another time"
	Relabels      Kind = "has other labels"
	Retitles      Kind = "has another title"
	Breaks        Kind = "has a configuration that no longer works"
	Works         Kind = "has a configuration that works again"
)

var order = []Kind{Breaks, Works, StartsMerging, StopsMerging, Appears, Vanishes, Regroups, Retargets, Readiness, Relabels, Retitles}

// A Change is one difference between two plans.
type Change struct {
	Repository string
	Kind       Kind
	Dependency string // with its file
	Update     string // such as "major to 2.0.0"
	Branch     string // that it is in, or was in
	Title      string
	Was, Is    string        // what differs, for people
	Rule       config.Origin // where what decided is written; zero if that is unknown
}

// An update is one member of a branch.
type update struct {
	member plan.Member
	branch plan.Branch
}

// Compare returns what the second report proposes differently than the first,
// the weightiest first. An error in one of the configurations is a change of its own.
func Compare(was, is *updater.Report) []Change {
	var out []Change
	before, after := broken(was), broken(is)
	switch {
	case before == "" && after != "":
		return []Change{{Repository: is.Repository, Kind: Breaks, Is: after}}
	case before != "" && after == "":
		return []Change{{Repository: is.Repository, Kind: Works, Was: before}}
	case before != "":
		return nil
	}
	old, now := updates(was), updates(is)
	for _, key := range keys(now) {
		n := now[key]
		o, ok := old[key]
		if !ok {
			out = append(out, n.change(is.Repository, Appears, "", state(n), n.member.Update.Settings.Origin("enabled")))
			continue
		}
		out = append(out, differences(is.Repository, o, n)...)
	}
	for _, key := range keys(old) {
		if _, ok := now[key]; !ok {
			out = append(out, old[key].change(is.Repository, Vanishes, state(old[key]), reasonFor(is, old[key]), originFor(is, old[key])))
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)), cmp.Compare(a.Dependency, b.Dependency))
	})
	return out
}

// broken returns the first error of a configuration; "" if it has none.
func broken(r *updater.Report) string {
	for _, d := range r.Diagnostics {
		if d.Severity == config.Error {
			return d.String()
		}
	}
	return ""
}

// updates returns what a report proposes, by dependency and kind of update.
func updates(r *updater.Report) map[string]update {
	out := make(map[string]update)
	for _, b := range r.Branches {
		for _, m := range b.Members {
			place := m.Decision.Dep.Value.Start // one file may name it twice
			out[fmt.Sprintf("%s|%s|%d", m.Key(), m.Update.Bucket, place)] = update{m, b.Branch}
		}
	}
	return out
}

func keys(m map[string]update) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (u update) change(repo string, k Kind, was, is string, rule config.Origin) Change {
	d := u.member.Decision
	return Change{
		Repository: repo, Kind: k, Dependency: d.Dep.Name + " in " + d.Path, Update: u.member.Update.Type + " to " + cmp.Or(u.member.Update.Value, u.member.Update.Digest),
		Branch: u.branch.Name, Title: u.branch.Title, Was: was, Is: is, Rule: rule,
	}
}

func differences(repo string, o, n update) []Change {
	var out []Change
	add := func(k Kind, was, is, option string) {
		if was != is {
			out = append(out, n.change(repo, k, was, is, n.member.Update.Settings.Origin(option)))
		}
	}
	switch {
	case n.branch.Automerge && !o.branch.Automerge:
		add(StartsMerging, "a person merges it", "it merges by itself", "automerge")
	case o.branch.Automerge && !n.branch.Automerge:
		add(StopsMerging, "it merges by itself", "a person merges it", "automerge")
	}
	add(Regroups, o.branch.Name, n.branch.Name, "groupName")
	add(Retargets, o.member.Update.Value, n.member.Update.Value, "allowedVersions")
	add(Readiness, state(o), state(n), readinessOption(n))
	add(Relabels, strings.Join(o.branch.Labels, ", "), strings.Join(n.branch.Labels, ", "), "labels")
	if o.branch.Name == n.branch.Name && o.member.Update.Value == n.member.Update.Value {
		add(Retitles, o.branch.Title, n.branch.Title, "commitMessageTopic")
	}
	return out
}

func readinessOption(u update) string {
	switch {
	case u.member.Update.State == plan.Approval:
		return "dependencyDashboardApproval"
	case !u.branch.Making.Open:
		return "schedule"
	}
	return "minimumReleaseAge"
}

// state says in words whether an update may be proposed now.
func state(u update) string {
	switch {
	case u.member.Update.State == plan.Waiting && !u.member.Update.NotBefore.IsZero():
		return "waits until " + u.member.Update.NotBefore.UTC().Format("2006-01-02")
	case u.member.Update.State == plan.Ready && !u.branch.Making.Open:
		return "waits for " + u.branch.Making.String()
	}
	return string(u.member.Update.State)
}

// decision returns the decision about the dependency of u in another report.
func decision(r *updater.Report, u update) *plan.Decision {
	for i := range r.Decisions {
		if d := &r.Decisions[i]; d.Found.Key() == u.member.Decision.Found.Key() {
			return d
		}
	}
	return nil
}

func reasonFor(r *updater.Report, u update) string {
	if x := lastReason(r, u); x != nil {
		return x.Text
	}
	return "it is not found any more"
}

func originFor(r *updater.Report, u update) config.Origin {
	if x := lastReason(r, u); x != nil {
		return x.Origin
	}
	return config.Origin{}
}

// lastReason is why an update is no longer proposed, as far as that can be told.
func lastReason(r *updater.Report, u update) *plan.Reason {
	d := decision(r, u)
	if d == nil {
		return nil
	}
	for i := range slices.Backward(d.Reasons) {
		x := &d.Reasons[i]
		if x.Code == plan.CodeDisabled || x.Code == plan.CodeCandidate && strings.HasPrefix(x.Text, u.member.Update.Version+":") {
			return x
		}
	}
	if len(d.Reasons) > 0 {
		return &d.Reasons[len(d.Reasons)-1]
	}
	return nil
}
