// Package mirror keeps a copy of each template's repository, fetched at most once in a run,
// from which everything about the template is read and every update is made.
package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/lock"
	"github.com/currant-bot/currant/templating/source"
)

// Options say how templates are fetched.
type Options struct {
	Dir     string        // where the mirrors are kept; nobody else writes there
	Timeout time.Duration // of one fetch; 0 for ten minutes
	Rewrite []Rewrite     // other addresses to fetch from; the longest match counts

	// More names commits to fetch besides what branches and tags reach.
	More []string

	// Credential returns what to log in with at a URL. It may be nil.
	Credential func(ctx context.Context, url string) (user, password string, ok bool)

	// Audience says who asks, where Credential depends on that: what one was let in to, another must ask for too. It may be nil.
	Audience func(ctx context.Context) string

	// Allow returns why a URL must not be contacted, nil if it may. A nil Allow permits all.
	Allow func(url string) error

	// Now is the time at which a tag was seen. It may be nil.
	Now func() time.Time
}

// A Rewrite fetches what is at From, a URL, a template's ID or the beginning of
// one, from To: a URL or a folder. It is the operator's word, so To is not asked of Allow.
type Rewrite struct{ From, To string }

// A Store holds the mirrors of one run. It may be used by several goroutines at once.
type Store struct {
	git     *git.Git
	options Options

	mu   sync.Mutex
	open map[opening]*fetch
}

// An opening is a template, by its ID, and who asked for it.
type opening struct{ id, audience string }

type fetch struct {
	done   chan struct{}
	mirror *Mirror
	err    error
}

// New returns a store that has fetched nothing yet.
func New(g *git.Git, o Options) *Store {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Store{git: g, options: o, open: make(map[opening]*fetch)}
}

// An UnreachableError says that a template could not be fetched.
type UnreachableError struct {
	ID  string
	Err error
}

func (e *UnreachableError) Error() string {
	return "fetching template " + e.ID + ": " + git.Redact(e.Err.Error())
}
func (e *UnreachableError) Unwrap() error { return e.Err }

// Open returns the mirror of a template as it is now. The first call in the life of the store
// (of each audience) fetches it, the others wait for that and share its outcome. The error
// is an [UnreachableError] if the template cannot be had.
func (s *Store) Open(ctx context.Context, src source.Source) (*Mirror, error) {
	key := opening{id: src.ID}
	if s.options.Audience != nil {
		key.audience = s.options.Audience(ctx)
	}
	s.mu.Lock()
	f, ok := s.open[key]
	if !ok {
		f = &fetch{done: make(chan struct{})}
		s.open[key] = f
	}
	s.mu.Unlock()
	if !ok {
		f.mirror, f.err = s.update(ctx, src)
		if ctx.Err() != nil { // the caller gave up: that says nothing about the template
			s.mu.Lock()
			delete(s.open, key)
			s.mu.Unlock()
		}
		close(f.done)
	}
	select {
	case <-f.done:
		return f.mirror, f.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (s *Store) update(ctx context.Context, src source.Source) (*Mirror, error) {
	if err := os.MkdirAll(s.options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making room for templates: %w", err)
	}
	dir, err := filepath.Abs(s.options.Dir)
	if err != nil {
		return nil, fmt.Errorf("making room for templates: %w", err)
	}
	sum := sha256.Sum256([]byte(src.ID))
	name := filepath.Base(src.ID) + "-" + hex.EncodeToString(sum[:8]) + ".git"
	m := &Mirror{git: s.git, Source: src, dir: filepath.Join(dir, name)}
	unlock, err := lock.Take(ctx, m.dir+".lock")
	if err != nil {
		return nil, fmt.Errorf("waiting for the mirror of %s: %w", src.ID, err)
	}
	defer unlock()
	if err := m.init(ctx); err != nil {
		return nil, err
	}
	if err := s.fetch(ctx, m); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &UnreachableError{ID: src.ID, Err: err}
	}
	if err := m.readTags(ctx); err != nil {
		return nil, err
	}
	if err := m.journal(s.options.Now()); err != nil {
		return nil, err
	}
	return m, nil
}

// init makes the mirror's folder; one that is not a repository, because making it was
// interrupted, is made again.
func (m *Mirror) init(ctx context.Context) error {
	out, err := m.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + m.dir, "rev-parse", "--is-bare-repository"}})
	if err == nil && strings.TrimSpace(out) == "true" {
		return nil
	}
	if err := os.RemoveAll(m.dir); err != nil {
		return fmt.Errorf("removing a broken mirror: %w", err)
	}
	_, err = m.git.Run(ctx, git.Command{Args: []string{"init", "-q", "--bare", m.dir}})
	return err
}

// fetch brings all branches and tags, in one exchange.
func (s *Store) fetch(ctx context.Context, m *Mirror) error {
	address, settings, err := s.address(ctx, m.Source)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.options.Timeout, errors.New("the template did not come in time"))
	defer cancel()
	args := []string{"--git-dir=" + m.dir, "fetch", "-q", "--prune", "--force", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
		"--", address, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"}
	for _, commit := range s.options.More {
		args = append(args, "+"+commit+":refs/currant/"+commit)
	}
	_, err = s.git.Run(ctx, git.Command{Args: args, Settings: settings})
	return err
}

// address returns where to fetch from and how to log in there.
func (s *Store) address(ctx context.Context, src source.Source) (string, []git.Setting, error) {
	if to, ok := s.rewritten(src); ok {
		return s.login(ctx, to)
	}
	address := src.URL
	if src.SSH != "" && !s.hasCredential(ctx, address) {
		address = src.SSH
	}
	if s.options.Allow != nil {
		if err := s.options.Allow(address); err != nil {
			return "", nil, err
		}
	}
	return s.login(ctx, address)
}

func (s *Store) rewritten(src source.Source) (string, bool) {
	best, to := -1, ""
	for _, r := range s.options.Rewrite {
		for _, spelling := range append(src.Spellings(), src.ID, src.ID+".git") {
			if rest, ok := strings.CutPrefix(spelling, r.From); ok && len(r.From) > best {
				best, to = len(r.From), r.To+rest
			}
		}
	}
	return to, best >= 0
}

func (s *Store) hasCredential(ctx context.Context, address string) bool {
	if s.options.Credential == nil {
		return false
	}
	_, _, ok := s.options.Credential(ctx, address)
	return ok
}

// login returns settings that only the fetching process sees, in its environment: they are neither in its
// arguments nor on disk.
func (s *Store) login(ctx context.Context, address string) (string, []git.Setting, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return address, nil, nil
	}
	var user, password string
	if u.User != nil { // in a rewrite of the operator's
		user = u.User.Username()
		password, _ = u.User.Password()
		u.User = nil
	} else if s.options.Credential != nil {
		var ok bool
		if user, password, ok = s.options.Credential(ctx, address); !ok {
			return address, nil, nil
		}
	} else {
		return address, nil, nil
	}
	basic := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	return u.String(), []git.Setting{
		{Key: "http." + u.Scheme + "://" + u.Host + "/.extraHeader", Value: "Authorization: Basic " + basic},
	}, nil
}
