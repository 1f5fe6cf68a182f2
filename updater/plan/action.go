package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/policy"
)

// A Rendered is a wanted branch with the files it changes.
type Rendered struct {
	Branch
	BaseHead string             // the commit that Changes apply to
	Changes  platform.Changeset // nil if the branch is known to have them already
	Blobs    map[string]string  // what the changes make of each path, as BranchState.Changed says it
	Notes    []string           // Markdown for the body
	Warnings []string           // what a person must see before it is merged
	Err      string             // why the changes could not be made; "" if they could
	Help     string             // Markdown: what a person can do about Err, where that is more than Err says
	Earlier  []platform.Step    // commits before the last, where it has several
	Mark     Mark               // what sets its pull request apart
	Later    bool               // no changes were made, since it waits for its schedule

	world  World
	body   string
	people platform.People
}

// A State is what there is before a pass.
type State struct {
	Repository platform.Repository
	Account    platform.Account
	Branches   map[string]BranchState     // by name, those with our prefix
	Pulls      []platform.Pull            // of our prefix, newest first
	Checks     map[string]platform.Checks // by commit
	Told       map[string]bool            // statuses that commits are known to have, see [Told]
	Stale      string                     // why configuration is not certain; "" if it is
	Unsure     string                     // why not all weaknesses are known; "" if they are
	Unread     map[string]bool            // files that could not be read whole: what they ask for is not known
	Issues     []platform.Issue           // that may be ours, newest first
	Wishes     Wishes                     // what people ticked on the dashboard
	Whole      map[int]bool               // open pull requests of which it is known that they once had all that they were to get
	Settings   config.Settings            // at the top of the default branch's configuration
}

// Orphans reports whether there is a branch of ours that never had a pull request,
// as far as is known.
func (s State) Orphans() bool {
	for name := range s.Branches {
		if !slices.ContainsFunc(s.Pulls, func(p platform.Pull) bool { return p.Branch == name }) {
			return true
		}
	}
	return false
}

// A BranchState is what git says of one of our branches.
type BranchState struct {
	Head       string
	Base       string            // the commit on the base branch that it began at
	Behind     bool              // the base branch has moved on
	Foreign    string            // who else has committed to it; "" for nobody
	Address    string            // of who else
	Changed    map[string]string // path to blob and mode; "" for a deleted path
	Committed  time.Time         // when its newest commit was made
	Subject    string            // first line of that commit's message
	Unresolved []string          // files with conflict markers, of a branch that somebody else has committed to
	Overlap    bool              // the base branch has since changed a path that it changes
}

// An Action is one change to the code host, as data. Exactly one of the
// pointers is set.
type Action struct {
	Branch string
	Push   *platform.Branch   `json:",omitempty"`
	Open   *platform.Proposal `json:",omitempty"`
	Edit   *platform.Edit     `json:",omitempty"`
	Close  *platform.Closing  `json:",omitempty"`
	Merge  *platform.Merging  `json:",omitempty"`
	Note   *platform.Notice   `json:",omitempty"`
	Report *platform.Status   `json:",omitempty"` // its Head is "" for what Push makes
}

// Kind names what a does.
func (a Action) Kind() string {
	switch {
	case a.Push != nil:
		return "push"
	case a.Open != nil:
		return "open"
	case a.Edit != nil:
		return "edit"
	case a.Close != nil:
		return "close"
	case a.Note != nil:
		return "note"
	case a.Report != nil:
		return "report"
	}
	return cmp.Or(string(a.Merge.How), "merge")
}

// Key names the intent: it is the same for the same change to the same state,
// and differs for any other.
func (a Action) Key(repo string) string {
	var detail string
	switch {
	case a.Push != nil:
		detail = a.Push.Base + a.Push.Replaces + a.Push.Message
		for _, s := range a.Push.Earlier {
			detail += "\x00" + s.Message
		}
		for _, p := range slices.Sorted(maps.Keys(a.Push.Changes)) {
			detail += "\x00" + p
			if f := a.Push.Changes[p]; f != nil {
				detail += fmt.Sprintf("\x00%d\x00%s", f.Mode, f.Text)
			}
		}
	case a.Open != nil:
		detail = a.Open.Base + a.Open.Title + a.Open.Head
	case a.Edit != nil:
		detail = fmt.Sprint(a.Edit.Number, a.Edit.Was, deref(a.Edit.Title), deref(a.Edit.Body), deref(a.Edit.Base), a.Edit.Reopen, a.Edit.AddLabels, a.Edit.RemoveLabels, a.Edit.People, a.Edit.Comment, a.Edit.Draft != nil && *a.Edit.Draft)
	case a.Close != nil:
		detail = fmt.Sprint(a.Close.Number, a.Close.Head)
	case a.Merge != nil:
		detail = fmt.Sprint(a.Merge.Number, a.Merge.Head)
		if a.Merge.How != platform.Now {
			detail += string(a.Merge.How)
		}
	case a.Report != nil:
		detail = fmt.Sprint(a.Report.Head, a.Report.Name, a.Report.State, a.Report.Text)
	case a.Note != nil:
		detail = fmt.Sprint(a.Note.Number, deref(a.Note.Was), deref(a.Note.Title), deref(a.Note.Body), a.Note.Open != nil && *a.Note.Open, a.Note.AddLabels)
	}
	return strings.Join([]string{a.Kind(), repo, a.Branch, Hash(detail)}, ":")
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// A Result says what becomes of a wanted branch.
type Result string

// What becomes of a branch.
const (
	Create    Result = "create"    // branch and pull request are made
	UpdateIt  Result = "update"    // the branch is made anew
	Edit      Result = "edit"      // only its texts or labels change
	Unchanged Result = "unchanged" // it is as it should be and waits: for checks or a person
	Merge     Result = "merge"
	Enqueue   Result = "queue"     // it goes into the host's merge queue
	Wait      Result = "wait"      // not now: age, limits
	Approve   Result = "approve"   // a person must approve first
	Cannot    Result = "cannot"    // Currant cannot make the change
	Declined  Result = "declined"  // a person closed it
	Hands     Result = "hands-off" // a person works on the branch
	Hold      Result = "hold"      // doubt: it stays as it is
	Remove    Result = "remove"    // nobody wants it any more
)

// An Outcome is what becomes of one branch, and why.
type Outcome struct {
	Branch  string
	Title   string
	Number  int // of its pull request; 0 if there is none
	Result  Result
	Reasons []Reason
	Actions []Action
	Blocks  []policy.Block // what speaks against merging it now; only of one whose branch is as it should be
	Until   time.Time      // when it may be different although nothing else changes; zero for never

	stands bool // what the host was told about merging it still holds

	Dashboard bool // it is about the issue that lists all updates, and Number is that of the issue
}

// Complete fills the pull request's body and who is to look at it. It is called once all else is known.
func (b *Rendered) Complete(w World) {
	b.world, b.Title = w, b.Mark.Prefix+b.Title
	b.body = Body(w, b.Branch, b.Notes)
	b.people = people(w, b.Branch, slices.Sorted(maps.Keys(b.Blobs)))
}

// Text returns the body that [Rendered.Complete] made.
func (b *Rendered) Text() string { return b.body }
