// Package tfregistry asks registries of Terraform and OpenTofu, by the
// protocols that both document.
package tfregistry

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// bodyLimit admits the list of the largest providers, each of whose versions names a dozen platforms.
const bodyLimit = 64 << 20

// A Client asks for packages of one kind.
type Client struct {
	Env      datasources.Env
	HostType string // as host rules name it
	Service  string // as hosts announce it, such as "modules.v1"
}

// Terms returns the terms of all requests.
func (c Client) Terms() datasources.Terms {
	return datasources.Terms{HostTypes: []string{c.HostType}, BodyLimit: bodyLimit}
}

// name is a part of a package's name. What is none is not sent anywhere.
var name = regexp.MustCompile(`^[0-9A-Za-z][\w.-]*$`)

// Split returns the parts of a package's name, of which there are n, and the host that may stand before
// them. ok is false if it is no such name.
func Split(pkg string, n int) (host string, parts []string, ok bool) {
	parts = strings.Split(pkg, "/")
	if len(parts) == n+1 && strings.ContainsAny(parts[0], ".:") {
		host, parts = parts[0], parts[1:]
	}
	if len(parts) != n {
		return "", nil, false
	}
	for _, part := range parts {
		if !name.MatchString(part) {
			return "", nil, false
		}
	}
	return host, parts, true
}

// Base returns where a registry serves its packages. A registry that is just a host says so by itself;
// an address with a path is such a place, and given. The error is ErrNotFound if the host announces no such service.
func (c Client) Base(ctx context.Context, registry string) (base *url.URL, given bool, err error) {
	u, err := url.Parse(registry)
	if err != nil || u.Host == "" {
		return nil, false, fmt.Errorf("the registry %s is not an address", datasources.Redact(registry))
	}
	u.RawQuery, u.Fragment = "", ""
	if u = u.JoinPath("/"); u.Path != "/" {
		return u, true, nil
	}
	known := u.JoinPath(".well-known/terraform.json")
	var services map[string]json.RawMessage
	resp, err := c.Env.GetJSON(ctx, known.String(), "", c.Terms(), &services)
	if err != nil {
		return nil, false, err
	}
	var place string
	if raw, ok := services[c.Service]; !ok || json.Unmarshal(raw, &place) != nil || place == "" {
		return nil, false, fmt.Errorf("%s announces no %s: %w", u.Host, c.Service, datasources.ErrNotFound)
	}
	base, err = resp.Request.URL.Parse(place)
	if err != nil || base.Host == "" {
		return nil, false, fmt.Errorf("%s announces %s where there can be none", u.Host, c.Service)
	}
	if !datasources.SameDomain(base.Hostname(), u.Hostname()) {
		return nil, false, fmt.Errorf("%s announces %s at %s: %w", u.Host, c.Service, base.Host, datasources.ErrForeign)
	}
	base.User, base.RawQuery, base.Fragment = u.User, "", ""
	if base.Host == u.Host {
		base.Scheme = u.Scheme // a proxy in front may be all that speaks TLS
	}
	return base.JoinPath("/"), false, nil
}

// Listing returns the listing of the versions that a registry named. kind is "providers" or "modules".
func (c Client) Listing(ctx context.Context, q datasources.Query, kind string, parts, versions []string) (*datasources.Listing, error) {
	l := new(datasources.Listing)
	for _, v := range versions {
		if v != "" {
			l.Releases = append(l.Releases, datasources.Release{Version: v})
		}
	}
	if len(l.Releases) == 0 { // a proxy may not have fetched it yet
		l.Partial = "the registry names no versions"
		return l, nil
	}
	if err := c.extend(ctx, q.Registry, kind, parts, l); err != nil {
		return nil, err
	}
	return l, nil
}

// extend adds to l what the public registries tell besides the protocol: dates, and where the source is. It is
// best effort: a listing without is complete all the same.
func (c Client) extend(ctx context.Context, registry, kind string, parts []string, l *datasources.Listing) error {
	var published map[string]time.Time
	switch strings.TrimSuffix(registry, "/") {
	case datasources.DefaultRegistries("terraform-provider")[0]:
		published, l.SourceURL = c.terraform(ctx, registry, kind, parts)
	case datasources.OpenTofuRegistry:
		published, l.SourceURL = c.opentofu(ctx, kind, parts)
	}
	for i, r := range l.Releases {
		l.Releases[i].Published = published[strings.TrimPrefix(r.Version, "v")]
	}
	return ctx.Err()
}

// terraform asks the second version of HashiCorp's interface, which has all versions in one answer.
func (c Client) terraform(ctx context.Context, registry, kind string, parts []string) (published map[string]time.Time, source string) {
	versions := strings.TrimSuffix(kind, "s") + "-versions"
	address := strings.TrimSuffix(registry, "/") + "/v2/" + kind + "/" + strings.Join(parts, "/") + "?include=" + versions
	var doc struct {
		Data struct {
			Attributes struct{ Source string }
		}
		Included []struct {
			Type       string
			Attributes struct {
				Version   string
				Published time.Time `json:"published-at"`
			}
		}
	}
	if _, err := c.Env.GetJSON(ctx, address, "", c.Terms(), &doc); err != nil {
		return nil, ""
	}
	published = make(map[string]time.Time, len(doc.Included))
	for _, v := range doc.Included {
		if v.Type == versions {
			published[strings.TrimPrefix(v.Attributes.Version, "v")] = v.Attributes.Published.UTC()
		}
	}
	return published, web(doc.Data.Attributes.Source)
}

// opentofu asks the interface of OpenTofu's search, which is on another host than the registry.
func (c Client) opentofu(ctx context.Context, kind string, parts []string) (published map[string]time.Time, source string) {
	address := datasources.OpenTofuAPI + "/registry/docs/" + kind + "/" + strings.Join(parts, "/") + "/index.json"
	var doc struct {
		Link     string
		Versions []struct {
			ID        string
			Published time.Time
		}
	}
	if _, err := c.Env.GetJSON(ctx, address, "", c.Terms(), &doc); err != nil {
		return nil, ""
	}
	published = make(map[string]time.Time, len(doc.Versions))
	for _, v := range doc.Versions {
		published[strings.TrimPrefix(v.ID, "v")] = v.Published.UTC()
	}
	source = web(doc.Link)
	if source == "" && kind == "modules" { // the registry takes modules only from repositories of this name
		source = "https://" + datasources.GitHub + "/" + parts[0] + "/terraform-" + parts[2] + "-" + parts[1]
	}
	return published, source
}

// web returns address if it is one of the web.
func web(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return address
}
