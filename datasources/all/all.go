// Package all lists every datasource of Currant.
package all

import (
	"github.com/currant-bot/currant/config/jsonata"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/artifactory"
	"github.com/currant-bot/currant/datasources/azurepipelinestasks"
	"github.com/currant-bot/currant/datasources/bitbuckettags"
	"github.com/currant-bot/currant/datasources/crate"
	"github.com/currant-bot/currant/datasources/custom"
	"github.com/currant-bot/currant/datasources/devbox"
	"github.com/currant-bot/currant/datasources/docker"
	"github.com/currant-bot/currant/datasources/dotnetversion"
	"github.com/currant-bot/currant/datasources/endoflifedate"
	"github.com/currant-bot/currant/datasources/forgejoreleases"
	"github.com/currant-bot/currant/datasources/forgejotags"
	"github.com/currant-bot/currant/datasources/galaxy"
	"github.com/currant-bot/currant/datasources/galaxycollection"
	"github.com/currant-bot/currant/datasources/giteareleases"
	"github.com/currant-bot/currant/datasources/giteatags"
	"github.com/currant-bot/currant/datasources/githubdigest"
	"github.com/currant-bot/currant/datasources/githubreleases"
	"github.com/currant-bot/currant/datasources/githubrunners"
	"github.com/currant-bot/currant/datasources/githubtags"
	"github.com/currant-bot/currant/datasources/gitlabpackages"
	"github.com/currant-bot/currant/datasources/gitlabreleases"
	"github.com/currant-bot/currant/datasources/gitlabtags"
	"github.com/currant-bot/currant/datasources/gitrefs"
	"github.com/currant-bot/currant/datasources/gittags"
	gomodules "github.com/currant-bot/currant/datasources/go"
	"github.com/currant-bot/currant/datasources/golangversion"
	"github.com/currant-bot/currant/datasources/gradleversion"
	"github.com/currant-bot/currant/datasources/helm"
	"github.com/currant-bot/currant/datasources/javaversion"
	"github.com/currant-bot/currant/datasources/kubernetesapi"
	"github.com/currant-bot/currant/datasources/maven"
	"github.com/currant-bot/currant/datasources/nodeversion"
	"github.com/currant-bot/currant/datasources/npm"
	"github.com/currant-bot/currant/datasources/nuget"
	"github.com/currant-bot/currant/datasources/orb"
	"github.com/currant-bot/currant/datasources/packagist"
	"github.com/currant-bot/currant/datasources/pypi"
	"github.com/currant-bot/currant/datasources/pythonversion"
	"github.com/currant-bot/currant/datasources/rubygems"
	"github.com/currant-bot/currant/datasources/rubyversion"
	"github.com/currant-bot/currant/datasources/rustversion"
	"github.com/currant-bot/currant/datasources/terraformmodule"
	"github.com/currant-bot/currant/datasources/terraformprovider"
)

// Sources lists every datasource, in order of name.
var Sources = []*datasources.Source{
	artifactory.Source,
	azurepipelinestasks.Source,
	bitbuckettags.Source,
	crate.Source,
	custom.Source(query),
	devbox.Source,
	docker.Source,
	dotnetversion.Source,
	endoflifedate.Source,
	forgejoreleases.Source,
	forgejotags.Source,
	galaxy.Source,
	galaxycollection.Source,
	gitrefs.Source,
	gittags.Source,
	giteareleases.Source,
	giteatags.Source,
	githubdigest.Source,
	githubreleases.Source,
	githubrunners.Source,
	githubtags.Source,
	gitlabpackages.Source,
	gitlabreleases.Source,
	gitlabtags.Source,
	gomodules.Source,
	golangversion.Source,
	gradleversion.Source,
	helm.Source,
	javaversion.Source,
	kubernetesapi.Source,
	maven.Source,
	nodeversion.Source,
	npm.Source,
	nuget.Source,
	orb.Source,
	packagist.Source,
	pypi.Source,
	pythonversion.Source,
	rubyversion.Source,
	rubygems.Source,
	rustversion.Source,
	terraformmodule.Source,
	terraformprovider.Source,
}

// query is the language in which custom datasources make releases of documents.
func query(expression string) (func(input any) (any, error), error) {
	q, err := jsonata.Compile(expression)
	return func(input any) (any, error) { return q.Evaluate(input, nil) }, err
}
