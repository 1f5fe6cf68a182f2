// Package github reads and changes repositories on GitHub and GitHub
// Enterprise Server.
//
// What is asked often is asked by REST with go-github, which does not appear in this package's interface; branches
// are moved and deleted by git, because only git makes that depend on where a branch is.
package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/platform"
)

// Options say which GitHub it is and who asks.
type Options struct {
	// URL is the address of the REST interface: that of github.com's API, or
	// "https://ghe.example.test/api/v3/".
	URL string

	// Token returns the token to use now for a repository, "acme/shop"; for what is about all
	// repositories of an owner, "acme/"; or, for "", about none. It is asked for each request, so it should keep
	// what it has.
	Token func(ctx context.Context, scope string) (string, error)

	// Refused tells that GitHub did not take a token, so that Token has another one; nil where there is none.
	Refused func(token string)

	// Owners lists the owners whose repositories are to be looked at where Repositories is nil, for an app;
	// nil for a token, which reaches all that it does.
	Owners func(ctx context.Context) ([]string, error)

	// Granted returns the permissions that an owner granted an app, such as "workflows": "write"; nil for a token.
	Granted func(ctx context.Context, owner string) (map[string]string, error)

	// Client makes all requests, those of git too; nil for http.DefaultClient.
	Client *http.Client

	// Repositories are those to look at: "acme/shop", or "acme/*" for all of an
	// organisation or a user. Nil stands for all that the token reaches.
	Repositories []string

	// Topics, unless it is empty, are those of which a repository must have one to be looked at, where Repositories is nil.
	Topics []string

	// AtEndpoint fetches repositories at the host of URL, whatever address the interface says they have.
	AtEndpoint bool

	// Author is who commits are by, where a branch does not say; zero for the token's account.
	Author platform.Account

	// Signer signs commits that go by git; nil for nobody. Those that GitHub makes it signs itself.
	Signer *gitrepo.Signer

	// Mirrors is the folder for copies of repositories.
	Mirrors string

	// Now is the clock for commits; nil for time.Now.
	Now func() time.Time
}

// A Reader reads from GitHub. It is safe for concurrent use.
type Reader struct {
	opts    Options
	api     *gh.Client
	graphql string // its address
	host    string // of the API, such as "ghe.example.test"
	mirrors *gitrepo.Mirrors

	mu sync.Mutex
	me platform.Account // zero until it is known
}

var _ platform.Reader = (*Reader)(nil)

// New returns a reader. It contacts nobody.
func New(o Options) (*Reader, error) {
	base, err := url.Parse(strings.TrimSuffix(o.URL, "/") + "/")
	if err != nil || base.Host == "" || base.User != nil || base.Scheme != "https" && base.Scheme != "http" {
		return nil, errors.New("the address of GitHub's interface must be an http(s) URL without credentials")
	}
	if o.Token == nil || o.Mirrors == "" {
		return nil, errors.New("github needs a token and a folder for mirrors")
	}
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Reader{opts: o, host: base.Host}
	r.api = gh.NewClient(apiClient(o.Client, base.Host, o))
	r.api.BaseURL, r.api.UserAgent = base, "currant"
	graphql := *base
	graphql.Path = strings.TrimSuffix(graphql.Path, "v3/") + "graphql"
	r.graphql = graphql.String()
	r.mirrors = gitrepo.NewMirrors(o.Mirrors, gitrepo.Options{Client: o.Client, Credentials: r.credentials, Signer: o.Signer})
	return r, nil
}

// credentials returns the token for this GitHub's own repositories, and nothing for others.
func (r *Reader) credentials(ctx context.Context, rawURL string) (gitrepo.Credential, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host != r.host && "api."+u.Host != r.host || u.Scheme != r.api.BaseURL.Scheme {
		return gitrepo.Credential{}, nil
	}
	scope := ""
	if owner, repo, ok := strings.Cut(strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git"), "/"); ok {
		scope = owner + "/" + repo
	}
	token, err := r.opts.Token(ctx, scope)
	return gitrepo.Credential{User: "x-access-token", Password: token}, err
}

// Mirror returns the mirror of a repository of this GitHub, which need not have been fetched.
func (r *Reader) Mirror(repo platform.Repository) (*gitrepo.Mirror, error) {
	if r.opts.AtEndpoint {
		return r.mirror(repo.Name)
	}
	return r.mirrors.Mirror(repo.CloneURL)
}

// mirror is Mirror by name, without asking for the repository.
func (r *Reader) mirror(name string) (*gitrepo.Mirror, error) {
	web := url.URL{Scheme: r.api.BaseURL.Scheme, Host: strings.TrimPrefix(r.host, "api."), Path: "/" + name + ".git"}
	return r.mirrors.Mirror(web.String())
}

var nameRE = regexp.MustCompile(`^([A-Za-z0-9_.-]+)/([A-Za-z0-9_.-]+)$`)

// split takes a repository's name apart. What could lead elsewhere in a URL is refused.
func split(name string) (owner, repo string, err error) {
	m := nameRE.FindStringSubmatch(name)
	if m == nil || strings.Trim(m[1], ".") == "" || strings.Trim(m[2], ".") == "" {
		return "", "", fmt.Errorf("%q is no repository's name: it must be like \"acme/shop\"", name)
	}
	return m[1], m[2], nil
}

// escape makes a path or a branch part of a URL, keeping its slashes.
func escape(p string) string {
	parts := strings.Split(p, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

// get asks for one thing that go-github has no good method for.
func (r *Reader) get(ctx context.Context, path string, into any) (*gh.Response, error) {
	req, err := r.api.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return r.api.Do(ctx, req, into)
}
