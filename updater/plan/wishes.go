package plan

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// A Wish is what a tick on the dashboard asks for. The words are Renovate's, so that each understands the
// other's dashboard.
type Wish string

// Wishes, by the section of the dashboard that they stand in.
const (
	WishApprove  Wish = "approve"      // make it, although a person had to say so first
	WishGroup    Wish = "approveGroup" // make it, although its group is small
	WishNow      Wish = "unschedule"   // make it outside of its schedule
	WishUnlimit  Wish = "unlimit"      // make it beyond the limits
	WishRetry    Wish = "retry"
	WishOpen     Wish = "approvePr" // open the pull request for a branch that is there
	WishEarly    Wish = "unpend"    // make it before its release has come of age
	WishRebase   Wish = "rebase"    // make the branch anew, whatever is on it
	WishOther    Wish = "other"
	WishRecreate Wish = "recreate" // propose it again although it was closed
)

// bulk are the boxes that stand for all of a section.
var bulk = map[string]Wish{
	"approve-all-pending-prs": WishApprove, "create-all-awaiting-schedule-prs": WishNow,
	"create-all-rate-limited-prs": WishUnlimit, "rebase-all-open-prs": WishRebase,
}

// Wishes are all that people ticked on a dashboard.
type Wishes struct {
	Branches map[string]Wish // by name
	Migrate  bool            // propose today's spellings of the configuration
}

// migrateBox is the box for Wishes.Migrate.
const migrateBox = "create-config-migration-pr"

var (
	itemForm = regexp.MustCompile(`^\s*[-*] \[([ xX])\] <!-- ([a-zA-Z]+)-branch=(\S+) -->`)
	bulkForm = regexp.MustCompile(`^\s*[-*] \[[xX]\] <!-- ([a-z-]+) -->`)
)

// ReadWishes returns what is ticked in a dashboard's text.
func ReadWishes(body string) Wishes {
	w := Wishes{Branches: make(map[string]Wish)}
	all := make(map[Wish]bool)
	lines := strings.Split(body, "\n")
	for _, l := range lines {
		if m := bulkForm.FindStringSubmatch(l); m != nil {
			all[bulk[m[1]]] = true
			w.Migrate = w.Migrate || m[1] == migrateBox
		}
	}
	for _, l := range lines {
		m := itemForm.FindStringSubmatch(l)
		if m == nil || m[1] == " " && !all[Wish(m[2])] {
			continue
		}
		w.Branches[m[3]] = Wish(m[2])
	}
	return w
}

// Grant makes ready what people asked for, although a rule would hold it back.
func Grant(bs []Branch, w Wishes) []Branch {
	out := make([]Branch, len(bs))
	for i, b := range bs {
		if b.Wish = w.Branches[b.Name]; b.Wish != "" {
			b = b.granted()
		}
		out[i] = b
	}
	return out
}

func (b Branch) granted() Branch {
	members := make([]Member, len(b.Members))
	for i, m := range b.Members {
		if m.Update.State == Waiting {
			m.Update.State, m.Update.Early = Ready, true // it still must not merge before
		}
		if m.Update.State == Approval {
			m.Update.State = Ready
		}
		members[i] = m
	}
	b.Members = members
	if b.State == Waiting || b.State == Approval {
		b.State = Ready
	}
	b.Reasons = append([]Reason{reason(CodeWish, config.Origin{}, "somebody ticked it on the dashboard")}, b.Reasons...)
	return b
}

// Requested reports whether somebody asked in b's pull request for it to be made anew.
func (s State) Requested(b Branch) bool {
	for i := range s.Pulls {
		if p := &s.Pulls[i]; p.Branch == b.Name && p.State == platform.Open {
			return requested(b.Settings, p) != ""
		}
	}
	return false
}

// rebaseTicked is the box in a pull request's text that asks for its branch to be made anew.
var rebaseTicked = regexp.MustCompile(`(?m)^\s*[-*] \[[xX]\] <!-- rebase-check -->`)

// rebasePrefix in a title asks for the same.
const rebasePrefix = "rebase!"

// Requested says how somebody asked in a pull request for its branch to be made anew: by the box in the text, the
// label, or a word in the title; "" if nobody did.
func requested(s config.Settings, p *platform.Pull) string {
	switch {
	case p == nil:
		return ""
	case rebaseTicked.MatchString(unix(p.Body)):
		return "the box in its text is ticked"
	case strings.HasPrefix(p.Title, rebasePrefix):
		return "its title begins with " + rebasePrefix
	}
	if label := s.String("rebaseLabel"); label != "" && hasLabel(p.Labels, label) {
		return "it has the label " + label
	}
	return ""
}

func hasLabel(labels []string, want string) bool {
	for _, l := range labels {
		if strings.EqualFold(l, want) {
			return true
		}
	}
	return false
}

// unix undoes what a browser makes of line ends when somebody edits a text.
func unix(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
