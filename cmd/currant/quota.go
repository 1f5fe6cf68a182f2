package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/github/quota"
)

// metered returns what sends by next, and counts what goes to the platform's interface with its token. owner is whose repositories lookups are
// for, where that is told apart.
func (e *engine) metered(next http.RoundTripper, owner string) http.RoundTripper {
	api, err := url.Parse(e.o.endpoint)
	if e.o.platform != "github" || err != nil {
		return next
	}
	under := strings.TrimSuffix(strings.TrimSuffix(api.Path, "/"), "v3") // GraphQL is beside "v3"
	counted := e.quota.Transport(next, func(req *http.Request) bool {
		return req.URL.Host == api.Host && strings.HasPrefix(req.URL.Path, under) && req.Header.Get("Authorization") != ""
	})
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		terms := datasources.TermsOf(req.Context())
		if terms.Account == "" && owner != "" {
			terms.Account = owner
			req = req.WithContext(datasources.WithTerms(req.Context(), terms))
		}
		return counted.RoundTrip(req)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// afford says how much may be done in a repository now.
func (e *engine) afford(repository string) (platform.Means, string) {
	if e.app == nil {
		return e.quota.Means("") // a token has one allowance for all that it reaches
	}
	return e.quota.Means(platform.Owner(repository))
}

// putOff says why not all was done in a repository that the platform's limits left no room for; "" if they did.
func putOff(r *updater.Report, err error, effects []act.Effect) string {
	if r != nil && r.Postponed != "" {
		return r.Postponed
	}
	var later *platform.RetryError
	if errors.As(err, &later) && later.After > 0 {
		return later.Error()
	}
	for _, e := range effects {
		if errors.As(e.Err, &later) && later.After > 0 {
			return later.Error()
		}
	}
	return ""
}

// usage says in a line what a run has used of the platform's limits.
func usage(u quota.Usage) string {
	who := u.Account
	if who == "" {
		who = "the token"
	}
	line := fmt.Sprintf("GitHub, %s: %d requests, %d of them unchanged and free", who, u.Requests, u.Unchanged)
	if u.Limit > 0 && u.Reset != nil {
		line += fmt.Sprintf("; %d of %d are left until %s", u.Remaining, u.Limit, u.Reset.UTC().Format("15:04 UTC"))
	}
	return line
}
