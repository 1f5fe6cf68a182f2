// Package platform defines what Currant needs of a code host, be it GitHub,
// Gitea or a checkout on this machine.
package platform

import (
	"context"
	"errors"
	"time"
)

// A File is the new content of a changed file.
type File struct {
	Text string
	Mode Mode
}

// A Mode is the kind of a file in git.
type Mode int

const (
	Regular Mode = iota
	Executable
	Symlink
	Submodule // another repository at a commit: the text is that commit
)

// A Changeset maps the path of each changed file to its whole new content; nil
// deletes the file.
type Changeset map[string]*File

// A Repository is what the host says of a repository.
type Repository struct {
	Name         string // such as "acme/shop"
	CloneURL     string // without credentials
	Default      string // default branch; "" if the repository is empty
	Archived     bool
	Disabled     bool // by the host
	Fork         bool
	MergeMethods []Method // that the repository allows, in its order of preference
	AutoDelete   bool     // the host deletes the branch of a merged pull request
	AutoMerge    bool     // the host can be told to merge a pull request once its rules are met
	BranchesOnly bool     // there are no pull requests here, as in a plain checkout
	NoIssues     bool     // there are no issues here
	NoWorkflows  string   // why files of the host's own CI cannot be changed; "" if they can, or if that is not known
}

// WorkflowsFolder is where files are that GitHub protects by a permission of their own.
const WorkflowsFolder = ".github/workflows/"

// A Method is how a pull request is merged.
type Method string

const (
	MergeCommit Method = "merge"
	Squash      Method = "squash"
	Rebase      Method = "rebase"
)

// A Pull is a pull request.
type Pull struct {
	Number    int
	Branch    string // head branch, in the same repository
	Base      string // branch it is to be merged into
	Head      string // commit
	Title     string
	Body      string
	State     PullState
	Draft     bool
	Labels    []string
	People    People // of an open one: who is assigned, and who is still asked for review
	Author    string
	Created   time.Time
	Ended     time.Time // when it was closed or merged; zero while it is open
	Mergeable Mergeable
	Auto      AutoMerge // of an open one
	URL       string
}

// An AutoMerge says that the host is to merge a pull request once its rules are met. It is zero if it is not.
type AutoMerge struct {
	By     string // login of who told it
	Method Method
}

// A PullState is what has become of a pull request.
type PullState string

const (
	Open   PullState = "open"
	Closed PullState = "closed" // without being merged
	Merged PullState = "merged"
)

// Mergeable is what the host says about merging. A host that has not made up its mind says Unknown.
type Mergeable string

const (
	Unknown    Mergeable = ""
	Clean      Mergeable = "clean"
	Conflicted Mergeable = "conflicted"
	Blocked    Mergeable = "blocked" // a rule of the repository is not met
	Behind     Mergeable = "behind"  // the repository wants it up to date with its base
)

// An Issue is an issue that the bot keeps, or may take over from another bot.
type Issue struct {
	Number      int
	Title, Body string
	Open        bool
	Author      string
	Ours        bool // the account that writes made it
	Labels      []string
}

// Rules are what a host asks for before a branch changes.
type Rules struct {
	Checks   []Requirement // checks that must pass, sorted; nil if the host does not say
	Strict   bool          // a pull request must be up to date with the branch
	Methods  []Method      // by which alone pull requests may be merged; nil for any
	Queue    bool          // they are merged by the host's queue, and by nothing else
	PullOnly bool          // it changes through pull requests only, or the host does not show whether it does
	Locked   string        // why nobody is to change it at all; "" if it may change
}

// A Requirement is a check that must pass.
type Requirement struct {
	Name string
	App  string // id of the app that must report it; "" for any
}

// By reports whether a check is the one that r wants.
func (r Requirement) By(c Check) bool { return c.Name == r.Name && (r.App == "" || r.App == c.App) }

// A Candidate is a commit that might be merged.
type Candidate struct {
	Number int // of its pull request; 0 for a branch without one
	Head   string
}

// Checks are what is known of one commit that might be merged.
type Checks struct {
	Head    string
	Rules   Rules // of the branch that it might be merged into
	Results []Check
	People  string // what the rules still want of people, such as a review; "" for nothing
	Queued  bool   // it is in the host's queue
	Ousted  string // why the queue put it out, and nobody has pushed since; "" if it did not
}

// A Check is a check run or a commit status.
type Check struct {
	Name  string
	App   string // id of the app that reported it; "" if the host does not say
	State CheckState
}

// A CheckState is the result of a check.
type CheckState string

const (
	Pending CheckState = "pending"
	Passed  CheckState = "passed" // or skipped, or neutral
	Failed  CheckState = "failed" // or cancelled, timed out, stale, or waiting for a person
)

// A Reader reads a code host. It must be safe for concurrent use.
type Reader interface {
	// Repositories lists the repositories that are to be looked at, by name.
	Repositories(ctx context.Context) ([]string, error)

	// Repository returns a repository's settings.
	Repository(ctx context.Context, name string) (Repository, error)

	// Pulls returns the pull requests of repo whose branch begins with prefix: all
	// open ones, and those closed or merged as far as the host tells.
	Pulls(ctx context.Context, repo, prefix string) ([]Pull, error)

	// PullsFrom returns the pull requests from one branch, newest first: all there ever were.
	PullsFrom(ctx context.Context, repo, branch string) ([]Pull, error)

	// Checks returns, in order, what is known of candidates for branch base. What base asks for is read once for all.
	Checks(ctx context.Context, repo, base string, list []Candidate) ([]Checks, error)

	// Issues returns the issues of repo that may be ours, newest first: all by our own account, and open ones
	// with one of the titles whose text only people and bots with rights in the repository can have written.
	Issues(ctx context.Context, repo string, titles []string) ([]Issue, error)

	// File returns a file of a repository; ref is "" for the default branch. The error
	// is [ErrNotFound] if there is none.
	File(ctx context.Context, repo, path, ref string) ([]byte, error)

	// Whoami returns the account that Writer's changes are made as.
	Whoami(ctx context.Context) (Account, error)
}

// An Account is who the bot is on the host.
type Account struct {
	Login string // such as "currant[bot]"
	Name  string // for commits
	Email string
}

// A Writer changes a code host. Each method is conditional: it changes nothing
// and returns [ErrMoved] if the host is no longer as its argument says. A dry run has no Writer.
type Writer interface {
	// Push makes each branch one new commit on its base, all in one exchange. It
	// returns the new heads, in order.
	Push(ctx context.Context, repo string, branches []Branch) (heads []string, err error)
	Open(ctx context.Context, repo string, p Proposal) (number int, err error)
	Edit(ctx context.Context, repo string, e Edit) error
	Close(ctx context.Context, repo string, c Closing) error
	Merge(ctx context.Context, repo string, m Merging) error

	// Report sets a commit's status, unless it is that already: the newest of one name counts.
	Report(ctx context.Context, repo string, s Status) error

	// Note makes or changes an issue and returns its number.
	Note(ctx context.Context, repo string, n Notice) (number int, err error)
}

// A Step is a commit on the way to what a branch should be.
type Step struct {
	Message string
	Changes Changeset // to the step before
}

// A Branch is what a branch of ours should be: one commit on Base, or one more for each of Earlier.
type Branch struct {
	Name     string
	Base     string // commit
	Replaces string // the head it may overwrite; "" if the branch must not exist
	Message  string
	Changes  Changeset // to Base
	Earlier  []Step    // commits before the one with Message; a host that makes commits itself leaves them out
	Author   Account   // of the commit; zero for the account that the Writer acts as
	Time     time.Time // of the commit; zero for now
	Via      Via       // how the commit is made
}

// Via is how commits are made, in the words of the option platformCommit.
type Via string

const (
	Auto     Via = "auto"     // by the host where it then signs them, else by git; "" too
	ByHost   Via = "enabled"  // by the host's interface, as the account that the Writer acts as
	ByPushes Via = "disabled" // by git
)

// A Proposal is a pull request to open.
type Proposal struct {
	Branch, Base string
	Head         string // the commit that Branch must be at; "" if it does not matter
	Title, Body  string
	Labels       []string
	Draft        bool
	People       People
}

// People are those who are to look at a pull request. What of them the host does not know, or does not allow, is reported, and the
// rest is done.
type People struct {
	Assignees, Reviewers []string // logins
	Teams                []string // slugs, asked for review
	Milestone            int      // number; 0 for none
}

// Anybody reports whether p names anybody.
func (p People) Anybody() bool { return len(p.Assignees)+len(p.Reviewers)+len(p.Teams) > 0 }

// An Edit changes a pull request's texts, labels and base. A nil field stays.
type Edit struct {
	Number       int
	Was          string // the title that the pull request must have
	Title, Body  *string
	Base         *string // the branch that it is to be merged into
	Draft        *bool   // whether it is a draft
	AddLabels    []string
	RemoveLabels []string
	Reopen       string // the commit at which its branch is made again, so that it is opened again; "" to leave it open or closed
	People       People // to add
	Comment      string // to add, unless it is there; "" for none
}

// A Status is what a bot itself says of a commit, among its checks.
type Status struct {
	Head  string // the commit
	Name  string // such as "renovate/stability-days"
	State CheckState
	Text  string // for people, on one line
}

// A Notice makes or changes an issue. A nil field stays.
type Notice struct {
	Number      int     // 0 for a new one
	Was         *string // the body that the issue must have; nil if it does not matter
	Title, Body *string
	Open        *bool
	AddLabels   []string
}

// A Closing closes a pull request and deletes its branch.
type Closing struct {
	Number  int    // 0 to only delete the branch
	Branch  string // to delete; "" to leave it
	Head    string // the commit that Branch must be at
	Comment string // "" for none
}

// A Merging merges a pull request, or tells the host how to.
type Merging struct {
	Number  int    // 0 for a branch without one, which Base is moved forward to
	Head    string // the commit that was judged: no other may be merged
	How     How
	Method  Method
	Subject string   // of the merge or squash commit; "" for the host's own
	Branch  string   // to delete afterwards; "" to leave it
	Base    string   // the branch that it goes into
	Onto    string   // the commit of Base that it was judged with; "" if Base does not matter
	Paths   []string // that it changes: if Base changed one of them since Onto, it is not merged
}

// How says how something is merged.
type How string

const (
	Now     How = ""           // at once
	WhenMet How = "merge-when" // by the host, once its rules are met
	Unarm   How = "merge-not"  // WhenMet is taken back
	Queue   How = "queue"      // by the host's queue
	Unqueue How = "unqueue"    // Queue is taken back
)

// Recalls reports whether h takes something back.
func (h How) Recalls() bool { return h == Unarm || h == Unqueue }

// Said reports whether c is s.
func (s Status) Said(c Check) bool { return c.Name == s.Name && c.State == s.State }

// A RetryError is a failure that may pass by itself, such as a rate limit.
type RetryError struct {
	After time.Duration // at least this long; 0 if unknown
	Err   error
}

func (e *RetryError) Error() string { return e.Err.Error() }
func (e *RetryError) Unwrap() error { return e.Err }

// An AuthError means that the host wants other credentials, or that the account may not do this.
type AuthError struct {
	Host string
	Text string // what the host said, for people
}

func (e *AuthError) Error() string {
	return e.Host + " refused access (" + e.Text + "): check the token and its permissions"
}

// Errors that callers decide on.
var (
	ErrNotFound = errors.New("not found")
	ErrMoved    = errors.New("it has changed since it was looked at")
	ErrExists   = errors.New("it exists already")
	ErrBlocked  = errors.New("a rule of the repository does not allow it")
	ErrOff      = errors.New("it is switched off")
)
