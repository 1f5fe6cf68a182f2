// Package source defines where a template comes from: one identity for all the ways in which
// answers files spell it.
package source

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/templating/git"
)

// A Source is a template's repository.
type Source struct {
	// ID is the same for every spelling: the host in lower case, then the path,
	// without user, ".git" or default port.
	ID string

	// URL is where it is fetched from, without credentials. It is an https URL also where
	// the answers file has the ssh or scp form; see SSH.
	URL string

	// SSH is the URL to use where there are no credentials for URL; "" if the
	// answers file says http.
	SSH string

	// Asked is the exact URL that Copier gives to git. It may hold credentials.
	Asked string

	// Secret says that the answers file holds a password or token, which should be removed from it
	// and revoked.
	Secret bool
}

// Errors that say why a template has no identity.
var (
	ErrLocal  = errors.New("the template is a folder or bundle on somebody's machine")
	ErrNotGit = errors.New("the address is a folder to Copier: it needs the prefix git+ or the ending .git")
)

var (
	scp   = regexp.MustCompile(`^(?:([A-Za-z0-9_.-]+)@)?([A-Za-z0-9][A-Za-z0-9.-]*):([^/:\\].*|/[^/].*)$`)
	short = regexp.MustCompile(`^(gh|gl):/?(.*)$`)
)

// forges are what Copier's short forms stand for.
var forges = map[string]string{"gh": "github", "gl": "gitlab"}

// Parse reads the _src_path of an answers file as Copier does.
func Parse(raw string) (Source, error) {
	asked, err := expand(raw)
	if err != nil {
		return Source{}, err
	}
	s := Source{Asked: asked}
	if m := scp.FindStringSubmatch(asked); m != nil && !strings.Contains(asked, "://") {
		return s.at(&url.URL{Scheme: "ssh", User: user(m[1]), Host: m[2], Path: "/" + strings.TrimPrefix(m[3], "/")})
	}
	u, err := url.Parse(asked)
	if err != nil {
		return Source{}, errors.New("the template's address is not a URL") // the parser's words would quote it, secrets and all
	}
	return s.at(u)
}

func user(name string) *url.Userinfo {
	if name == "" {
		return nil
	}
	return url.User(name)
}

// expand does what Copier does before it calls git.
func expand(raw string) (string, error) {
	if m := short.FindStringSubmatch(raw); m != nil {
		raw = "https://" + datasources.ForgeHost(forges[m[1]]) + "/" + strings.TrimSuffix(m[2], ".git") + ".git"
	}
	if rest, ok := strings.CutPrefix(raw, "git+"); ok {
		return rest, nil
	}
	if strings.HasPrefix(raw, "git@") || strings.HasPrefix(raw, "git://") {
		return raw, nil
	}
	isURL := strings.Contains(raw, "://")
	switch {
	case strings.HasPrefix(raw, "file://"):
		return "", ErrLocal
	case isURL && strings.HasSuffix(raw, ".git"):
		return raw, nil
	case isURL && known(raw):
		return raw + ".git", nil
	case isURL:
		return "", ErrNotGit
	case strings.HasSuffix(raw, ".git") && scp.MatchString(raw):
		return raw, nil
	}
	return "", ErrLocal
}

// known reports whether Copier adds ".git" to a URL by itself.
func known(raw string) bool {
	for _, forge := range forges {
		if strings.HasPrefix(raw, "https://"+datasources.ForgeHost(forge)+"/") {
			return true
		}
	}
	return false
}

var defaultPorts = map[string]string{"https": "443", "http": "80", "ssh": "22", "git": "9418"}

func (s Source) at(u *url.URL) (Source, error) {
	if u.Scheme == "file" || u.Host == "" {
		return Source{}, ErrLocal
	}
	if strings.HasPrefix(u.Host, "-") {
		return Source{}, errors.New("the template's host begins with a hyphen, which git and ssh would take for an option")
	}
	port, ok := defaultPorts[u.Scheme]
	if !ok {
		return Source{}, fmt.Errorf("templates are not fetched by %q", u.Scheme)
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":"+port)
	clean := strings.Trim(path.Clean("/"+u.Path), "/")
	if clean == "" {
		return Source{}, errors.New("the template's address has no path")
	}
	_, s.Secret = u.User.Password()
	s.ID = host + "/" + strings.TrimSuffix(clean, ".git")
	switch u.Scheme {
	case "http", "https":
		s.Secret = s.Secret || u.User != nil
		s.URL = u.Scheme + "://" + host + "/" + clean
	default:
		name, _, _ := strings.Cut(host, ":") // the port is ssh's or git's own
		s.URL = "https://" + name + "/" + clean
		if u.Scheme == "ssh" {
			s.SSH = (&url.URL{Scheme: "ssh", User: login(u.User), Host: host, Path: u.Path}).String()
		}
	}
	return s, nil
}

// login keeps the user's name, which ssh needs and which is no secret.
func login(u *url.Userinfo) *url.Userinfo {
	if u == nil {
		return nil
	}
	return url.User(u.Username())
}

// Spellings returns the URLs by which git may be asked for the template.
func (s Source) Spellings() []string {
	bare := strings.TrimSuffix(s.URL, ".git")
	rest := strings.SplitN(bare, "://", 2)[1]
	host, repo, _ := strings.Cut(rest, "/")
	all := []string{s.Asked}
	for _, form := range []string{
		"https://" + rest, "http://" + rest, "git://" + rest, "ssh://git@" + rest, "ssh://" + rest, "git@" + host + ":" + repo,
	} {
		all = append(all, form+".git", form)
	}
	if s.SSH != "" {
		all = append(all, s.SSH)
	}
	return unique(all)
}

func unique(all []string) []string {
	seen := make(map[string]bool)
	var kept []string
	for _, v := range all {
		if !seen[v] {
			seen[v] = true
			kept = append(kept, v)
		}
	}
	return kept
}

// String returns the URL without credentials.
func (s Source) String() string { return git.Redact(s.URL) }
