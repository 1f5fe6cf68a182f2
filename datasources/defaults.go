package datasources

import "slices"

// defaults is the one place that names public hosts: where a package is looked
// up when neither its file nor configuration says where. An air-gapped
// operator overrides each with registryUrls, defaultRegistryUrls or hostRules.
var defaults = map[string][]string{
	"docker":          {"https://index.docker.io"},
	"github-releases": {"https://github.com"},
	"github-tags":     {"https://github.com"},
	"github-digest":   {"https://github.com"},
	"helm":            {"https://charts.helm.sh/stable"},
	"npm":             {"https://registry.npmjs.org"},
	"pypi":            {"https://pypi.org/pypi/"},
}

// DefaultRegistries returns the public registries of a datasource, in the
// order in which they are asked.
func DefaultRegistries(datasource string) []string { return slices.Clone(defaults[datasource]) }
