package gomodules

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/datasources"
)

const (
	bodyLimit = 16 << 20

	// maxDated is of how many of a major version's newest releases the date is asked for,
	// each with a request.
	maxDated   = 50
	concurrent = 8
)

func terms() datasources.Terms {
	return datasources.Terms{HostTypes: []string{"go"}, BodyLimit: bodyLimit}
}

// A proxy is one module on one proxy.
type proxy struct {
	env     datasources.Env
	base    *url.URL
	module  string
	escaped string
}

func (m modules) proxied(ctx context.Context, where, name string) (*datasources.Listing, error) {
	base, err := url.Parse(where)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("looking up %s: GOPROXY names %q, which is not an address", name, datasources.Redact(where))
	}
	l, err := (proxy{env: m.env, base: base}).of(name).listing(ctx)
	if err != nil {
		return nil, err
	}
	later := name
	for range maxMajors {
		if later = next(later); later == "" || len(l.Releases) == 0 {
			break
		}
		found, err := (proxy{env: m.env, base: base}).of(later).releases(ctx)
		switch {
		case errors.Is(err, datasources.ErrNotFound):
			return l, nil
		case err != nil:
			return nil, err
		case len(found.Releases) == 0:
			return l, nil
		}
		for _, r := range found.Releases {
			r.Package = later
			l.Releases = append(l.Releases, r)
		}
		l.Partial = cmp.Or(l.Partial, found.Partial)
	}
	return l, nil
}

func (p proxy) of(name string) proxy {
	p.module = name
	p.escaped, _ = module.EscapePath(name) // of a path that was checked
	return p
}

func (p proxy) address(elem ...string) string {
	u := *p.base
	u.Path = path.Join("/", u.Path, p.escaped, path.Join(elem...))
	u.RawPath = ""
	return u.String()
}

// listing returns what the proxy says of the module alone, with what its newest
// version's own file says of it and of withdrawn versions.
func (p proxy) listing(ctx context.Context) (*datasources.Listing, error) {
	l, err := p.releases(ctx)
	if err != nil || len(l.Releases) == 0 {
		return l, err
	}
	newest := newestOf(l.Releases)
	file, err := p.file(ctx, newest)
	if errors.Is(err, datasources.ErrNotFound) {
		l.Partial = cmp.Or(l.Partial, fmt.Sprintf("the proxy lists %s and does not have it", newest))
		return l, nil
	} else if err != nil {
		return nil, err
	}
	if file == nil {
		return l, nil
	}
	if !file.whole {
		l.Partial = cmp.Or(l.Partial, "the proxy does not mark where a module file ends")
	}
	l.Withdrawn = strings.TrimSpace(file.Module.Deprecated)
	for i, r := range l.Releases {
		for _, gone := range file.Retract {
			if semver.Compare(gone.Low, r.Version) <= 0 && semver.Compare(r.Version, gone.High) <= 0 {
				l.Releases[i].Withdrawn = strings.TrimSuffix("retracted: "+gone.Rationale, ": ")
			}
		}
	}
	return l, nil
}

// newestOf returns the version in whose file Go looks for what is retracted: the highest release, or
// if there is none the highest of all.
func newestOf(releases []datasources.Release) string {
	return slices.MaxFunc(releases, func(a, b datasources.Release) int {
		return cmp.Or(cmp.Compare(rank(a.Version), rank(b.Version)), semver.Compare(a.Version, b.Version))
	}).Version
}

func rank(version string) int {
	switch {
	case commitOf(version) != "":
		return 0
	case semver.Prerelease(version) != "":
		return 1
	}
	return 2
}

// releases lists the module's versions, or where it has none the newest commit as a version.
func (p proxy) releases(ctx context.Context) (*datasources.Listing, error) {
	l := &datasources.Listing{}
	address := p.address("@v", "list")
	resp, err := p.env.Get(ctx, address, "", terms())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if !datasources.Delimited(resp) {
		l.Partial = "the proxy does not mark where its list ends"
	}
	var commits []datasources.Release
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		version, _, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ") // some proxies add a date
		switch {
		case version == "":
		case !semver.IsValid(version):
			return nil, fmt.Errorf("reading %s: it is not a list of versions", datasources.Redact(address))
		case !belongs(p.module, version):
		case commitOf(version) != "": // only mirrors list these: those that they hold
			commits = append(commits, datasources.Release{Version: version, Digest: commitOf(version)})
		default:
			l.Releases = append(l.Releases, datasources.Release{Version: version})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(err))
	}
	if len(l.Releases) == 0 {
		if l.Partial != "" {
			return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(io.ErrUnexpectedEOF))
		}
		newest, err := p.latest(ctx)
		switch {
		case err == nil && newest.Version != "":
			l.Releases = []datasources.Release{newest}
			return l, nil
		case err == nil || errors.Is(err, datasources.ErrNotFound) && len(commits) > 0:
			l.Releases = commits
		default:
			return nil, err
		}
	}
	if err := p.date(ctx, l); err != nil {
		return nil, err
	}
	return l, nil
}

// info is what a proxy says of one version.
type info struct {
	Version string
	Time    time.Time
	Origin  struct{ URL string }
}

func (p proxy) info(ctx context.Context, address string) (i info, err error) {
	_, err = p.env.GetJSON(ctx, address, "", terms(), &i)
	if err == nil && i.Version == "" {
		err = fmt.Errorf("reading %s: it names no version", datasources.Redact(address))
	}
	return i, err
}

// latest returns the newest commit of a module without versions; zero if the proxy does not say.
func (p proxy) latest(ctx context.Context) (datasources.Release, error) {
	i, err := p.info(ctx, p.address("@latest"))
	if err != nil {
		return datasources.Release{}, err
	}
	if !belongs(p.module, i.Version) {
		return datasources.Release{}, nil
	}
	return datasources.Release{Version: i.Version, Digest: commitOf(i.Version), Published: i.Time}, nil
}

// date asks when the newest versions were published.
func (p proxy) date(ctx context.Context, l *datasources.Listing) error {
	slices.SortFunc(l.Releases, func(a, b datasources.Release) int { return semver.Compare(b.Version, a.Version) })
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(concurrent)
	missing := make([]bool, min(len(l.Releases), maxDated))
	origins := make([]string, len(missing))
	for i := range missing {
		r := &l.Releases[i]
		g.Go(func() error {
			escaped, err := module.EscapeVersion(r.Version)
			if err != nil {
				return nil
			}
			said, err := p.info(ctx, p.address("@v", escaped+".info"))
			if errors.Is(err, datasources.ErrNotFound) {
				missing[i] = true
				return nil
			}
			r.Published, origins[i] = said.Time, said.Origin.URL
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if i := slices.Index(missing, true); i >= 0 {
		l.Partial = cmp.Or(l.Partial, fmt.Sprintf("the proxy lists %s and does not have it", l.Releases[i].Version))
	}
	l.SourceURL = webAddress(cmp.Or(origins...), p.module)
	return nil
}

// webAddress returns where a module's source can be looked at, as far as that is known.
func webAddress(origin, name string) string {
	if u, err := url.Parse(origin); err == nil && u.Scheme == "https" && u.Host != "" {
		u.User = nil
		return strings.TrimSuffix(u.String(), ".git")
	}
	if repo, ok := knownRepository(name); ok {
		return "https://" + repo
	}
	return ""
}

// A moduleFile is what a version says of its module.
type moduleFile struct {
	*modfile.File
	whole bool // it is certain that nothing is missing at its end
}

// file returns the module file of a version; nil for a version that no address can hold.
func (p proxy) file(ctx context.Context, version string) (*moduleFile, error) {
	escaped, err := module.EscapeVersion(version)
	if err != nil {
		return nil, nil
	}
	address := p.address("@v", escaped+".mod")
	resp, err := p.env.Get(ctx, address, "", terms())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(err))
	}
	file, err := modfile.ParseLax(version+".mod", data, nil)
	if err != nil || file.Module == nil {
		return nil, fmt.Errorf("reading %s: it is not a module file", datasources.Redact(address))
	}
	return &moduleFile{file, datasources.Delimited(resp)}, nil
}
