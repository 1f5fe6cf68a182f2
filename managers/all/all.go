// Package all lists the managers that Currant has.
package all

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/argocd"
	"github.com/currant-bot/currant/managers/asdf"
	"github.com/currant-bot/currant/managers/bun"
	"github.com/currant-bot/currant/managers/cargo"
	"github.com/currant-bot/currant/managers/copier"
	"github.com/currant-bot/currant/managers/crossplane"
	"github.com/currant-bot/currant/managers/dockercompose"
	"github.com/currant-bot/currant/managers/dockerfile"
	"github.com/currant-bot/currant/managers/flux"
	"github.com/currant-bot/currant/managers/githubactions"
	"github.com/currant-bot/currant/managers/gomod"
	"github.com/currant-bot/currant/managers/gradlewrapper"
	"github.com/currant-bot/currant/managers/helmfile"
	"github.com/currant-bot/currant/managers/helmrequirements"
	"github.com/currant-bot/currant/managers/helmv3"
	"github.com/currant-bot/currant/managers/helmvalues"
	"github.com/currant-bot/currant/managers/kubernetes"
	"github.com/currant-bot/currant/managers/kustomize"
	"github.com/currant-bot/currant/managers/maven"
	"github.com/currant-bot/currant/managers/mavenwrapper"
	"github.com/currant-bot/currant/managers/mise"
	"github.com/currant-bot/currant/managers/npm"
	"github.com/currant-bot/currant/managers/opentofuversion"
	"github.com/currant-bot/currant/managers/pep621"
	"github.com/currant-bot/currant/managers/poetry"
	"github.com/currant-bot/currant/managers/tekton"
	"github.com/currant-bot/currant/managers/terraform"
	"github.com/currant-bot/currant/managers/terraformversion"
	"github.com/currant-bot/currant/managers/terragrunt"
	"github.com/currant-bot/currant/managers/terragruntversion"
	"github.com/currant-bot/currant/managers/tflintplugin"
)

// Managers lists every manager, in order of name.
var Managers = []*managers.Manager{
	argocd.Manager,
	asdf.Manager,
	bun.Manager,
	cargo.Manager,
	copier.Manager,
	crossplane.Manager,
	dockercompose.Manager,
	dockerfile.Manager,
	flux.Manager,
	githubactions.Manager,
	gomod.Manager,
	gradlewrapper.Manager,
	helmrequirements.Manager,
	helmvalues.Manager,
	helmfile.Manager,
	helmv3.Manager,
	kubernetes.Manager,
	kustomize.Manager,
	maven.Manager,
	mavenwrapper.Manager,
	mise.Manager,
	npm.Manager,
	opentofuversion.Manager,
	pep621.Manager,
	poetry.Manager,
	tekton.Manager,
	terraform.Manager,
	terraformversion.Manager,
	terragrunt.Manager,
	terragruntversion.Manager,
	tflintplugin.Manager,
}
