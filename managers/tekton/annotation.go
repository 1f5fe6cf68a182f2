package tekton

import (
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

var (
	// annotationKey matches what Pipelines as Code reads remote tasks and pipelines from:
	// https://pipelinesascode.com/docs/guide/resolver.
	annotationKey = regexp.MustCompile(`^pipelinesascode\.tekton\.dev/(?:task(?:-\d+)?|pipeline)$`)
	remote        = regexp.MustCompile(`https?://[^\s,\]'"\\{$]+`)
)

// annotations returns the tasks and pipelines that Pipelines as Code takes from elsewhere.
func annotations(n yamlspan.Node) []managers.Dep {
	var deps []managers.Dep
	for key, value := range n.Pairs() {
		if value.IsAlias() || !annotationKey.MatchString(key.String()) {
			continue
		}
		text := value.Verbatim()
		for _, at := range remote.FindAllStringIndex(text.Text, -1) {
			if d, ok := remoteFile(managers.Field{Text: text.Text[at[0]:at[1]], Start: text.Start + at[0]}); ok {
				d.Kind = annotation
				deps = append(deps, d)
			}
		}
	}
	return deps
}

// remoteFile returns the release or repository that the file at url belongs to. The forges
// put the reference in different places:
//
//	https://host/owner/name/releases/download/TAG/file
//	https://host/owner/name/raw/TAG/file, also with "blob" or "src", "refs/tags/" or "tag/" before TAG
//	https://host/group/name/-/raw/TAG/file
//	https://raw.host/owner/name/TAG/file
func remoteFile(url managers.Field) (d managers.Dep, ok bool) {
	scheme, rest, _ := strings.Cut(url.Text, "://")
	path := strings.Split(rest, "/") // the host is the first element
	if len(path) < 5 || slices.Contains(path, "") {
		return d, false
	}
	ref := 3
	if i := slices.Index(path, "-"); i > 2 {
		ref = i + 1
	}
	repository := path[1:min(ref, 3)]
	if ref > 3 {
		repository = path[1 : ref-1]
	}
	host, name := path[0], strings.Join(repository, "/")
	switch {
	case path[3] == "releases" && path[4] == "download" && len(path) > 6:
		d = managers.Dep{Name: host + "/" + name, Package: name, Datasource: "github-releases"}
		ref = 5
	default:
		if host == "raw.githubusercontent.com" {
			host = "github.com"
		}
		d = managers.Dep{Name: host + "/" + name, Package: scheme + "://" + host + "/" + name, Datasource: "git-tags"}
		ref += prefix(path[ref:])
	}
	if ref+1 >= len(path) {
		return d, false
	}
	start := url.Start + len(scheme) + len("://") + len(strings.Join(path[:ref], "/")) + len("/")
	d.Value = managers.Field{Text: path[ref], Start: start}
	return d, true
}

// prefix returns how many elements of path come before the reference.
func prefix(path []string) int {
	n := 0
	if len(path) > n+1 && slices.Contains([]string{"raw", "blob", "src", "tree"}, path[n]) {
		n++
		if len(path) > n+1 && slices.Contains([]string{"branch", "tag", "commit"}, path[n]) {
			return n + 1
		}
	}
	if len(path) > n+2 && path[n] == "refs" && (path[n+1] == "tags" || path[n+1] == "heads") {
		n += 2
	}
	return n
}
