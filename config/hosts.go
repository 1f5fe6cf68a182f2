package config

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config/internal/json5"
	"github.com/currant-bot/currant/config/internal/pattern"
)

// A Secret is a text that must not be shown. It prints as "[secret]".
type Secret string

func (s Secret) String() string               { return mask(string(s)) }
func (s Secret) GoString() string             { return mask(string(s)) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask(string(s))), nil }

// Reveal returns the text itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

func mask(s string) string {
	if s == "" {
		return ""
	}
	return "[secret]"
}

// A HostRule says how a host is to be asked.
type HostRule struct {
	Origin Origin

	MatchHost string // host name, domain, or the beginning of a URL; "" for any
	HostType  string // datasource or platform; "" for any
	ReadOnly  bool

	Token    Secret
	Username string
	Password Secret
	AuthType string // "Bearer", "Basic" or "Token-Only"; "" for Bearer

	Enabled              bool
	Timeout              time.Duration // 0 for the default
	InsecureRegistry     bool
	Headers              map[string]Secret
	CertificateAuthority string
	Certificate          string
	PrivateKey           Secret

	ConcurrentRequestLimit int           // 0 for none
	MaxRequestsPerSecond   int           // 0 for none
	MaxRetryAfter          time.Duration // 0 for the default
	AbortOnError           bool
	AbortIgnoreStatusCodes []int
	KeepAlive              bool
	EnableHTTP2            bool
	ArtifactAuth           []string
}

// HostRules returns the rules for hosts, in the order in which they apply: a
// later one that matches overrides what earlier ones say. Rules for a type come before rules for a
// host, these before rules for both, and shorter hosts before longer ones.
func (c *Config) HostRules() []HostRule { return slices.Clone(c.hosts) }

// Matches reports whether r is for a URL that is asked for a datasource or
// platform.
func (r HostRule) Matches(hostType, url string) bool {
	if r.HostType != "" && r.HostType != hostType {
		return false
	}
	if r.MatchHost == "" {
		return true
	}
	if isURL(r.MatchHost) {
		return strings.HasPrefix(strings.ToLower(url)+"/", strings.ToLower(strings.TrimSuffix(r.MatchHost, "/"))+"/") ||
			strings.HasPrefix(strings.ToLower(url), strings.ToLower(r.MatchHost))
	}
	host := hostOf(url)
	want := strings.ToLower(r.MatchHost)
	return host == want || strings.HasSuffix(host, "."+strings.TrimPrefix(want, "."))
}

func hostOf(url string) string {
	rest := strings.ToLower(url)
	if _, after, ok := strings.Cut(rest, "://"); ok {
		rest = after
	}
	rest, _, _ = strings.Cut(rest, "/")
	if _, after, ok := strings.Cut(rest, "@"); ok {
		rest = after
	}
	if strings.HasPrefix(rest, "[") { // an IPv6 address
		return rest
	}
	name, _, _ := strings.Cut(rest, ":")
	return name
}

func hostRules(rep *report, merged, force *value) []HostRule {
	var out []HostRule
	allowed := pattern.LazyList(optionNamed("allowedHeaders").value.strings(), pattern.Fold)
	if own := merged.get("allowedHeaders"); own.isList() {
		allowed = pattern.LazyList(own.strings(), pattern.Fold)
	}
	for _, v := range append(slices.Clone(merged.get("hostRules").items()), force.get("hostRules").items()...) {
		if v.isObject() {
			out = append(out, admitted(rep, hostRule(v), v, allowed))
		}
	}
	slices.SortStableFunc(out, func(a, b HostRule) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(len(a.MatchHost), len(b.MatchHost)))
	})
	return out
}

// admitted returns r without the headers that the operator does not admit.
func admitted(rep *report, r HostRule, v *value, allowed pattern.List) HostRule {
	for _, m := range v.get("headers").members() {
		if !allowed.MatchAny([]string{m.name}) {
			rep.key(m, Error, "the header %q is not sent: the operator's allowedHeaders does not admit it", clip(m.name))
			delete(r.Headers, m.name)
		}
	}
	return r
}

func (r HostRule) rank() int {
	switch {
	case r.MatchHost == "":
		return 0
	case r.HostType == "" && !r.ReadOnly:
		return 1
	}
	return 2
}

func hostRule(v *value) HostRule {
	text := func(name string) string {
		if m := v.get(name); m.isString() {
			return m.str
		}
		return ""
	}
	number := func(name string) int {
		if m := v.get(name); m != nil && m.kind == json5.Number {
			return int(m.num)
		}
		return 0
	}
	r := HostRule{
		Origin: v.origin(), MatchHost: text("matchHost"), HostType: text("hostType"), ReadOnly: v.get("readOnly").isTrue(),
		Token: Secret(text("token")), Username: text("username"), Password: Secret(text("password")), AuthType: text("authType"),
		Enabled: !v.get("enabled").isFalse(), Timeout: time.Duration(number("timeout")) * time.Millisecond, InsecureRegistry: v.get("insecureRegistry").isTrue(),
		CertificateAuthority: text("httpsCertificateAuthority"), Certificate: text("httpsCertificate"), PrivateKey: Secret(text("httpsPrivateKey")),
		ConcurrentRequestLimit: number("concurrentRequestLimit"), MaxRequestsPerSecond: number("maxRequestsPerSecond"),
		MaxRetryAfter: time.Duration(number("maxRetryAfter")) * time.Second, AbortOnError: v.get("abortOnError").isTrue(),
		KeepAlive: v.get("keepAlive").isTrue(), EnableHTTP2: v.get("enableHttp2").isTrue(), ArtifactAuth: v.get("artifactAuth").strings(),
	}
	for _, code := range v.get("abortIgnoreStatusCodes").items() {
		r.AbortIgnoreStatusCodes = append(r.AbortIgnoreStatusCodes, int(code.num))
	}
	for _, m := range v.get("headers").members() {
		if r.Headers == nil {
			r.Headers = make(map[string]Secret)
		}
		r.Headers[m.name] = Secret(m.val.str)
	}
	return r
}
