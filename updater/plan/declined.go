package plan

import (
	"strings"
	"time"

	"github.com/currant-bot/currant/updater/platform"
)

// What ends the title of a pull request that the bot closed, not a person, and of one that it would have closed, had no person committed
// to it. The words are Renovate's, so that each knows the other's.
const (
	autoclosed = " - autoclosed"
	abandoned  = " - abandoned"
)

// plain is a title without what the bot put behind it.
func plain(title string) string {
	return strings.TrimSuffix(strings.TrimSuffix(title, autoclosed), abandoned)
}

// declined returns the pull request by whose closing a person declined b; nil if
// nobody did. A group of updates is declined as long as it would be the same. One that was given another title after it was closed does not
// count, as with Renovate: so people ask for another one.
func (r *reconciler) declined(b Rendered) *platform.Pull {
	if b.Settings.String("recreateWhen") == "always" {
		return nil
	}
	for i := range r.have.Pulls {
		p := &r.have.Pulls[i]
		if p.Branch != b.Name && p.Branch != b.former() || p.State != platform.Closed || strings.HasSuffix(p.Title, autoclosed) {
			continue
		}
		marker, ok := ReadMarker(p.Body)
		switch {
		case ok && !marker.Renamed && marker.Title != Hash(plain(p.Title)):
			continue
		case ok && marker.Updates == b.Fingerprint():
			return p
		case plain(p.Title) == b.Title && (!b.Mixed || b.Settings.String("recreateWhen") == "never"):
			return p
		}
	}
	return nil
}

// reuse is how long after the bot closed a pull request it is opened again, rather than another one. It is as long as with Renovate.
const reuse = 7 * 24 * time.Hour

// lapsed returns the pull request that is opened again for b, since the bot closed it not long ago; nil if there is none. The next pass brings
// it up to date.
func (r *reconciler) lapsed(b Rendered) *platform.Pull {
	p := r.pull(b.Name, platform.Closed, platform.Merged)
	if p == nil || p.State != platform.Closed || !strings.HasSuffix(p.Title, autoclosed) || p.Base != b.Base || b.Unopened() || r.now.Sub(p.Ended) >= reuse {
		return nil
	}
	return p
}
