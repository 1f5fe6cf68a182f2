package managers

import (
	"net/url"
	"strings"
)

// ociScheme begins the address of a repository in an OCI registry.
const ociScheme = "oci://"

// Chart returns d as the Helm chart d.Name in repository, which is written as Helm
// takes it: the address of a repository, that of a registry with "oci://" before it, a folder after
// "file://", or a name after "@" or "alias:" that only registryAliases can explain. Such a
// name stands in Registries as "@name", and d is skipped until it is explained.
func (d Dep) Chart(repository string) Dep {
	d.Datasource, d.Package, d.Registries = "helm", "", nil
	name, isAlias := strings.CutPrefix(repository, "alias:")
	if !isAlias {
		name, isAlias = strings.CutPrefix(repository, "@")
	}
	u, err := url.Parse(repository)
	switch {
	case repository == "":
		d.Skip, d.Note = NoRepository, "the chart has no repository"
	case isAlias:
		d.Registries = []string{"@" + name}
		d.Skip, d.Note = PlaceholderURL, "registryAliases does not say what @"+name+" is"
	case strings.Contains(repository, "{{") || strings.Contains(repository, "$"):
		d.Skip, d.Note = ContainsVariable, "its repository is "+repository
	case strings.HasPrefix(repository, ociScheme):
		d.Datasource = "docker"
		d.Package = strings.Trim(strings.TrimPrefix(repository, ociScheme), "/") + "/" + d.Name
	case err != nil || u.Scheme == "":
		d.Skip, d.Note = InvalidURL, "its repository "+repository+" is no URL"
	case u.Scheme == "file":
		d.Skip = LocalDependency
	case u.Host == "":
		d.Skip, d.Note = InvalidURL, "its repository "+repository+" has no host"
	case u.Scheme != "http" && u.Scheme != "https":
		d.Skip, d.Note = UnknownRegistry, "charts in "+repository+" are not supported"
	default:
		d.Registries = []string{repository}
	}
	return d
}

// Alias returns the name of a repository that registryAliases has to explain before any other is
// asked; ok is false if there is none.
func (d Dep) Alias() (name string, ok bool) {
	if len(d.Registries) == 0 {
		return "", false
	}
	return strings.CutPrefix(d.Registries[0], "@")
}
