package docker

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"golang.org/x/net/publicsuffix"

	"github.com/currant-bot/currant/datasources"
)

// wire is what go-containerregistry sends through. It keeps to one scheme, where
// that library would try others on private addresses, and lets a password go
// only to the registry and to a token server of the same owner: a registry names its
// token server itself, and could name anybody's.
type wire struct {
	next   http.RoundTripper
	host   string
	scheme string
	jfrog  atomic.Bool // the registry is an Artifactory
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host == w.host && req.URL.Scheme != w.scheme {
		if w.scheme != "http" {
			return nil, fmt.Errorf("%s is not to be asked by %s", w.host, req.URL.Scheme)
		}
		req = req.Clone(req.Context()) // the library tries https first
		req.URL.Scheme = "http"
	}
	if req.URL.Host != w.host && req.Header.Get("Authorization") != "" && !sameOwner(w.host, req.URL) {
		req = req.Clone(req.Context())
		req.Header.Del("Authorization")
	}
	resp, err := w.next.RoundTrip(req)
	if err == nil && req.URL.Host == w.host && resp.Header.Get("X-Jfrog-Version") != "" {
		w.jfrog.Store(true)
	}
	return resp, err
}

// sameOwner reports whether u is on a host of the same registered domain as host.
func sameOwner(host string, u *url.URL) bool {
	if u.Scheme != "https" {
		return false
	}
	registry, err := url.Parse("https://" + host)
	if err != nil {
		return false
	}
	if datasources.IsDockerHub(registry.Hostname()) {
		return strings.HasSuffix(u.Hostname(), "."+datasources.DockerHubDomain)
	}
	if registry.Hostname() == u.Hostname() {
		return true
	}
	a, errA := publicsuffix.EffectiveTLDPlusOne(registry.Hostname())
	b, errB := publicsuffix.EffectiveTLDPlusOne(u.Hostname())
	return errA == nil && errB == nil && a == b
}
