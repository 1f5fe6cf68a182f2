package renovateconfig

// A tool is where the releases of something are listed that constraints can name.
type tool struct {
	datasource, pkg, versioning string
	tag                         string // how its version stands in a tag, as extractVersion
}

const plainTag = `^v(?<version>\S+)$`

// tools are those that Renovate can install; their releases are listed where it looks for
// them.
var tools = map[string]tool{
	"apm":       {"github-releases", "microsoft/apm", "semver", plainTag},
	"bazelisk":  {"github-releases", "bazelbuild/bazelisk", "semver", plainTag},
	"bun":       {"github-releases", "oven-sh/bun", "npm", `^bun-v(?<version>\S+)$`},
	"bundler":   {"rubygems", "", "ruby", ""},
	"cocoapods": {"rubygems", "", "ruby", ""},
	"composer":  {"github-releases", "containerbase/composer-prebuild", "composer", ""},
	"conan":     {"pypi", "", "pep440", ""},
	"copier":    {"pypi", "", "pep440", ""},
	"corepack":  {"npm", "", "npm", ""},
	"dart":      {"dart-version", "", "npm", ""},
	"devbox":    {"github-releases", "jetify-com/devbox", "semver", plainTag},
	"dotnet":    {"dotnet-version", "dotnet-sdk", "semver", ""},
	"elixir":    {"github-releases", "elixir-lang/elixir", "semver", plainTag},
	"erlang":    {"github-releases", "containerbase/erlang-prebuild", "semver-coerced", ""},
	"flutter":   {"github-releases", "containerbase/flutter-prebuild", "npm", ""},
	"flux":      {"github-releases", "fluxcd/flux2", "semver", plainTag},
	"gleam":     {"github-releases", "gleam-lang/gleam", "semver", plainTag},
	"golang":    {"github-releases", "containerbase/golang-prebuild", "npm", ""},
	"gradle":    {"gradle-version", "", "gradle", ""},
	"hashin":    {"pypi", "", "pep440", ""},
	"helm":      {"github-releases", "helm/helm", "semver", plainTag},
	"helmfile":  {"github-releases", "helmfile/helmfile", "semver", plainTag},
	"java":      {"java-version", "java?system=true", "npm", ""},
	"jb":        {"github-releases", "jsonnet-bundler/jsonnet-bundler", "semver", plainTag},
	"kustomize": {"github-releases", "kubernetes-sigs/kustomize", "semver", `^kustomize/v(?<version>\S+)$`},
	"maven":     {"github-releases", "containerbase/maven-prebuild", "maven", ""},
	"mise":      {"github-releases", "jdx/mise", "npm", plainTag},
	"nix":       {"github-releases", "containerbase/nix-prebuild", "semver", ""},
	"node":      {"github-releases", "containerbase/node-prebuild", "node", ""},
	"npm":       {"npm", "", "npm", ""},
	"pdm":       {"github-releases", "pdm-project/pdm", "semver", ""},
	"php":       {"github-releases", "containerbase/php-prebuild", "composer", ""},
	"pip-tools": {"pypi", "", "pep440", ""},
	"pipenv":    {"pypi", "", "pep440", ""},
	"pixi":      {"github-releases", "prefix-dev/pixi", "conda", plainTag},
	"pnpm":      {"npm", "", "npm", ""},
	"poetry":    {"pypi", "", "pep440", ""},
	"python":    {"github-releases", "containerbase/python-prebuild", "python", ""},
	"ruby":      {"github-releases", "containerbase/ruby-prebuild", "ruby", ""},
	"rust":      {"rust-version", "", "rust-release-channel", ""},
	"uv":        {"pypi", "", "pep440", ""},
	"vendir":    {"github-releases", "carvel-dev/vendir", "semver", plainTag},
	"yarn":      {"npm", "", "npm", ""},
}
