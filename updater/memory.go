package updater

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// A Memory remembers of each repository what its last pass saw, in a folder.
// Losing it costs time, never correctness. It is safe for concurrent use for different repositories; nil
// remembers nothing.
type Memory struct{ dir string }

// NewMemory returns a memory in dir, which need not exist.
func NewMemory(dir string) *Memory { return &Memory{dir: dir} }

// A record is what is remembered of one repository.
type record struct {
	Form    int // of this record; another form is forgotten
	Bases   map[string]seen
	Digests []digestRef
	Notes   []notesRef
	Gates   []plan.TemplateMark // releases of templates, whose rollouts count
	Watch   []watched
	Told    map[string]bool     // see plan.Told
	Renders map[string]rendered // by branch, of those that a tool makes
	State   string              // fingerprint of all that a pass depends on
	Until   time.Time           // when the outcome may change although nothing else does
	Quiet   bool                // nothing was left to do
	Doubt   time.Time           // since when something is not known completely; zero if all is
	Whole   map[int]bool        // the open pull requests that once had all labels and people that they were to get
	Heads   map[string]string   // by branch, the commits on which nobody else has committed
}

// A seen is what was found on a base branch.
type seen struct {
	Commit   string
	Config   string // digest of the resolved configuration
	Found    []plan.Found
	Problems []managers.Problem
}

// A digestRef names a digest query without its registry, whose URL may hold a secret of
// the operator's.
type digestRef struct{ Query, Version, Pinned, File, Of string }

func refOf(q plan.DigestQuery) digestRef {
	return digestRef{plan.Hash(q.Datasource + "\x00" + q.Registry + "\x00" + q.Package), q.Version, q.Pinned, q.File, q.Of}
}

func refsOf(qs []plan.DigestQuery) []digestRef {
	var out []digestRef
	for _, q := range qs {
		out = append(out, refOf(q))
	}
	return out
}

// A watched branch is one that may merge, or get its pull request, when its checks turn green.
type watched struct {
	Base string
	platform.Candidate
}

// A rendered is what a tool made of a branch. Tools are slow, and what they
// make of the same commit does not change.
type rendered struct {
	Commit      string // that it was made from
	Fingerprint string // of what the branch is made from
	Blobs       map[string]string
	Notes       []string
	Warnings    []string
	Mark        plan.Mark
	Known       string // what its tools had learned
}

// form changes whenever what is remembered, or what managers extract, means something else.
const form = 13

func (m *Memory) file(repo string) string {
	sum := sha256.Sum256([]byte(repo))
	return filepath.Join(m.dir, hex.EncodeToString(sum[:12])+".json")
}

// get returns what is remembered; the zero record for anything that cannot be
// read.
func (m *Memory) get(repo string) record {
	if m == nil {
		return record{}
	}
	data, err := os.ReadFile(m.file(repo))
	var r record
	if err != nil || json.Unmarshal(data, &r) != nil || r.Form != form {
		return record{}
	}
	return r
}

// put writes a record so that a crash leaves the old one or the new one.
func (m *Memory) put(repo string, r record) error {
	if m == nil {
		return nil
	}
	r.Form = form
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("remembering %s: %w", repo, err)
	}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return fmt.Errorf("making the state folder: %w", err)
	}
	f, err := os.CreateTemp(m.dir, "new-*")
	if err != nil {
		return fmt.Errorf("remembering %s: %w", repo, err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), m.file(repo))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("remembering %s: %w", repo, err), forget(f.Name()))
	}
	return nil
}

func forget(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// fingerprints hashes those of all sides.
func (v *visit) fingerprints(ctx context.Context, sides []side, s plan.State, list record) (string, error) {
	out := ""
	for _, x := range sides {
		f, err := v.fingerprint(ctx, x.tree, x.report, s, list)
		if err != nil {
			return "", err
		}
		out += x.tree.Base + " " + f + "\n"
	}
	return out, nil
}

// fingerprint hashes all that the outcome of a pass depends on, apart from
// time: the commit, the configuration, what registries say, and what is on the
// host. list names the digests and checks that count; checks that s does not have yet are asked for and put there.
func (v *visit) fingerprint(ctx context.Context, t Tree, r *Report, s plan.State, list record) (string, error) {
	w := v.Engine.world(t, r)
	queries := plan.Queries(plan.Ask(w, r.Found))
	listings, err := r.reach.Lookup.Listings(ctx, queries)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	enc := json.NewEncoder(h)
	write := func(x any) {
		if e := enc.Encode(x); e != nil && err == nil {
			err = e
		}
	}
	write([]any{form, t.Snapshot.Commit, r.Config.Digest(), s.Repository, s.Account, s.Branches, s.Pulls, s.Issues, s.Stale, t.Subjects, v.Engine.programs(ctx, r)})
	write(sortedAdvisories(r.Advisories))
	for _, q := range queries {
		write([]string{q.String(), r.reach.Lookup.Fingerprint(q, listings[q])})
	}
	wanted := digestQueries(queries, list.Digests)
	digests, err2 := r.reach.Lookup.Digests(ctx, wanted)
	if err2 != nil {
		return "", err2
	}
	for _, q := range wanted {
		write([]any{q.String(), q.Version, q.File, digests[q].Platform, digests[q].Digest, digests[q].Hashes})
	}
	news := noteQueries(t.Base, queries, list.Notes)
	told, err2 := r.reach.Lookup.Notes(ctx, news)
	if err2 != nil {
		return "", err2
	}
	for _, q := range news {
		write([]any{q.Package, q.From, q.To, told[q].Notes, told[q].Err != nil})
	}
	if err := v.check(ctx, s, list.Watch); err != nil {
		return "", err
	}
	for _, mark := range list.Gates {
		if v.Engine.Gate == nil {
			break
		}
		g, err := v.Engine.Gate(ctx, v.name, r.Config.Top(), mark)
		if err != nil {
			return "", err
		}
		write(g)
	}
	for _, x := range list.Watch {
		write(s.Checks[x.Head])
	}
	if err != nil {
		return "", fmt.Errorf("fingerprinting %s: %w", v.name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// digestQueries returns the queries that refs name; each is about one of queries.
func digestQueries(queries []datasources.Query, refs []digestRef) []plan.DigestQuery {
	byRef := make(map[string]datasources.Query, len(queries))
	for _, q := range queries {
		byRef[refOf(plan.DigestQuery{Query: q}).Query] = q
	}
	var out []plan.DigestQuery
	for _, ref := range refs {
		if q, ok := byRef[ref.Query]; ok {
			out = append(out, plan.DigestQuery{Query: q, Version: ref.Version, Pinned: ref.Pinned, File: ref.File, Of: ref.Of})
		}
	}
	return out
}

// check asks for the checks of list, apart from those that are known, of each base branch at once.
func (v *visit) check(ctx context.Context, s plan.State, list []watched) error {
	byBase := make(map[string][]platform.Candidate)
	for _, x := range list {
		if _, known := s.Checks[x.Head]; !known && !slices.Contains(byBase[x.Base], x.Candidate) {
			byBase[x.Base] = append(byBase[x.Base], x.Candidate)
		}
	}
	for _, base := range slices.Sorted(maps.Keys(byBase)) {
		got, err := v.Reader.Checks(ctx, v.name, base, byBase[base])
		if err != nil {
			return fmt.Errorf("reading the checks of %s: %w", v.name, err)
		}
		for _, c := range got {
			s.Checks[c.Head] = c
		}
	}
	return nil
}

// remember keeps what this pass saw for the next one. The first pass in which nothing was to be done
// settles it: what it saw is what the next one compares with.
func (v *visit) remember(ctx context.Context, effects []act.Effect) error {
	if len(effects) > 0 {
		v.now.Quiet = false
	}
	for _, e := range effects {
		switch {
		case e.Err != nil:
		case e.Action.Push != nil:
			v.now.Heads[e.Action.Branch] = e.Head
		case e.Action.Open != nil && !e.Existed:
			v.now.Whole[e.Number] = true
		}
	}
	return v.Memory.put(v.name, v.now)
}

// watch lists what could merge, or get its pull request, once its checks are done, and what may have to be made anew by rules that
// only come with them.
func watch(r *Report, s plan.State) []watched {
	var out []watched
	for _, b := range r.Branches {
		branch, ok := s.Branches[b.Name]
		alone := b.Automerge && b.Settings.String("automergeType") == "branch"
		if !ok || !b.Automerge && !b.Unopened() && !s.Concealed(b.Branch) && told(b, branch.Head, s.Told) {
			continue
		}
		open := false
		for _, p := range s.Pulls {
			if p.Branch == b.Name && p.State == platform.Open {
				open = true
				out = append(out, watched{p.Base, platform.Candidate{Number: p.Number, Head: branch.Head}})
			}
		}
		if (b.Unopened() || alone) && !open {
			out = append(out, watched{b.Base, platform.Candidate{Head: branch.Head}})
		}
	}
	return out
}

// told reports whether a commit is known to have all statuses of b.
func told(b plan.Rendered, head string, known map[string]bool) bool {
	return !slices.ContainsFunc(b.Statuses(), func(x platform.Status) bool { return !known[plan.Told(head, x)] })
}

// toldNow returns which statuses the branches of r are known to have.
func toldNow(r *Report, s plan.State) map[string]bool {
	out := make(map[string]bool)
	for _, b := range r.Branches {
		head := s.Branches[b.Name].Head
		for _, x := range b.Statuses() {
			if key := plan.Told(head, x); s.Told[key] || slices.ContainsFunc(s.Checks[head].Results, x.Said) {
				out[key] = true
			}
		}
	}
	return out
}

// reuse returns what last time's tools made of a branch, if nothing that they
// started from has changed and the branch on the host still is just that.
func (v *visit) reuse(t Tree, s plan.State) reuse {
	return func(b plan.Branch) (plan.Rendered, bool) {
		was, ok := v.last.Renders[b.Name]
		branch, exists := s.Branches[b.Name]
		if b.Wish == plan.WishRebase || s.Requested(b) {
			return plan.Rendered{}, false // a person wants it made anew
		}
		if !ok || !exists || branch.Behind || was.Commit != t.Snapshot.Commit || was.Fingerprint != b.Work() || was.Known != v.Engine.known(b) || !maps.Equal(was.Blobs, branch.Changed) {
			return plan.Rendered{}, false
		}
		return plan.Rendered{Branch: b, BaseHead: t.Snapshot.Commit, Blobs: was.Blobs, Notes: was.Notes, Warnings: was.Warnings, Mark: was.Mark}, true
	}
}

// renders lists what tools made of this pass's branches.
func renders(r *Report, known func(plan.Branch) string) map[string]rendered {
	out := make(map[string]rendered)
	for _, b := range r.Branches {
		if b.Err == "" && len(b.Blobs) > 0 && b.Tooled() {
			out[b.Name] = rendered{r.Commit, b.Work(), b.Blobs, b.Notes, b.Warnings, b.Mark, known(b.Branch)}
		}
	}
	return out
}
