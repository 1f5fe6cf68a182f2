package gitrepo

import (
	"cmp"
	"container/heap"
	"errors"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// errShallow means that an answer lies in history that was not fetched.
var errShallow = errors.New("the history is cut off")

// Marks of a commit in a walk.
const (
	ofHead   = 1 << iota // reachable from the branch
	ofBase               // reachable from the base branch
	ofResult             // reachable from a common ancestor: of no more interest
)

// divide returns the newest common ancestor of head and base, zero if there is none, and the commits that only head
// has, newest first. The error is errShallow if that cannot be told.
//
// It walks both histories at once by time, as git merge-base does, until only what is common is left.
func (o *objects) divide(head, base plumbing.Hash) (common plumbing.Hash, own []*object.Commit, err error) {
	w := walk{objs: o, marks: map[plumbing.Hash]int{}, queued: map[plumbing.Hash]bool{}, passed: map[plumbing.Hash]bool{}}
	for _, start := range []struct {
		h    plumbing.Hash
		mark int
	}{{head, ofHead}, {base, ofBase}} {
		if err := w.mark(start.h, start.mark); err != nil {
			return common, nil, err
		}
	}
	var found []*object.Commit
	var passed []*object.Commit
	for w.busy() {
		c := heap.Pop(&w.queue).(*object.Commit)
		w.queued[c.Hash] = false
		marks := w.marks[c.Hash]
		if marks&(ofHead|ofBase) == ofHead|ofBase && marks&ofResult == 0 {
			found = append(found, c)
			marks |= ofResult
		}
		w.passed[c.Hash] = true
		passed = append(passed, c)
		for _, p := range c.ParentHashes {
			if err := w.mark(p, marks); err != nil {
				return common, nil, err
			}
		}
	}
	return w.outcome(found, passed)
}

// outcome picks the best of the found ancestors and the commits of the branch.
func (w *walk) outcome(found, passed []*object.Commit) (common plumbing.Hash, own []*object.Commit, err error) {
	// An ancestor that was found first may turn out to lie below another one: then it was marked again.
	found = slices.DeleteFunc(found, func(c *object.Commit) bool { return w.marks[c.Hash]&ofResult != 0 })
	if w.cut && (len(found) == 0 || w.cutHead) {
		return common, nil, errShallow
	}
	if len(found) > 0 {
		best := slices.MaxFunc(found, func(a, b *object.Commit) int {
			return cmp.Or(a.Committer.When.Compare(b.Committer.When), cmp.Compare(a.Hash.String(), b.Hash.String()))
		})
		common = best.Hash
	}
	seen := map[plumbing.Hash]bool{}
	for _, c := range passed {
		if w.marks[c.Hash] == ofHead && !seen[c.Hash] {
			seen[c.Hash] = true
			own = append(own, c)
		}
	}
	return common, own, nil
}

// A walk goes through history, newest commits first.
type walk struct {
	objs    *objects
	marks   map[plumbing.Hash]int
	queue   commitQueue
	queued  map[plumbing.Hash]bool // in the queue now
	passed  map[plumbing.Hash]bool // taken from it at least once
	cut     bool                   // some parent is not here
	cutHead bool                   // and it is of the branch
}

// mark adds marks to a commit and has it looked at if that is news.
func (w *walk) mark(h plumbing.Hash, marks int) error {
	old := w.marks[h]
	if old|marks == old {
		return nil
	}
	w.marks[h] = old | marks
	if w.queued[h] {
		return nil
	}
	c, err := w.objs.commit(h)
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		if marks&ofResult == 0 {
			w.cut = true
			w.cutHead = w.cutHead || marks == ofHead
		}
		return nil
	}
	if err != nil {
		return err
	}
	w.queued[h] = true
	heap.Push(&w.queue, c)
	return nil
}

// busy reports whether something is left that may matter: what is not known to be common, and what was passed
// before it was, so that those below it were taken for the branch's own.
func (w *walk) busy() bool {
	return slices.ContainsFunc(w.queue, func(c *object.Commit) bool {
		return w.marks[c.Hash]&ofResult == 0 || w.passed[c.Hash]
	})
}

// A commitQueue is a heap with the newest commit on top.
type commitQueue []*object.Commit

func (q commitQueue) Len() int           { return len(q) }
func (q commitQueue) Less(i, j int) bool { return q[i].Committer.When.After(q[j].Committer.When) }
func (q commitQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *commitQueue) Push(x any)        { *q = append(*q, x.(*object.Commit)) }
func (q *commitQueue) Pop() any {
	old := *q
	c := old[len(old)-1]
	*q = old[:len(old)-1]
	return c
}
