// Package maven reads releases from Maven repositories.
package maven

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source reads maven-metadata.xml, and project files for what a release says of itself.
var Source = &datasources.Source{
	Name:       "maven",
	Doc:        "Maven repositories",
	Versioning: "maven",
	Strategy:   datasources.Merge,
	New:        func(env datasources.Env) datasources.Datasource { return repository{env} },
}

const bodyLimit = 32 << 20

type repository struct{ env datasources.Env }

var coordinates = regexp.MustCompile(`^([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*):([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$`)

// folder returns the address of a package, which ends in "/", and its artifact.
func folder(q datasources.Query) (address, artifact string, err error) {
	m := coordinates.FindStringSubmatch(q.Package)
	if m == nil {
		return "", "", fmt.Errorf("looking up %s: it is not of the form group:artifact: %w", q, datasources.ErrNotFound)
	}
	return strings.TrimSuffix(q.Registry, "/") + "/" + strings.ReplaceAll(m[1], ".", "/") + "/" + m[2] + "/", m[2], nil
}

func (r repository) get(ctx context.Context, address string, into any) (*http.Response, error) {
	resp, err := r.env.Get(ctx, address, "application/xml, text/xml", datasources.Terms{
		HostTypes: []string{"maven"}, BodyLimit: bodyLimit,
	})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := decode(resp.Body, into); err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), err)
	}
	return resp, nil
}

// decode decodes the whole of a document, so that one that was cut short is not taken for a shorter one.
func decode(r io.Reader, into any) error {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	if err := d.Decode(into); err != nil {
		if syntax, ok := err.(*xml.SyntaxError); ok && syntax.Msg == "unexpected EOF" {
			err = io.ErrUnexpectedEOF
		}
		return datasources.CutShort(err)
	}
	return nil
}

type metadata struct {
	XMLName    xml.Name `xml:"metadata"`
	Versioning struct {
		Latest   string   `xml:"latest"`
		Release  string   `xml:"release"`
		Versions []string `xml:"versions>version"`
	} `xml:"versioning"`
}

func (r repository) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	base, _, err := folder(q)
	if err != nil {
		return nil, err
	}
	var m metadata
	if _, err := r.get(ctx, base+"maven-metadata.xml", &m); err != nil {
		return nil, err
	}
	l := &datasources.Listing{Channels: make(map[string]string)}
	for name, version := range map[string]string{"latest": m.Versioning.Latest, "release": m.Versioning.Release} {
		if version = strings.TrimSpace(version); version != "" {
			l.Channels[name] = version
		}
	}
	seen := make(map[string]bool)
	for _, v := range slices.Backward(m.Versioning.Versions) { // the newest stand last
		if v = strings.TrimSpace(v); v != "" && !seen[v] {
			seen[v] = true
			l.Releases = append(l.Releases, datasources.Release{Version: v, Unstable: strings.HasSuffix(v, "-SNAPSHOT")})
		}
	}
	return l, nil
}

// A model is what is used of a project file.
type model struct {
	XMLName xml.Name `xml:"project"`
	URL     string   `xml:"url"`
	SCM     struct {
		URL        string `xml:"url"`
		Connection string `xml:"connection"`
	} `xml:"scm"`
	Relocation *struct {
		Group    string `xml:"groupId"`
		Artifact string `xml:"artifactId"`
		Version  string `xml:"version"`
		Message  string `xml:"message"`
	} `xml:"distributionManagement>relocation"`
}

func (r repository) model(ctx context.Context, q datasources.Query, version string) (model, *http.Response, error) {
	var m model
	base, artifact, err := folder(q)
	if err != nil {
		return m, nil, err
	}
	v := url.PathEscape(version)
	resp, err := r.get(ctx, base+v+"/"+artifact+"-"+v+".pom", &m)
	return m, resp, err
}

// Describe reads the project file of a version. One that has moved is withdrawn.
func (r repository) Describe(ctx context.Context, q datasources.Query, version string) (*datasources.Listing, error) {
	m, _, err := r.model(ctx, q, version)
	if err != nil {
		return nil, err
	}
	l := &datasources.Listing{Homepage: webAddress(m.URL), SourceURL: sourceURL(m.SCM.URL)}
	if l.SourceURL == "" {
		l.SourceURL = sourceURL(m.SCM.Connection)
	}
	if to := m.Relocation; to != nil {
		group, artifact, _ := strings.Cut(q.Package, ":")
		if to.Group = strings.TrimSpace(to.Group); to.Group != "" {
			group = to.Group
		}
		if to.Artifact = strings.TrimSpace(to.Artifact); to.Artifact != "" {
			artifact = to.Artifact
		}
		l.Withdrawn = strings.TrimSpace("relocated to " + group + ":" + artifact + " " + strings.TrimSpace(to.Message))
	}
	return l, nil
}

// Date returns when the repository took in the project file of a version.
func (r repository) Date(ctx context.Context, q datasources.Query, version string) (time.Time, error) {
	_, resp, err := r.model(ctx, q, version)
	if err != nil {
		return time.Time{}, err
	}
	date, err := http.ParseTime(resp.Header.Get("Last-Modified"))
	if err != nil {
		return time.Time{}, nil // it does not say
	}
	return date.UTC(), nil
}

// webAddress returns s if a browser can open it.
func webAddress(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(s, "${}") {
		return ""
	}
	return s
}

var (
	scmPrefix = regexp.MustCompile(`^scm:(?:git|svn|hg):`)
	scpLike   = regexp.MustCompile(`^(?:ssh://)?git@([^/:]+)[:/]+(.+)$`)
	tree      = regexp.MustCompile(`(/[^/]+/[^/]+)/tree/.*$`)
)

// sourceURL returns the web address of a repository; "" if there is none.
func sourceURL(s string) string {
	s = scmPrefix.ReplaceAllString(strings.TrimSpace(s), "")
	if m := scpLike.FindStringSubmatch(s); m != nil {
		s = "https://" + m[1] + "/" + m[2]
	}
	for _, scheme := range []string{"git://", "git+https://", "git:https://"} {
		if rest, ok := strings.CutPrefix(s, scheme); ok {
			s = "https://" + rest
		}
	}
	u, err := url.Parse(webAddress(s))
	if err != nil || u.Host == "" {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	u.Path = tree.ReplaceAllString(u.Path, "$1")
	return strings.TrimSuffix(strings.TrimSuffix(u.String(), "/"), ".git")
}

// Hashes returns the hash of a file in a repository.
func (r repository) Hashes(ctx context.Context, _ datasources.Query, _, file string) ([]string, error) {
	sum, err := r.env.SHA256(ctx, file, datasources.Terms{HostTypes: []string{"maven"}})
	if err != nil {
		return nil, err
	}
	return []string{sum}, nil
}
