package datasources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Terms are what a request asks of the client that sends it.
type Terms struct {
	HostTypes []string // what hostType of a host rule may be; the first that has credentials counts
	BodyLimit int64    // bytes of a body that may be read; 0 for the client's own limit
	Foreign   bool     // a redirect to another host is part of the protocol; credentials stay behind
	Own       bool     // the protocol logs in by itself: add no credentials, store nothing

	// Account is whose allowance of requests is used up, where a host keeps several apart: an installation of an app, for example.
	Account string

	// Identity says who asks, where that outlives what is logged in with, as with tokens that last an hour. What was answered is then
	// found again under another token, if the host says to that token that it has not changed; "" where the credentials say who asks.
	Identity string
}

type termsKey struct{}

// WithTerms returns a context whose requests are sent on terms t.
func WithTerms(ctx context.Context, t Terms) context.Context {
	return context.WithValue(ctx, termsKey{}, t)
}

// TermsOf returns the terms that [WithTerms] put into ctx, if any.
func TermsOf(ctx context.Context) Terms {
	t, _ := ctx.Value(termsKey{}).(Terms)
	return t
}

// Get asks for url on terms t. The response has status 200; anything else is
// an error as [Datasource] promises it. accept may be empty.
func (e Env) Get(ctx context.Context, url, accept string, t Terms) (*http.Response, error) {
	req, err := http.NewRequestWithContext(WithTerms(ctx, t), http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("asking for %s: not a URL", Redact(url))
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := e.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking for %s: %w", Redact(url), Clean(err))
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("asking for %s: %w", Redact(url), StatusError(req.URL.Host, resp.StatusCode))
	}
	return resp, nil
}

// GetJSON decodes what url answers into v and returns the response, whose body
// has been read to its end.
func (e Env) GetJSON(ctx context.Context, url, accept string, t Terms, v any) (*http.Response, error) {
	if accept == "" {
		accept = "application/json"
	}
	resp, err := e.Get(ctx, url, accept, t)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := DecodeJSON(resp.Body, func(d *json.Decoder) error { return d.Decode(v) }); err != nil {
		return nil, fmt.Errorf("reading %s: %w", Redact(url), err)
	}
	return resp, nil
}

// DecodeJSON calls decode for the one JSON value in r and sees that r ends
// after it. A text that ends too early is a [RetryError].
func DecodeJSON(r io.Reader, decode func(*json.Decoder) error) error {
	d := json.NewDecoder(r)
	err := decode(d)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return nil
		} else if err == nil {
			err = errors.New("text after the JSON value")
		}
	}
	return CutShort(err)
}

// CutShort makes the error of a body that ended too early a [RetryError], and
// leaves others as they are.
func CutShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &RetryError{Err: errors.New("the answer was cut short")}
	}
	return err
}

// StatusError returns the error for a status that is not success.
func StatusError(host string, status int) error {
	switch {
	case status == http.StatusNotFound || status == http.StatusGone:
		return ErrNotFound
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &AuthError{Host: host, Status: status}
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		return &RetryError{Err: fmt.Errorf("%s answered %d", host, status)}
	}
	return fmt.Errorf("%s answered %d", host, status)
}

// Delimited reports whether the protocol marks where resp's body ends, so that
// a body cut short cannot be taken for a whole one.
func Delimited(resp *http.Response) bool {
	return resp.ContentLength >= 0 || resp.Uncompressed || resp.ProtoMajor >= 2 ||
		len(resp.TransferEncoding) > 0
}

// ErrForeign means that a server sent us to another host.
var ErrForeign = errors.New("it leads to another host")

// NextPage returns the URL of the page after resp according to its Link header;
// "" if there is none. The error is [ErrForeign] if that page is on another host.
func NextPage(resp *http.Response) (string, error) {
	for _, header := range resp.Header.Values("Link") {
		for _, link := range splitLinks(header) {
			target, params, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(link), "<"), ">")
			if !ok || !relNext.MatchString(params) {
				continue
			}
			u, err := resp.Request.URL.Parse(target)
			if err != nil {
				return "", errors.New("the link to the next page is not a URL")
			}
			if u.Host != resp.Request.URL.Host {
				return "", fmt.Errorf("next page at %s: %w", u.Host, ErrForeign)
			}
			u.Scheme = resp.Request.URL.Scheme // a proxy in front may be all that speaks TLS
			return u.String(), nil
		}
	}
	return "", nil
}

var relNext = regexp.MustCompile(`(?i);\s*rel\s*=\s*"?([^";]*\s)?next(\s[^";]*)?"?\s*(;|$)`)

// splitLinks splits a Link header at the commas that are not inside <>.
func splitLinks(header string) []string {
	var links []string
	start, inside := 0, false
	for i := range len(header) {
		switch header[i] {
		case '<':
			inside = true
		case '>':
			inside = false
		case ',':
			if !inside {
				links = append(links, header[start:i])
				start = i + 1
			}
		}
	}
	return append(links, header[start:])
}

var (
	userinfo = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^\s/?#"']*@`)
	rawQuery = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://[^\s?#"']*\?)[^\s"']*`)
)

// Redact returns text with the credentials and the queries of all URLs in it
// left out.
func Redact(text string) string {
	return rawQuery.ReplaceAllString(userinfo.ReplaceAllString(text, "$1"), "${1}...")
}

// Clean returns err without the URL that package net/http adds and with
// the URLs in its text redacted. [errors.Is] and [errors.As] see the same.
func Clean(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if text := err.Error(); Redact(text) != text {
		return &cleanError{Redact(text), err}
	}
	return err
}

// A cleanError is err with another text.
type cleanError struct {
	text string
	err  error
}

func (e *cleanError) Error() string { return e.text }
func (e *cleanError) Unwrap() error { return e.err }
