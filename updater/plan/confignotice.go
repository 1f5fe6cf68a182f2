package plan

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// ConfigTitle is the title of the issue about a configuration that has errors. It is Renovate's.
const ConfigTitle = "Action Required: Fix Renovate Configuration"

const configMark = "config"

// ConfigNotice returns what becomes of the issue about errors in the configuration: it is there as long as there are errors. ok is false if
// there is nothing to do.
func ConfigNotice(s config.Settings, issues []platform.Issue, errors []string) (o Outcome, ok bool) {
	o = Outcome{Title: ConfigTitle, Dashboard: true}
	var open, closed *platform.Issue
	for i := range issues {
		x := &issues[i]
		if m, _ := ReadMarker(x.Body); !x.Ours || x.Title != ConfigTitle && m.Kind != configMark {
			continue
		}
		if x.Open {
			open = x // the oldest
		} else if closed == nil {
			closed = x // the newest
		}
	}
	if len(errors) == 0 || s.String("mode") == "silent" || slices.Contains(s.Strings("suppressNotifications"), "configErrorIssue") {
		if open == nil {
			return o, false
		}
		shut := false
		o.Number, o.Actions = open.Number, []Action{{Note: &platform.Notice{Number: open.Number, Was: &open.Body, Open: &shut}}}
		return o.end(Remove), true
	}
	var text strings.Builder
	text.WriteString("The configuration of this repository has errors. Until they are mended, Currant leaves the repository as it is.\n\n")
	for i, e := range errors {
		if i == maxProblems {
			text.WriteString("- and more\n")
			break
		}
		text.WriteString("- " + Quiet(e) + "\n")
	}
	text.WriteString("\nThis issue is closed when the configuration can be read.\n")
	body := sign(Marker{Version: 1, Kind: configMark, Body: Hash(text.String())}, text.String())
	title := ConfigTitle
	switch {
	case open != nil && open.Body == body:
		return o, false
	case open != nil:
		o.Number, o.Actions = open.Number, []Action{{Note: &platform.Notice{Number: open.Number, Was: &open.Body, Body: &body}}}
		return o.end(Edit), true
	case closed != nil && s.Bool("configWarningReuseIssue"):
		again := true
		o.Number, o.Actions = closed.Number, []Action{{Note: &platform.Notice{Number: closed.Number, Was: &closed.Body, Body: &body, Open: &again}}}
		return o.end(Edit), true
	case closed != nil && closed.Body == body:
		return o, false // somebody closed it, and there is nothing new
	}
	o.Actions = []Action{{Note: &platform.Notice{Title: &title, Body: &body}}}
	return o.end(Create), true
}
