package host

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// retry tries again what may pass by itself, and is the one place that honours
// Retry-After: it waits as a host asks if that is not too long, and else fails with a
// [datasources.RetryError], also for all later requests to that host until its time has come.
type retry struct {
	next http.RoundTripper
	o    Options

	mu    sync.Mutex
	until map[string]time.Time // by host and account: when it may be asked again
}

func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	rule := For(r.o.Rules, req.URL, datasources.TermsOf(ctx).HostTypes...)
	longest := DefaultMaxRetryAfter
	if rule.MaxRetryAfter != nil {
		longest = *rule.MaxRetryAfter
	}
	key := req.URL.Host + " " + datasources.TermsOf(ctx).Account
	harmless := (req.Method == http.MethodGet || req.Method == http.MethodHead) && (req.Body == nil || req.Body == http.NoBody)
	for attempt := 1; ; attempt++ {
		if err := r.await(ctx, req.URL.Host, key, longest); err != nil {
			return nil, err
		}
		resp, err := r.next.RoundTrip(req)
		failure, pause := r.judge(ctx, req, resp, err)
		if failure == nil {
			return resp, err
		}
		if resp != nil {
			resp.Body.Close()
		}
		if pause > 0 {
			r.mu.Lock()
			r.until[key] = r.o.Now().Add(pause)
			r.mu.Unlock()
		}
		again := harmless || pause > 0 && rewind(req) // one that there were too many of was not carried out
		if !again || attempt == attempts || max(pause, failure.After) > longest || permanent(err) {
			return nil, failure
		}
		if pause == 0 {
			if err := r.o.Sleep(ctx, time.Second<<(attempt-1)); err != nil {
				return nil, err
			}
		}
	}
}

// rewind makes req ready to be sent once more, if it can be.
func rewind(req *http.Request) bool {
	if req.Body == nil || req.Body == http.NoBody {
		return true
	}
	if req.GetBody == nil {
		return false
	}
	body, err := req.GetBody()
	if err != nil {
		return false
	}
	req.Body = body
	return true
}

// await waits until host may be asked again.
func (r *retry) await(ctx context.Context, host, key string, longest time.Duration) error {
	r.mu.Lock()
	left := r.until[key].Sub(r.o.Now())
	r.mu.Unlock()
	switch {
	case left <= 0:
		return nil
	case left > longest:
		return &datasources.RetryError{After: left, Err: fmt.Errorf("%s does not want to be asked again yet", host)}
	}
	return r.o.Sleep(ctx, left)
}

// judge returns the failure that an exchange is if trying again may help, and how long the
// host wants us to wait. A nil failure means that the exchange's outcome stands.
func (r *retry) judge(ctx context.Context, req *http.Request, resp *http.Response, err error) (*datasources.RetryError, time.Duration) {
	var already *datasources.RetryError
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, 0
	case errors.As(err, &already):
		return already, 0
	case err != nil && certificateError(err):
		return nil, 0
	case err != nil:
		return &datasources.RetryError{Err: fmt.Errorf("asking %s: %w", req.URL.Host, datasources.Clean(err))}, 0
	}
	if wait, ok := Limited(resp, r.o.Now()); ok {
		text := fmt.Errorf("%s answered %d: there were too many requests", req.URL.Host, resp.StatusCode)
		if wait > 0 {
			text = fmt.Errorf("%s answered %d: it allows no more requests for %s", req.URL.Host, resp.StatusCode, wait.Round(time.Second))
		}
		return &datasources.RetryError{After: wait, Err: text}, wait
	}
	if resp.StatusCode < 500 {
		return nil, 0
	}
	pause := retryAfter(resp.Header, r.o.Now())
	return &datasources.RetryError{After: pause, Err: fmt.Errorf("%s answered %d", req.URL.Host, resp.StatusCode)}, pause
}

// unsaid is how long to wait where a host says that there were too many requests and not for how long. It is what GitHub's
// documentation asks for ("Best practices for using the REST API").
const unsaid = time.Minute

// Limited reports whether resp says that there were too many requests, and how long to wait; 0 if that may be chosen. GitHub says so with 403 as
// well, and of its secondary limits perhaps in its text alone. The body stays to be read.
func Limited(resp *http.Response, now time.Time) (wait time.Duration, limited bool) {
	wait = retryAfter(resp.Header, now)
	switch {
	case resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("X-GitHub-Request-Id") == "":
		return wait, true
	case resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusForbidden:
		return 0, false
	case resp.Header.Get("Retry-After") != "" || resp.Header.Get("X-RateLimit-Remaining") == "0":
		return wait, true
	case resp.StatusCode == http.StatusTooManyRequests, secondary(resp):
		return unsaid, true
	}
	return 0, false
}

// secondary reports whether GitHub speaks of a secondary limit, which was called that of abuse once.
func secondary(resp *http.Response) bool {
	start, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), resp.Body), resp.Body}
	text := strings.ToLower(string(start))
	return err == nil && (strings.Contains(text, "secondary rate limit") || strings.Contains(text, "abuse detection"))
}

// retryAfter returns how long a host asks us to wait, at most a day; 0 if it does not say.
func retryAfter(h http.Header, now time.Time) time.Duration {
	var d time.Duration
	if value := h.Get("Retry-After"); value != "" {
		if seconds, err := strconv.Atoi(value); err == nil {
			d = time.Duration(min(seconds, 86400)) * time.Second
		} else if at, err := http.ParseTime(value); err == nil {
			d = at.Sub(now)
		}
	} else if h.Get("X-RateLimit-Remaining") == "0" {
		if at, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			d = time.Unix(at, 0).Sub(now)
		}
	}
	return max(0, min(d, 24*time.Hour))
}

// permanent reports whether trying again at once is of no use.
func permanent(err error) bool {
	var dns *net.DNSError
	var noTLS tls.RecordHeaderError
	return errors.As(err, &dns) && dns.IsNotFound || errors.As(err, &noTLS)
}

// certificateError reports whether err is about a certificate.
func certificateError(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &name)
}
