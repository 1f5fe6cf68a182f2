package host

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// What holds where no rule says otherwise.
const (
	DefaultTimeout       = 60 * time.Second
	DefaultMaxRetryAfter = 60 * time.Second
	DefaultConcurrent    = 16
	DefaultBodyLimit     = 32 << 20

	attempts   = 3                // of one request in all
	totalLimit = 10 * time.Minute // for one request with all its attempts and waits
)

// Options say what a [Client] is made of. The zero value is usable.
type Options struct {
	Rules     []Rule
	Allow     []string // the only hosts that may be asked, as matchHost names them; nil for all
	Proxy     func(*http.Request) (*url.URL, error)
	CA        string // certificate authorities beside the system's, PEM
	UserAgent string
	BodyLimit int64 // bytes, where a source does not ask for more; 0 for DefaultBodyLimit
	Ceiling   int64 // bytes that no source may exceed; 0 for none

	// Cache is put below credentials and above limits, so that it sees what a
	// request is made with and its answers count as no request. nil for none.
	Cache func(next http.RoundTripper) http.RoundTripper

	// Keychain returns what to log in with at a container registry for which no
	// rule has credentials. nil for none.
	Keychain func(host string) (datasources.Credential, bool)

	// Login returns what to log in with at a URL for which no rule has credentials, where that is not known
	// beforehand, such as the tokens of an app, which last an hour; the zero value for nothing. A request is not made after
	// an error: to somebody unknown, what is private does not exist. nil for none.
	Login func(u *url.URL) (datasources.Credential, error)

	// Base sends instead of the transports that the client makes; nil to make them.
	Base http.RoundTripper

	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error // returns early with ctx's error
}

// A Client sends requests as its rules say. It is safe for concurrent use.
type Client struct {
	o     Options
	http  *http.Client
	allow []Rule
}

// New returns a client. The error is about a certificate that cannot be read.
func New(o Options) (*Client, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = Sleep
	}
	o.UserAgent = cmp.Or(o.UserAgent, "currant")
	o.BodyLimit = cmp.Or(o.BodyLimit, DefaultBodyLimit)
	c := &Client{o: o}
	for _, pattern := range o.Allow {
		c.allow = append(c.allow, Rule{MatchHost: pattern})
	}
	var next http.RoundTripper = o.Base
	if next == nil {
		t, err := newTransports(o)
		if err != nil {
			return nil, err
		}
		next = t
	}
	next = &limits{next: next, o: o, hosts: make(map[string]*limit)}
	if o.Cache != nil {
		next = o.Cache(next)
	}
	next = &credentials{next: next, o: o}
	next = &retry{next: next, o: o, until: make(map[string]time.Time)}
	c.http = &http.Client{Transport: &guard{next: next, c: c}}
	return c, nil
}

// HTTP returns the client that sends.
func (c *Client) HTTP() *http.Client { return c.http }

// Env returns what datasources reach the world through.
func (c *Client) Env() datasources.Env {
	return datasources.Env{Client: c.http, Credential: c.Credential, Check: c.Check, Insecure: c.insecure}
}

// Credential returns what the rules say to log in with at a URL.
func (c *Client) Credential(hostType, rawURL string) (datasources.Credential, bool) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return datasources.Credential{}, false
	}
	if user := u.User; user != nil {
		password, _ := user.Password()
		return datasources.Credential{Username: user.Username(), Password: password}, true
	}
	r := For(c.o.Rules, u, hostType)
	if !r.hasCredentials() {
		if c.o.Keychain != nil && hostType == "docker" {
			return c.o.Keychain(u.Host)
		}
		if c.o.Login != nil {
			login, err := c.o.Login(u) // after an error the host will say that it wants a login
			return login, err == nil && login != datasources.Credential{}
		}
		return datasources.Credential{}, false
	}
	if r.Token != "" && r.AuthType == "Basic" {
		if text, err := base64.StdEncoding.DecodeString(r.Token); err == nil {
			if user, password, ok := strings.Cut(string(text), ":"); ok {
				return datasources.Credential{Username: user, Password: password}, true
			}
		}
	}
	return datasources.Credential{Username: r.Username, Password: r.Password, Token: r.Token}, true
}

// Check returns an error that names the host of rawURL if it must not be asked.
func (c *Client) Check(rawURL string) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return fmt.Errorf("%s is not a URL", datasources.Redact(rawURL))
	}
	return c.check(u)
}

func (c *Client) check(u *url.URL) error {
	if c.o.Allow == nil || c.named(u) {
		return nil
	}
	return &NotAllowedError{Host: u.Host}
}

// named reports whether the allow-list names the host of u.
func (c *Client) named(u *url.URL) bool {
	for _, r := range c.allow {
		if r.Matches(u) {
			return true
		}
	}
	return false
}

func (c *Client) insecure(hostType, rawURL string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && For(c.o.Rules, u, hostType).Insecure
}

// A NotAllowedError is the refusal to ask a host.
type NotAllowedError struct{ Host string }

func (e *NotAllowedError) Error() string { return "host " + e.Host + " is not allowed" }

// Sleep waits for d, or until ctx ends.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// transports sends through one transport for each set of certificates, so that
// connections are shared and a client certificate goes only where its rule says.
type transports struct {
	o    Options
	base *http.Transport
	own  map[string]*http.Transport // by certificates of a rule
}

func newTransports(o Options) (*transports, error) {
	t := &transports{o: o, own: make(map[string]*http.Transport)}
	base, err := newTransport(o, Rule{})
	if err != nil {
		return nil, err
	}
	t.base = base
	for _, r := range o.Rules {
		if r.CA == "" && r.Certificate == "" {
			continue
		}
		if _, ok := t.own[r.certificates()]; ok {
			continue
		}
		if t.own[r.certificates()], err = newTransport(o, r); err != nil {
			return nil, fmt.Errorf("%s: %w", r, err)
		}
	}
	return t, nil
}

func (r Rule) certificates() string { return r.CA + "\x00" + r.Certificate }

func newTransport(o Options, r Rule) (*http.Transport, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if authorities := o.CA + "\n" + r.CA; strings.TrimSpace(authorities) != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM([]byte(authorities)) {
			return nil, errors.New("no certificate in the certificate authority's PEM text")
		}
		config.RootCAs = pool
	}
	if r.Certificate != "" {
		pair, err := tls.X509KeyPair([]byte(r.Certificate), []byte(r.PrivateKey))
		if err != nil {
			return nil, errors.New("client certificate and private key do not fit")
		}
		config.Certificates = []tls.Certificate{pair}
	}
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: o.Proxy, DialContext: dialer.DialContext, TLSClientConfig: config, ForceAttemptHTTP2: true,
		MaxIdleConns: 100, MaxIdleConnsPerHost: DefaultConcurrent, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: 15 * time.Second, MaxResponseHeaderBytes: 1 << 20,
	}, nil
}

func (t *transports) RoundTrip(req *http.Request) (*http.Response, error) {
	r := For(t.o.Rules, req.URL, datasources.TermsOf(req.Context()).HostTypes...)
	if own, ok := t.own[r.certificates()]; ok {
		return own.RoundTrip(req)
	}
	return t.base.RoundTrip(req)
}
