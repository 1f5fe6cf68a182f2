package flux

import (
	"fmt"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// repositoryKey is the key of the definition of a HelmRepository: an OCI one has a value that
// begins with "oci://".
const repositoryKey = "HelmRepository/"

func (r resource) helmRepository() (managers.Def, bool) {
	url := r.Get("spec", "url").String()
	if !r.is("source", "HelmRepository") || r.name == "" || url == "" {
		return managers.Def{}, false
	}
	if r.Get("spec", "type").String() == "oci" && !strings.HasPrefix(url, oci) {
		url = oci + url
	}
	return managers.Def{Key: repositoryKey + r.namespace + "/" + r.name, Value: url}, true
}

// oci begins the address of an OCI artifact.
const oci = "oci://"

// chart returns the chart that spec names, which is that of a HelmChart or stands in a
// HelmRelease. A HelmRelease with a chartRef has none: what that refers to has the version.
func (r resource) chart(spec yamlspan.Node) []managers.Dep {
	name := spec.Get("chart").String()
	if name == "" {
		return nil
	}
	ref, version := spec.Get("sourceRef"), spec.Get("version")
	d := managers.Dep{
		Name:       name,
		Datasource: "helm",
		Value:      version.Field(),
		Line:       spec.Get("chart").Line(),
	}
	switch kind := ref.Get("kind").String(); {
	case version.String() != "" && d.Value.IsZero():
		d.Composed = version.String()
		d.Skip, d.Note = managers.InvalidValue, "its version is not written in a form that can be edited"
	case kind == "GitRepository" && r.is("source", "HelmChart"):
		return nil // that repository's reference is the version
	case strings.HasPrefix(name, "./"):
		d.Datasource, d.Skip = "", managers.LocalChart
	case kind == "Bucket":
		d.Datasource, d.Skip = "", managers.UnsupportedDatasource
	case kind != "HelmRepository":
		d.Skip = managers.UnknownRegistry
		d.Note = fmt.Sprintf("its source is a %s", kind)
	default:
		namespace := ref.Get("namespace").String()
		if namespace == "" {
			namespace = r.namespace
		}
		d.Needs = []string{repositoryKey + namespace + "/" + ref.Get("name").String()}
	}
	return []managers.Dep{d}
}

// link completes a chart with the address of its HelmRepository.
func link(d managers.Dep, defs managers.Defs) managers.Dep {
	for _, key := range d.Needs {
		url, ok := find(defs, key)
		if !ok {
			d.Skip = managers.UnknownRegistry
			d.Note = "no file that is read has the resource " + key
			return d
		}
		if registry, ok := strings.CutPrefix(url, oci); ok {
			d.Datasource = "docker"
			d.Package = strings.TrimSuffix(registry, "/") + "/" + d.Name
		} else {
			d.Registries = []string{url}
		}
	}
	return d
}

// maxDefs is how many definitions are searched for a HelmRepository by its name alone.
const maxDefs = 1000

// find returns the address of a HelmRepository. Where one side names no namespace, a kustomization
// may set it: then a repository with the name will do, if all that have it agree.
func find(defs managers.Defs, key string) (url string, ok bool) {
	if url, ok := defs[key]; ok {
		return url, true
	}
	namespace, name, _ := strings.Cut(strings.TrimPrefix(key, repositoryKey), "/")
	if namespace != "" {
		url, ok := defs[repositoryKey+"/"+name]
		return url, ok
	}
	if len(defs) > maxDefs {
		return "", false
	}
	for other, its := range defs {
		if !strings.HasSuffix(other, "/"+name) {
			continue
		}
		if ok && its != url {
			return "", false
		}
		url, ok = its, true
	}
	return url, ok
}
