// Package modulesource reads the addresses that Terraform, OpenTofu and
// Terragrunt load modules from.
package modulesource

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A Kind is how a module is loaded.
type Kind int

const (
	Unknown  Kind = iota
	Local         // a folder beside, or of this machine
	Registry      // a module registry
	Git           // a git repository
	OCI           // an OCI registry
)

// A Source is an address in its parts.
type Source struct {
	Kind   Kind
	Scheme string // of a git repository: "https", "ssh" and so on; "" for a short form such as "github.com/..."
	Scp    bool   // of a git repository: written as "user@host:path"
	User   string // of a git repository
	Host   string // with its port; "" for the default registry
	Path   string // without the folder in it, and without ".git"
	Suffix string // ".git" if Path ended so
	Folder string // in the repository or package, after "//"
	Getter string // before "::", such as "git"; "" if it is left to be guessed

	params []param
}

// A param is a parameter of a query, with the offset of its value in the address.
type param struct {
	name, value string
	at          int
}

var (
	getter   = regexp.MustCompile(`^([a-z0-9]+)::`)
	scpLike  = regexp.MustCompile(`^([\w.-]+)@([\w.-]+):(.+)$`)
	urlLike  = regexp.MustCompile(`^([a-z][a-z0-9+.-]*)://(?:([^/@]*)@)?([^/]*)(?:/(.*))?$`)
	hostLike = regexp.MustCompile(`^(?:[\w-]+\.)+[a-zA-Z][\w-]*(?::\d+)?$`)
	drive    = regexp.MustCompile(`^[a-zA-Z]:[\\/]`)
)

// hard matches what is evaluated in a template and has characters that mean something in addresses.
var hard = regexp.MustCompile(`\$\{[^}]*[^\w.()}-]|%\{`)

// Parse takes an address apart. In a template, variables may stand for any part; where that makes it
// unclear what is which, nothing of it is known.
func Parse(address string) Source {
	var s Source
	if hard.MatchString(address) {
		return s
	}
	rest := address
	if m := getter.FindString(rest); m != "" {
		s.Getter, rest = strings.TrimSuffix(m, "::"), rest[len(m):]
	}
	if i := strings.IndexByte(rest, '?'); i >= 0 {
		s.params = params(rest[i+1:], len(address)-len(rest)+i+1)
		rest = rest[:i]
	}
	if s.Getter == "" && isLocal(rest) {
		s.Kind = Local
		return s
	}
	head, tail := "", rest
	if i := strings.Index(rest, "://"); i >= 0 {
		head, tail = rest[:i+3], rest[i+3:]
	}
	if i := strings.Index(tail, "//"); i >= 0 {
		tail, s.Folder = tail[:i], strings.Trim(tail[i+2:], "/")
	}
	s.locate(head + tail)
	return s
}

// isLocal reports whether an address without getter is a path. To Terraform a path of the
// same repository begins with a dot; other paths are allowed all the same.
func isLocal(s string) bool {
	return s == "." || s == ".." || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || strings.HasPrefix(s, "/") ||
		strings.HasPrefix(s, `.\`) || strings.HasPrefix(s, `..\`) || drive.MatchString(s) || strings.HasPrefix(s, "file://")
}

// locate reads an address without getter, folder and query.
func (s *Source) locate(address string) {
	if m := urlLike.FindStringSubmatch(address); m != nil {
		s.Scheme, s.User, s.Host = m[1], m[2], m[3]
		s.path(m[4])
		switch {
		case s.Host == "":
		case s.Scheme == "oci":
			s.Kind = OCI
		case s.Scheme == "http" || s.Scheme == "https" || s.Scheme == "ssh" || s.Scheme == "git":
			if s.Getter == "git" || s.Getter == "" && s.Param("ref").Text != "" {
				s.Kind = Git
			}
		}
		return
	}
	if m := scpLike.FindStringSubmatch(address); m != nil {
		s.Scp, s.User, s.Host = true, m[1], m[2]
		s.path(m[3])
		if s.Getter == "git" || s.Getter == "" {
			s.Kind = Git
		}
		return
	}
	host, path, _ := strings.Cut(address, "/")
	if strings.ContainsAny(address, " \t\r\n:") && !hostLike.MatchString(host) {
		return
	}
	if s.Getter == "git" || s.Getter == "" && s.Param("ref").Text != "" {
		s.Host = host
		if s.path(path); hostLike.MatchString(host) && path != "" {
			s.Kind = Git
		}
		return
	}
	if s.Getter != "" || strings.Count(address, "/") < 2 {
		return
	}
	s.Kind, s.Path = Registry, address
	if hostLike.MatchString(host) {
		s.Host, s.Path = host, path
	}
}

func (s *Source) path(path string) {
	path = strings.Trim(path, "/")
	s.Path = strings.TrimSuffix(path, ".git")
	s.Suffix = path[len(s.Path):]
}

func params(query string, at int) []param {
	var all []param
	for part := range strings.SplitSeq(query, "&") {
		if name, value, ok := strings.Cut(part, "="); ok {
			all = append(all, param{name, value, at + len(name) + 1})
		}
		at += len(part) + 1
	}
	return all
}

// Param returns the value of a parameter of the query as a field, with its offset in the address; zero if there is none.
func (s Source) Param(name string) managers.Field {
	for _, p := range s.params {
		if p.name == name && p.value != "" {
			return managers.Field{Text: p.value, Start: p.at}
		}
	}
	return managers.Field{}
}

// Variable reports whether a template leaves open which package it is.
func (s Source) Variable() bool { return strings.Contains(s.Host+s.Path, "${") }

// Owned returns the first two parts of the path, which are the repository on code hosts
// such as GitHub, if the host is one of those given.
func (s Source) Owned(hosts ...string) (repo string, ok bool) {
	for _, host := range hosts {
		parts := strings.SplitN(s.Path, "/", 3)
		if strings.EqualFold(s.Host, host) && len(parts) > 1 && parts[0] != "" && parts[1] != "" {
			return parts[0] + "/" + strings.TrimSuffix(parts[1], ".git"), true
		}
	}
	return "", false
}

// Name returns what people call a git repository: its address without what tells how
// to get there.
func (s Source) Name() string {
	if s.Scp {
		return s.Host + ":" + s.Path
	}
	return s.Host + "/" + s.Path
}

// URL returns the address of a git repository without ".git". A password, and in an address of HTTP
// any user, is left out: it would be seen wherever the address is shown.
func (s Source) URL() string {
	if s.Scp {
		return s.User + "@" + s.Host + ":" + s.Path
	}
	user, _, _ := strings.Cut(s.User, ":")
	scheme := cmp.Or(s.Scheme, "https")
	if user == "" || scheme == "https" || scheme == "http" {
		return scheme + "://" + s.Host + "/" + s.Path
	}
	return scheme + "://" + user + "@" + s.Host + "/" + s.Path
}
