// Package quota defines how many requests GitHub allows in an hour, how many of them Currant has used, and how fast it may write.
//
// GitHub counts for each installation of an app and for each person: here an account. People use the same allowance as a personal token does,
// so Currant keeps to a share of it, and leaves the rest.
package quota

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
	"github.com/currant-bot/currant/updater/platform"
)

// DefaultShare is how much of an hour's allowance may be used up, in percent.
const DefaultShare = 50

// near is how much of its share, in percent, is used up when only what is urgent is still done.
const near = 80

// What GitHub's documentation names as limits of "content-generating requests" ("Rate limits for the REST API"), and its advice to wait a
// second between two of them ("Best practices for using the REST API").
const (
	perMinute = 80
	perHour   = 500
	apart     = time.Second
)

// patience is how long one request waits for its turn. What would have to wait longer is put off.
const patience = 2 * time.Minute

// Options say what a book is made of.
type Options struct {
	File  string // where it is kept from run to run; "" for nowhere
	Share int    // in percent; 0 for DefaultShare
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error // returns early with ctx's error; nil for host.Sleep
}

// A Book counts requests. It is safe for concurrent use.
type Book struct {
	o Options

	mu       sync.Mutex
	accounts map[string]*account
	waiting  []string // repositories that were put off, the first of them first
}

// kept is what is kept of a book.
type kept struct {
	Accounts map[string]*account `json:"accounts"`
	Waiting  []string            `json:"waiting"`
}

// An account is what is known of one.
type account struct {
	Windows map[string]*window `json:"windows"` // by GitHub's name for a kind of requests: "core", "graphql"
	Created []time.Time        `json:"created"` // when content was made in the last hour, or will be by requests that wait
	run     Usage
}

// A window is an hour in which GitHub counts.
type window struct {
	Limit     int       `json:"limit"` // 0 for none
	Remaining int       `json:"remaining"`
	Reset     time.Time `json:"reset"`
	Spent     int       `json:"spent"` // by us
}

// Usage is what a run has used of an account, for people and reports.
type Usage struct {
	Account   string     `json:"account"`   // owner; "" for the token's own
	Requests  int        `json:"requests"`  // that were sent
	Unchanged int        `json:"unchanged"` // of these, answered 304, which costs nothing
	Writes    int        `json:"writes"`    // of these, asking for a change
	Points    int        `json:"graphqlCost"`
	Limit     int        `json:"limit"` // of requests in an hour; 0 if the host has none
	Remaining int        `json:"remaining"`
	Reset     *time.Time `json:"resetAt"`
}

// Open returns the book that was kept in o.File, or a new one.
func Open(o Options) (*Book, error) {
	o.Share = cmp.Or(o.Share, DefaultShare)
	if o.Sleep == nil {
		o.Sleep = host.Sleep
	}
	if o.Share < 1 || o.Share > 100 {
		return nil, fmt.Errorf("the share of GitHub's limit is %d%%: it must be from 1 to 100", o.Share)
	}
	b := &Book{o: o, accounts: make(map[string]*account)}
	if o.File == "" {
		return b, nil
	}
	data, err := os.ReadFile(o.File)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was used of GitHub's limits: %w", err)
	}
	var k kept
	if json.Unmarshal(data, &k) != nil {
		return b, nil // GitHub's next answer says what is left
	}
	b.waiting = k.Waiting
	for name, a := range k.Accounts {
		if a != nil {
			maps.DeleteFunc(a.Windows, func(_ string, w *window) bool { return w == nil || !o.Now().Before(w.Reset) })
			b.accounts[name] = a
		}
	}
	return b, nil
}

// Order returns repositories in the order in which they are to be looked at: those first that were put off, the one before all that has
// waited longest.
func (b *Book) Order(names []string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, name := range append(slices.Clone(b.waiting), names...) {
		if slices.Contains(names, name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// maxWaiting bounds how many repositories wait in an order of their own.
const maxWaiting = 10_000

// Looked notes that a repository was looked at, or that it was put off.
func (b *Book) Looked(name string, putOff string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	waits := slices.Contains(b.waiting, name)
	switch {
	case putOff == "":
		b.waiting = slices.DeleteFunc(b.waiting, func(n string) bool { return n == name })
	case !waits && len(b.waiting) < maxWaiting:
		b.waiting = append(b.waiting, name)
	}
}

// Save keeps the book for the next run.
func (b *Book) Save() error {
	if b.o.File == "" {
		return nil
	}
	b.mu.Lock()
	data, err := json.Marshal(kept{b.accounts, b.waiting})
	b.mu.Unlock()
	if err == nil {
		err = replace(b.o.File, data)
	}
	if err != nil {
		return fmt.Errorf("keeping what was used of GitHub's limits: %w", err)
	}
	return nil
}

// replace writes a file so that a crash leaves the old one or the new one.
func replace(file string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// of returns what is known of an account. b.mu is held.
func (b *Book) of(name string) *account {
	a := b.accounts[name]
	if a == nil {
		a = new(account)
		b.accounts[name] = a
	}
	if a.Windows == nil {
		a.Windows = make(map[string]*window)
	}
	return a
}

// Means says how much may be done for an account now, and why not everything.
func (b *Book) Means(name string) (platform.Means, string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, now := b.of(name), b.o.Now()
	means, why := platform.Everything, ""
	worse := func(m platform.Means, format string, args ...any) {
		if m > means {
			means, why = m, fmt.Sprintf(format, args...)
		}
	}
	for kind, w := range a.Windows {
		if w.Limit == 0 || !now.Before(w.Reset) {
			continue
		}
		share := max(1, w.Limit*b.o.Share/100)
		left := w.Limit * (100 - b.o.Share) / 500 // a fifth of what is not ours
		until := w.Reset.UTC().Format("15:04 UTC")
		switch {
		case w.Remaining <= left:
			worse(platform.Nothing, "GitHub allows %d more requests (%s) until %s, and some are left to others", w.Remaining, kind, until)
		case w.Spent >= share:
			worse(platform.Nothing, "Currant has used its share of %d of the %d requests (%s) that GitHub allows until %s", share, w.Limit, kind, until)
		case w.Spent*100 >= share*near:
			worse(platform.Urgent, "Currant has nearly used its share of %d of the %d requests (%s) that GitHub allows until %s, so only merges and security updates are made", share, w.Limit, kind, until)
		}
	}
	if n := len(since(a.Created, now.Add(-time.Hour))); n >= perHour*near/100 {
		worse(platform.Urgent, "%d of the %d changes of issues and pull requests that GitHub takes in an hour were made, so only merges and security updates are made", n, perHour)
	}
	return means, why
}

// Usage lists what this run has used, by account.
func (b *Book) Usage() []Usage {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Usage
	for _, name := range slices.Sorted(maps.Keys(b.accounts)) {
		a := b.accounts[name]
		u := a.run
		if u.Requests == 0 {
			continue
		}
		u.Account = name
		if w := a.Windows["core"]; w != nil && w.Limit > 0 {
			u.Limit, u.Remaining, u.Reset = w.Limit, w.Remaining, &w.Reset
		}
		out = append(out, u)
	}
	return out
}

// turn returns how long a request that makes content has to wait, and books it for then; the error says that this is too long. A host
// without limits is asked at once: on an enterprise's own server they are off unless somebody switched them on.
func (b *Book) turn(name string) (time.Duration, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, now := b.of(name), b.o.Now()
	if w := a.Windows["core"]; w == nil || w.Limit == 0 {
		return 0, nil
	}
	a.Created = since(a.Created, now.Add(-time.Hour))
	at := now
	for _, rule := range []struct {
		n    int
		span time.Duration
	}{{1, apart}, {perMinute, time.Minute}, {perHour, time.Hour}} {
		if i := len(a.Created) - rule.n; i >= 0 {
			at = later(at, a.Created[i].Add(rule.span))
		}
	}
	wait := at.Sub(now)
	if wait > patience {
		return 0, &datasources.RetryError{After: wait, Err: fmt.Errorf("GitHub takes %d changes of issues and pull requests in an hour, and the next one may be made in %s", perHour, wait.Round(time.Second))}
	}
	a.Created = append(a.Created, at)
	return wait, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// since returns the times after from. They are sorted.
func since(times []time.Time, from time.Time) []time.Time {
	for i, t := range times {
		if t.After(from) {
			return times[i:]
		}
	}
	return nil
}
