package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

const (
	pageSize = 1000 // tags; some registries refuse more
	maxPages = 1000

	maxStorage = 64 << 20 // bytes of a list of folders
)

// List returns the tags of an image.
func (r *registry) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	s, err := r.session(ctx, q)
	if err != nil {
		return nil, err
	}
	tags, partial, err := s.tags(r.terms(ctx))
	if errors.Is(err, datasources.ErrNotFound) {
		if library, ok := s.official(q); ok {
			return r.List(ctx, library)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listing tags of %s: %w", s.repo, err)
	}
	if len(tags) == 0 && partial == "" {
		// A proxy answers with an empty list for an image that it has not fetched yet.
		partial = "the registry names no tags"
	}
	l := &datasources.Listing{Partial: partial, Forgets: s.wire.jfrog.Load(), Releases: make([]datasources.Release, len(tags))}
	for i, tag := range tags {
		l.Releases[i].Version = tag
	}
	if datasources.IsDockerHub(s.repo.RegistryStr()) {
		r.addPushTimes(ctx, s.repo.RepositoryStr(), l.Releases)
	} else if s.wire.jfrog.Load() {
		r.addStoredTimes(ctx, s, l.Releases)
	}
	return l, nil
}

// tags lists all tags, page by page. partial says why they are not all.
func (s *session) tags(ctx context.Context) (tags []string, partial string, err error) {
	first := &url.URL{
		Scheme: s.scheme, Host: s.repo.RegistryStr(),
		Path:     "/v2/" + s.repo.RepositoryStr() + "/tags/list",
		RawQuery: "n=" + strconv.Itoa(pageSize),
	}
	seen := make(map[string]bool)
	for next, page := first, 0; next != nil; page++ {
		if page == maxPages {
			return tags, fmt.Sprintf("the list has more than %d pages", maxPages), nil
		}
		names, resp, err := s.page(ctx, next)
		if err != nil {
			return nil, "", err
		}
		fresh := 0
		for _, tag := range names {
			if !seen[tag] {
				seen[tag] = true
				tags = append(tags, tag)
				fresh++
			}
		}
		target, err := datasources.NextPage(resp)
		if errors.Is(err, datasources.ErrForeign) {
			return tags, "the registry's next page is on another host", nil
		} else if err != nil {
			return nil, "", err
		}
		if target == "" {
			return tags, "", nil
		}
		if next = following(first, next, target); fresh == 0 || next == nil {
			return tags, "the registry's list goes round in a circle", nil
		}
	}
	return tags, "", nil
}

// following returns the page that target, a link on the page current, means; nil if it is
// current itself.
//
// Only the query of the link is used, on the path that was asked first: Artifactory names the path of
// the repository behind a virtual one. It has also been seen to add "last" to the old one
// instead of replacing it, so the last counts.
func following(first, current *url.URL, target string) *url.URL {
	link, err := url.Parse(target)
	if err != nil {
		return nil
	}
	query := link.Query()
	if last := query["last"]; len(last) > 1 {
		query.Set("last", last[len(last)-1])
	}
	next := *first
	next.RawQuery = query.Encode()
	if next.String() == current.String() {
		return nil
	}
	return &next
}

// page returns the tags on one page.
func (s *session) page(ctx context.Context, u *url.URL) ([]string, *http.Response, error) {
	resp, err := s.do(ctx, http.MethodGet, u.String(), "application/json")
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, nil, datasources.StatusError(u.Host, resp.StatusCode)
	}
	var page struct{ Tags []string }
	err = datasources.DecodeJSON(resp.Body, func(d *json.Decoder) error { return d.Decode(&page) })
	return page.Tags, resp, err
}

func (s *session) do(ctx context.Context, method, address, accept string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, errors.New("not a URL")
	}
	req.Header.Set("Accept", accept)
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, meaning(s.repo.RegistryStr(), err)
	}
	return resp, nil
}

// maxTimePages bounds what is asked of Docker Hub for one image: the newest
// tags are what an age is wanted of.
const maxTimePages = 10

// addPushTimes adds to releases when Docker Hub says that they were pushed. What it
// does not say stays unknown: whoever needs an age then waits.
func (r *registry) addPushTimes(ctx context.Context, repository string, releases []datasources.Release) {
	at := make(map[string]int, len(releases))
	for i, release := range releases {
		at[release.Version] = i
	}
	next := datasources.DockerHubAPI + "/v2/repositories/" + repository + "/tags?page_size=100&ordering=last_updated"
	for range maxTimePages {
		var page struct {
			Next    string
			Results []struct {
				Name   string
				Pushed time.Time `json:"tag_last_pushed"`
			}
		}
		_, err := r.env.GetJSON(ctx, next, "", datasources.Terms{HostTypes: []string{"docker"}}, &page)
		if err != nil {
			return
		}
		for _, tag := range page.Results {
			if i, ok := at[tag.Name]; ok {
				releases[i].Published = tag.Pushed
			}
		}
		if !strings.HasPrefix(page.Next, datasources.DockerHubAPI+"/v2/") {
			return
		}
		next = page.Next
	}
}

// addStoredTimes adds to releases when an Artifactory took them in, by its storage interface: a tag is a
// folder there. What that does not say stays unknown. It wants a login and a licence: a host that refuses is not asked again.
func (r *registry) addStoredTimes(ctx context.Context, s *session, releases []datasources.Release) {
	host := s.repo.RegistryStr()
	if _, refused := r.noStorage.Load(host); refused {
		return
	}
	address := url.URL{Scheme: s.scheme, Host: host, Path: "/artifactory/api/storage/" + s.repo.RepositoryStr()}
	terms := datasources.Terms{HostTypes: []string{"docker", "artifactory"}, BodyLimit: maxStorage}
	list, err := r.env.JFrogFolder(ctx, address.String(), terms)
	if err != nil {
		var auth *datasources.AuthError
		if errors.As(err, &auth) {
			r.noStorage.Store(host, true)
		}
		return
	}
	stored := make(map[string]time.Time, len(list))
	for _, f := range list {
		stored[f.Name] = f.Modified
	}
	for i := range releases {
		releases[i].Published = stored[releases[i].Version]
	}
}
