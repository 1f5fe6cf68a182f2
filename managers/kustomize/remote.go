package kustomize

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

var (
	// address has these groups: scheme and user, host with a port, path, and query.
	address = regexp.MustCompile(`^(?:git::)?((?:https?://|ssh://|git@)?(?:[^/@\s]*@)?)([\w.-]+\.[\w-]+(?::\d+)?)[/:]([^?\s]+)\?(\S+)$`)
	// version has one group: the reference.
	version = regexp.MustCompile(`(?:^|&)(?:ref|version)=([^&\s]+)`)
)

// remote returns the Git repository that ref, an entry of resources, refers to, if it does
// so with a version. The form is that of
// https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md.
func remote(ref managers.Field) (d managers.Dep, ok bool) {
	at := address.FindStringSubmatchIndex(ref.Text)
	if at == nil {
		return d, false
	}
	group := func(i int) string { return ref.Text[at[2*i]:at[2*i+1]] }
	v := version.FindStringSubmatchIndex(group(4))
	if v == nil {
		return d, false
	}
	start := at[8] + v[2]
	d.Value = managers.Field{Path: ref.Path, Text: ref.Text[start : at[8]+v[3]], Start: ref.Start + start}
	scheme, host := group(1), group(2)
	full := repository(group(3), host == "github.com")
	path := strings.TrimSuffix(full, ".git")
	switch {
	case path == "" || !strings.Contains(path, "/") && host == "github.com":
		return d, false
	case host == "github.com":
		d.Name, d.Datasource = path, "github-tags"
	default:
		d.Name, d.Datasource = host+"/"+path, "git-tags"
		d.Package = clone(scheme, host, full)
		if scheme == "git@" {
			d.Name = host + ":" + path
		}
	}
	return d, true
}

// repository returns the part of an address's path that is a repository: what comes before "//", up
// to ".git", after "_git/", or its first two elements.
func repository(path string, github bool) string {
	if before, _, ok := strings.Cut(path, "//"); ok && !github {
		path = before
	} else if elements := strings.Split(strings.ReplaceAll(path, "//", "/"), "/"); len(elements) > 2 &&
		!strings.Contains(path, "/_git/") && !strings.Contains(path, ".git/") {
		path = strings.Join(elements[:2], "/")
	}
	if before, _, ok := strings.Cut(path, ".git/"); ok {
		path = before + ".git"
	}
	return strings.Trim(path, "/")
}

// clone returns the address of a repository to clone it from, without a password.
func clone(scheme, host, path string) string {
	switch {
	case scheme == "git@":
		return "git@" + host + ":" + path
	case strings.HasPrefix(scheme, "http"):
		scheme, _, _ = strings.Cut(scheme, "//")
		return scheme + "//" + host + "/" + path
	case strings.HasPrefix(scheme, "ssh://"):
		return scheme + host + "/" + path
	}
	return "https://" + host + "/" + path
}
