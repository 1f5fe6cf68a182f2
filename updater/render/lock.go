package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// A LockJob is one lock file that is to follow manifests.
type LockJob struct {
	Snapshot Snapshot
	Lock     string
	Texts    map[string]string // files that are otherwise than in Snapshot
	Members  []plan.Member     // whose dependencies it holds
	Renew    bool              // raise everything that manifests admit
}

// A Locker brings lock files up to date. It must be safe for concurrent use. An error for people says
// why it cannot.
type Locker interface {
	// Update returns what becomes of files: the lock file, and what else belongs to it.
	Update(ctx context.Context, j LockJob) (platform.Changeset, error)
	// Carry returns the text of a lock file that was made with exact versions in the manifests, so that
	// it stays as it is when they hold ranges.
	Carry(j LockJob, text string) string
}

// lockJobs returns the work on each lock file of members, sorted.
func lockJobs(s Snapshot, members []plan.Member) []LockJob {
	byPath := make(map[string]*LockJob)
	for _, m := range members {
		for _, path := range m.Locks() {
			j := byPath[path]
			if j == nil {
				j = &LockJob{Snapshot: s, Lock: path}
				byPath[path] = j
			}
			j.Members = append(j.Members, m)
			j.Renew = j.Renew || m.Update.Renews()
		}
	}
	var out []LockJob
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		out = append(out, *byPath[path])
	}
	return out
}

// lock brings the lock files of members up to date with changed, the manifests. It proves that they
// hold the versions that members want: where a range admits something else too, it is made exact first, so that
// the tool has no choice, and put back.
func (k Maker) lock(ctx context.Context, s Snapshot, members []plan.Member, changed platform.Changeset) (platform.Changeset, error) {
	jobs := lockJobs(s, members)
	if len(jobs) == 0 {
		return nil, nil
	}
	if k.Locks == nil {
		return nil, errors.New("nothing here can write lock files")
	}
	texts := make(map[string]string)
	for path, f := range changed {
		texts[path] = f.Text
	}
	exact, err := exactTexts(s.FS, members)
	if err != nil {
		return nil, err
	}
	follows := !slices.ContainsFunc(members, func(m plan.Member) bool { return m.Update.LockOnly })
	if follows {
		files, err := k.lockOnce(ctx, jobs, texts, nil)
		if err != nil {
			return nil, err
		}
		if err = k.locked(s.FS, members, texts, files); err == nil || len(exact) == 0 {
			return files, err
		}
	}
	first, err := k.lockOnce(ctx, jobs, overlaid(texts, exact), nil)
	if err != nil {
		return nil, err
	}
	between := make(map[string]string)
	for _, j := range jobs {
		if f := first[j.Lock]; f != nil {
			between[j.Lock] = k.Locks.Carry(j, f.Text)
		}
	}
	files, err := k.lockOnce(ctx, jobs, texts, between)
	if err != nil {
		return nil, err
	}
	for path, text := range between {
		if files[path] == nil { // the second run left it as it was
			files[path] = &platform.File{Text: text, Mode: first[path].Mode}
		}
	}
	return files, k.locked(s.FS, members, texts, files)
}

// lockOnce does each job after the other; one sees what the ones before have made.
func (k Maker) lockOnce(ctx context.Context, jobs []LockJob, texts, locks map[string]string) (platform.Changeset, error) {
	out := make(platform.Changeset)
	for _, j := range jobs {
		j.Texts = overlaid(texts, locks)
		for path, f := range out {
			j.Texts[path] = f.Text
		}
		files, err := k.Locks.Update(ctx, j)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, files)
	}
	return out, nil
}

func overlaid(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	if out == nil {
		out = make(map[string]string)
	}
	maps.Copy(out, b)
	return out
}

// exactTexts returns the files of members with values that admit one version alone; none if no member has
// such a value that is another than the one it wants.
func exactTexts(fsys fs.FS, members []plan.Member) (map[string]string, error) {
	differs := false
	edits := make(map[string][]managers.Edit)
	for _, m := range members {
		if u := m.Update; u.Version != "" && u.Exact != "" && u.Exact != u.Value {
			differs = true
			m.Update.Value = u.Exact
		}
		for path, es := range editsOf(m) {
			for _, e := range es {
				if !slices.Contains(edits[path], e) {
					edits[path] = append(edits[path], e)
				}
			}
		}
	}
	if !differs {
		return nil, nil
	}
	out := make(map[string]string)
	for path, es := range edits {
		data, err := fs.ReadFile(fsys, path)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		text, mark := strings.CutPrefix(string(data), "\ufeff")
		if text, err = managers.Apply(text, es); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if mark {
			text = "\ufeff" + text
		}
		out[path] = text
	}
	return out, nil
}

// locked reads the files of members again, with their lock files, and returns an error unless these
// hold the wanted versions.
func (k Maker) locked(fsys fs.FS, members []plan.Member, texts map[string]string, files platform.Changeset) error {
	after := maps.Clone(texts)
	if after == nil {
		after = make(map[string]string)
	}
	for path, f := range files {
		after[path] = f.Text
	}
	found := make(map[[2]string][2][]managers.Dep)
	for _, m := range members {
		key := [2]string{m.Decision.Manager, m.Decision.Path}
		if _, ok := found[key]; ok {
			continue
		}
		mgr := k.Managers[key[0]]
		if mgr == nil {
			return fmt.Errorf("there is no manager %q", key[0])
		}
		was, err := extract(mgr, fsys, texts, key[1])
		if err != nil {
			return err
		}
		is, err := extract(mgr, fsys, after, key[1])
		if err != nil {
			return err
		}
		found[key] = [2][]managers.Dep{was, is}
	}
	for _, m := range members {
		pair := found[[2]string{m.Decision.Manager, m.Decision.Path}]
		if err := holds(m, pair[0], pair[1]); err != nil {
			return err
		}
	}
	return nil
}

// holds checks what became of m's dependency; was are the dependencies of its file with the old lock file.
func holds(m plan.Member, was, is []managers.Dep) error {
	if m.Update.Renews() {
		for i, d := range was {
			if i < len(is) && d.Locked != "" && is[i].Locked == "" {
				return fmt.Errorf("%s is gone from the lock file", d.Name)
			}
		}
		return nil
	}
	if m.Update.Version == "" {
		return nil
	}
	same := func(d managers.Dep) bool {
		return (d.Name == m.Decision.Dep.Name || m.Update.Name != "" && d.Name == m.Update.Name) && d.Kind == m.Decision.Dep.Kind && (d.Value.Text == m.Update.Value || d.Locked == m.Update.Version)
	}
	i := slices.IndexFunc(is, same)
	switch {
	case i < 0:
		return fmt.Errorf("%s is not in the file as it was wanted, once its lock file was written", m.Decision.Dep.Name)
	case is[i].Locked == "" && m.Decision.Dep.Locked != "":
		return fmt.Errorf("%s is gone from the lock file", m.Decision.Dep.Name)
	case is[i].Locked != "" && is[i].Locked != m.Update.Version:
		return fmt.Errorf("the lock file holds %s %s, not %s", m.Decision.Dep.Name, is[i].Locked, m.Update.Version)
	}
	return nil
}
