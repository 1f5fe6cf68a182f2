// Package gitremote lists the references of git repositories elsewhere.
package gitremote

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"

	"github.com/currant-bot/currant/datasources"
)

// Refs maps the full names of references, and HEAD, to commits: a tag object
// counts as the commit that it is about.
type Refs map[string]string

// HostTypes are the host types whose rules hold for git: that of the datasource and those
// of the platforms that host repositories.
func HostTypes(datasource string) []string {
	return []string{datasource, "git-tags", "git-refs", "github", "gitlab", "gitea", "forgejo", "bitbucket", "bitbucket-server", "azure"}
}

const (
	bodyLimit  = 64 << 20 // some 600,000 references
	sshTimeout = 60 * time.Second
)

// scpLike is git's short form of an SSH address: user@host:path.
var scpLike = regexp.MustCompile(`^([A-Za-z0-9._-]+@)?([A-Za-z0-9.-]+):([^/0-9].*|[0-9]+[^/0-9].*|/[^/].*)$`)

// List returns the references of the repository at address, an http, ssh or
// scp-like address, or where env allows it a folder.
func List(ctx context.Context, env datasources.Env, datasource, address string) (Refs, error) {
	refs, err := list(ctx, env, datasource, address)
	if err != nil {
		return nil, fmt.Errorf("listing references of %s: %w", datasources.Redact(address), err)
	}
	return refs, nil
}

func list(ctx context.Context, env datasources.Env, datasource, address string) (Refs, error) {
	address = strings.TrimPrefix(address, "git+")
	if m := scpLike.FindStringSubmatch(address); m != nil && !strings.Contains(address, "://") {
		address = "ssh://" + m[1] + m[2] + "/" + strings.TrimPrefix(m[3], "/")
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("not an address")
	}
	switch u.Scheme {
	case "http", "https":
		return overHTTP(ctx, env, datasource, u)
	case "ssh":
		if web, ok := webInstead(env, datasource, u); ok {
			return overHTTP(ctx, env, datasource, web)
		}
		return overSSH(ctx, env, datasource, u)
	case "", "file":
		if !env.Local {
			return nil, errors.New("folders of this machine are not allowed")
		}
		return inFolder(u.Path)
	}
	return nil, fmt.Errorf("repositories cannot be reached by %q", u.Scheme)
}

func overHTTP(ctx context.Context, env datasources.Env, datasource string, u *url.URL) (Refs, error) {
	types := HostTypes(datasource)
	var auth transport.AuthMethod
	if env.Credential != nil {
		auth = basic(env, types, u)
	}
	plain := *u
	plain.User, plain.RawQuery, plain.Fragment = nil, "", ""
	endpoint, err := transport.NewEndpoint(strings.TrimSuffix(plain.String(), "/"))
	if err != nil {
		return nil, errors.New("not an address")
	}
	session, err := githttp.NewClient(env.Client).NewUploadPackSession(endpoint, auth)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	terms := datasources.Terms{HostTypes: types, BodyLimit: bodyLimit, Own: auth != nil}
	return advertised(datasources.WithTerms(ctx, terms), session, u.Host)
}

// basic returns how git logs in by HTTP: a token is sent as a password, as every code host accepts it.
func basic(env datasources.Env, types []string, u *url.URL) transport.AuthMethod {
	for _, t := range types {
		if c, ok := env.Credential(t, u.String()); ok {
			if c.Token != "" && c.Password == "" {
				c = datasources.Credential{Username: "x-access-token", Password: c.Token}
			}
			return &githttp.BasicAuth{Username: c.Username, Password: c.Password}
		}
	}
	return nil
}

// webInstead returns the address by HTTPS of a repository that is named by SSH, if there are credentials for that
// and no password of its own for SSH. Files name repositories as people reach them, with their keys; a bot is given a
// token, and what is given for a host as a whole is meant for HTTPS, since code hosts take no passwords by SSH.
func webInstead(env datasources.Env, datasource string, u *url.URL) (web *url.URL, ok bool) {
	if env.Credential == nil {
		return nil, false
	}
	web = &url.URL{Scheme: "https", Host: u.Hostname(), Path: u.Path} // the port is SSH's
	own, named := env.Credential(datasource, u.String())
	for _, t := range HostTypes(datasource) {
		if c, ok := env.Credential(t, web.String()); ok {
			return web, !named || own.Password == "" || own == c
		}
	}
	return nil, false
}

func overSSH(ctx context.Context, env datasources.Env, datasource string, u *url.URL) (Refs, error) {
	if env.Check != nil {
		if err := env.Check(u.String()); err != nil {
			return nil, err
		}
	}
	endpoint, err := transport.NewEndpoint(u.String())
	if err != nil {
		return nil, errors.New("not an address")
	}
	var auth transport.AuthMethod // nil for the keys of the agent
	if env.Credential != nil {
		if c, ok := env.Credential(datasource, u.String()); ok && c.Password != "" {
			auth = &gitssh.Password{User: c.Username, Password: c.Password}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, sshTimeout)
	defer cancel()
	session, err := gitssh.NewClient(nil).NewUploadPackSession(endpoint, auth)
	if err != nil {
		return nil, meaning(u.Host, err)
	}
	defer session.Close()
	return advertised(ctx, session, u.Host)
}

// advertised reads what a server names at the beginning of a session.
func advertised(ctx context.Context, session transport.UploadPackSession, host string) (Refs, error) {
	adv, err := session.AdvertisedReferencesContext(ctx)
	if errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return Refs{}, nil
	}
	if err != nil {
		return nil, meaning(host, err)
	}
	return refsOf(adv), nil
}

func refsOf(adv *packp.AdvRefs) Refs {
	refs := make(Refs, len(adv.References))
	for name, hash := range adv.References {
		refs[name] = hash.String()
	}
	for name, hash := range adv.Peeled {
		refs[name] = hash.String()
	}
	if adv.Head != nil {
		refs["HEAD"] = adv.Head.String()
	}
	return refs
}

// meaning returns err as [datasources.Datasource] promises errors.
func meaning(host string, err error) error {
	var status *githttp.Err
	switch {
	case errors.As(err, &status) && status.Response != nil:
		return datasources.StatusError(host, status.Response.StatusCode)
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return datasources.ErrNotFound
	case errors.Is(err, transport.ErrAuthenticationRequired):
		return &datasources.AuthError{Host: host, Status: 401}
	case errors.Is(err, transport.ErrAuthorizationFailed):
		return &datasources.AuthError{Host: host, Status: 403}
	}
	return datasources.CutShort(datasources.Clean(err))
}

// inFolder reads the references of a repository of this machine.
func inFolder(path string) (Refs, error) {
	repo, err := git.PlainOpen(path)
	if errors.Is(err, git.ErrRepositoryNotExists) {
		return nil, datasources.ErrNotFound
	} else if err != nil {
		return nil, err
	}
	refs := make(Refs)
	iter, err := repo.References()
	if err != nil {
		return nil, err
	}
	err = iter.ForEach(func(ref *plumbing.Reference) error {
		if ref.Type() == plumbing.HashReference {
			refs[ref.Name().String()] = peel(repo, ref.Hash()).String()
		}
		return nil
	})
	if head, herr := repo.Head(); herr == nil {
		refs["HEAD"] = head.Hash().String()
	}
	return refs, err
}

// peel returns the commit that hash is a tag of, or hash itself.
func peel(repo *git.Repository, hash plumbing.Hash) plumbing.Hash {
	for range 8 {
		tag, err := repo.TagObject(hash)
		if err != nil {
			break
		}
		hash = tag.Target
	}
	return hash
}

// Tags returns the tags of r, name to commit.
func (r Refs) Tags() map[string]string { return r.below("refs/tags/") }

// Branches returns the branches of r, name to commit.
func (r Refs) Branches() map[string]string { return r.below("refs/heads/") }

func (r Refs) below(prefix string) map[string]string {
	out := make(map[string]string)
	for name, hash := range maps.All(r) {
		if short, ok := strings.CutPrefix(name, prefix); ok && !strings.HasSuffix(short, "^{}") {
			out[short] = hash
		}
	}
	return out
}

// Find returns the commit of a reference by its full name, or else of a tag,
// or else of a branch; HEAD if name is empty.
func (r Refs) Find(name string) (string, error) {
	if name == "" {
		name = "HEAD"
	}
	for _, prefix := range []string{"", "refs/tags/", "refs/heads/"} {
		if hash, ok := r[prefix+name]; ok {
			return hash, nil
		}
	}
	return "", fmt.Errorf("reference %s: %w", name, datasources.ErrNotFound)
}
