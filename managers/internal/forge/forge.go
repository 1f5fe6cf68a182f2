// Package forge tells from the address of a git repository which code host keeps
// it, as far as the host's name says so.
package forge

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A Repository is an address taken apart.
type Repository struct {
	Host string // with its port; "" if the address is none of another machine
	Path string // without ".git" and slashes around it
}

var (
	scpLike = regexp.MustCompile(`^(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):(?:/*)([^/0-9].*|[0-9]+[^/0-9].*)$`)
	urlLike = regexp.MustCompile(`^(?:git\+)?(https?|ssh|git)://(?:[^/\s]*@)?([^/\s@]+)/+([^\s?#]+)`)
)

// Parse takes an address apart: a URL, or git's short form user@host:path.
func Parse(address string) Repository {
	var r Repository
	if m := urlLike.FindStringSubmatch(address); m != nil {
		r = Repository{strings.ToLower(m[2]), m[3]}
	} else if m := scpLike.FindStringSubmatch(address); m != nil {
		r = Repository{strings.ToLower(m[1]), m[2]}
	}
	r.Path = strings.TrimSuffix(strings.Trim(r.Path, "/"), ".git")
	return r
}

// Kind returns what software serves a host: "github", "gitlab", "forgejo" or "gitea"; "" if its name
// does not say. Servers of one's own are called after it, as Renovate has it.
func (r Repository) Kind() string {
	name, _, _ := strings.Cut(r.Host, ":")
	for _, kind := range []string{"github", "gitlab", "forgejo", "gitea"} {
		if strings.Contains(name, kind) {
			return kind
		}
	}
	if name == "codeberg.org" {
		return "forgejo"
	}
	return ""
}

// Tags completes d with the datasource of the tags of the repository at
// address: that of GitHub or GitLab, or git itself.
func Tags(d managers.Dep, address string) managers.Dep {
	r := Parse(address)
	switch kind := r.Kind(); {
	case kind == "github" && strings.Count(r.Path, "/") == 1, kind == "gitlab" && strings.Contains(r.Path, "/"):
		d.Datasource, d.Package = kind+"-tags", r.Path
		d.Registries = []string{"https://" + r.Host}
	default:
		d.Datasource, d.Package = "git-tags", Redact(address)
	}
	return d
}

var userinfo = regexp.MustCompile(`(https?://)[^/@\s]*@`)

// Redact takes the user name and the password out of a web address.
func Redact(address string) string { return userinfo.ReplaceAllString(address, "$1") }
