// Package docker reads tags and digests of images, and of anything else that is
// kept in OCI registries.
package docker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/currant-bot/currant/datasources"
)

// Source speaks the OCI distribution API. A package may begin with its
// registry's host, which then counts in place of the query's registry.
var Source = &datasources.Source{
	Name:       "docker",
	Doc:        "OCI registries",
	Versioning: "docker",
	Strategy:   datasources.First,
	Defaults: map[string]any{
		"commitMessageTopic": "{{{depName}}} Docker tag",
		"commitMessageExtra": "to {{#if isPinDigest}}{{{newDigestShort}}}{{else}}{{#if isMajor}}{{{prettyNewMajor}}}{{else}}{{{prettyNewVersion}}}{{/if}}{{/if}}",
		"digest": map[string]any{
			"branchTopic":        "{{{depNameSanitized}}}-{{{currentValue}}}",
			"commitMessageExtra": "to {{newDigestShort}}",
			"commitMessageTopic": "{{{depName}}}{{#if currentValue}}:{{{currentValue}}}{{/if}} Docker digest",
			"group":              map[string]any{"commitMessageTopic": "{{{groupName}}}", "commitMessageExtra": ""},
		},
		"pin": map[string]any{
			"commitMessageExtra": "",
			"groupName":          "Docker digests",
			"group":              map[string]any{"commitMessageTopic": "{{{groupName}}}", "branchTopic": "digests-pin"},
		},
	},
	New: func(env datasources.Env) datasources.Datasource {
		return &registry{env: env, sessions: make(map[string]*session)}
	},
}

// registry asks all registries. A session with a repository, and so its token,
// is used again.
type registry struct {
	env datasources.Env

	mu       sync.Mutex
	sessions map[string]*session

	noStorage sync.Map // hosts of Artifactories that do not let us see their storage
}

// A session is a repository and the client that is logged in for it.
type session struct {
	repo   name.Repository
	scheme string

	mu     sync.Mutex
	wire   *wire
	client *http.Client // nil until logged in
}

// official returns q for the image below "library" in a repository of an Artifactory that
// proxies Docker Hub; ok is false if s is not such a one.
func (s *session) official(q datasources.Query) (library datasources.Query, ok bool) {
	key, image, found := strings.Cut(s.repo.RepositoryStr(), "/")
	if !found || strings.Contains(image, "/") || !s.wire.jfrog.Load() {
		return q, false
	}
	q.Registry, q.Package = s.scheme+"://"+s.repo.RegistryStr(), key+"/library/"+image
	return q, true
}

// locate returns the repository that q is about.
//
// A registry may have a path: it is put before the package's name, as the
// repository key of a proxy registry is. Official images of Docker Hub are in "library".
func (r *registry) locate(q datasources.Query) (repo name.Repository, scheme string, err error) {
	base := q.Registry
	if !strings.Contains(base, "://") {
		base = "https://" + base
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return repo, "", fmt.Errorf("looking up %s: the registry is not a URL", q)
	}
	if u.Scheme == "oci" {
		u.Scheme = "https"
	}
	host, path := u.Host, strings.Trim(u.Path, "/")
	prefix := strings.TrimSuffix(host+"/"+path, "/") + "/"
	image := strings.TrimPrefix(strings.TrimPrefix(q.Package, "oci://"), "docker://")
	if rest, ok := strings.CutPrefix(image, prefix); ok {
		image = rest
	} else if first, rest, ok := strings.Cut(image, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		host, path, image, u.Scheme = first, "", rest, "https"
	}
	if path != "" {
		image = path + "/" + image
	}
	if datasources.IsDockerHub(host) {
		host = name.DefaultRegistry
		if !strings.Contains(image, "/") {
			image = "library/" + image
		}
	}
	if r.env.Insecure != nil && r.env.Insecure("docker", "https://"+host+"/"+image) {
		u.Scheme = "http"
	}
	opts := []name.Option{name.StrictValidation}
	if u.Scheme == "http" {
		opts = append(opts, name.Insecure)
	}
	repo, err = name.NewRepository(host+"/"+image, opts...)
	if err != nil {
		return repo, "", fmt.Errorf("looking up %s: %w: the name is not valid", q, datasources.ErrNotFound)
	}
	return repo, u.Scheme, nil
}

// session returns the session for q, logged in.
func (r *registry) session(ctx context.Context, q datasources.Query) (*session, error) {
	repo, scheme, err := r.locate(q)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	s, ok := r.sessions[scheme+" "+repo.Name()]
	if !ok {
		s = &session{repo: repo, scheme: scheme}
		r.sessions[scheme+" "+repo.Name()] = s
	}
	r.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil {
		return s, nil
	}
	s.wire = &wire{next: r.env.Client.Transport, host: repo.RegistryStr(), scheme: scheme}
	scopes := []string{repo.Scope(transport.PullScope)}
	t, err := transport.NewWithContext(r.terms(ctx), repo.Registry, r.login(repo, scheme), s.wire, scopes)
	if err != nil {
		return nil, fmt.Errorf("logging in for %s: %w", repo, meaning(repo.RegistryStr(), err))
	}
	s.client = &http.Client{Transport: t}
	return s, nil
}

func (r *registry) terms(ctx context.Context) context.Context {
	return datasources.WithTerms(ctx, datasources.Terms{HostTypes: []string{"docker"}, Own: true})
}

// login returns the credentials for a repository.
func (r *registry) login(repo name.Repository, scheme string) authn.Authenticator {
	if r.env.Credential == nil {
		return authn.Anonymous
	}
	hosts := []string{repo.RegistryStr()}
	if datasources.IsDockerHub(repo.RegistryStr()) {
		hosts = append(hosts, datasources.DockerHubDomain, "registry-1."+datasources.DockerHubDomain)
	}
	for _, host := range hosts {
		c, ok := r.env.Credential("docker", scheme+"://"+host+"/v2/"+repo.RepositoryStr()+"/")
		if !ok {
			continue
		}
		if c.Token != "" && c.Password == "" {
			return authn.FromConfig(authn.AuthConfig{RegistryToken: c.Token})
		}
		return authn.FromConfig(authn.AuthConfig{Username: c.Username, Password: c.Password})
	}
	return authn.Anonymous
}

// meaning returns err as [datasources.Datasource] promises errors.
func meaning(host string, err error) error {
	var answer *transport.Error
	if errors.As(err, &answer) {
		return datasources.StatusError(host, answer.StatusCode)
	}
	return datasources.CutShort(datasources.Clean(err))
}
