package plan

import (
	"time"

	"github.com/currant-bot/currant/config"
)

// schedule notes when b may be made and merged.
func (b *Branch) schedule(now time.Time) {
	b.Making, b.Merging = b.Settings.Window("schedule", now), b.Settings.Window("automergeSchedule", now)
	if !b.Automerge {
		b.Merging.Until = time.Time{} // nothing depends on it
	}
	b.Until = b.Making.Until
	if u := b.Merging.Until; !u.IsZero() && (b.Until.IsZero() || u.Before(b.Until)) {
		b.Until = u
	}
}

// closed says that a window is closed, and when it opens.
func closed(option string, w config.Window) Reason {
	if w.Until.IsZero() {
		return reason(CodeSchedule, w.Origin, "%s is %s: it never opens", option, w)
	}
	return reason(CodeSchedule, w.Origin, "%s is %s: it opens at %s", option, w, w.Until.UTC().Format("2006-01-02 15:04 UTC"))
}

// scheduleText says for people when b is made and merged. It depends on configuration alone, so that it stays the same.
func scheduleText(b Branch) string {
	if b.Making.Always && b.Merging.Always {
		return "at any time"
	}
	return "branches are made " + code(b.Making.String()) + ", and merged " + code(b.Merging.String())
}
