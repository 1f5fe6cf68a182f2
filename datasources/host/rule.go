// Package host defines the one HTTP client that all requests go through: which
// hosts may be asked, with which credentials, how often and how long.
package host

import (
	"cmp"
	"encoding/json"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Rule says how requests to some hosts are made: one of hostRules.
// A zero field says nothing.
type Rule struct {
	MatchHost string // a URL prefix, a host name, or a domain suffix; "" for all hosts
	HostType  string // a datasource or platform; "" for all

	Token    string
	Username string
	Password string
	AuthType string // how Token is sent: "Bearer" (also if empty), "Basic", or "Token-Only"

	Enabled       *bool
	Insecure      bool              // insecureRegistry: plain HTTP for a registry without a scheme
	Headers       map[string]string // further headers
	Timeout       time.Duration     // of one exchange, with its body
	MaxRetryAfter *time.Duration    // the longest wait that a host may ask for before we give up
	Concurrent    int               // concurrentRequestLimit
	PerSecond     float64           // maxRequestsPerSecond

	CA          string // httpsCertificateAuthority, PEM, beside the system's
	Certificate string // httpsCertificate, PEM
	PrivateKey  string // httpsPrivateKey, PEM
}

// String says what r matches, without its secrets.
func (r Rule) String() string {
	return "host rule for " + cmp.Or(r.MatchHost, "all hosts") + ", " + cmp.Or(r.HostType, "all types")
}

// GoString is String: no format prints a rule's secrets.
func (r Rule) GoString() string { return r.String() }

// UnmarshalJSON reads a rule as it stands in hostRules: timeout in
// milliseconds, maxRetryAfter in seconds.
func (r *Rule) UnmarshalJSON(data []byte) error {
	var raw struct {
		MatchHost                 string            `json:"matchHost"`
		HostType                  string            `json:"hostType"`
		Token                     string            `json:"token"`
		Username                  string            `json:"username"`
		Password                  string            `json:"password"`
		AuthType                  string            `json:"authType"`
		Enabled                   *bool             `json:"enabled"`
		InsecureRegistry          bool              `json:"insecureRegistry"`
		Headers                   map[string]string `json:"headers"`
		Timeout                   float64           `json:"timeout"`
		MaxRetryAfter             *float64          `json:"maxRetryAfter"`
		ConcurrentRequestLimit    int               `json:"concurrentRequestLimit"`
		MaxRequestsPerSecond      float64           `json:"maxRequestsPerSecond"`
		HTTPSCertificateAuthority string            `json:"httpsCertificateAuthority"`
		HTTPSCertificate          string            `json:"httpsCertificate"`
		HTTPSPrivateKey           string            `json:"httpsPrivateKey"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*r = Rule{
		MatchHost: raw.MatchHost, HostType: raw.HostType,
		Token: raw.Token, Username: raw.Username, Password: raw.Password, AuthType: raw.AuthType,
		Enabled: raw.Enabled, Insecure: raw.InsecureRegistry, Headers: raw.Headers,
		Timeout:    time.Duration(raw.Timeout * float64(time.Millisecond)),
		Concurrent: raw.ConcurrentRequestLimit, PerSecond: raw.MaxRequestsPerSecond,
		CA: raw.HTTPSCertificateAuthority, Certificate: raw.HTTPSCertificate, PrivateKey: raw.HTTPSPrivateKey,
	}
	if raw.MaxRetryAfter != nil {
		d := time.Duration(*raw.MaxRetryAfter * float64(time.Second))
		r.MaxRetryAfter = &d
	}
	return nil
}

// Matches reports whether r is about u for one of types. A rule with a
// hostType matches only that; without types it matches nothing.
//
// A matchHost that is a URL matches URLs that begin with it, up to a whole
// path segment: "https://example.test" is not about "https://example.test.evil".
func (r Rule) Matches(u *url.URL, types ...string) bool {
	if r.HostType != "" && !slices.Contains(types, r.HostType) {
		return false
	}
	if r.MatchHost == "" {
		return true
	}
	if strings.ContainsAny(strings.TrimPrefix(r.MatchHost, "."), ":/") {
		return matchURL(r.MatchHost, u)
	}
	name, want := strings.ToLower(u.Hostname()), strings.ToLower(r.MatchHost)
	if strings.HasPrefix(want, ".") {
		return strings.HasSuffix(name, want)
	}
	return name == want || strings.HasSuffix(name, "."+want)
}

// matchURL reports whether u is below prefix. Without a scheme, prefix matches
// both http and https.
func matchURL(prefix string, u *url.URL) bool {
	bare := !strings.Contains(prefix, "://")
	if bare {
		prefix = u.Scheme + "://" + prefix
	}
	p, err := url.Parse(prefix)
	if err != nil || !strings.EqualFold(p.Scheme, u.Scheme) || !strings.EqualFold(address(p), address(u)) {
		return false
	}
	base := strings.TrimSuffix(p.Path, "/")
	return u.Path == base || strings.HasPrefix(u.Path, base+"/") || base == ""
}

// address returns the host and port of u, with the scheme's port if it names none.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "ssh": "22"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// Merged returns what all rules that match u and one of types say together. A rule
// that is more specific overrides: one with a matchHost those with a hostType
// only, one with both those with one, a longer matchHost a shorter. Of the
// credentials, a rule's own replace those of the rules before it as a whole.
func Merged(rules []Rule, u *url.URL, types ...string) Rule {
	var matching []Rule
	for _, r := range rules {
		if r.Matches(u, types...) {
			matching = append(matching, r)
		}
	}
	slices.SortStableFunc(matching, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(len(a.MatchHost), len(b.MatchHost)))
	})
	var all Rule
	for _, r := range matching {
		all = all.with(r)
	}
	return all
}

func (r Rule) rank() int {
	switch {
	case r.MatchHost == "":
		return 0
	case r.HostType == "":
		return 1
	}
	return 2
}

// with returns r overridden by what o says.
func (r Rule) with(o Rule) Rule {
	if o.hasCredentials() {
		r.Token, r.Username, r.Password, r.AuthType = o.Token, o.Username, o.Password, o.AuthType
	}
	r.MatchHost, r.HostType = o.MatchHost, o.HostType
	r.Enabled = cmp.Or(o.Enabled, r.Enabled)
	r.Insecure = r.Insecure || o.Insecure
	if len(o.Headers) > 0 {
		headers := maps.Clone(r.Headers)
		if headers == nil {
			headers = make(map[string]string)
		}
		maps.Copy(headers, o.Headers)
		r.Headers = headers
	}
	r.Timeout = cmp.Or(o.Timeout, r.Timeout)
	r.MaxRetryAfter = cmp.Or(o.MaxRetryAfter, r.MaxRetryAfter)
	r.Concurrent = cmp.Or(o.Concurrent, r.Concurrent)
	r.PerSecond = cmp.Or(o.PerSecond, r.PerSecond)
	r.CA = cmp.Or(o.CA, r.CA)
	if o.Certificate != "" {
		r.Certificate, r.PrivateKey = o.Certificate, o.PrivateKey
	}
	return r
}

func (r Rule) hasCredentials() bool { return r.Token != "" || r.Username != "" || r.Password != "" }

// For returns the rule for u: merged for the first of types that has
// credentials, or else for the first.
func For(rules []Rule, u *url.URL, types ...string) Rule {
	for i, t := range types {
		r := Merged(rules, u, t)
		if r.hasCredentials() {
			return r
		}
		if i == len(types)-1 {
			return Merged(rules, u, types[0])
		}
	}
	return Merged(rules, u)
}
