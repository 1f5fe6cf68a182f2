// Package templating brings repositories up to date with the templates they were made from.
//
// The engine is the real Copier, run in a sandbox on a copy of the repository; the result is read
// from the files and the index afterwards, never from what Copier says of itself.
package templating

import (
	"time"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/mirror"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/updater/platform"
)

// An Updater makes template updates. It may be used by several goroutines at once.
type Updater struct {
	Git      *git.Git
	Engine   *copier.Engine
	Mirrors  *mirror.Store
	Versions versioning.Scheme // PEP 440, which is what Copier goes by
	Scratch  string            // folder for copies of repositories; each is gone when its update is done
	Limits   sandbox.Limits    // of one run of Copier; zero for [copier.Limits]

	Resolutions *Resolutions // of conflicts; nil for none
}

// A Job is one update of one repository with one template.
type Job struct {
	Tree    Tree
	Answers string // path of the answers file
	To      string // tag, branch or commit of the template

	// Committed is when the answers file was last committed, if known: it tells what a tag that moves
	// stood for.
	Committed time.Time

	// Before are answers files of other templates, by path, as they were when this template was last applied; nil to find that out from
	// the history.
	Before map[string]string

	Refresh bool // the version stays: what other templates' answers have become is taken in

	Data  map[string]any // answers besides those in the file, as for new questions
	Trust Trust          // "" for Render
	Audit audit.Policy   // "" for audit.Block

	Repository string // by whose name resolutions of its conflicts are remembered; "" for none, and none is replayed

	Settle map[string]Settling // how conflicts in files that match a glob are settled; the longest glob counts
}

// Trust says what of a template may run. It is the operator's decision, never the repository's.
type Trust string

const (
	Never   Trust = "never"   // nothing: a template that wants to run code is not updated
	Render  Trust = "render"  // its files are rendered; its tasks are skipped; one that needs more is not updated
	Sandbox Trust = "sandbox" // its code runs, without network and with only the copy of the repository
	Full    Trust = "full"    // its code runs as Currant's own
)

// An Outcome is what became of a job. Either Reason or Changes says so.
type Outcome struct {
	Reason    *Reason // why there is no update; nil if there is one
	Changes   platform.Changeset
	Conflicts []Conflict // for people to resolve; the files in Changes hold markers, unless Kept
	Settled   []Conflict // that nobody need look at
	Reads     []string   // answers files of other templates that this one renders from
	Answers   []AnswerChange
	Audit     []audit.Verdict // on files that need a word, by path; bad ones are in Holds too, if the policy is to block
	Notes     []Note          // what is new, newest first
	Holds     []string        // why it must not be merged without a person, besides Conflicts
	Warnings  []string
	Effect    string   // how much the version changes for these answers, such as "3 files changed, 1 insertion(+)"; "" if unknown or nothing
	Ran       []string // migrations that ran, as the template has them
	Log       string   // the end of what Copier wrote, without credentials

	From, To    string // versions
	FromCommit  string
	ToCommit    string
	AnswersFile string // its path
	Root        string // the project's folder, "" for the top
	Source      string // the template's identity, such as "git.example.test/acme/base"
	Enforced    string // what the sandbox enforced
	Took        time.Duration
}

// A Reason says why a repository is not updated.
type Reason struct {
	Code      copier.Code
	Text      string            // a sentence for people
	Questions []copier.Question // that need an answer
}

// Codes besides those of package copier.
const (
	LocalTemplate      copier.Code = "local-template"      // the template is on somebody's machine
	BadSource          copier.Code = "bad-source"          // its address is none
	BadAnswersFile     copier.Code = "bad-answers-file"    // the answers file cannot be read
	NoUpdate           copier.Code = "up-to-date"          // there is nothing to do
	OldRefMissing      copier.Code = "old-ref-missing"     // the version in use is no longer in the template
	RootUnclear        copier.Code = "root-unclear"        // it is not known which folder the template was applied to
	WrongRoot          copier.Code = "wrong-root"          // files outside the project's folder changed
	NotApplied         copier.Code = "not-applied"         // Copier ended well and did nothing
	Submodules         copier.Code = "submodules"          // the template has submodules
	LargeFiles         copier.Code = "git-lfs"             // the template keeps files in Git LFS
	SandboxUnavailable copier.Code = "sandbox-unavailable" // this machine cannot hold the template's code
	ConflictsRefused   copier.Code = "conflict"            // there are conflicts that must not be
	NotRendered        copier.Code = "not-rendered"        // the version in use cannot be rendered
	TooLarge           copier.Code = "too-large"           // the update changes more than is taken
)

// A Conflict is a file that both the template and the repository changed.
type Conflict struct {
	Path string
	Kind ConflictKind

	// Kept says that the file in Changes has the repository's side where they conflict, and no markers: in the
	// files of a CI system markers would stop all checks.
	Kept bool

	By      Settling // what settled it; "" if that is for people
	From    []string // repositories that resolved it so, if By is Replayed
	Excerpt string   // the conflicting lines, in the form of diff3
}

// A Settling is how a conflict is settled.
type Settling string

const (
	KeepMarkers Settling = "keep-markers" // it is not: a person does it on the branch
	Ours        Settling = "ours"         // where they conflict, the repository's lines stay
	Theirs      Settling = "theirs"       // the template's take their place
	Union       Settling = "union"        // both stay, the repository's first
	Fail        Settling = "fail"         // there is no update
	Replayed    Settling = "replayed"     // as people resolved the same conflict in another repository; it is not configured
)

// Settlings are all that can be configured.
var Settlings = []Settling{KeepMarkers, Ours, Theirs, Union, Fail}

// A ConflictKind is how a file conflicts.
type ConflictKind string

const (
	BothChanged  ConflictKind = "both changed"
	BothAdded    ConflictKind = "both added"
	Rejected     ConflictKind = "change could not be applied"
	DeletedThere ConflictKind = "edited here and deleted in the template"
)

// An AnswerChange is a difference between the answers files before and after.
type AnswerChange struct {
	Key      string
	Old, New string // as YAML; "" if it was not or is no longer there
}

// A Note is what is new in a version of the template, in its authors' words: whoever shows it
// must escape it.
type Note struct {
	Version string
	Made    time.Time
	Text    string
}
