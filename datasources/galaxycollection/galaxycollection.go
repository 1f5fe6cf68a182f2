// Package galaxycollection reads the collections of Ansible Galaxy and of
// servers that speak its version 3, such as Automation Hub and Artifactory.
package galaxycollection

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source lists the versions of a collection "namespace.name".
var Source = &datasources.Source{
	Name:       "galaxy-collection",
	Doc:        "collections of Ansible Galaxy",
	Versioning: "pep440",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return galaxy{env} },
}

type galaxy struct{ env datasources.Env }

const (
	pageSize = 100
	maxPages = 200
)

// paths are where the interface is below a server's address: that of Galaxy itself, and that of an address which
// names the interface or a repository already.
var paths = map[bool]string{
	false: "/api/v3/plugin/ansible/content/published/collections/index/",
	true:  "/v3/collections/",
}

func (g galaxy) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	namespace, name, ok := strings.Cut(q.Package, ".")
	u, err := url.Parse(strings.TrimSuffix(q.Registry, "/"))
	if err != nil || !ok || namespace == "" || name == "" || strings.ContainsAny(q.Package, "/?#") {
		return nil, fmt.Errorf("looking up %s: %w: it is no namespace.name at a URL", q, datasources.ErrNotFound)
	}
	u.Path += paths[strings.Contains(u.Path, "/api")] + namespace + "/" + name + "/versions/"
	l := &datasources.Listing{}
	for page := range maxPages {
		var answer struct {
			Data []struct {
				Version   string
				CreatedAt time.Time `json:"created_at"`
			}
		}
		u.RawQuery = url.Values{"limit": {fmt.Sprint(pageSize)}, "offset": {fmt.Sprint(page * pageSize)}}.Encode()
		terms := datasources.Terms{HostTypes: []string{"galaxy-collection", "galaxy"}}
		if _, err := g.env.GetJSON(ctx, u.String(), "", terms, &answer); err != nil {
			return nil, err
		}
		for _, v := range answer.Data {
			l.Releases = append(l.Releases, datasources.Release{Version: v.Version, Published: v.CreatedAt})
		}
		if len(answer.Data) < pageSize {
			return l, nil
		}
	}
	l.Partial = fmt.Sprintf("there are more than %d versions", pageSize*maxPages)
	return l, nil
}
