package githubtest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An account is a user, a bot or an organisation.
type account struct {
	id    int64
	login string
	kind  string // "User", "Bot" or "Organization"

	stranger bool // without rights in any repository
}

// email returns the address that GitHub gives an account that shows none.
func (s *Server) email(a *account) string {
	return fmt.Sprintf("%d+%s@users.noreply.%s", a.id, a.login, s.hostname())
}

// hostname is the server's host without the port.
func (s *Server) hostname() string {
	host, _, _ := strings.Cut(s.Host(), ":")
	return host
}

// account returns an account, which is made if there is none.
func (s *Server) account(login, kind string) *account {
	key := strings.ToLower(login)
	if a := s.accounts[key]; a != nil {
		return a
	}
	a := &account{id: s.id(), login: login, kind: kind}
	s.accounts[key] = a
	return a
}

// A repo is a repository. Its git state is in git alone.
type repo struct {
	id          int64
	owner       *account
	name        string
	git         gitDir
	description string
	topics      []string
	private     bool
	archived    bool
	disabled    bool // by GitHub itself
	noIssues    bool
	fork        bool
	main        string // default branch
	created     time.Time
	pushed      time.Time

	mergeCommit, squash, rebase bool // methods allowed
	autoMerge, deleteMerged     bool

	last       int // number of the newest issue or pull request
	issues     map[int]*issue
	labels     []*label
	milestones []*milestone
	releases   []*release
	protection map[string]*Protection // by branch
	rulesets   map[string]*Protection // by branch
	runs       []*run
	statuses   []*status
	alerts     []Alert
	alerted    time.Time // when alerts was set
	noAlerts   bool      // they are switched off

	// Pure functions of two commits, remembered.
	merges  map[[2]string]string   // the tree of their merge
	changed map[[2]string][]change // what the second changed since it left the first
	counts  map[[2]string]int      // how many commits the second has and the first has not
}

func (r *repo) fullName() string { return r.owner.login + "/" + r.name }

// head returns the commit of a branch, "" if there is none.
func (r *repo) head(branch string) string { return r.git.tip("refs/heads/" + branch) }

// sorted returns the issues and pull requests, newest first.
func (r *repo) sorted() []*issue {
	out := make([]*issue, 0, len(r.issues))
	for _, i := range r.issues {
		out = append(out, i)
	}
	slices.SortFunc(out, func(a, b *issue) int { return b.number - a.number })
	return out
}

// An issue is an issue or, with pull set, a pull request.
type issue struct {
	id               int64
	number           int
	title, body      string
	open             bool
	reason           string // "completed" or "not_planned" of a closed issue
	author           *account
	labels           []*label
	assignees        []*account
	milestone        *milestone
	comments         []*comment
	created, updated time.Time
	closed           time.Time
	locked           bool
	pull             *pull
}

// A pull is what a pull request has beyond an issue. Its head commit is in
// git: the branch's while it is open, refs/pull/N/head for ever.
type pull struct {
	id          int64
	head, base  string // branches
	draft       bool
	modify      bool // maintainers may push to it
	reviewers   []*account
	teams       []string // slugs, asked for review
	reviews     []*review
	auto        *autoMerge
	threads     []bool    // conversations: whether each is resolved
	queued      time.Time // when it came into the merge queue; zero if it is not there
	ousted      string    // why the queue put it out, if nobody has pushed since
	baseAtClose string    // commit of the base when it was closed or merged
	merged      time.Time
	mergedBy    *account
	mergeCommit string
}

func (i *issue) isMerged() bool { return i.pull != nil && !i.pull.merged.IsZero() }

// An autoMerge is a wish to merge once that is allowed.
type autoMerge struct {
	by            *account
	method        string // "merge", "squash" or "rebase"
	subject, body string
	at            time.Time
}

type review struct {
	id    int64
	user  *account
	state string // "APPROVED", "CHANGES_REQUESTED" or "COMMENTED"
	body  string
	sha   string
	at    time.Time
}

type label struct {
	id                 int64
	name, color, about string
}

type milestone struct {
	id     int64
	number int
	title  string
	open   bool
	at     time.Time
}

type comment struct {
	id               int64
	user             *account
	body             string
	created, updated time.Time
}

type release struct {
	id                int64
	tag, target       string
	name, body        string
	draft, prerelease bool
	author            *account
	created           time.Time
}

// A run is a check run.
type run struct {
	id                 int64
	suite              int64
	sha, name          string
	status, conclusion string
	title, summary     string
	text               string
	details, external  string
	started, completed time.Time
	app                *account
}

// A status is a commit status.
type status struct {
	id                  int64
	sha, context, state string
	description, target string
	creator             *account
	at                  time.Time
}

// A Protection is what must hold before a branch changes.
type Protection struct {
	Checks        []string          // names of required checks and statuses
	Apps          map[string]string // login of the bot that alone may report a check, by its name
	Strict        bool              // a pull request must be up to date with the branch
	Reviews       int               // approvals needed
	Conversations bool              // they must be resolved
	Linear        bool              // no merge commits
	Signed        bool              // only signed commits
	Locked        bool              // nobody may change the branch
	Methods       []string          // by which alone may be merged, of a ruleset; nil for any
	Queue         bool              // pull requests are merged by the merge queue
	Bypass        []string          // logins that this does not hold for
	EnforceAdmins bool
}

// rule returns what holds for a branch: its protection and its rulesets
// together; nil if nothing does.
func (r *repo) rule(branch string) *Protection {
	p, q := r.protection[branch], r.rulesets[branch]
	if p == nil || q == nil {
		if p == nil {
			return q
		}
		return p
	}
	both := Protection{Strict: p.Strict || q.Strict, Reviews: max(p.Reviews, q.Reviews), EnforceAdmins: p.EnforceAdmins,
		Conversations: p.Conversations || q.Conversations, Linear: p.Linear || q.Linear, Signed: p.Signed || q.Signed, Locked: p.Locked || q.Locked,
		Queue: p.Queue || q.Queue, Apps: map[string]string{}, Methods: q.Methods, Bypass: q.Bypass}
	maps.Copy(both.Apps, p.Apps)
	maps.Copy(both.Apps, q.Apps)
	both.Checks = append(slices.Clone(p.Checks), q.Checks...)
	slices.Sort(both.Checks)
	both.Checks = slices.Compact(both.Checks)
	return &both
}

// addRepo makes a repository with an unborn default branch.
func (s *Server) addRepo(owner *account, name string) (*repo, error) {
	r := &repo{
		id: s.id(), owner: owner, name: name, main: "main", private: true, created: s.now(), pushed: s.now(),
		git:         gitDir(filepath.Join(s.dir, owner.login, name+".git")),
		mergeCommit: true, squash: true, rebase: true, autoMerge: true,
		issues: map[int]*issue{}, protection: map[string]*Protection{}, rulesets: map[string]*Protection{},
		merges: map[[2]string]string{}, changed: map[[2]string][]change{}, counts: map[[2]string]int{},
	}
	if s.repos[strings.ToLower(r.fullName())] != nil {
		return nil, fmt.Errorf("creating repository %s: it exists", r.fullName())
	}
	if _, err := os.Stat(string(r.git)); err == nil {
		r.git += gitDir(fmt.Sprintf(".%d", r.id)) // the place of one that was renamed
	}
	if err := r.git.create(r.main); err != nil {
		return nil, fmt.Errorf("creating repository %s: %w", r.fullName(), err)
	}
	for _, name := range []string{"bug", "documentation", "enhancement"} {
		r.labels = append(r.labels, &label{id: s.id(), name: name, color: "ededed"})
	}
	s.repos[strings.ToLower(r.fullName())] = r
	return r, nil
}
