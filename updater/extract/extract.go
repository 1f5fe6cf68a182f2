// Package extract is the stage that reads dependencies from the files of a
// snapshot.
//
// Each file is offered once to every manager whose patterns match its path. What a manager found in a file is
// remembered by the file's content and by what it read besides, so that
// repositories made from one template are parsed once.
package extract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// An Offer is a manager and the files that it is to read.
type Offer struct {
	Manager *managers.Manager
	Match   func(path string) bool
}

// A Result is what was found in a snapshot.
type Result struct {
	Found    []plan.Found
	Problems []managers.Problem
	Files    int // that at least one manager read
	Parsed   int // manager and file pairs that were not remembered
}

// Run reads the files of s. It returns what was found in order of path and
// manager. The error is only ever about ctx: what is wrong with a file is a problem in the result.
func Run(ctx context.Context, s *gitrepo.Snapshot, offers []Offer, memo *Memo) (Result, error) {
	jobs, err := jobsFor(ctx, s.List(), offers)
	if err != nil {
		return Result{}, err
	}
	included := include(s, jobs)
	var ran []job
	for next := jobs; len(next) > 0; next = included(next) {
		if err := spread(ctx, len(next), func(i int) { next[i].run(s, memo) }); err != nil {
			return Result{}, err
		}
		ran = append(ran, next...)
	}
	slices.SortStableFunc(ran, func(a, b job) int { return strings.Compare(a.entry.Path, b.entry.Path) })
	return collect(ran), nil
}

// jobsFor returns the files that somebody takes.
func jobsFor(ctx context.Context, entries []gitrepo.Entry, offers []Offer) ([]job, error) {
	jobs := make([]job, len(entries))
	err := spread(ctx, len(entries), func(i int) {
		jobs[i].entry = entries[i]
		for _, o := range offers {
			if o.Match(entries[i].Path) {
				jobs[i].takers = append(jobs[i].takers, o.Manager)
			}
		}
	})
	return slices.DeleteFunc(jobs, func(j job) bool { return len(j.takers) == 0 }), err
}

// spread calls do with each number below n, on all cores, some at a time. The error is only ever about ctx.
func spread(ctx context.Context, n int, do func(i int)) error {
	const batch = 16
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < n; from += batch {
		g.Go(func() error {
			for i := from; i < min(from+batch, n) && ctx.Err() == nil; i++ {
				do(i)
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// include returns a function that, of jobs which have run, returns those for the files that their files include. Each
// manager reads a file once.
func include(s *gitrepo.Snapshot, jobs []job) func(ran []job) []job {
	type reading struct {
		manager *managers.Manager
		path    string
	}
	entry := sync.OnceValue(func() map[string]gitrepo.Entry {
		entries := make(map[string]gitrepo.Entry)
		for _, e := range s.List() {
			entries[e.Path] = e
		}
		return entries
	})
	read := make(map[reading]bool)
	for _, j := range jobs {
		for _, m := range j.takers {
			read[reading{m, j.entry.Path}] = true
		}
	}
	return func(ran []job) (more []job) {
		for _, j := range ran {
			for i, m := range j.takers {
				for _, path := range j.results[i].Includes {
					if e, ok := entry()[path]; ok && !read[reading{m, path}] {
						read[reading{m, path}] = true
						more = append(more, job{entry: e, takers: []*managers.Manager{m}})
					}
				}
			}
		}
		return more
	}
}

// A job is one file and the managers that read it.
type job struct {
	entry   gitrepo.Entry
	takers  []*managers.Manager
	results []managers.Result
	unread  error // why the file as such could not be read
	parsed  int
}

func (j *job) run(s *gitrepo.Snapshot, memo *Memo) {
	j.results = make([]managers.Result, len(j.takers))
	open := sync.OnceValues(func() (managers.File, error) { return Open(s, j.entry) })
	for i, m := range j.takers {
		if r, ok := memo.get(m, j.entry, s); ok {
			j.results[i] = r
			continue
		}
		file, err := open()
		if err != nil {
			j.unread = err
			return
		}
		rec := gitrepo.Record(s.FS)
		file.FS = rec
		j.parsed++
		j.results[i] = Safely(m, file)
		memo.put(m, j.entry, s, rec.Reads(), j.results[i])
	}
	j.results = managers.Supersede(j.takers, j.results)
}

// Open reads a file as managers want it: valid UTF-8 without a byte order mark.
func Open(s *gitrepo.Snapshot, e gitrepo.Entry) (managers.File, error) {
	if e.Mode == platform.Symlink {
		return managers.File{}, link(s.FS, e.Path)
	}
	data, err := fs.ReadFile(s.FS, e.Path)
	var large *gitrepo.SizeError
	switch {
	case errors.As(err, &large):
		return managers.File{}, fmt.Errorf("it has %d bytes: files above %d are not read", large.Size, large.Limit)
	case err != nil:
		return managers.File{}, err
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(text) {
		return managers.File{}, errors.New("it is not UTF-8 text")
	}
	return managers.NewFile(e.Path, text, s.FS), nil
}

// errInside means that a link needs no word: what it leads to is read where it lies.
var errInside = errors.New("it is a symbolic link to a file of the repository, which is read where it lies")

// link says why a symbolic link is not read.
func link(fsys fs.FS, name string) error {
	target, err := fs.ReadLink(fsys, name)
	if err != nil {
		return err
	}
	if path.IsAbs(target) || !fs.ValidPath(path.Join(path.Dir(name), target)) {
		return errors.New("it is a symbolic link that leads out of the repository, and is not followed")
	}
	return errInside
}

// Safely extracts, and turns a panic into a problem: a bug in one manager must
// not stop the fleet.
func Safely(m *managers.Manager, file managers.File) (r managers.Result) {
	defer func() {
		if p := recover(); p != nil {
			r = managers.Result{Problems: []managers.Problem{{Path: file.Path, Text: mistake(m, p)}}}
		}
	}()
	return m.Extract(file)
}

// collect puts the results of jobs, which are in order of path, together and completes what refers to other files.
func collect(jobs []job) Result {
	var out Result
	defs := make(map[*managers.Manager]managers.Defs)
	for _, j := range jobs {
		for i, m := range j.takers {
			for _, d := range j.results[i].Defs {
				if defs[m] == nil {
					defs[m] = make(managers.Defs)
				}
				if _, ok := defs[m][d.Key]; !ok {
					defs[m][d.Key] = d.Value
				}
			}
		}
	}
	seen := make(map[managers.Problem]bool)
	problem := func(p managers.Problem) {
		if !seen[p] {
			seen[p] = true
			out.Problems = append(out.Problems, p)
		}
	}
	places := make(map[place]bool)
	for i, j := range jobs {
		out.Parsed += j.parsed
		if j.unread != nil {
			if j.unread != errInside {
				problem(managers.Problem{Path: j.entry.Path, Text: j.unread.Error()})
			}
			continue
		}
		if i == 0 || jobs[i-1].entry.Path != j.entry.Path {
			out.Files++
		}
		for i, m := range j.takers {
			for _, p := range j.results[i].Problems {
				problem(p)
			}
			for _, d := range j.results[i].Deps {
				if len(d.Needs) > 0 && m.Link != nil {
					var fault string
					if d, fault = linked(m, d, defs[m]); fault != "" {
						problem(managers.Problem{Path: j.entry.Path, Text: fault})
					}
				}
				d.Constraints = j.results[i].Constraints
				f := plan.Found{Manager: m.Name, Path: cmp.Or(d.In, j.entry.Path), Dep: d}
				if m.Once && !d.Value.IsZero() {
					at := place{m, f.File(), d.Name, d.Value.Start}
					if places[at] {
						continue
					}
					places[at] = true
				}
				out.Found = append(out.Found, f)
			}
		}
	}
	return out
}

// A place is where the version of a dependency stands.
type place struct {
	manager    *managers.Manager
	file, name string
	start      int
}

// linked is m.Link; a panic leaves d as it is and is a problem.
func linked(m *managers.Manager, d managers.Dep, defs managers.Defs) (out managers.Dep, fault string) {
	defer func() {
		if p := recover(); p != nil {
			out, fault = d, mistake(m, p)
		}
	}()
	return m.Link(d, defs), ""
}

func mistake(m *managers.Manager, p any) string {
	return fmt.Sprintf("%s stopped in the middle of it, which is a mistake in Currant: %.200v", m.Name, p)
}

// A Memo remembers extractions for the fleet. It is safe for concurrent use; nil
// remembers nothing.
type Memo struct {
	mu      sync.Mutex
	results map[memoKey][]remembered
	size    int
}

type memoKey struct{ manager, path, blob string }

type remembered struct {
	reads  []string // what else was read, and
	ids    []string // what it was
	result managers.Result
}

// maxMemo bounds the extractions that are remembered.
const maxMemo = 200_000

// NewMemo returns an empty memo.
func NewMemo() *Memo { return &Memo{results: make(map[memoKey][]remembered)} }

func (m *Memo) get(mgr *managers.Manager, e gitrepo.Entry, s *gitrepo.Snapshot) (managers.Result, bool) {
	if m == nil || e.ID == "" {
		return managers.Result{}, false
	}
	m.mu.Lock()
	list := m.results[memoKey{mgr.Name + mgr.Variant, e.Path, e.ID}]
	m.mu.Unlock()
	for _, r := range list {
		if !slices.ContainsFunc(r.reads, func(name string) bool { return s.ID(name) != r.ids[slices.Index(r.reads, name)] }) {
			return r.result, true
		}
	}
	return managers.Result{}, false
}

func (m *Memo) put(mgr *managers.Manager, e gitrepo.Entry, s *gitrepo.Snapshot, reads []string, result managers.Result) {
	if m == nil || e.ID == "" {
		return
	}
	r := remembered{reads: reads, result: result, ids: make([]string, len(reads))}
	for i, name := range reads {
		r.ids[i] = s.ID(name)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.size++; m.size > maxMemo {
		clear(m.results)
		m.size = 1
	}
	key := memoKey{mgr.Name + mgr.Variant, e.Path, e.ID}
	m.results[key] = append(m.results[key], r)
}
