// Package plan decides which pull requests a repository should have.
//
// Everything here is a pure function of its arguments: there is no clock, no
// network, no file and no global state. Given the same values it returns the
// same values, so that a plan can be printed, tested and replayed.
package plan

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/managers"
)

// A Found is a dependency and where it was found.
type Found struct {
	Manager string
	Path    string
	Dep     managers.Dep
}

// Key names the dependency in its repository. Two dependencies of one file may
// share it if they are declared twice.
func (f Found) Key() string { return f.Manager + " " + f.Path + " " + f.Dep.Name }

// File returns the file that holds the version, which configuration calls packageFile: of a property
// in a parent project that is the parent's file, as in Renovate.
func (f Found) File() string { return cmp.Or(f.Dep.Value.Path, f.Path) }

// A World is what decisions depend on besides the dependencies themselves.
type World struct {
	Repository string
	Base       string // the branch that is looked at
	Bases      int    // how many there are in all; 0 if unknown
	Config     *config.Config
	Managers   map[string]*managers.Manager
	Sources    map[string]*datasources.Source
	Schemes    versioning.Schemes
	Defaults   func(datasource, pkg string) []string // registries where nothing else names one
	Recipe     func(datasource, pkg string) string   // how answers of datasources like "custom.name" are read; nil if there are none
	Semantic   bool                                  // recent commits follow Conventional Commits
	Renderers  map[string]bool                       // what can be rendered besides fields in place
	Locks      map[string]string                     // by path of a lock file: why it cannot be written here; "" if it can
	Advisories Advisories
	Notes      map[datasources.NotesQuery]Notes // what is new, as far as it was asked
	Owners     func(path string) []string       // who owns a file, by CODEOWNERS; nil if nobody does
	Now        time.Time
}

// Facts are what registries said. A query that is not in them was not asked.
type Facts struct {
	Listings map[datasources.Query]Listing
	Digests  map[DigestQuery]Digest
	Needs    map[DigestQuery]Need // where a listing does not say what its releases need
}

// A DigestQuery asks which digest a version has now.
type DigestQuery struct {
	datasources.Query
	Version string
	Pinned  string // the digest that is there now: if it is one platform's, so is the answer; "" for that of all platforms
	File    string // ask for hashes of it instead, or of all files if "*"; see managers.Hashes
	Of      string // the package that Pinned is of, where that is another one; "" if it is the same
}

// A Listing is the answer to one query, or why there is none.
type Listing struct {
	*datasources.Listing
	Err error
}

// A Digest is the answer to a DigestQuery, or why there is none.
type Digest struct {
	Digest   string // "" if the version has none
	Hashes   []string
	Platform string // that it is for, such as "linux/arm64"; "" for all, or where there is no such thing
	Gone     bool   // the registry no longer has the pinned digest, so that its platform is not known
	Why      string // why there is none for Platform
	Err      error
}

// Completeness says how much of the truth an answer is. Only Complete answers change anything.
type Completeness string

const (
	Complete Completeness = "complete"
	Partial  Completeness = "partial"
	Failed   Completeness = "failed"
	Absent   Completeness = "absent" // there is no such package, or we may not see it: some registries answer alike
)

// Completeness says how far l can be relied on.
func (l Listing) Completeness() Completeness {
	switch {
	case l.Err != nil && errors.Is(l.Err, datasources.ErrNotFound):
		return Absent
	case l.Err != nil || l.Listing == nil:
		return Failed
	case l.Partial != "":
		return Partial
	}
	return Complete
}

// A Reason is one step of an explanation.
type Reason struct {
	Code   Code
	Text   string        // a sentence for people, without full stop
	Origin config.Origin // where the rule is written; zero if it is built in
}

// A Code names what kind of reason it is.
type Code string

// What a reason is about.
const (
	CodeSkipped      Code = "skipped"       // the manager could not read it as something to update
	CodeDisabled     Code = "disabled"      // configuration switched it off
	CodeLookup       Code = "lookup"        // which registry was asked
	CodeListed       Code = "listed"        // how much it said
	CodePlatform     Code = "platform"      // which of an image's platforms a digest is for
	CodeLookupFailed Code = "lookup-failed" // the registry did not answer completely
	CodeNotFound     Code = "not-found"     // the registry has no such package
	CodeInvalid      Code = "invalid-value" // the value is no version or range
	CodeCandidate    Code = "candidate"     // why a release was dropped
	CodeReplaced     Code = "replaced"      // another package took its place
	CodeDeprecated   Code = "deprecated"    // its publisher says that it should not be used
	CodeAbandoned    Code = "abandoned"     // nothing was released for long
	CodeWeak         Code = "vulnerable"    // what is known against the version in use
	CodeUpToDate     Code = "up-to-date"    // nothing newer is left
	CodeUpdate       Code = "update"        // what was chosen
	CodePending      Code = "pending"       // it is too young
	CodeApproval     Code = "approval"      // a person must approve
	CodeUnsupported  Code = "unsupported"   // Currant cannot make the change
	CodeRule         Code = "rule"          // a rule of the configuration applied
	CodeAutomerge    Code = "automerge"
	CodeLimit        Code = "limit"
	CodeSchedule     Code = "schedule" // it is not the time
	CodeHold         Code = "hold"     // doubt: what there is stays as it is
	CodeClosed       Code = "closed"
	CodeEdited       Code = "edited"
	CodeChecks       Code = "checks"
	CodePolicy       Code = "policy"
	CodeRender       Code = "render"
	CodeAnswer       Code = "answer"  // a tool asks what only a person can answer
	CodeLayer        Code = "layer"   // a template's update waits for that of another
	CodeRollout      Code = "rollout" // a release reaches repositories in waves
	CodeRebase       Code = "rebase"
	CodeGroup        Code = "group"   // its group is not large enough yet
	CodeStopped      Code = "stopped" // a label says to leave it alone
	CodeWish         Code = "wish"    // a person asked for it
)

func reason(code Code, origin config.Origin, format string, args ...any) Reason {
	return Reason{Code: code, Text: fmt.Sprintf(format, args...), Origin: origin}
}

// String formats r on one line, with where its rule is written.
func (r Reason) String() string {
	if at := r.Origin.String(); at != "" {
		return r.Text + " (" + at + ")"
	}
	return r.Text
}

// A Decision is what to do about one dependency, and why.
type Decision struct {
	Found
	Datasource string
	Package    string
	Versioning string
	Queries    []datasources.Query
	Current    string // the version in use; "" if unknown
	SkipCode   string // Renovate's skip reason; "" if the dependency was looked up
	Facts      Completeness
	SourceURL  string
	Homepage   string
	SourceDir  string // folder in the source repository; "" for its root
	Changelog  string
	Updates    []Update   // in order: pin, digest, patch, minor, major
	Weaknesses []Weakness // of the version in use, the worst first
	Deprecated string     // why the package or the version in use should not be used; "" if it may
	Abandoned  time.Time  // when the package was last released, where that is too long ago; else zero
	Reasons    []Reason
	Until      time.Time // when the outcome may change although nothing else does; zero for never
	Settings   config.Settings
}

// Value returns the version or constraint as the file means it; no field may hold it.
func (d *Decision) Value() string {
	if d.Dep.Value.Text != "" {
		return d.Dep.Value.Text
	}
	return d.Dep.Composed
}

// An Update is one change that could be made to a dependency.
type Update struct {
	Type      string   // Renovate's updateType: "major", "minor", "patch", "pin", "digest", "pinDigest"
	Name      string   // the new name of the package; "" if it stays
	Changelog string   // where configuration says that its changes are told; "" for nowhere
	AsAlias   bool     // Name stands beside the old one, as npm can say it
	Value     string   // the new value; the old one if only the digest or a lock file changes
	Exact     string   // a value that admits Version alone; "" if there is none
	LockOnly  bool     // Value admits Version already: only lock files change
	Version   string   // the version that Value stands for; "" if unknown
	Digest    string   // the new digest; "" if it has none
	Hashes    []string // of the files of Version, where the dependency has hashes
	Bucket    string   // keeps apart updates that go to different branches
	Release   datasources.Release
	Between   []string // the versions after the current one up to Version, lowest first
	Withheld  []string // newer versions that wait, lowest first
	State     Readiness
	Early     bool      // it is proposed before it has come of age: it must not merge yet
	NotBefore time.Time // when it comes of age; zero if it has, or if that is unknown
	Automerge bool
	Security  bool // it mends all weaknesses that can be mended
	Settings  config.Settings
	Reasons   []Reason
}

// Readiness says whether an update may become a pull request.
type Readiness string

const (
	Ready       Readiness = "ready"
	Waiting     Readiness = "waiting"     // for the release to come of age
	Approval    Readiness = "approval"    // for a person
	Unsupported Readiness = "unsupported" // Currant cannot make the change yet
)

// Renews reports whether u makes a lock file anew.
func (u Update) Renews() bool { return u.Type == maintenance }

// Locks returns the lock files that are to change together with m.
func (m Member) Locks() []string {
	if m.Update.Settings.Bool("skipArtifactsUpdate") {
		return nil
	}
	return m.Decision.Dep.Locks
}

// Automatic says whether u merges without a person, and why.
func automerge(s config.Settings) (bool, Reason) {
	at := s.Origin("automerge")
	if s.Bool("automerge") {
		return true, reason(CodeAutomerge, at, "it may merge by itself when all checks are green")
	}
	return false, reason(CodeAutomerge, at, "a person merges it: automerge is off")
}

// sentence joins texts as a person would write them.
func sentence(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}
