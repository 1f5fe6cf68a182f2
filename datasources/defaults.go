package datasources

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// defaults is the one place that names public hosts: where a package is looked
// up when neither its file nor configuration says where. An air-gapped
// operator overrides each with registryUrls, defaultRegistryUrls or hostRules.
var defaults = map[string][]string{
	"azure-pipelines-tasks": {"https://" + GitHubRaw + "/renovatebot/azure-devops-marketplace/main"},
	"bitbucket-tags":        {"https://bitbucket.org"},
	"crate":                 {"https://index.crates.io"},
	"devbox":                {"https://search.devbox.sh"},
	"docker":                {"https://index.docker.io"},
	"dotnet-version":        {"https://builds.dotnet.microsoft.com/dotnet/release-metadata/releases-index.json"},
	"endoflife-date":        {"https://endoflife.date/api"},
	"forgejo-releases":      {"https://code.forgejo.org"},
	"forgejo-tags":          {"https://code.forgejo.org"},
	"galaxy":                {"https://galaxy.ansible.com"},
	"galaxy-collection":     {"https://galaxy.ansible.com"},
	"gitea-releases":        {"https://gitea.com"},
	"gitea-tags":            {"https://gitea.com"},
	"github-digest":         {"https://github.com"},
	"github-releases":       {"https://github.com"},
	"github-tags":           {"https://github.com"},
	"gitlab-packages":       {"https://gitlab.com"},
	"gitlab-releases":       {"https://gitlab.com"},
	"gitlab-tags":           {"https://gitlab.com"},
	"go":                    {"https://proxy.golang.org", "direct"},
	"golang-version":        {"https://proxy.golang.org"},
	"gradle-version":        {"https://services.gradle.org/versions/all"},
	"helm":                  {"https://charts.helm.sh/stable"},
	"java-version":          {"https://api.adoptium.net"},
	"maven":                 {"https://repo.maven.apache.org/maven2"},
	"node-version":          {"https://nodejs.org/dist"},
	"npm":                   {"https://registry.npmjs.org"},
	"nuget":                 {"https://api.nuget.org/v3/index.json"},
	"orb":                   {"https://circleci.com"},
	"packagist":             {"https://repo.packagist.org"},
	"pypi":                  {"https://pypi.org/pypi/"},
	"python-version":        {"https://www.python.org"},
	"ruby-version":          {"https://www.ruby-lang.org"},
	"rubygems":              {"https://rubygems.org"},
	"rust-version":          {"https://static.rust-lang.org"},
	"terraform-module":      {"https://registry.terraform.io"},
	"terraform-provider":    {"https://registry.terraform.io"},
}

// DefaultRegistries returns the public registries of a datasource, in the
// order in which they are asked.
func DefaultRegistries(datasource string) []string { return slices.Clone(defaults[datasource]) }

// companions are the public hosts that package managers ask besides, or instead of, the registry
// itself: indexes in other forms, and where the files are.
var companions = map[string][]string{
	"crate": {"https://index.crates.io", "https://static.crates.io", "https://crates.io"},
	"go":    {"https://proxy.golang.org", "https://sum.golang.org"},
	"npm":   {"https://registry.yarnpkg.com"},
	"pypi":  {PublicSimpleIndex, "https://files.pythonhosted.org"},
}

// Companions returns the public hosts that package managers ask besides the
// default registries of a datasource.
func Companions(datasource string) []string { return slices.Clone(companions[datasource]) }

// GitHub and GitHubEndpoint are the public GitHub and its REST interface, which a
// run on the platform github goes to unless an endpoint is named.
const (
	GitHub         = "github.com"
	GitHubEndpoint = "https://api.github.com/"
)

// GitHubRaw is the host of files of repositories on the public GitHub.
const GitHubRaw = "raw.githubusercontent.com"

// DockerHubAPI is where Docker Hub tells when a tag was pushed, which its
// registry does not. It is asked only for images of Docker Hub itself.
const DockerHubAPI = "https://hub.docker.com"

// DockerHubDomain is the domain of all hosts of Docker Hub's registry, such as
// the one that gives out its tokens.
const DockerHubDomain = "docker.io"

// OSV is the interface of the public database of vulnerabilities, which is asked only
// where osvVulnerabilityAlerts says so. The operator's osvUrl names another.
const OSV = "https://api.osv.dev/v1"

// IsDockerHub reports whether host, with or without a port, is one of the
// names of Docker Hub's registry.
func IsDockerHub(host string) bool {
	switch strings.TrimSuffix(host, ":443") {
	case "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		return true
	}
	return false
}

// IsAzureDevOps reports whether host is one of Microsoft's for Azure DevOps.
func IsAzureDevOps(host string) bool {
	return host == "dev.azure.com" || strings.HasSuffix(host, ".visualstudio.com")
}

// GitHubAPI returns the REST API of the GitHub that registry is the web
// address of: GitHub's own has a host for it, an enterprise server a folder.
func GitHubAPI(registry *url.URL) *url.URL {
	switch strings.ToLower(registry.Host) {
	case "github.com", "www.github.com", "api.github.com":
		return &url.URL{Scheme: "https", Host: "api.github.com", Path: "/"}
	}
	base := strings.TrimSuffix(strings.TrimSuffix(registry.Path, "/"), "/api/v3")
	return &url.URL{Scheme: registry.Scheme, Host: registry.Host, Path: base + "/api/v3/"}
}

// ForgeHost returns the host that a shorthand such as "gitlab:" in a
// package.json stands for; without a name that is GitHub's.
func ForgeHost(name string) string {
	switch name {
	case "gitlab":
		return "gitlab.com"
	case "bitbucket":
		return "bitbucket.org"
	case "sourcehut":
		return "git.sr.ht"
	}
	return "github.com"
}

// Forge returns what kind of code host a host is, by its name: "github", "gitlab", "gitea" or "forgejo"; "" if
// that does not tell.
func Forge(host string) string {
	host = strings.ToLower(host)
	for _, f := range []struct{ part, kind string }{
		{"github", "github"}, {"gitlab", "gitlab"}, {"forgejo", "forgejo"}, {"codeberg", "forgejo"}, {"gitea", "gitea"},
	} {
		if strings.Contains(host, f.part) {
			return f.kind
		}
	}
	return ""
}

var advisoryID = regexp.MustCompile(`^(GHSA(?:-[0-9a-z]{4}){3}|CVE-\d{4}-\d{4,}|[A-Z]+-[0-9A-Za-z-]+)$`)

// AdvisoryPage returns where people read about an advisory; "" if its name has no known form.
func AdvisoryPage(id string) string {
	switch {
	case !advisoryID.MatchString(id):
		return ""
	case strings.HasPrefix(id, "GHSA-"):
		return "https://github.com/advisories/" + id
	case strings.HasPrefix(id, "CVE-"):
		return "https://nvd.nist.gov/vuln/detail/" + id
	}
	return "https://osv.dev/vulnerability/" + id
}

// OpenTofuRegistry is the registry of providers and modules that OpenTofu asks
// where a configuration names none.
const OpenTofuRegistry = "https://registry.opentofu.org"

// OpenTofuAPI is where OpenTofu tells when a version was published, which its
// registry does not. It is asked only about packages of that registry.
const OpenTofuAPI = "https://api.opentofu.org"

// PublicSimpleIndex is the simple index that pip and uv ask where nothing else
// is configured.
const PublicSimpleIndex = "https://pypi.org/simple"

// GradleRepository returns what the name of a repository in Gradle's scripts stands for, such as
// "mavenCentral"; "" if it stands for none.
func GradleRepository(name string) string { return gradleRepositories[name] }

var gradleRepositories = map[string]string{
	"google":             "https://dl.google.com/android/maven2/",
	"gradlePluginPortal": "https://plugins.gradle.org/m2/",
	"jcenter":            "https://jcenter.bintray.com/",
	"mavenCentral":       "https://repo.maven.apache.org/maven2",
}
