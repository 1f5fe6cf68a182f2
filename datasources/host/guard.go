package host

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/currant-bot/currant/datasources"
)

// guard refuses requests that must not be made and bodies that are too long.
type guard struct {
	next http.RoundTripper
	c    *Client
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	terms := datasources.TermsOf(req.Context())
	if err := g.admit(req, terms); err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	ctx, cancel := context.WithTimeout(req.Context(), totalLimit)
	resp, err := g.next.RoundTrip(req.Clone(ctx))
	if err != nil {
		late := ctx.Err() != nil && req.Context().Err() == nil
		cancel()
		if late {
			err = &datasources.RetryError{Err: fmt.Errorf("no answer from %s within %v", req.URL.Host, totalLimit)}
		}
		return nil, err
	}
	limit := cmp.Or(terms.BodyLimit, g.c.o.BodyLimit)
	if g.c.o.Ceiling > 0 {
		limit = min(limit, g.c.o.Ceiling)
	}
	if resp.ContentLength > limit && req.Method != http.MethodHead {
		resp.Body.Close()
		cancel()
		return nil, &TooLongError{Host: req.URL.Host, Limit: limit}
	}
	resp.Request = req // without credentials
	resp.Body = &cappedBody{body: resp.Body, left: limit, err: &TooLongError{req.URL.Host, limit}, done: cancel}
	return resp, nil
}

// admit returns why req must not be sent.
func (g *guard) admit(req *http.Request, terms datasources.Terms) error {
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return fmt.Errorf("cannot ask by %q", req.URL.Scheme)
	}
	if origin := origin(req); !sameHost(origin, req.URL) {
		switch {
		case origin.Scheme == "https" && req.URL.Scheme != "https":
			return fmt.Errorf("%s redirects to plain HTTP at %s", origin.Host, req.URL.Host)
		case !terms.Foreign && !(g.c.o.Allow != nil && g.c.named(req.URL)):
			return fmt.Errorf("%s redirects to %s: %w", origin.Host, req.URL.Host, datasources.ErrForeign)
		}
	}
	if err := g.c.check(req.URL); err != nil {
		return err
	}
	r := For(g.c.o.Rules, req.URL, terms.HostTypes...)
	if r.Enabled != nil && !*r.Enabled {
		return fmt.Errorf("host %s is disabled by a host rule", req.URL.Host)
	}
	return nil
}

// origin returns the URL that was asked for before all redirects to req.
func origin(req *http.Request) *url.URL {
	for req.Response != nil && req.Response.Request != nil {
		req = req.Response.Request
	}
	return req.URL
}

// sameHost reports whether a redirect from a to b stays where credentials may
// go: the same host and port, or its step up to https.
func sameHost(a, b *url.URL) bool {
	if a.Scheme == b.Scheme {
		return address(a) == address(b)
	}
	return a.Scheme == "http" && b.Scheme == "https" && a.Hostname() == b.Hostname() && a.Port() == "" && b.Port() == ""
}

// A TooLongError means that a body is longer than allowed. What was read of it
// must not be used.
type TooLongError struct {
	Host  string
	Limit int64 // bytes
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("the answer of %s is longer than %d bytes", e.Host, e.Limit)
}

// A cappedBody gives err instead of more than left bytes.
type cappedBody struct {
	body io.ReadCloser
	left int64
	err  error
	done func()
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, b.err
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), b.err
		b.left = -1
		return n, err
	}
	b.left -= int64(n)
	return n, err
}

func (b *cappedBody) Close() error {
	err := b.body.Close()
	b.done()
	return err
}

// credentials adds to a request what the rules say. They go only to the host
// that was asked for first, never along a redirect to another.
type credentials struct {
	next http.RoundTripper
	o    Options
}

func (c *credentials) RoundTrip(req *http.Request) (*http.Response, error) {
	terms := datasources.TermsOf(req.Context())
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", c.o.UserAgent)
	if !sameHost(origin(req), req.URL) {
		req.Header.Del("Authorization")
		req.Header.Del("Cookie")
		return c.next.RoundTrip(req)
	}
	r := For(c.o.Rules, req.URL, terms.HostTypes...)
	for name, value := range r.Headers {
		req.Header.Set(name, value)
	}
	if c.o.Login != nil && !r.hasCredentials() && !terms.Own && req.Header.Get("Authorization") == "" {
		login, err := c.o.Login(req.URL)
		if err != nil {
			return nil, err
		}
		r.Username, r.Password, r.Token = login.Username, login.Password, login.Token
	}
	if value := r.authorization(); value != "" && !terms.Own && req.Header.Get("Authorization") == "" {
		req.Header.Set("Authorization", value)
	}
	return c.next.RoundTrip(req)
}

// authorization returns the header that r's credentials are sent in; "" if it has none.
func (r Rule) authorization() string {
	switch {
	case r.Password != "" || r.Token == "" && r.Username != "":
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(r.Username+":"+r.Password))
	case r.Token == "":
		return ""
	case r.AuthType == "Basic":
		return "Basic " + r.Token
	case r.AuthType == "Token-Only":
		return r.Token
	}
	return "Bearer " + r.Token
}
