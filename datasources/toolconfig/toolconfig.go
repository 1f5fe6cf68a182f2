// Package toolconfig defines what the configuration of package managers on a
// machine, their variables and files, says about registries and credentials.
//
// Nothing here touches the machine: the caller hands in the environment and a
// way to read files.
package toolconfig

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"

	"golang.org/x/net/http/httpproxy"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// A Machine is what the package managers' configuration is read from.
type Machine struct {
	Env  map[string]string
	Read func(path string) (string, error) // fs.ErrNotExist for a file that is not there
}

// A Found is what was found. Its URLs are without credentials: these are in rules.
type Found struct {
	Rules      []host.Rule
	Registries map[string][]string // by datasource, in the order to ask; in place of the defaults
	Scopes     map[string]string   // npm: the registry of a scope such as "@acme"
	Direct     string              // Go: patterns of the modules that no proxy is asked for, as in GONOPROXY
	Problems   []string            // what was not understood, for people; without secrets
}

// Read returns what all package managers' configuration on m says. A file that
// cannot be read or understood is a problem, not an error.
func Read(m Machine) Found {
	var all Found
	for _, f := range []Found{npm(m), python(m), golang(m), cargo(m), docker(m)} {
		all.add(f)
	}
	return all
}

func (f *Found) add(o Found) {
	f.Rules = append(f.Rules, o.Rules...)
	f.Problems = append(f.Problems, o.Problems...)
	f.Direct = cmp.Or(o.Direct, f.Direct)
	for datasource, urls := range o.Registries {
		f.set(datasource, urls...)
	}
	for _, scope := range slices.Sorted(maps.Keys(o.Scopes)) {
		f.scope(scope, o.Scopes[scope])
	}
}

func (f *Found) set(datasource string, urls ...string) {
	if f.Registries == nil {
		f.Registries = make(map[string][]string)
	}
	f.Registries[datasource] = urls
}

func (f *Found) scope(name, registry string) {
	if f.Scopes == nil {
		f.Scopes = make(map[string]string)
	}
	f.Scopes[name] = registry
}

func (f *Found) problem(format string, args ...any) {
	f.Problems = append(f.Problems, datasources.Redact(fmt.Sprintf(format, args...)))
}

// registry returns address without credentials and keeps these as a rule. It
// returns "" for what is no web address.
func (f *Found) registry(where, hostType, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		f.problem("%s: a registry is not a web address", where)
		return ""
	}
	if u.User != nil {
		password, _ := u.User.Password()
		user := u.User.Username()
		u.User = nil
		f.Rules = append(f.Rules, host.Rule{MatchHost: u.String(), HostType: hostType, Username: user, Password: password})
	}
	return u.String()
}

// file returns the text of the first of paths that exists, and its path.
func (f *Found) file(m Machine, paths ...string) (text, found string) {
	for _, p := range paths {
		if p == "" {
			continue
		}
		text, err := m.Read(p)
		if err == nil {
			return text, p
		}
		if !errors.Is(err, fs.ErrNotExist) {
			f.problem("%s: it cannot be read", p)
		}
	}
	return "", ""
}

// home returns a path below the user's home folder; "" if there is none.
func (m Machine) home(elem ...string) string { return below(m.Env["HOME"], elem...) }

// configHome returns a path below the folder that the XDG specification names.
func (m Machine) configHome(elem ...string) string {
	return below(cmp.Or(m.Env["XDG_CONFIG_HOME"], m.home(".config")), elem...)
}

func below(dir string, elem ...string) string {
	if dir == "" {
		return ""
	}
	return path.Join(append([]string{dir}, elem...)...)
}

// Proxy returns the proxy that the usual variables, such as HTTPS_PROXY and
// NO_PROXY, name for a request.
func Proxy(env map[string]string) func(*http.Request) (*url.URL, error) {
	c := httpproxy.Config{
		HTTPProxy:  cmp.Or(env["HTTP_PROXY"], env["http_proxy"]),
		HTTPSProxy: cmp.Or(env["HTTPS_PROXY"], env["https_proxy"]),
		NoProxy:    cmp.Or(env["NO_PROXY"], env["no_proxy"]),
		CGI:        env["REQUEST_METHOD"] != "",
	}
	proxy := c.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
}
