// Package all lists the managers that Currant has.
package all

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/asdf"
	"github.com/currant-bot/currant/managers/bun"
	"github.com/currant-bot/currant/managers/copier"
	"github.com/currant-bot/currant/managers/dockerfile"
	"github.com/currant-bot/currant/managers/flux"
	"github.com/currant-bot/currant/managers/githubactions"
	"github.com/currant-bot/currant/managers/gomod"
	"github.com/currant-bot/currant/managers/kubernetes"
	"github.com/currant-bot/currant/managers/mise"
	"github.com/currant-bot/currant/managers/npm"
	"github.com/currant-bot/currant/managers/pep621"
	"github.com/currant-bot/currant/managers/poetry"
	"github.com/currant-bot/currant/managers/terraform"
)

// Managers lists every manager, in order of name.
var Managers = []*managers.Manager{
	asdf.Manager,
	bun.Manager,
	copier.Manager,
	dockerfile.Manager,
	flux.Manager,
	githubactions.Manager,
	gomod.Manager,
	kubernetes.Manager,
	mise.Manager,
	npm.Manager,
	pep621.Manager,
	poetry.Manager,
	terraform.Manager,
}
