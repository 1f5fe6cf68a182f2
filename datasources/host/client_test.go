package host

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// A clock is a time that passes only by sleeping.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// open returns a client with a clock of its own.
func open(t *testing.T, o Options) (*Client, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	o.Now, o.Sleep = c.Now, c.Sleep
	client, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return client, c
}

func get(t *testing.T, c *Client, url string, terms datasources.Terms) (string, error) {
	t.Helper()
	resp, err := c.Env().Get(t.Context(), url, "", terms)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestRetry(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers []string // status and Retry-After
		slept   []time.Duration
		after   time.Duration // of the error; -1 for none
		asked   int
	}{
		{"at once", []string{"200"}, nil, -1, 1},
		{"second try", []string{"500", "200"}, []time.Duration{time.Second}, -1, 2},
		{"never", []string{"502", "502", "502", "200"}, []time.Duration{time.Second, 2 * time.Second}, 0, 3},
		{"waits", []string{"429 30", "200"}, []time.Duration{30 * time.Second}, -1, 2},
		{"date", []string{"503 Thu, 01 Jan 2026 00:00:10 GMT", "200"}, []time.Duration{10 * time.Second}, -1, 2},
		{"too long", []string{"429 61", "200"}, nil, 61 * time.Second, 1},
		{"nonsense", []string{"429 soon", "200"}, []time.Duration{time.Second}, -1, 2},
		{"very long", []string{"429 99999999999"}, nil, 24 * time.Hour, 1},
		{"no retry", []string{"400"}, nil, -1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				status, after, _ := strings.Cut(tt.answers[min(asked, len(tt.answers)-1)], " ")
				asked++
				if after != "" {
					rw.Header().Set("Retry-After", after)
				}
				code, _ := strconv.Atoi(status)
				rw.WriteHeader(code)
			}))
			defer server.Close()
			client, clock := open(t, Options{})
			_, err := get(t, client, server.URL, datasources.Terms{})
			var retry *datasources.RetryError
			if errors.As(err, &retry) != (tt.after >= 0) || retry != nil && retry.After != tt.after {
				t.Errorf("error %v, want one after %v", err, tt.after)
			}
			if asked != tt.asked {
				t.Errorf("asked %d times, want %d", asked, tt.asked)
			}
			if !slices.Equal(clock.slept, tt.slept) {
				t.Errorf("slept %v, want %v", clock.slept, tt.slept)
			}
		})
	}
}

// TestQuiet checks that a host that wants a long pause is left alone until then.
func TestQuiet(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if asked++; asked == 1 {
			rw.Header().Set("Retry-After", "600")
			rw.WriteHeader(429)
		}
	}))
	defer server.Close()
	client, clock := open(t, Options{})
	for range 5 {
		if _, err := get(t, client, server.URL, datasources.Terms{}); err == nil {
			t.Error("no error during the pause")
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times during the pause", asked)
	}
	clock.Sleep(t.Context(), 11*time.Minute)
	if _, err := get(t, client, server.URL, datasources.Terms{}); err != nil || asked != 2 {
		t.Errorf("after the pause: %v, asked %d times", err, asked)
	}
}

// TestReadToTheEnd checks that an answer which was read to its end holds no place, though nobody closes it.
func TestReadToTheEnd(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.WriteHeader(http.StatusForbidden)
		io.WriteString(rw, `{"message": "Resource not accessible by integration"}`)
	}))
	defer server.Close()
	client, _ := open(t, Options{Rules: []Rule{{Concurrent: 1}}})
	for range 3 {
		resp, err := client.HTTP().Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAccounts checks that a pause is that of the account which was told to make it, and that a refused change is made after it.
func TestAccounts(t *testing.T) {
	var bodies []string
	left := map[string]int{"acme": 1} // refusals to come
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		account := r.Header.Get("X-Account")
		bodies = append(bodies, account+" "+string(body))
		if left[account] > 0 {
			left[account]--
			rw.Header().Set("X-GitHub-Request-Id", "1")
			rw.WriteHeader(403)
			io.WriteString(rw, `{"message": "You have exceeded a secondary rate limit. Please wait."}`)
		}
	}))
	defer server.Close()
	client, clock := open(t, Options{})
	post := func(account string) error {
		ctx := datasources.WithTerms(t.Context(), datasources.Terms{Account: account})
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Account", account)
		resp, err := client.HTTP().Do(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	if err := post("acme"); err != nil {
		t.Error(err)
	}
	if err := post("bank"); err != nil {
		t.Error(err)
	}
	if !slices.Equal(bodies, []string{"acme {}", "acme {}", "bank {}"}) || !slices.Equal(clock.slept, []time.Duration{time.Minute}) {
		t.Errorf("sent %q, slept %v", bodies, clock.slept)
	}
	left["acme"] = 9
	var retry *datasources.RetryError
	if err := post("acme"); !errors.As(err, &retry) || retry.After != time.Minute || !strings.Contains(err.Error(), "allows no more requests for 1m0s") {
		t.Errorf("again and again: %v", err)
	}
	asked := len(bodies)
	if err := post("bank"); err != nil || len(bodies) != asked+1 {
		t.Errorf("another account meanwhile: %v", err)
	}
}

func TestLimited(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		status  int
		header  http.Header
		body    string
		wait    time.Duration
		limited bool
	}{
		{"primary", 403, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {strconv.FormatInt(now.Unix()+120, 10)}}, "{}", 2 * time.Minute, true},
		{"primary, as 429", 429, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {strconv.FormatInt(now.Unix()+120, 10)}, "X-Github-Request-Id": {"1"}}, "{}", 2 * time.Minute, true},
		{"secondary, with a time", 403, http.Header{"Retry-After": {"30"}, "X-Ratelimit-Remaining": {"4000"}}, "{}", 30 * time.Second, true},
		{"secondary, by its text", 403, nil, `{"message": "You have exceeded a secondary rate limit"}`, time.Minute, true},
		{"by its former name", 403, nil, `{"message": "You have triggered an abuse detection mechanism."}`, time.Minute, true},
		{"GitHub's 429 without a time", 429, http.Header{"X-Github-Request-Id": {"1"}}, "{}", time.Minute, true},
		{"another host's 429", 429, nil, "", 0, true},
		{"forbidden", 403, http.Header{"X-Ratelimit-Remaining": {"4000"}}, `{"message": "Resource not accessible by integration"}`, 0, false},
		{"a text about limits that is one", 200, nil, `secondary rate limit`, 0, false},
		{"down", 503, http.Header{"Retry-After": {"30"}}, "", 0, false},
	} {
		resp := &http.Response{StatusCode: tt.status, Header: tt.header, Body: io.NopCloser(strings.NewReader(tt.body))}
		if tt.header == nil {
			resp.Header = http.Header{}
		}
		wait, limited := Limited(resp, now)
		if body, _ := io.ReadAll(resp.Body); wait != tt.wait || limited != tt.limited || string(body) != tt.body {
			t.Errorf("%s: %v %v, body %q", tt.name, wait, limited, body)
		}
	}
}

func TestCredentialsAndRedirects(t *testing.T) {
	var seen http.Header
	foreign := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		io.WriteString(rw, "blob")
	}))
	defer foreign.Close()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(rw, r, foreign.URL+"/blob", http.StatusTemporaryRedirect)
		case "/here":
			http.Redirect(rw, r, "/end", http.StatusMovedPermanently)
		default:
			io.WriteString(rw, r.Header.Get("Authorization")+" "+r.Header.Get("X-Key")+" "+r.Header.Get("User-Agent"))
		}
	}))
	defer server.Close()
	rules := []Rule{
		{MatchHost: server.URL, Token: "t0ken", Headers: map[string]string{"X-Key": "k"}},
		{MatchHost: foreign.URL, Token: "other"},
	}
	client, _ := open(t, Options{Rules: rules, UserAgent: "currant/1"})
	if got, err := get(t, client, server.URL+"/here", datasources.Terms{}); got != "Bearer t0ken k currant/1" || err != nil {
		t.Errorf("a redirect on the host: %q, %v", got, err)
	}
	if _, err := get(t, client, server.URL+"/away", datasources.Terms{}); !errors.Is(err, datasources.ErrForeign) || seen != nil {
		t.Errorf("a redirect to another host: %v, headers %v", err, seen)
	}
	if got, err := get(t, client, server.URL+"/away", datasources.Terms{Foreign: true}); got != "blob" || err != nil {
		t.Errorf("a blob: %q, %v", got, err)
	}
	if seen.Get("Authorization") != "" || seen.Get("X-Key") != "" {
		t.Errorf("credentials followed a redirect: %v", seen)
	}
	allowed, _ := open(t, Options{Rules: rules, Allow: []string{server.URL, foreign.URL}})
	if got, err := get(t, allowed, server.URL+"/away", datasources.Terms{}); got != "blob" || err != nil {
		t.Errorf("a redirect to a host that is allowed by name: %q, %v", got, err)
	}
	strict, _ := open(t, Options{Allow: []string{server.URL}})
	var refused *NotAllowedError
	if _, err := get(t, strict, server.URL+"/away", datasources.Terms{Foreign: true}); !errors.As(err, &refused) {
		t.Errorf("a blob on a host that is not allowed: %v", err)
	}
}

func TestAuthorization(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{Rule{Token: "t"}, "Bearer t"},
		{Rule{Token: "t", AuthType: "Basic"}, "Basic t"},
		{Rule{Token: "t", AuthType: "Token-Only"}, "t"},
		{Rule{Username: "u", Password: "p"}, "Basic dTpw"},
		{Rule{Password: "p"}, "Basic OnA="},
		{Rule{Token: "t", Username: "u", Password: "p"}, "Basic dTpw"},
		{Rule{}, ""},
	} {
		if got := tt.rule.authorization(); got != tt.want {
			t.Errorf("authorization is %q, want %q", got, tt.want)
		}
	}
}

func TestAllowAndDisable(t *testing.T) {
	no := false
	client, _ := open(t, Options{
		Allow: []string{"example.test"}, Rules: []Rule{{MatchHost: "off.example.test", Enabled: &no}},
		Base: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("sent") }),
	})
	for url, want := range map[string]string{
		"https://evil.test/":        "asking for https://evil.test/: host evil.test is not allowed",
		"https://off.example.test/": "asking for https://off.example.test/: host off.example.test is disabled by a host rule",
		"https://u:p@example.test/": "asking for https://example.test/: asking example.test: sent",
	} {
		if _, err := get(t, client, url, datasources.Terms{}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", url, err, want)
		}
	}
	if err := client.Check("ssh://git@evil.test/x"); err == nil {
		t.Error("Check allows a host that is not listed")
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBodyLimit(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		if r.URL.Query().Get("length") == "" {
			rw.(http.Flusher).Flush()
		}
		rw.Write(make([]byte, n))
	}))
	defer server.Close()
	client, _ := open(t, Options{BodyLimit: 1000})
	for query, ok := range map[string]bool{"n=1000": true, "n=1001": false, "n=1000&length=1": true, "n=1001&length=1": false, "n=0": true} {
		body, err := get(t, client, server.URL+"?"+query, datasources.Terms{})
		var long *TooLongError
		if errors.As(err, &long) == ok {
			t.Errorf("%s: read %d bytes, %v", query, len(body), err)
		}
	}
	if _, err := get(t, client, server.URL+"?n=5000", datasources.Terms{BodyLimit: 5000}); err != nil {
		t.Errorf("a larger limit: %v", err)
	}
}

func TestLimits(t *testing.T) {
	var now, most atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		rw.(http.Flusher).Flush()
	}))
	defer server.Close()
	client, clock := open(t, Options{Rules: []Rule{{Concurrent: 2, PerSecond: 10}}})
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if _, err := get(t, client, server.URL, datasources.Terms{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() > 2 {
		t.Errorf("%d requests at once, want at most 2", most.Load())
	}
	if passed := clock.Now().Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); passed < time.Second {
		t.Errorf("12 requests at 10 a second took %v", passed)
	}
}

func TestCertificates(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, "hello") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	for name, o := range map[string]Options{"global": {CA: authority}, "rule": {Rules: []Rule{{MatchHost: "127.0.0.1", CA: authority}}}} {
		client, _ := open(t, o)
		if got, err := get(t, client, server.URL, datasources.Terms{}); got != "hello" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	client, clock := open(t, Options{})
	if _, err := get(t, client, server.URL, datasources.Terms{}); err == nil || len(clock.slept) > 0 {
		t.Errorf("an unknown authority: %v, slept %v", err, clock.slept)
	}
	for name, o := range map[string]Options{"garbage": {CA: "x"}, "no key": {Rules: []Rule{{Certificate: authority}}}} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, "for "+r.URL.String()) }))
	defer proxy.Close()
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	client, _ := open(t, Options{Proxy: http.ProxyURL(u)})
	if got, err := get(t, client, "http://far.example.test/x", datasources.Terms{}); got != "for http://far.example.test/x" || err != nil {
		t.Errorf("by proxy: %q, %v", got, err)
	}
}

func TestCredential(t *testing.T) {
	client, _ := open(t, Options{Rules: []Rule{{MatchHost: "a.test", Token: "dTpw", AuthType: "Basic"}, {MatchHost: "b.test", Token: "t"}}})
	for url, want := range map[string]datasources.Credential{
		"https://a.test/": {Username: "u", Password: "p"}, "https://b.test/": {Token: "t"},
		"https://x:y@b.test/": {Username: "x", Password: "y"}, "https://c.test/": {},
	} {
		if got, ok := client.Credential("npm", url); got != want || ok != (want != datasources.Credential{}) {
			t.Errorf("credential for %s: %v", url, ok)
		}
	}
}

// TestWrongScheme checks that a server that does not speak TLS is not asked again and again.
func TestWrongScheme(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	c, clock := open(t, Options{})
	if _, err := get(t, c, strings.Replace(s.URL, "http:", "https:", 1), datasources.Terms{}); err == nil {
		t.Error("no error")
	}
	if len(clock.slept) > 0 {
		t.Errorf("waited %v to ask again", clock.slept)
	}
}
