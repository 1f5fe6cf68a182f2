package webhook

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/currant-bot/currant/updater/fleet"
)

// A Reading is what an event means: the jobs that it makes or, where it makes none, why.
type Reading struct {
	Jobs []fleet.Job
	Note string
}

// A payload is what is read of an event. Nothing of it is believed but names: what has happened is read from GitHub
// when the job runs.
type payload struct {
	Action     string
	Repository *repository
	Sender     account

	Ref     string // of push
	Deleted bool
	State   string // of status
	Context string

	CheckRun    *check      `json:"check_run"`
	CheckSuite  *check      `json:"check_suite"`
	Issue       *discussion `json:"issue"`
	PullRequest *discussion `json:"pull_request"`

	Repositories []repository // of installation
	Added        []repository `json:"repositories_added"`
}

type repository struct {
	Name    string `json:"full_name"`
	Default string `json:"default_branch"`
}

type account struct{ Login, Type string }

type check struct {
	Name string
	App  struct{ Slug string }
}

type discussion struct{ Number int }

// A row says which actions of an event ask for a look at the repository; nil for all. what describes it to people.
type row struct {
	actions []string
	what    func(payload) string
}

func about(kind string, of func(payload) *discussion) func(payload) string {
	return func(p payload) string {
		if d := of(p); d != nil {
			return fmt.Sprintf("%s #%d %s", kind, d.Number, p.Action)
		}
		return kind + " " + p.Action
	}
}

func pullRequest(p payload) *discussion { return p.PullRequest }

// rows are the events that may ask for a look.
var rows = map[string]row{
	"push": {nil, pushed},
	"pull_request": {[]string{"opened", "edited", "closed", "reopened", "synchronize", "labeled", "unlabeled", "ready_for_review", "converted_to_draft",
		"auto_merge_enabled", "auto_merge_disabled", "enqueued", "dequeued"}, about("pull request", pullRequest)},
	"pull_request_review":       {[]string{"submitted", "dismissed"}, about("review of pull request", pullRequest)},
	"check_run":                 {[]string{"completed"}, func(p payload) string { return words("check", p.CheckRun.name(), "completed") }},
	"check_suite":               {[]string{"completed"}, func(p payload) string { return words("checks of", p.CheckSuite.slug(), "completed") }},
	"status":                    {nil, func(p payload) string { return "status " + p.Context }},
	"issues":                    {[]string{"edited", "closed", "reopened", "deleted", "transferred"}, about("issue", func(p payload) *discussion { return p.Issue })},
	"merge_group":               {[]string{"destroyed"}, func(payload) string { return "merge queue moved on" }},
	"dependabot_alert":          {[]string{"created", "reopened", "reintroduced", "auto_reopened"}, func(p payload) string { return "vulnerability alert " + p.Action }},
	"repository":                {[]string{"created", "edited", "renamed", "transferred", "unarchived"}, func(p payload) string { return "repository " + p.Action }},
	"installation":              {[]string{"created", "unsuspend", "new_permissions_accepted"}, func(p payload) string { return "app installation: " + p.Action }},
	"installation_repositories": {[]string{"added"}, func(payload) string { return "added to the app's installation" }},
}

// quiet are events that are known and never ask for a look.
var quiet = map[string]string{
	"ping":          "the webhook works",
	"issue_comment": "comments are for people; boxes of the dashboard and of pull requests are heard by themselves",
}

func pushed(p payload) string {
	branch, _ := strings.CutPrefix(p.Ref, "refs/heads/")
	if p.Deleted {
		return "branch " + branch + " deleted"
	}
	return "push to " + branch
}

// words joins those that there are.
func words(list ...string) string { return strings.Join(strings.Fields(strings.Join(list, " ")), " ") }

func (c *check) name() string {
	if c == nil {
		return ""
	}
	return c.Name
}

func (c *check) slug() string {
	if c == nil {
		return ""
	}
	return c.App.Slug
}

// Read says what an event means. self is the login of the app that Currant acts as, such as "currant[bot]"; "" where it acts as
// a person. It is an error if body is not what GitHub sends.
func Read(event string, body []byte, self string) (Reading, error) {
	if note, ok := quiet[event]; ok {
		if !json.Valid(body) {
			return Reading{}, errMalformed
		}
		return Reading{Note: note}, nil
	}
	r, ok := rows[event]
	if !ok {
		return Reading{Note: "Currant does not listen to this event"}, nil
	}
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return Reading{}, errMalformed
	}
	names, err := p.names()
	switch {
	case err != nil:
		return Reading{}, err
	case r.actions != nil && p.Action == "":
		return Reading{}, fmt.Errorf("%w: it has no action", errMalformed)
	case r.actions != nil && !slices.Contains(r.actions, p.Action):
		return Reading{Note: fmt.Sprintf("%s %s changes nothing for Currant", event, printable(p.Action))}, nil
	case len(names) == 0:
		return Reading{Note: "it names no repository"}, nil
	}
	if note := p.ignored(event, self); note != "" {
		return Reading{Note: note}, nil
	}
	var out Reading
	for _, name := range names {
		out.Jobs = append(out.Jobs, fleet.Job{Repository: name, Why: []string{printable(r.what(p))}, Priority: fleet.Event})
	}
	return out, nil
}

var nameRE = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$`)

// names returns the repositories that an event is about, each once.
func (p payload) names() ([]string, error) {
	list := append(slices.Clone(p.Repositories), p.Added...)
	if p.Repository != nil {
		list = append(list, *p.Repository)
	}
	var out []string
	for _, r := range list {
		if !nameRE.MatchString(r.Name) {
			return nil, fmt.Errorf("%w: a repository without a name", errMalformed)
		}
		if !slices.Contains(out, r.Name) {
			out = append(out, r.Name)
		}
	}
	return out, nil
}

// ignored says why an event that could matter does not; "" if it does.
//
// What Currant itself does makes events too. They are not followed, because a pass would find what the last one left; what
// moves a base branch is, because other pull requests wait for that. This saves work, and nothing depends on it: a pass over a repository in which there
// is nothing to do changes nothing, so it causes no event, and no loop. Where Currant acts as a person, it cannot be told from that person.
func (p payload) ignored(event, self string) string {
	const ours = "Currant did it itself"
	own := self != "" && strings.EqualFold(p.Sender.Login, self)
	switch event {
	case "push":
		branch, ok := strings.CutPrefix(p.Ref, "refs/heads/")
		switch {
		case !ok:
			return "only branches are looked at"
		case own && (p.Repository == nil || branch != p.Repository.Default):
			return ours
		}
		return ""
	case "check_run", "check_suite": // GitHub names as sender whoever pushed the commit, be it us
		c := p.CheckRun
		if event == "check_suite" {
			c = p.CheckSuite
		}
		if self != "" && strings.EqualFold(c.slug()+"[bot]", self) {
			return ours
		}
		return ""
	case "status":
		if p.State == "pending" {
			return "a pending status settles nothing"
		}
	case "pull_request":
		if p.Action == "closed" { // merged, perhaps
			return ""
		}
	case "installation", "installation_repositories", "merge_group":
		return ""
	}
	if own {
		return ours
	}
	return ""
}

// printable is text that is safe on a terminal, and short.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
	if runes := []rune(text); len(runes) > 100 {
		return string(runes[:99]) + "…"
	}
	return text
}
