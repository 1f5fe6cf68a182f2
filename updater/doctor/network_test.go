package doctor

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/currant-bot/currant/datasources/host"
)

// closed tells the client not to wait between attempts.
func client(t *testing.T, rules ...host.Rule) *host.Client {
	t.Helper()
	no := time.Duration(0)
	for i := range rules {
		rules[i].MaxRetryAfter = &no
	}
	c, err := host.New(host.Options{Rules: rules, Allow: []string{"127.0.0.1", "localhost"}, Now: time.Now, Sleep: noSleep})
	must(t, err)
	return c
}

func TestHosts(t *testing.T) {
	paths := ""
	npm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths += r.URL.Path + " "
		if strings.HasSuffix(r.URL.Path, "whoami") && r.Header.Get("Authorization") != "Bearer good" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer npm.Close()
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	docker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "bot" || password != "good" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		images.ServeHTTP(w, r)
	}))
	defer docker.Close()
	status := func(code int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }))
		t.Cleanup(s.Close)
		return s.URL
	}
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	down := httptest.NewServer(nil)
	down.Close()
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}))
	for _, tc := range []struct {
		name  string
		host  Host
		rules []host.Rule
		want  string
	}{
		{"npm", Host{URL: npm.URL, Kind: "npm"}, nil, "ok : it can be reached"},
		{"npm, logged in", Host{npm.URL, "npm", true}, []host.Rule{{MatchHost: npm.URL, Token: "good"}}, "ok : it can be reached, and took the credentials"},
		{"npm, wrong", Host{npm.URL, "npm", true}, []host.Rule{{MatchHost: npm.URL, Token: "hunter2"}}, "problem : it answered 401 Unauthorized: it does not take the credentials -> renew"},
		{"docker", Host{docker.URL, "docker", true}, []host.Rule{{MatchHost: docker.URL, Username: "bot", Password: "good"}}, "ok : it can be reached, and took the credentials"},
		{"docker, wrong", Host{docker.URL, "docker", true}, []host.Rule{{MatchHost: docker.URL, Username: "bot", Password: "hunter2"}}, "problem : it answered 401 Unauthorized: it does not take"},
		{"docker, nobody", Host{URL: docker.URL, Kind: "docker"}, nil, "warning : it answered 401 Unauthorized: it wants a login -> add a host rule"},
		{"not there, logged in", Host{status(404), "", true}, nil, "ok : it answered 404 Not Found, so it can be reached; whether it takes the credentials does not show here"},
		{"broken", Host{URL: status(503)}, nil, "problem : "},
		{"the proxy's answer", Host{URL: status(407)}, nil, "problem : it answered 407 Proxy Authentication Required: the proxy wants a login"},
		{"down", Host{URL: down.URL}, nil, "problem : nothing listens there"},
		{"unknown authority", Host{URL: secure.URL}, nil, "problem : its certificate is of an authority that this machine does not know"},
		{"known authority", Host{URL: secure.URL}, []host.Rule{{MatchHost: secure.URL, CA: authority}}, "ok : it can be reached"},
		{"another name", Host{URL: strings.Replace(secure.URL, "127.0.0.1", "localhost", 1)}, []host.Rule{{MatchHost: "localhost", CA: authority}}, "problem : its certificate is for another name"},
		{"plain text", Host{URL: strings.Replace(npm.URL, "http:", "https:", 1)}, nil, "problem : it does not speak TLS there"},
		{"not allowed", Host{URL: "https://registry.example.test/"}, nil, "problem : host registry.example.test is not allowed -> name it with --allow-host"},
	} {
		list := Hosts(client(t, tc.rules...).Env(), []Host{tc.host})[0].Run(t.Context())
		expect(t, tc.name, list, tc.want)
		if strings.Contains(lines(list), "hunter2") {
			t.Errorf("%s: a secret is in %s", tc.name, lines(list))
		}
	}
	if want := "/-/ping /-/whoami /-/whoami "; paths != want {
		t.Errorf("npm was asked for %q", paths)
	}
}

func TestExplain(t *testing.T) {
	for want, err := range map[string]error{
		"its name is not known here": &net.DNSError{Err: "no such host", Name: "registry.example.test", IsNotFound: true},
		"the proxy for it cannot be": &net.OpError{Op: "proxyconnect", Err: errors.New("refused")},
		"its certificate has expire": x509.CertificateInvalidError{Reason: x509.Expired},
		"its certificate is not val": x509.CertificateInvalidError{Reason: x509.NameConstraintsWithoutSANs},
		"it does not speak TLS":      tls.RecordHeaderError{Msg: "x"},
		"https://a.example.test/?..": errors.New("https://user:hunter2@a.example.test/?token=hunter2"),
	} {
		text, do := Explain(fmt.Errorf("asking: %w", err))
		if !strings.Contains(text, want) || do == "" || strings.Contains(text, "hunter2") {
			t.Errorf("%v is explained as %q, %q", err, text, do)
		}
	}
}

func TestProxies(t *testing.T) {
	for _, tc := range []struct {
		env  map[string]string
		want []string
	}{
		{nil, []string{"ok : none"}},
		{map[string]string{"HTTPS_PROXY": "http://user:hunter2@proxy.example.test:3128", "NO_PROXY": "example.test"}, []string{"ok : HTTPS_PROXY=http://proxy.example.test:3128 NO_PROXY=example.test"}},
		{map[string]string{"https_proxy": "user:hunter2@proxy.example.test:3128"}, []string{"ok : https_proxy=proxy.example.test:3128"}},
		{map[string]string{"HTTP_PROXY": "ftp://x"}, []string{"ok : HTTP_PROXY=ftp://x", "problem : HTTP_PROXY is no URL -> write it"}},
	} {
		expect(t, fmt.Sprint(tc.env), Proxies(tc.env).Run(t.Context()), tc.want...)
	}
}

func TestAuthorities(t *testing.T) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	good := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	for name, tc := range map[string]struct {
		text []byte
		err  error
		want string
	}{
		"good": {good, nil, "ok : those of SSL_CERT_FILE, ca.pem"}, "none": {[]byte("x"), nil, "problem : SSL_CERT_FILE: no certificate is in ca.pem"},
		"gone": {nil, errors.New("open ca.pem: no such file"), "problem : SSL_CERT_FILE: open ca.pem"},
	} {
		expect(t, name, Authorities(map[string]string{"SSL_CERT_FILE": "ca.pem"}, func(string) ([]byte, error) { return tc.text, tc.err }).Run(t.Context()), tc.want)
	}
}
