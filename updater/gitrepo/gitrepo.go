// Package gitrepo defines a git repository as Currant uses one: a mirror to
// fetch into, snapshots to read, facts about branches, and commits that are
// built from objects and pushed, without a work tree.
package gitrepo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// A Credential opens a repository. Its zero value is no credential.
type Credential struct {
	User     string
	Password string // or token; for ssh, the passphrase of Key
	Key      []byte // private key in PEM, for ssh; nil to ask the ssh agent
}

// Options say how mirrors reach their repositories.
type Options struct {
	// Client makes the HTTP requests; nil for http.DefaultClient.
	Client *http.Client

	// Credentials returns what opens the repository at a URL, which holds no
	// credentials itself. It is asked for each exchange, so that it may return short-lived
	// tokens. Nothing it returns is written to disk or put into an error.
	Credentials func(ctx context.Context, url string) (Credential, error)

	// Depth is how many commits of each branch a first fetch asks for; 0 for
	// [DefaultDepth], -1 for all. More history is fetched when it is needed.
	Depth int

	// Want chooses which references are mirrored, by their full names; nil
	// for all branches.
	Want func(ref string) bool

	// Signer signs the commits that are pushed; nil for nobody.
	Signer *Signer
}

// DefaultDepth is the history of a mirror to begin with. It covers the branch of a bot that is a few weeks old.
const DefaultDepth = 50

// cacheBytes bounds the objects that all mirrors together keep in memory.
const cacheBytes = 64 << 20

// Mirrors are bare copies of repositories under one folder. They are safe for
// concurrent use; several processes may share the folder.
type Mirrors struct {
	dir   string
	opts  Options
	cache cache.Object

	mu   sync.Mutex
	open map[string]*Mirror // by URL without credentials
}

// NewMirrors returns the mirrors under dir, which is made when it is needed.
func NewMirrors(dir string, opts Options) *Mirrors {
	if opts.Depth == 0 {
		opts.Depth = DefaultDepth
	}
	if opts.Want == nil {
		opts.Want = func(ref string) bool { return strings.HasPrefix(ref, headsPrefix) }
	}
	if opts.Client == nil {
		opts.Client = http.DefaultClient
	}
	opts.Client = politeClient(opts.Client)
	return &Mirrors{dir: dir, opts: opts, cache: cache.NewObjectLRU(cacheBytes), open: map[string]*Mirror{}}
}

// Mirror returns the mirror of the repository at rawURL, an https, http, file or ssh URL, an
// "user@host:path" or a path. It contacts nobody: see [Mirror.Fetch]. Credentials
// in rawURL are used, but not kept on disk.
func (ms *Mirrors) Mirror(rawURL string) (*Mirror, error) {
	clean, own := splitCredential(rawURL)
	if err := checkScheme(clean); err != nil {
		return nil, err
	}
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m := ms.open[clean]
	if m == nil {
		m = &Mirror{url: clean, dir: filepath.Join(ms.dir, folderName(clean)), ms: ms}
		ms.open[clean] = m
	}
	if own != (Credential{}).asKey() {
		m.setOwn(own)
	}
	return m, nil
}

// A Mirror is a bare copy of one repository, brought up to date by
// [Mirror.Fetch]. It is safe for concurrent use.
type Mirror struct {
	url string // without credentials
	dir string
	ms  *Mirrors

	fetching sync.Mutex // held while the folder is written

	mu   sync.Mutex
	own  credentialKey // from the URL, if it had one
	objs *objects      // nil until it was opened
	set  refSet
}

// URL returns where m is a mirror of, without credentials.
func (m *Mirror) URL() string { return m.url }

// Dir returns the folder of m, a bare git repository.
func (m *Mirror) Dir() string { return m.dir }

// Refs are the references of a repository.
type Refs struct {
	Default string            // default branch; "" if the repository is empty
	Heads   map[string]string // branch to commit
	Tags    map[string]string // tag to commit, where tags are mirrored
}

// Refs returns the references as of the last fetch.
func (m *Mirror) Refs() (Refs, error) {
	if _, err := m.objects(); err != nil {
		return Refs{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.set.refs(), nil
}

// ErrNotFetched means that a mirror has nothing yet.
var ErrNotFetched = errors.New("it was never fetched")

// objects opens m's folder, if that has not happened yet.
func (m *Mirror) objects() (*objects, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.objs != nil {
		return m.objs, nil
	}
	objs, refs, err := m.openDir()
	if errors.Is(err, os.ErrNotExist) {
		err = ErrNotFetched
	}
	if err != nil {
		return nil, fmt.Errorf("opening the mirror of %s: %w", m.url, err)
	}
	m.objs, m.set = objs, refs
	return objs, nil
}

// openDir opens the folder as it is on disk and checks that what its
// references name is there. The error is os.ErrNotExist if there was no complete fetch yet.
func (m *Mirror) openDir() (*objects, refSet, error) {
	if m.isCondemned() {
		return nil, refSet{}, fmt.Errorf("%w: it was found to be damaged", errCorrupt)
	}
	all, err := readPackedRefs(m.dir)
	if err != nil {
		return nil, refSet{}, err
	}
	store := filesystem.NewStorageWithOptions(osfs.New(m.dir), m.ms.cache, filesystem.Options{MaxOpenDescriptors: 2})
	objs := &objects{store: store, condemn: m.condemn}
	if err := objs.check(all); err != nil {
		return nil, refSet{}, err
	}
	return objs, all, nil
}

// condemned is a file that says that a mirror must be thrown away.
const condemned = "currant-damaged"

// condemn notes that m is damaged. The next fetch throws it away.
func (m *Mirror) condemn() {
	// If it cannot be written, the damage is found again when it is read again.
	_ = os.WriteFile(filepath.Join(m.dir, condemned), nil, 0o666)
}

func (m *Mirror) isCondemned() bool {
	_, err := os.Stat(filepath.Join(m.dir, condemned))
	return err == nil
}

// splitCredential takes the user and password out of an http URL. Other URLs keep the
// user name, which is no secret there, but no password.
func splitCredential(raw string) (string, credentialKey) {
	u, err := url.Parse(raw)
	if err != nil || u.User == nil || u.Host == "" {
		return raw, credentialKey{}
	}
	password, _ := u.User.Password()
	key := credentialKey{u.User.Username(), password}
	if u.Scheme == "ssh" {
		u.User = url.User(key.user)
		if password == "" {
			key = credentialKey{}
		}
		return u.String(), key
	}
	u.User = nil
	return u.String(), key
}

// A credentialKey is the part of a Credential that a URL can hold.
type credentialKey struct{ user, password string }

func (c Credential) asKey() credentialKey { return credentialKey{c.User, c.Password} }

func (m *Mirror) setOwn(k credentialKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.own = k
}

// checkScheme refuses what git would run a helper program for, such as "ext::sh -c …".
func checkScheme(raw string) error {
	scheme, _, ok := strings.Cut(raw, "://")
	switch {
	case strings.Contains(raw, "::"), strings.HasPrefix(raw, "-"), strings.ContainsAny(raw, "\x00\n\r"):
		return errors.New("not a repository's address: it holds characters that no such address has")
	case !ok, scheme == "https", scheme == "http", scheme == "file", scheme == "ssh":
		return nil
	}
	return fmt.Errorf("repositories are not read by %q: use https, http, ssh or file", scheme)
}

// folderName returns a name for the mirror of a URL: readable, and different for
// different URLs.
func folderName(clean string) string {
	sum := sha256.Sum256([]byte(clean))
	readable := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.TrimSuffix(clean, ".git"))
	if len(readable) > 60 {
		readable = readable[len(readable)-60:]
	}
	return strings.Trim(readable, "-") + "-" + hex.EncodeToString(sum[:6]) + ".git"
}
