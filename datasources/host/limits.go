package host

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"

	"golang.org/x/time/rate"

	"github.com/currant-bot/currant/datasources"
)

// limits keeps to how many requests a host may get at once and in a second,
// and to how long one may take with its body.
type limits struct {
	next http.RoundTripper
	o    Options

	mu    sync.Mutex
	hosts map[string]*limit
}

// A limit is what one host takes.
type limit struct {
	slots chan struct{}
	pace  *rate.Limiter // nil for no limit
}

func (l *limits) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	rule := For(l.o.Rules, req.URL, datasources.TermsOf(ctx).HostTypes...)
	limit := l.of(req.URL.Host, rule)
	select {
	case limit.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	release := sync.OnceFunc(func() { <-limit.slots })
	if err := l.wait(ctx, limit); err != nil {
		release()
		return nil, err
	}
	timeout := cmp.Or(rule.Timeout, DefaultTimeout)
	late := &datasources.RetryError{Err: fmt.Errorf("no answer from %s within %v", req.URL.Host, timeout)}
	timed, cancel := context.WithTimeoutCause(ctx, timeout, late)
	end := func() { cancel(); release() }
	resp, err := l.next.RoundTrip(req.WithContext(timed))
	if err != nil {
		if ctx.Err() == nil && timed.Err() != nil {
			err = late
		}
		end()
		return nil, err
	}
	resp.Body = &timedBody{body: resp.Body, end: end, late: func() error {
		if ctx.Err() == nil && timed.Err() != nil {
			return late
		}
		return nil
	}}
	return resp, nil
}

// wait waits for a host's pace.
func (l *limits) wait(ctx context.Context, limit *limit) error {
	if limit.pace == nil {
		return nil
	}
	now := l.o.Now()
	if d := limit.pace.ReserveN(now, 1).DelayFrom(now); d > 0 {
		return l.o.Sleep(ctx, d)
	}
	return nil
}

// of returns the limit of a host, as the rule of its first request says.
func (l *limits) of(host string, rule Rule) *limit {
	l.mu.Lock()
	defer l.mu.Unlock()
	if limit, ok := l.hosts[host]; ok {
		return limit
	}
	made := &limit{slots: make(chan struct{}, max(1, cmp.Or(rule.Concurrent, DefaultConcurrent)))}
	if rule.PerSecond > 0 {
		made.pace = rate.NewLimiter(rate.Limit(rule.PerSecond), 1)
	}
	l.hosts[host] = made
	return made
}

// A timedBody gives late's error if its time is over, and ends its exchange when it was read to its end, or is closed: a
// caller that has read all need not close it for net/http, and go-github does not close refusals.
type timedBody struct {
	body io.ReadCloser
	late func() error
	end  func()
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if err == nil {
		return n, nil
	}
	if late := b.late(); late != nil && err != io.EOF {
		err = late
	}
	b.end()
	return n, err
}

func (b *timedBody) Close() error {
	err := b.body.Close()
	b.end()
	return err
}
