// Package datasources defines how Currant learns which releases exist.
//
// Each kind of registry is one [Source], a value declared in a package of its
// own below this one. Package datasources/all lists them.
package datasources

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// A Query names a package in a registry. It is comparable: it is the key under
// which an answer is remembered.
type Query struct {
	Datasource string // such as "docker"
	Registry   string // base URL
	Package    string
	Recipe     string // how the answer is read, where configuration says that; "" elsewhere
}

// String describes q without any credentials that its registry's URL holds.
func (q Query) String() string {
	if q.Registry == "" {
		return Redact(q.Datasource + " " + q.Package)
	}
	return Redact(q.Datasource + " " + q.Package + " at " + q.Registry)
}

// A Release is one published version.
type Release struct {
	Version   string
	Package   string              // the package that has it, where another major version has another name; "" for the one asked for
	Digest    string              // of the release, such as the commit of a tag; "" if the listing does not say
	Published time.Time           // when the registry took it in; zero if the registry does not say
	Seen      bool                // Published is when Currant first saw it, since the registry does not say
	Withdrawn string              // why it must not be used, such as "yanked"; "" if it may
	Unstable  bool                // the registry says that it is a prerelease
	Requires  map[string][]string // constraints on its surroundings, such as "python": ">=3.9", of which one must hold; may be nil
}

// A Listing is what a registry says of a package. It must not be modified.
type Listing struct {
	Releases     []Release         // in no particular order
	Channels     map[string]string // such as npm's dist-tags: name to version
	Homepage     string
	SourceURL    string // of the source repository
	SourceDir    string // folder in the source repository
	ChangelogURL string
	Withdrawn    string // why the package should no longer be used; "" if it may

	// What took the place of the package, and at what version; "" for nothing.
	Replacement, ReplacementVersion string
	Forgets                         bool   // the registry lists what it has fetched, and may drop that from its list: see Partial
	Partial                         string // why this is not all there is; "" if it is complete
}

// A Datasource asks registries. It must be safe for concurrent use.
type Datasource interface {
	// List returns the releases of q.Package. The error is [ErrNotFound] if the
	// registry has no such package, an [AuthError] if it may have it but does not let us see, and a
	// [RetryError] if asking again later may help.
	List(ctx context.Context, q Query) (*Listing, error)
}

// A Digester is a Datasource whose versions can be pinned by digest where a
// listing does not hold the digests.
type Digester interface {
	// Digest returns the digest that version has now. An empty version stands for the
	// default, such as the tag "latest" or the branch HEAD.
	Digest(ctx context.Context, q Query, version string) (string, error)
}

// A Platformer is a Digester for images: what is pinned may be the image for one platform
// out of those that a version has.
type Platformer interface {
	// Platform returns which platform the image with a digest is for, such as "linux/arm64"; "" if it
	// is an index of several or not for a platform at all. The error is [ErrNotFound] if it is gone.
	Platform(ctx context.Context, q Query, digest string) (string, error)

	// PlatformDigest returns the digest of the image that version has now for a platform. The error is [ErrNotFound]
	// if there is no such version, and a [PlatformError] if the version has no such image, or several.
	PlatformDigest(ctx context.Context, q Query, version, platform string) (string, error)
}

// A PlatformError means that a version is not there for a platform.
type PlatformError struct {
	Platform string
	Several  bool // there are several images for it, and nothing says which
}

func (e *PlatformError) Error() string {
	if e.Several {
		return "there are several images for " + e.Platform
	}
	return "there is no image for " + e.Platform
}

// A Describer is a Datasource that can tell more of a version than its listing
// does, for the price of further requests: worth it for an update, not for every lookup.
type Describer interface {
	// Describe returns a listing without releases: what version itself says of its
	// homepage, source and changelog.
	Describe(ctx context.Context, q Query, version string) (*Listing, error)
}

// A Dater is a Datasource that knows when a version was published where its listing does not
// say, for the price of a request for each version.
type Dater interface {
	// Date returns when the registry took version in; zero if it does not say.
	Date(ctx context.Context, q Query, version string) (time.Time, error)
}

// A Requirer is a Datasource whose releases say what surroundings they need one by one, and not in a listing. Its
// Source is Requirer.
type Requirer interface {
	// Requires returns what [Release.Requires] of version would be.
	Requires(ctx context.Context, q Query, version string) (map[string][]string, error)
}

// A Source is one kind of registry.
type Source struct {
	Name       string // such as "docker"
	Doc        string
	Versioning string         // the scheme of its versions
	Strategy   Strategy       // how several registries are asked
	Fixed      bool           // registries cannot be configured: the package name says where it is
	Requirer   bool           // what a release needs must be asked for: its datasource is a [Requirer]
	Defaults   map[string]any // options for its dependencies unless configuration says otherwise

	// New returns a datasource that asks through env.
	New func(env Env) Datasource
}

// A Strategy says what several registries of one dependency are for.
type Strategy int

const (
	First Strategy = iota // only the first is asked
	Hunt                  // the first that has the package counts
	Merge                 // the releases of all count; all must answer
)

// Env is what datasources reach the world through.
type Env struct {
	// Client sends every request. Its transport adds credentials, limits the
	// size of bodies, waits and tries again, remembers answers, and refuses hosts that
	// are not allowed.
	Client *http.Client

	// Credential returns what to log in with at a URL, for protocols that
	// do more than send a header. ok is false if nothing is configured.
	Credential func(hostType, url string) (c Credential, ok bool)

	// Check refuses hosts that are not allowed, for protocols that Client does
	// not send, such as SSH. nil allows all.
	Check func(url string) error

	// Insecure reports that a registry named without a scheme is to be asked over plain
	// HTTP. nil means that none is.
	Insecure func(hostType, url string) bool

	// Local allows git repositories that are folders of this machine. Without it a
	// repository's content could make Currant read any folder.
	Local bool
}

// A Credential is a secret. It prints as "[secret]".
type Credential struct{ Username, Password, Token string }

func (Credential) String() string   { return "[secret]" }
func (Credential) GoString() string { return "[secret]" }

// ErrNotFound means that a registry has no such package or version.
var ErrNotFound = errors.New("not found")

// An AuthError means that a registry wants other credentials.
type AuthError struct {
	Host   string
	Status int
}

func (e *AuthError) Error() string {
	return fmt.Sprintf("%s answered %d: check the credentials for it (hostRules)", e.Host, e.Status)
}

// A RetryError is a failure that may pass by itself.
type RetryError struct {
	After time.Duration // at least this long; 0 if unknown
	Err   error
}

func (e *RetryError) Error() string { return e.Err.Error() }
func (e *RetryError) Unwrap() error { return e.Err }

// Validate reports the first mistake in sources, such as a name used twice.
func Validate(sources []*Source) error {
	last := ""
	for _, s := range sources {
		switch {
		case s.Name <= last:
			return fmt.Errorf("datasource %q: listed twice or not in order of name", s.Name)
		case s.Doc == "" || s.Versioning == "" || s.New == nil:
			return fmt.Errorf("datasource %q: Doc, Versioning or New is missing", s.Name)
		}
		last = s.Name
	}
	return nil
}
