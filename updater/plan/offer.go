package plan

import (
	"maps"
	"slices"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// An Offer is a change that a person asked for in many repositories, besides what is to be updated.
type Offer struct {
	Branch   string // outside of branchPrefix, so that no pass takes it for one of its own
	Title    string
	Body     string // Markdown
	Changes  platform.Changeset
	Blobs    map[string]string // what the changes make of each path, as BranchState.Changed says it
	Warnings []string          // what a person must see before it is merged
	Draft    bool
}

// Make returns the branch of x. Limits and schedules do not hold it back, and a person merges it.
func (x Offer) Make(w World, baseHead string) Rendered {
	s := w.Config.Top()
	b := Branch{
		Name: x.Branch, Base: w.Base, Title: x.Title, Message: x.Title, State: Ready, Free: true, Settings: s,
		Labels: slices.Concat(s.Strings("labels"), s.Strings("addLabels")),
		Making: config.Window{Open: true, Always: true}, Merging: config.Window{Open: true, Always: true},
	}
	for _, path := range slices.Sorted(maps.Keys(x.Blobs)) {
		b.Content += path + "\x00" + x.Blobs[path] + "\x00"
	}
	b.Content = Hash(b.Content)
	out := Rendered{Branch: b, BaseHead: baseHead, Changes: x.Changes, Blobs: x.Blobs, Warnings: x.Warnings}
	out.body = cut(emojis(s, x.Body+"\n---\n\n🔕 **Ignore**: close this PR and it is not proposed again.\n"), maxBody)
	out.people = people(w, b, slices.Sorted(maps.Keys(x.Blobs)))
	return out
}
