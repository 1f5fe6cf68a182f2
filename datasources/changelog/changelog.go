// Package changelog reads what is new in versions of a package: in the changelog file of its source repository, else in
// the releases there.
package changelog

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// A Reader reads changelogs. It is safe for concurrent use.
type Reader struct {
	o Options

	mu   sync.Mutex
	down map[string]time.Time // hosts that could not be reached, and until when they are left alone
}

// Options say what a [Reader] is made of.
type Options struct {
	Env     datasources.Env
	Sources map[string]datasources.Datasource // by name, to ask where a package's source is
	Kind    func(host string) string          // what a host is, where its name does not say, such as "github"; nil for none
	Keep    Keeper                            // nil to keep nothing
	Now     func() time.Time
}

// A Keeper keeps answers under keys, until it needs the room. What it gives back is whole.
type Keeper interface {
	Load(key string) ([]byte, bool)
	Save(key string, data []byte)
}

// New returns a reader.
func New(o Options) *Reader { return &Reader{o: o, down: make(map[string]time.Time)} }

// A kept answer.
type kept struct {
	Notes   datasources.Notes
	Asked   time.Time
	Nowhere bool // nobody says where the source is, or it cannot be asked there
}

// What an answer counts for, by the age of what it tells of: notes of a new release are written and corrected for days.
const (
	young, soon  = 7 * 24 * time.Hour, 55 * time.Minute
	grown, later = 180 * 24 * time.Hour, 24 * time.Hour
	seldom       = 10 * 24 * time.Hour
)

func (k kept) fresh(now time.Time) bool {
	limit := soon
	if len(k.Notes.Notes) > 0 {
		switch age := now.Sub(k.Notes.Notes[0].Published); {
		case k.Notes.Notes[0].Published.IsZero(), age > young && age <= grown:
			limit = later
		case age > grown:
			limit = seldom
		}
	}
	return now.Sub(k.Asked) < limit
}

// Notes answers q. What was told once stays: where the source repository does not answer now, or tells nothing any more, the
// answer is the last one. The error is [datasources.ErrNotFound] where nobody says where the source is, or it is of a kind that
// cannot be asked.
func (r *Reader) Notes(ctx context.Context, q datasources.NotesQuery) (datasources.Notes, error) {
	now := r.o.Now()
	key := keyOf(q)
	var was kept
	if r.o.Keep != nil {
		if data, ok := r.o.Keep.Load(key); ok && json.Unmarshal(data, &was) == nil && was.fresh(now) {
			return was.answer()
		}
	}
	got, err := r.ask(ctx, q)
	if len(was.Notes.Notes) > 0 && (err != nil || len(got.Notes) == 0) {
		return was.Notes, nil
	}
	nowhere := errors.Is(err, datasources.ErrNotFound)
	if err != nil && !nowhere {
		return got, err
	}
	is := kept{got, now, nowhere}
	if data, err := json.Marshal(is); err == nil && r.o.Keep != nil {
		r.o.Keep.Save(key, data)
	}
	return is.answer()
}

func (k kept) answer() (datasources.Notes, error) {
	if k.Nowhere {
		return datasources.Notes{}, datasources.ErrNotFound
	}
	return k.Notes, nil
}

// keyOf names q without its registry, whose address may hold a secret.
func keyOf(q datasources.NotesQuery) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		"notes 2", q.Source, q.Dir, q.Registry.Datasource, q.Registry.Registry, q.Registry.Package, q.Package, q.From, q.To, q.Versions, q.Extract,
	}, "\x00")))
	return "notes-" + hex.EncodeToString(sum[:])
}

func (r *Reader) ask(ctx context.Context, q datasources.NotesQuery) (datasources.Notes, error) {
	source, dir := q.Source, q.Dir
	if source == "" {
		d, ok := r.o.Sources[q.Registry.Datasource].(datasources.Describer)
		if !ok {
			return datasources.Notes{}, datasources.ErrNotFound
		}
		l, err := d.Describe(ctx, q.Registry, q.To)
		if err != nil {
			return datasources.Notes{}, err
		}
		source, dir = l.SourceURL, cmp.Or(dir, l.SourceDir)
	}
	repo, ok := r.open(source, dir)
	if !ok {
		return datasources.Notes{}, datasources.ErrNotFound
	}
	if err := r.reachable(repo.host()); err != nil {
		return datasources.Notes{}, err
	}
	out, err := repo.read(ctx, q)
	var network net.Error
	if errors.As(err, &network) && ctx.Err() == nil {
		r.mu.Lock()
		r.down[repo.host()] = r.o.Now().Add(pause)
		r.mu.Unlock()
	}
	return out, err
}

// pause is how long a host is left alone that could not be reached: most packages of a company have their source on the
// same few, and behind a firewall each question would take its whole time.
const pause = 10 * time.Minute

func (r *Reader) reachable(host string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until, ok := r.down[host]; ok && r.o.Now().Before(until) {
		return &datasources.RetryError{After: until.Sub(r.o.Now()), Err: fmt.Errorf("%s could not be reached a moment ago", host)}
	}
	return nil
}

// read puts together what changelog file and releases tell.
func (f *forge) read(ctx context.Context, q datasources.NotesQuery) (datasources.Notes, error) {
	wanted := strings.Split(q.Versions, "\n")
	extract, err := regexp.Compile(cmp.Or(q.Extract, "$^"))
	if err != nil {
		return datasources.Notes{}, fmt.Errorf("extractVersion: %w", err)
	}
	names := newNamer(q, extract)
	releases, err := f.releases(ctx, names, append(slices.Clone(wanted), q.From))
	if err != nil {
		return datasources.Notes{}, err
	}
	page, text, err := f.changelog(ctx)
	if err != nil {
		return datasources.Notes{}, err
	}
	sections := make(map[string]string)
	for _, s := range Sections(text) {
		sections[bare(s.Version)] = s.Text
	}
	out := datasources.Notes{Source: f.web, Anonymous: f.anonymous}
	for _, v := range wanted {
		rel, released := releases[bare(v)]
		n := datasources.Note{Version: v, Text: clip(sections[bare(v)]), URL: page, Published: rel.when(), Tag: rel.Tag}
		if n.Text == "" {
			n.Text, n.URL = clip(cmp.Or(rel.Body, rel.Description)), ""
		}
		if released {
			n.URL = cmp.Or(rel.HTMLURL, rel.Links.Self)
		}
		if n.Text != "" {
			out.Notes = append(out.Notes, n)
		}
	}
	from, to := releases[bare(q.From)], releases[bare(q.To)]
	if from.Tag != "" && to.Tag != "" {
		out.Compare = f.compare(from.Tag, to.Tag)
	}
	return out, nil
}

// maxText bounds what is kept of one version, in bytes.
const maxText = 24 << 10

// clip shortens a text at a line's end.
func clip(text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if len(text) <= maxText {
		return text
	}
	text = strings.ToValidUTF8(text[:maxText], "")
	if i := strings.LastIndexByte(text, '\n'); i > 0 {
		text = text[:i]
	}
	return text + "\n\n…"
}

// bare is a version as it is compared: without "v".
func bare(v string) string { return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(v)), "v") }
