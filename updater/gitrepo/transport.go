package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/file"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/go-git/go-git/v5/plumbing/transport/ssh"

	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/currant-bot/currant/updater/platform"
)

// connect prepares an exchange with the repository that m mirrors.
func (m *Mirror) connect(ctx context.Context) (*connection, error) {
	cred, err := m.credential(ctx)
	if err != nil {
		return nil, fmt.Errorf("getting credentials for %s: %w", m.url, err)
	}
	ep, err := transport.NewEndpoint(m.url)
	if err != nil {
		return nil, fmt.Errorf("%s is no repository's address", m.url)
	}
	c := &connection{url: m.url, ep: ep, secrets: []string{cred.Password}}
	switch ep.Protocol {
	case "http", "https":
		c.Transport = githttp.NewClient(m.ms.opts.Client)
		if cred.User != "" || cred.Password != "" {
			c.auth = &githttp.BasicAuth{Username: cred.User, Password: cred.Password}
		}
		if cred.Password == "" {
			c.secrets = append(c.secrets, cred.User) // a token may stand in place of the user
		}
	case "ssh":
		c.Transport = ssh.NewClient(nil)
		c.auth, err = sshAuth(ep.User, cred)
	case "file":
		c.Transport = file.NewClient(transport.UploadPackServiceName, transport.ReceivePackServiceName)
	default:
		err = fmt.Errorf("repositories are not read by %q", ep.Protocol)
	}
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", m.url, err)
	}
	return c, nil
}

func (m *Mirror) credential(ctx context.Context) (Credential, error) {
	m.mu.Lock()
	own := m.own
	m.mu.Unlock()
	if own != (credentialKey{}) {
		return Credential{User: own.user, Password: own.password}, nil
	}
	if m.ms.opts.Credentials == nil {
		return Credential{}, nil
	}
	return m.ms.opts.Credentials(ctx, m.url)
}

// sshAuth returns nil where go-git is to ask the agent.
func sshAuth(user string, cred Credential) (transport.AuthMethod, error) {
	if user == "" {
		user = cred.User
	}
	if user == "" {
		user = ssh.DefaultUsername
	}
	switch {
	case cred.Key != nil:
		auth, err := ssh.NewPublicKeys(user, cred.Key, cred.Password)
		if err != nil {
			return nil, errors.New("the ssh key cannot be read: it is damaged, or its passphrase is wrong")
		}
		return auth, nil
	case cred.Password != "":
		return &ssh.Password{User: user, Password: cred.Password}, nil
	}
	return nil, nil
}

// A connection is a way to one repository, and knows what must not be told of it.
type connection struct {
	transport.Transport
	url     string
	ep      *transport.Endpoint
	auth    transport.AuthMethod
	secrets []string
}

// errorf turns an error of go-git into one that holds no secret and that
// callers can decide on.
func (c *connection) errorf(doing string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var unexpected *plumbing.UnexpectedError
	if errors.As(err, &unexpected) {
		err = unexpected.Err
	}
	var retry *platform.RetryError
	var netErr net.Error
	var status *githttp.Err
	var hostKey *knownhosts.KeyError
	text := c.redact(err.Error())
	var kind error
	switch {
	case errors.As(err, &retry):
		kind = &platform.RetryError{After: retry.After, Err: errors.New(c.redact(retry.Err.Error()))}
	case errors.Is(err, transport.ErrRepositoryNotFound):
		kind = platform.ErrNotFound
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		kind = &platform.AuthError{Host: c.ep.Host, Text: text}
	case errors.As(err, &hostKey):
		kind = fmt.Errorf("the host key of %s is not the one in known_hosts", c.ep.Host)
		if len(hostKey.Want) == 0 {
			kind = fmt.Errorf("the host key of %s is not in known_hosts", c.ep.Host)
		}
	case strings.Contains(text, "ssh: unable to authenticate"): // which has no type
		kind = &platform.AuthError{Host: c.ep.Host, Text: text}
	case errors.As(err, &status):
		kind = errors.New(text)
		if status.StatusCode() >= 500 {
			kind = &platform.RetryError{Err: kind}
		}
	case errors.As(err, &netErr):
		kind = &platform.RetryError{Err: errors.New(text)}
	default:
		kind = errors.New(text)
	}
	return fmt.Errorf("%s %s: %w", doing, c.url, kind)
}

// redact takes the secrets out of a text, and everything that does not belong in one line.
func (c *connection) redact(text string) string {
	for _, s := range c.secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "***")
			text = strings.ReplaceAll(text, url.QueryEscape(s), "***")
		}
	}
	return oneLine(text, 500)
}

// oneLine returns the printable characters of text, at most max bytes of them.
func oneLine(text string, max int) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return ' '
		}
		return r
	}, text)), " ")
	if len(text) > max {
		text = strings.ToValidUTF8(text[:max], "") + "…"
	}
	return text
}

// maxErrorBody bounds how much of an error page is read.
const maxErrorBody = 64 << 10

// politeClient returns a copy of c whose error answers are of bounded size and which
// turns a host's wish to be left alone into a RetryError.
func politeClient(c *http.Client) *http.Client {
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	out := *c
	out.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
		res, err := next.RoundTrip(req)
		if err != nil || res.StatusCode < 400 {
			return res, err
		}
		if after := res.Header.Get("Retry-After"); after != "" || res.StatusCode == http.StatusTooManyRequests {
			res.Body.Close()
			return nil, &platform.RetryError{
				After: retryAfter(after, time.Now()),
				Err:   fmt.Errorf("%s answered %d and asks to come back later", req.URL.Host, res.StatusCode),
			}
		}
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxErrorBody), res.Body}
		return res, nil
	})
	return &out
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// retryAfter reads a Retry-After header (RFC 9110, 10.2.3).
func retryAfter(value string, now time.Time) time.Duration {
	if s, err := strconv.Atoi(value); err == nil && s >= 0 {
		return time.Duration(min(s, 86400)) * time.Second
	}
	if t, err := http.ParseTime(value); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}
