package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
	"github.com/currant-bot/currant/updater/platform"
)

// maxAnswer bounds what is read of an answer. A page of 100 pull requests is some 2 MB.
const maxAnswer = 64 << 20

// A login puts the token on requests to host, and on no other: GitHub redirects to other hosts, for archives
// for example.
type login struct {
	next    http.RoundTripper
	host    string
	token   func(ctx context.Context, scope string) (string, error)
	refused func(token string) // nil where another try would have the same token
	app     bool               // tokens are of an app: they change by the hour, and each installation has an allowance of its own
	now     func() time.Time
}

// apiClient returns c with the tokens that o has.
func apiClient(c *http.Client, host string, o Options) *http.Client {
	out := *c
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	out.Transport = &login{next, host, o.Token, o.Refused, o.Owners != nil, o.Now}
	return &out
}

func (l *login) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != l.host {
		return l.send(req, "")
	}
	scope := scopeOf(req)
	if l.app {
		req = req.WithContext(asApp(req.Context(), scope))
	}
	secret, err := l.token(req.Context(), scope)
	if err != nil {
		return nil, fmt.Errorf("getting the token for %s: %w", l.host, err)
	}
	res, err := l.send(req, secret)
	if err != nil || res.StatusCode != http.StatusUnauthorized || l.refused == nil || req.Body != nil && req.GetBody == nil {
		return res, err
	}
	l.refused(secret)
	again, err := l.token(req.Context(), scope)
	if err != nil || again == secret {
		return res, nil // which says why
	}
	res.Body.Close()
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = body
	}
	return l.send(req, again)
}

func (l *login) send(req *http.Request, token string) (*http.Response, error) {
	if token != "" {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if wait, limited := host.Limited(res, l.now()); limited && req.URL.Host == l.host {
		res.Body.Close()
		return nil, &platform.RetryError{After: wait, Err: fmt.Errorf("%s allows no more requests for %s", l.host, wait.Round(time.Second))}
	}
	res.Header.Set("X-From-Cache", "1") // else go-github holds the limit of one installation, which it remembers, against another
	res.Body = &bounded{res.Body, maxAnswer}
	return res, nil
}

// asApp says whose allowance a request of an app uses up, and who asks whatever the token is: the job's owner, about scope.
func asApp(ctx context.Context, scope string) context.Context {
	terms := datasources.TermsOf(ctx)
	job := platform.Owner(platform.Behalf(ctx))
	terms.Account = cmp.Or(job, platform.Owner(scope))
	terms.Identity = "app " + job + " " + strings.ToLower(scope)
	return datasources.WithTerms(ctx, terms)
}

type scopeKey struct{}

// within returns a context for requests that are about a repository, or all of an owner as "acme/", though
// their path does not say so.
func within(ctx context.Context, scope string) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope)
}

var repoPath = regexp.MustCompile(`/(?:repos/([^/]+/[^/]+)|(?:orgs|users)/([^/]+)/)`)

// scopeOf says what a request is about, in the words of [Options].Token.
func scopeOf(req *http.Request) string {
	if scope, ok := req.Context().Value(scopeKey{}).(string); ok {
		return scope
	}
	m := repoPath.FindStringSubmatch(req.URL.Path)
	switch {
	case m == nil:
		return ""
	case m[1] != "":
		return m[1]
	}
	return m[2] + "/"
}

// A bounded body ends in an error where it is too long.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("the answer is too long")
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// Close reads the end of a body first that all has been decoded of: whoever decodes JSON stops before it, and only an answer that was
// read to its end is remembered.
func (b *bounded) Close() error {
	_, _ = io.CopyN(io.Discard, b, 512) // a body with more left was given up
	return b.ReadCloser.Close()
}

// explain turns an error of go-github into one that callers can decide on and that people understand.
func (r *Reader) explain(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(doing+": %w", append(args, r.kind(err))...)
}

func (r *Reader) kind(err error) error {
	var answer *gh.ErrorResponse
	var network net.Error
	var auth *platform.AuthError
	var retry *platform.RetryError
	var later *datasources.RetryError
	switch {
	case errors.As(err, &auth): // of whoever gives out tokens
		return auth
	case errors.As(err, &retry):
		return retry
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &later): // of the client, which waits where that is short
		return &platform.RetryError{After: later.After, Err: later.Err}
	case errors.As(err, &answer):
		return r.kindOfAnswer(answer)
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &platform.RetryError{Err: fmt.Errorf("%s cannot be reached: %w", r.host, err)}
	}
	return err
}

func (r *Reader) kindOfAnswer(answer *gh.ErrorResponse) error {
	status, text := answer.Response.StatusCode, messageOf(answer)
	said := fmt.Errorf("%s answered %d: %s", r.host, status, text)
	after := answer.Response.Header.Get("Retry-After")
	seconds, err := strconv.Atoi(after)
	if err != nil || seconds < 0 {
		seconds = 0
	}
	switch {
	case status >= 500, after != "":
		return &platform.RetryError{After: time.Duration(seconds) * time.Second, Err: said}
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return &platform.AuthError{Host: r.host, Text: text}
	case status == http.StatusNotFound, status == http.StatusGone:
		return platform.ErrNotFound
	}
	return said
}

// messageOf returns what GitHub said, in one line.
func messageOf(answer *gh.ErrorResponse) string {
	parts := []string{answer.Message}
	for _, e := range answer.Errors {
		text := e.Message
		if text == "" {
			text = strings.TrimSpace(strings.Join([]string{e.Resource, e.Field, e.Code}, " "))
		}
		parts = append(parts, text)
	}
	text := strings.Join(strings.Fields(strings.Join(parts, "; ")), " ")
	if text == "" {
		text = http.StatusText(answer.Response.StatusCode)
	}
	return text[:min(len(text), 1000)]
}

// statusOf returns the status of a refused request; 0 for other errors.
func statusOf(err error) int {
	var answer *gh.ErrorResponse
	if errors.As(err, &answer) {
		return answer.Response.StatusCode
	}
	return 0
}

// saidOf returns what GitHub said to a refused request.
func saidOf(err error) string {
	var answer *gh.ErrorResponse
	if errors.As(err, &answer) {
		return messageOf(answer)
	}
	return ""
}

// pages calls page for page 1 and on, until there are no more. GitHub's Link is used for the number of
// the next page only, so that it cannot lead to another host.
func pages(limit int, page func(gh.ListOptions) (*gh.Response, error)) error {
	opts := gh.ListOptions{PerPage: 100, Page: 1}
	for range limit {
		res, err := page(opts)
		if err != nil {
			return err
		}
		if res.NextPage <= opts.Page {
			return nil
		}
		opts.Page = res.NextPage
	}
	return nil
}
