// Package gateway is the proxy through which a tool in a sandbox asks registries: it
// sees what is asked, refuses hosts that nobody configured, and adds the operator's
// credentials, certificates and proxy outside of the tool's reach.
//
// A tool is told of it as its HTTP proxy. The gateway answers for HTTPS itself, with an authority that lives as long as
// the program and that only tools in sandboxes trust. So a lock file holds the registries' own addresses.
package gateway

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// A Route sends what is asked below From to To: the mirror of a public registry.
type Route struct{ From, To string }

// Options say what a gateway lets through.
type Options struct {
	Next     http.RoundTripper // adds credentials and keeps limits
	Allow    []string          // URLs of registries whose hosts may be asked
	Routes   []Route
	HostType string // what hostType of a host rule may be
	Limit    int64  // bytes of all answers together; 0 for none
}

// A Gateway serves one run of a tool.
type Gateway struct {
	o         Options
	authority *Authority
	hosts     map[string]bool
	proxy     *httputil.ReverseProxy

	mu      sync.Mutex
	refused []string // hosts, in order
	failed  []string // hosts that did not answer, with why
	left    int64
}

// New returns a gateway that answers for HTTPS with a's certificates.
func New(a *Authority, o Options) *Gateway {
	g := &Gateway{o: o, authority: a, hosts: make(map[string]bool), left: o.Limit}
	for _, raw := range o.Allow {
		if u, err := url.Parse(raw); err == nil && u.Host != "" {
			g.hosts[canonical(u.Scheme, u.Host)] = true
		}
	}
	for _, r := range o.Routes {
		if u, err := url.Parse(r.From); err == nil && u.Host != "" {
			g.hosts[canonical(u.Scheme, u.Host)] = true
		}
	}
	g.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL = g.route(r.In.URL)
			r.Out.Host = ""
			r.Out.Header.Del("Accept-Encoding") // the transport asks for what it can take apart
			r.Out = r.Out.WithContext(datasources.WithTerms(r.Out.Context(), datasources.Terms{
				HostTypes: []string{g.o.HostType}, BodyLimit: bodyLimit,
			}))
		},
		Transport:      g.o.Next,
		ModifyResponse: g.count,
		ErrorHandler:   g.failure,
		ErrorLog:       log.New(io.Discard, "", 0),
	}
	return g
}

// bodyLimit bounds one answer: an archive of a package.
const bodyLimit = 1 << 30

// Serve answers on l until it is closed, and on all connections until they end.
func (g *Gateway) Serve(l net.Listener) {
	tunnels := newQueue(l.Addr())
	secure := &http.Server{Handler: http.HandlerFunc(g.tunnelled), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	plain := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.plain(w, r, tunnels) }),
		ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
	}
	var done sync.WaitGroup
	done.Go(func() { secure.Serve(tunnels) })
	plain.Serve(l)
	tunnels.Close()
	plain.Close()
	secure.Close()
	done.Wait()
}

// Refused lists the hosts that were asked for and are not configured.
func (g *Gateway) Refused() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.refused)
}

// Failures tells of requests that got no answer.
func (g *Gateway) Failures() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.failed)
}

func (g *Gateway) plain(w http.ResponseWriter, r *http.Request, tunnels *queue) {
	if r.Method != http.MethodConnect {
		g.answer(w, r)
		return
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil || !g.admits("https", r.Host) {
		g.refuse(w, r.Host)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "no tunnel can be made", http.StatusInternalServerError)
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		conn.Close()
		return
	}
	tunnels.add(tls.Server(conn, &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return g.authority.certificate(host) },
	}))
}

// tunnelled answers a request that came through a tunnel.
func (g *Gateway) tunnelled(w http.ResponseWriter, r *http.Request) {
	r.URL.Scheme, r.URL.Host = "https", r.Host
	g.answer(w, r)
}

func (g *Gateway) answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "a lock file needs only reading", http.StatusMethodNotAllowed)
	case r.URL.Host == "" || !g.admits(r.URL.Scheme, r.URL.Host):
		g.refuse(w, r.URL.Host)
	default:
		g.proxy.ServeHTTP(w, r)
	}
}

func (g *Gateway) admits(scheme, host string) bool { return g.hosts[canonical(scheme, host)] }

func (g *Gateway) refuse(w http.ResponseWriter, host string) {
	host = strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
	g.mu.Lock()
	if len(g.refused) < 20 && !slices.Contains(g.refused, host) {
		g.refused = append(g.refused, host)
	}
	g.mu.Unlock()
	http.Error(w, host+" is no registry that is configured for this repository", http.StatusForbidden)
}

func (g *Gateway) failure(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil {
		g.mu.Lock()
		if text := datasources.Clean(err).Error(); len(g.failed) < 20 && !slices.Contains(g.failed, text) {
			g.failed = append(g.failed, text)
		}
		g.mu.Unlock()
	}
	status := http.StatusBadGateway
	if errors.Is(err, errTooMuch) {
		status = http.StatusForbidden
	}
	http.Error(w, "the registry could not be asked", status)
}

// route returns where u really is asked for.
func (g *Gateway) route(u *url.URL) *url.URL {
	for _, r := range g.o.Routes {
		from, err := url.Parse(r.From)
		if err != nil || canonical(from.Scheme, from.Host) != canonical(u.Scheme, u.Host) {
			continue
		}
		base := strings.TrimSuffix(from.EscapedPath(), "/")
		rest, ok := strings.CutPrefix(u.EscapedPath(), base)
		if !ok || rest != "" && rest[0] != '/' {
			continue
		}
		to, err := url.Parse(strings.TrimSuffix(r.To, "/") + rest)
		if err != nil {
			continue
		}
		to.RawQuery = u.RawQuery
		return to
	}
	out := *u
	return &out
}

// canonical names a host with its port.
func canonical(scheme, host string) string {
	host = strings.ToLower(host)
	if u := (&url.URL{Host: host}); u.Port() == "" {
		if scheme == "http" {
			return host + ":80"
		}
		return host + ":443"
	}
	return host
}

var errTooMuch = errors.New("the registries' answers are too long together")

// count bounds what all answers together may be.
func (g *Gateway) count(resp *http.Response) error {
	if g.o.Limit > 0 {
		resp.Body = &counted{resp.Body, g}
	}
	return nil
}

type counted struct {
	io.ReadCloser
	g *Gateway
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.g.mu.Lock()
	defer c.g.mu.Unlock()
	if c.g.left -= int64(n); c.g.left < 0 {
		return 0, fmt.Errorf("%w: more than %d bytes", errTooMuch, c.g.o.Limit)
	}
	return n, err
}
