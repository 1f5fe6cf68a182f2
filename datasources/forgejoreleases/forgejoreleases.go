// Package forgejoreleases reads the releases of repositories on Forgejo.
package forgejoreleases

import (
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/giteareleases"
)

// Source is that of Gitea, whose interface Forgejo has.
var Source = &datasources.Source{
	Name:       "forgejo-releases",
	Doc:        "releases on Forgejo",
	Versioning: giteareleases.Source.Versioning,
	Strategy:   giteareleases.Source.Strategy,
	New:        giteareleases.Source.New,
}
