package githubactions

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// A tool is a program that an action sets up in a version of one's choice.
type tool struct {
	input      string // of the action, where the version stands
	name       string
	pkg        string // "" for name
	datasource string
	versioning string
	extract    string // what of a release is its version; "" for all
	optional   bool   // without the input there is nothing to say
	read       func(t tool, with yamlspan.Node) managers.Dep
}

// builds is how actions/go-versions and its like name their releases: the version and a build.
const builds = `^(?<version>\d+\.\d+\.\d+)(-\d+)?$`

// release is a tool of GitHub's releases that is called like its repository.
func release(input, repo, versioning string) []tool {
	return []tool{{input: input, name: repo, datasource: "github-releases", versioning: versioning}}
}

// named is release for a tool that people call by a name of its own.
func named(input, name, repo, versioning string) []tool {
	return []tool{{input: input, name: name, pkg: repo, datasource: "github-releases", versioning: versioning}}
}

// built is a tool of which GitHub publishes its own builds.
func built(input, name, repo, versioning string) []tool {
	return []tool{{input: input, name: name, pkg: repo, datasource: "github-releases", versioning: versioning, extract: builds}}
}

// from is a tool of a registry.
func from(datasource, input, name, versioning string) []tool {
	return []tool{{input: input, name: name, datasource: datasource, versioning: versioning}}
}

// java is a JDK, or what read makes of it.
func java(read func(tool, yamlspan.Node) managers.Dep) []tool {
	return []tool{{input: "java-version", name: "java-jdk", datasource: "java-version", read: read}}
}

// tools lists, by action in lower case, what its inputs install. The inputs are as the
// actions' own documentation has them.
var tools = map[string][]tool{
	"abatilo/actions-poetry":                 from("pypi", "poetry-version", "poetry", ""),
	"actions-rust-lang/setup-rust-toolchain": from("rust-version", "toolchain", "rust", ""),
	"actions/setup-go":                       built("go-version", "go", "actions/go-versions", "npm"),
	"actions/setup-node":                     built("node-version", "node", "actions/node-versions", "node"),
	"actions/setup-python":                   built("python-version", "python", "actions/python-versions", "npm"),
	"actions/setup-dotnet":                   from("dotnet-version", "dotnet-version", "dotnet-sdk", "npm"),
	"actions/setup-java":                     java(readJava),
	"aquaproj/aqua-installer":                named("aqua_version", "aqua", "aquaproj/aqua", ""),
	"aquasecurity/setup-trivy":               release("version", "aquasecurity/trivy", ""),
	"aquasecurity/trivy-action":              release("version", "aquasecurity/trivy", ""),
	"astral-sh/ruff-action":                  named("version", "ruff", "astral-sh/ruff", ""),
	"astral-sh/setup-uv":                     release("version", "astral-sh/uv", "npm"),
	"azure/setup-helm":                       named("version", "helm", "helm/helm", ""),
	"azure/setup-kubectl":                    named("version", "kubectl", "kubernetes/kubernetes", ""),
	"biomejs/setup-biome":                    from("npm", "version", "@biomejs/biome", ""),
	"bufbuild/buf-setup-action":              named("version", "buf", "bufbuild/buf", ""),
	"cargo-bins/cargo-binstall":              extracted(`^v(?<version>\d+\.\d+\.\d+)$`, release("version", "cargo-bins/cargo-binstall", "")),
	"cloudflare/wrangler-action":             from("npm", "wranglerVersion", "wrangler", ""),
	"conda-incubator/setup-miniconda": {
		{input: "miniforge-version", name: "miniforge", pkg: "conda-forge/miniforge", datasource: "github-releases", optional: true},
		optional(built("python-version", "python", "actions/python-versions", "npm"))[0],
	},
	"cue-lang/setup-cue":               named("version", "cue", "cue-lang/cue", ""),
	"cycjimmy/semantic-release-action": from("npm", "semantic_version", "semantic-release", "npm"),
	"dagger/dagger-for-github":         extracted(`^v(?<version>\d+\..*)$`, named("version", "dagger", "dagger/dagger", "")),
	"dart-lang/setup-dart":             {{input: "sdk", name: "dart", pkg: "dart-lang/sdk", datasource: "dart-version"}},
	"denoland/setup-deno":              from("npm", "deno-version", "deno", ""),
	"docker/setup-buildx-action":       named("version", "buildx", "docker/buildx", ""),
	"docker/setup-compose-action":      release("version", "docker/compose", ""),
	"docker/setup-docker-action": {{input: "version", name: "docker", pkg: "moby/moby", datasource: "github-releases",
		extract: `^docker-(?<version>.+)$`, read: readDocker}},
	"dtolnay/rust-toolchain": from("rust-version", "toolchain", "rust", ""),
	"erlef/setup-beam": {
		{input: "otp-version", name: "erlang/otp", datasource: "github-releases", extract: `^OTP-(?<version>.+)$`, optional: true},
		{input: "elixir-version", name: "elixir-lang/elixir", datasource: "github-releases", versioning: "npm", optional: true},
	},
	"extractions/setup-just":            named("just-version", "just", "casey/just", ""),
	"gittools/actions/gitversion/setup": named("versionSpec", "gitversion", "GitTools/GitVersion", "npm"),
	"golangci/golangci-lint-action":     release("version", "golangci/golangci-lint", ""),
	"goreleaser/goreleaser-action":      release("version", "goreleaser/goreleaser", "npm"),
	"graalvm/setup-graalvm":             optional(java(readJDK)),
	"gradle/actions/setup-gradle":       {{input: "gradle-version", name: "gradle", pkg: "gradle/gradle", datasource: "gradle-version", versioning: "gradle"}},
	"hashicorp/setup-packer":            named("version", "packer", "hashicorp/packer", ""),
	"hashicorp/setup-terraform":         named("terraform_version", "terraform", "hashicorp/terraform", "npm"),
	"helm/chart-releaser-action":        named("version", "chart-releaser", "helm/chart-releaser", ""),
	"helm/chart-testing-action":         named("version", "chart-testing", "helm/chart-testing", ""),
	"helm/kind-action": {
		{input: "version", name: "kubernetes-sigs/kind", datasource: "github-releases", optional: true},
		{input: "kubectl_version", name: "kubernetes/kubernetes", datasource: "github-releases", optional: true},
		{input: "node_image", name: "kindest/node", datasource: "docker", optional: true, read: readNodeImage},
	},
	"jdx/mise-action":              from("github-release-attachments", "version", "jdx/mise", ""),
	"julia-actions/setup-julia":    named("version", "julia", "JuliaLang/julia", "npm"),
	"jwlawson/actions-setup-cmake": named("cmake-version", "cmake", "Kitware/CMake", "npm"),
	"moonrepo/setup-rust":          from("rust-version", "channel", "rust", ""),
	"moonrepo/setup-toolchain": {
		{input: "moon-version", name: "moonrepo/moon", datasource: "github-releases", optional: true},
		{input: "proto-version", name: "moonrepo/proto", datasource: "github-releases", optional: true},
	},
	"nodenv/actions/setup-node":            built("node-version", "node", "actions/node-versions", "node"),
	"opentofu/setup-opentofu":              named("tofu_version", "opentofu", "opentofu/opentofu", "npm"),
	"oven-sh/setup-bun":                    from("npm", "bun-version", "bun", ""),
	"pdm-project/setup-pdm":                from("pypi", "version", "pdm", ""),
	"peaceiris/actions-hugo":               named("hugo-version", "hugo", "gohugoio/hugo", ""),
	"pnpm/action-setup":                    from("npm", "version", "pnpm", ""),
	"prefix-dev/setup-pixi":                release("pixi-version", "prefix-dev/pixi", "conda"),
	"pulumi/actions":                       named("pulumi-version", "pulumi", "pulumi/pulumi", ""),
	"pyo3/maturin-action":                  from("pypi", "maturin-version", "maturin", ""),
	"pypa/hatch":                           extracted(`^hatch-(?<version>.+)$`, release("version", "pypa/hatch", "")),
	"raven-actions/actionlint":             named("version", "actionlint", "rhysd/actionlint", ""),
	"renovatebot/github-action":            from("docker", "renovate-version", "ghcr.io/renovatebot/renovate", ""),
	"reviewdog/action-setup":               named("reviewdog_version", "reviewdog", "reviewdog/reviewdog", ""),
	"ruby/setup-ruby":                      from("ruby-version", "ruby-version", "ruby", ""),
	"sigstore/cosign-installer":            release("cosign-release", "sigstore/cosign", ""),
	"snok/install-poetry":                  from("pypi", "version", "poetry", ""),
	"stcarolas/setup-maven":                extracted(`^maven-(?<version>.+)$`, named("maven-version", "maven", "apache/maven", "npm")),
	"subosito/flutter-action":              named("flutter-version", "flutter", "flutter/flutter", "npm"),
	"supabase/setup-cli":                   from("npm", "version", "supabase", ""),
	"superfly/flyctl-actions/setup-flyctl": named("version", "flyctl", "superfly/flyctl", ""),
	"swift-actions/setup-swift":            extracted(`^swift-(?<version>.+)-RELEASE$`, named("swift-version", "swift", "swiftlang/swift", "")),
	"terraform-linters/setup-tflint":       named("tflint_version", "tflint", "terraform-linters/tflint", ""),
	"zizmorcore/zizmor-action":             from("docker", "version", "ghcr.io/zizmorcore/zizmor", ""),
}

// optional is ts where leaving out the input leaves out the tool.
func optional(ts []tool) []tool {
	ts[0].optional = true
	return ts
}

// extracted is ts with releases of which expr finds the version.
func extracted(expr string, ts []tool) []tool {
	ts[0].extract = expr
	return ts
}

// dep reads what an action is told of t; ok is false if there is nothing to say.
func (t tool) dep(with yamlspan.Node) (d managers.Dep, ok bool) {
	input := with.Get(t.input)
	if !with.IsMap() || t.optional && input.String() == "" {
		return d, false // an action that is told nothing is meant to choose
	}
	if t.read != nil {
		return t.read(t, with), true
	}
	return t.versioned(input, input.Field()), true
}

// versioned returns the dependency with a version that stands in node.
func (t tool) versioned(node yamlspan.Node, f managers.Field) managers.Dep {
	d := managers.Dep{Name: t.name, Package: t.pkg, Kind: "uses-with", Datasource: t.datasource, Versioning: t.versioning, Line: node.Line()}
	if t.extract != "" {
		d.Config = map[string]any{"extractVersion": t.extract}
	}
	switch d.Value = f; {
	case node.String() == "":
		d.Skip = managers.UnspecifiedVersion
	case strings.Contains(node.String(), "${{"):
		d.Skip = managers.ContainsVariable
	case f.IsZero() || node.IsAlias():
		d.Value, d.Composed, d.Skip = managers.Field{}, node.String(), managers.Unsupported
		d.Note = "its version is written over several lines or with escapes, so that it cannot be replaced"
	}
	return d
}

// readJava reads a JDK or JRE. Of other distributions than Adoptium's the versions are not known.
func readJava(t tool, with yamlspan.Node) managers.Dep {
	if with.Get("java-package").String() == "jre" {
		t.name = "java-jre"
	}
	d := readJDK(t, with)
	switch with.Get("distribution").String() {
	case "temurin", "adopt", "adopt-hotspot":
	default:
		d.Value, d.Composed, d.Skip = managers.Field{}, "", managers.Unsupported
	}
	return d
}

// readJDK reads a version, which is a number: the names of channels are not known.
func readJDK(t tool, with yamlspan.Node) managers.Dep {
	input := with.Get(t.input)
	d := t.versioned(input, input.Field())
	if d.Skip == managers.ContainsVariable || d.Skip == "" && !strings.ContainsAny(d.Value.Text[:1], "0123456789") {
		d.Skip = managers.UnsupportedVersion
	}
	return d
}

// readDocker reads "version=28.0.1"; other inputs name a channel or a type, too.
func readDocker(t tool, with yamlspan.Node) managers.Dep {
	input := with.Get(t.input)
	f := input.Field()
	if rest, ok := strings.CutPrefix(f.Text, "version="); ok && rest != "" {
		f = managers.Field{Text: rest, Start: f.End() - len(rest)}
	}
	return t.versioned(input, f)
}

// readNodeImage reads the image of kind's nodes.
func readNodeImage(t tool, with yamlspan.Node) managers.Dep {
	input := with.Get(t.input)
	found := imageDep("uses-with", input.Field(), input)
	if len(found) == 0 || input.IsAlias() {
		return t.versioned(input, managers.Field{})
	}
	return found[0].Dep
}
