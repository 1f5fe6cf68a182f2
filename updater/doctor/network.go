package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// A Host is one that runs will ask.
type Host struct {
	URL   string // to look at
	Kind  string // how: "docker", "npm", "artifactory", "github", "gitlab"; another looks at URL itself
	Login bool   // there are credentials for it
}

// Hosts looks whether hosts can be reached, and whether they take the credentials that env's client has for them.
func Hosts(env datasources.Env, hosts []Host) []Check {
	var out []Check
	for _, h := range hosts {
		out = append(out, One("registries", datasources.Redact(h.URL), func(ctx context.Context) (State, string, string) { return h.look(ctx, env) }))
	}
	return out
}

// look asks the host something cheap that wants a login, where its kind has that.
func (h Host) look(ctx context.Context, env datasources.Env) (State, string, string) {
	base := strings.TrimSuffix(h.URL, "/")
	switch h.Kind {
	case "docker":
		return h.registry(ctx, env)
	case "npm":
		if base += "/-/ping"; h.Login {
			base = strings.TrimSuffix(base, "ping") + "whoami"
		}
	case "artifactory":
		base += "/api/system/ping"
	case "github":
		base += "/rate_limit"
	case "gitlab":
		base += "/api/v4/version" // which only somebody who is logged in may see
	default:
		base = h.URL
	}
	req, err := http.NewRequestWithContext(datasources.WithTerms(ctx, datasources.Terms{HostTypes: []string{h.Kind}}), http.MethodGet, base, nil)
	if err != nil {
		return Problem, "it is not a URL", "correct the host rule"
	}
	resp, err := env.Client.Do(req)
	if err != nil {
		text, do := Explain(err)
		return Problem, text, do
	}
	resp.Body.Close()
	return h.judge(resp.StatusCode)
}

func (h Host) judge(status int) (State, string, string) {
	said := fmt.Sprintf("it answered %d %s", status, http.StatusText(status))
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		if h.Login {
			return Problem, said + ": it does not take the credentials", "renew them in hostRules, or wherever they come from"
		}
		return Warning, said + ": it wants a login", "add a host rule for it"
	case status == http.StatusProxyAuthRequired:
		return Problem, said + ": the proxy wants a login", "put it into HTTPS_PROXY"
	case status == http.StatusTooManyRequests || status >= 500:
		return Warning, said, "try again later"
	case status >= 400 && h.Login:
		return OK, said + ", so it can be reached; whether it takes the credentials does not show here", ""
	case h.Login:
		return OK, "it can be reached, and took the credentials", ""
	}
	return OK, "it can be reached", ""
}

// registry logs in to a container registry.
func (h Host) registry(ctx context.Context, env datasources.Env) (State, string, string) {
	u, err := url.Parse(h.URL)
	if err != nil || u.Host == "" {
		return Problem, "it is not a URL", "correct the host rule"
	}
	var options []name.Option
	if u.Scheme == "http" {
		options = append(options, name.Insecure)
	}
	reg, err := name.NewRegistry(u.Host, options...)
	if err != nil {
		return Problem, "it is no registry's name", "correct the host rule"
	}
	auth := authn.Anonymous
	if c, ok := env.Credential("docker", h.URL+"/v2/"); ok {
		auth = authn.FromConfig(authn.AuthConfig{Username: c.Username, Password: c.Password, RegistryToken: c.Token})
	}
	terms := datasources.Terms{HostTypes: []string{"docker"}, Foreign: true, Own: true}
	ctx = datasources.WithTerms(ctx, terms)
	base := env.Client.Transport
	asked, err := transport.NewWithContext(ctx, reg, auth, base, nil)
	var said *transport.Error
	if errors.As(err, &said) {
		return h.judge(said.StatusCode)
	}
	if err != nil {
		text, do := Explain(err)
		return Problem, text, do
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, reg.Scheme()+"://"+reg.RegistryStr()+"/v2/", nil)
	if err != nil {
		return Problem, "it is not a URL", "correct the host rule"
	}
	resp, err := asked.RoundTrip(req)
	if err != nil {
		text, do := Explain(err)
		return Problem, text, do
	}
	resp.Body.Close()
	return h.judge(resp.StatusCode)
}

// Explain says why a host could not be asked, and what to do.
func Explain(err error) (text, do string) {
	var refused *host.NotAllowedError
	var authority x509.UnknownAuthorityError
	var wrongName x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	var dns *net.DNSError
	var op *net.OpError
	var network net.Error
	switch {
	case errors.As(err, &refused):
		return refused.Error(), "name it with --allow-host if it is to be asked"
	case errors.As(err, &authority):
		return "its certificate is of an authority that this machine does not know, as where a company's proxy looks into TLS",
			"put the authority's certificate (PEM) into a file that SSL_CERT_FILE names, or into httpsCertificateAuthority of a host rule"
	case errors.As(err, &wrongName):
		return "its certificate is for another name (" + wrongName.Error() + ")", "use the name that the certificate is for"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or is not valid yet", "have it renewed; and see whether this machine's clock is right"
	case errors.As(err, &invalid):
		return "its certificate is not valid: " + invalid.Error(), "have it issued anew"
	case errors.As(err, &plain):
		return "it does not speak TLS there", "see whether the port and http or https are right"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "the proxy for it cannot be reached", "see HTTPS_PROXY, and NO_PROXY for hosts that need none"
	case errors.As(err, &dns):
		return "its name is not known here (DNS)", "see whether the name is right; where only a proxy knows the internet, set HTTPS_PROXY"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there", "see whether the port is right and the service is up"
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "it does not answer", "a firewall may be in between: allow it, or set HTTPS_PROXY"
	case errors.Is(err, datasources.ErrForeign):
		return datasources.Clean(err).Error(), "use the address that it leads to"
	}
	return datasources.Clean(err).Error(), "see whether it can be asked by hand"
}

// Proxies says how the network is reached, from an environment.
func Proxies(env map[string]string) Check {
	return Check{"network", "proxy", func(context.Context) []Finding {
		var set []string
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"} {
			if env[name] != "" {
				set = append(set, name+"="+shown(env[name]))
			}
		}
		var out []Finding
		if len(set) > 0 {
			out = append(out, Finding{State: OK, Text: strings.Join(set, " ")})
		}
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
			if v := env[name]; v != "" && !usable(v) {
				out = append(out, Finding{State: Problem, Text: name + " is no URL", Do: "write it as http://HOST:PORT"})
			}
		}
		if len(out) == 0 {
			out = append(out, Finding{State: OK, Text: "none"})
		}
		return out
	}}
}

// shown is a value without a login in it.
func shown(value string) string {
	if at := strings.LastIndexByte(value, '@'); at >= 0 && !strings.Contains(value, "://") {
		return value[at+1:]
	}
	return datasources.Redact(value)
}

func usable(proxy string) bool {
	if !strings.Contains(proxy, "://") {
		proxy = "http://" + proxy
	}
	u, err := url.Parse(proxy)
	return err == nil && u.Host != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}

// Authorities says which certificate authorities are trusted beside the system's. read reads a file.
func Authorities(env map[string]string, read func(path string) ([]byte, error)) Check {
	return One("network", "certificates", func(context.Context) (State, string, string) {
		file := env["SSL_CERT_FILE"]
		if file == "" {
			if _, err := x509.SystemCertPool(); err != nil {
				return Problem, "the system's authorities cannot be read: " + err.Error(), "install the package ca-certificates, or set SSL_CERT_FILE"
			}
			return OK, "the system's authorities", ""
		}
		text, err := read(file)
		if err != nil {
			return Problem, "SSL_CERT_FILE: " + err.Error(), "let it name a file with certificates (PEM)"
		}
		if !x509.NewCertPool().AppendCertsFromPEM(text) {
			return Problem, "SSL_CERT_FILE: no certificate is in " + file, "let it name a file with certificates (PEM)"
		}
		return OK, "those of SSL_CERT_FILE, " + file + ", in place of the system's", ""
	})
}
