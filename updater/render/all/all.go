// Package all lists the tools that keep lock files.
package all

import (
	"github.com/currant-bot/currant/updater/render/bun"
	"github.com/currant-bot/currant/updater/render/cargo"
	"github.com/currant-bot/currant/updater/render/gomod"
	"github.com/currant-bot/currant/updater/render/helm"
	"github.com/currant-bot/currant/updater/render/lockfile"
	"github.com/currant-bot/currant/updater/render/npm"
	"github.com/currant-bot/currant/updater/render/pnpm"
	"github.com/currant-bot/currant/updater/render/poetry"
	"github.com/currant-bot/currant/updater/render/uv"
	"github.com/currant-bot/currant/updater/render/yarn"
)

// Tools are all of them, in order of name.
var Tools = []*lockfile.Tool{
	bun.Tool,
	cargo.Tool,
	gomod.Tool,
	helm.Tool,
	npm.Tool,
	pnpm.Tool,
	poetry.Tool,
	uv.Tool,
	yarn.Tool,
}
