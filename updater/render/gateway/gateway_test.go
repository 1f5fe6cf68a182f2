package gateway_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/render/gateway"
)

// answering is a transport that says what it was asked.
type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func echo(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.Header().Set("X-Hosttypes", strings.Join(datasources.TermsOf(r.Context()).HostTypes, ","))
	io.WriteString(w, r.Method+" "+r.URL.String()+" "+r.Header.Get("Accept-Encoding"))
	return w.Result(), nil
}

// client serves a gateway and returns a client that goes through it, as a tool would.
func client(t *testing.T, o gateway.Options) (*http.Client, *gateway.Gateway) {
	t.Helper()
	a, err := gateway.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	g := gateway.New(a, o)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); g.Serve(l) }()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(a.PEM()))
	transport := &http.Transport{
		Proxy:           http.ProxyURL(&url.URL{Scheme: "http", Host: l.Addr().String()}),
		TLSClientConfig: &tls.Config{RootCAs: pool},
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		l.Close()
		<-done
	})
	return &http.Client{Transport: transport}, g
}

func get(t *testing.T, c *http.Client, method, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, "broken: " + err.Error()
	}
	return resp.StatusCode, string(body)
}

func TestGateway(t *testing.T) {
	c, g := client(t, gateway.Options{
		Next: answering(echo), HostType: "npm",
		Allow:  []string{"https://registry.example.test/npm/", "http://plain.example.test:8080"},
		Routes: []gateway.Route{{From: "https://public.example.test/", To: "https://registry.example.test/mirror"}, {From: "https://index.example.test/simple", To: "https://registry.example.test/py"}},
	})
	for _, x := range []struct {
		method, url string
		status      int
		body        string
	}{
		{"GET", "https://registry.example.test/npm/@a%2fb?x=1", 200, "GET https://registry.example.test/npm/@a%2fb?x=1 "},
		{"GET", "http://plain.example.test:8080/x", 200, "GET http://plain.example.test:8080/x "},
		{"GET", "https://public.example.test/@a%2Fb?x=1", 200, "GET https://registry.example.test/mirror/@a%2Fb?x=1 "},
		{"GET", "https://index.example.test/simple/six/", 200, "GET https://registry.example.test/py/six/ "},
		{"GET", "https://index.example.test/simplest/six/", 200, "GET https://index.example.test/simplest/six/ "},
		{"GET", "http://registry.example.test/npm/a", 403, "registry.example.test is no registry that is configured for this repository\n"},
		{"GET", "http://elsewhere.example.test/", 403, "elsewhere.example.test is no registry that is configured for this repository\n"},
		{"POST", "https://registry.example.test/npm/-/audit", 405, "a lock file needs only reading\n"},
		{"PUT", "http://plain.example.test:8080/x", 405, "a lock file needs only reading\n"},
	} {
		if status, body := get(t, c, x.method, x.url); status != x.status || body != x.body {
			t.Errorf("%s %s: %d %q, want %d %q", x.method, x.url, status, body, x.status, x.body)
		}
	}
	if _, body := get(t, c, "GET", "https://secret.example.test/"); !strings.Contains(body, "Forbidden") {
		t.Errorf("a tunnel to a host that is not configured: %q", body)
	}
	if got, want := g.Refused(), []string{"registry.example.test", "elsewhere.example.test", "secret.example.test"}; !slices.Equal(got, want) {
		t.Errorf("refused %q, want %q", got, want)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	c, g := client(t, gateway.Options{Next: answering(echo), Allow: []string{"https://registry.example.test"}, Limit: 100})
	if status, body := get(t, c, "GET", "https://registry.example.test/a"); status != 200 || strings.HasPrefix(body, "broken") {
		t.Fatalf("the first answer: %d %q", status, body)
	}
	status, body := get(t, c, "GET", "https://registry.example.test/"+strings.Repeat("a", 200))
	if status == 200 && !strings.HasPrefix(body, "broken") {
		t.Errorf("more than the limit: %d %q", status, body)
	}
	if len(g.Refused()) != 0 {
		t.Errorf("refused %q", g.Refused())
	}
}

func TestAFailureIsToldWithoutSecrets(t *testing.T) {
	c, g := client(t, gateway.Options{
		Allow: []string{"https://registry.example.test"},
		Next: answering(func(*http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: "https://bot:hunter2@registry.example.test/a", Err: io.ErrUnexpectedEOF}
		}),
	})
	if status, _ := get(t, c, "GET", "https://registry.example.test/a"); status != http.StatusBadGateway {
		t.Errorf("status %d", status)
	}
	if f := g.Failures(); len(f) != 1 || strings.Contains(f[0], "hunter2") || !strings.Contains(f[0], "unexpected EOF") {
		t.Errorf("failures %q", f)
	}
}
