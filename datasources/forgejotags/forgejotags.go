// Package forgejotags reads the tags of repositories on Forgejo.
package forgejotags

import (
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/giteatags"
)

// Source is that of Gitea, whose interface Forgejo has.
var Source = &datasources.Source{
	Name:       "forgejo-tags",
	Doc:        "tags on Forgejo",
	Versioning: giteatags.Source.Versioning,
	Strategy:   giteatags.Source.Strategy,
	New:        giteatags.Source.New,
}
