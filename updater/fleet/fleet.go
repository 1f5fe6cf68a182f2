// Package fleet defines the work on many repositories: which of them is to be looked at next, and why.
package fleet

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
)

// A Job is one repository to look at. It says nothing of what there is to do: that is read when the job
// runs. So a job may come late, twice or for nothing, and the end is the same.
type Job struct {
	Repository string   // "acme/shop"
	Why        []string // for people, the oldest first, each once
	Priority   Priority
}

// A Priority says which jobs come first.
type Priority int

const (
	Scheduled Priority = iota // its time has come
	Event                     // something has happened on the host
)

// maxWhy is how many reasons a job keeps.
const maxWhy = 8

// A Queue holds at most one job for a repository, and gives out none for a repository that is being looked at:
// what happens meanwhile makes one job more. It is safe for concurrent use; its zero value is empty. It lives as long
// as the process.
type Queue struct {
	mu      sync.Mutex
	waiting []Job
	running map[string]bool // by lower-case repository
	changed chan struct{}   // closed when a waiting Next may look again; nil if none waits
}

// Add puts a job in, or joins it with the one that is there.
func (q *Queue) Add(j Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.wake()
	for i := range q.waiting {
		if strings.EqualFold(q.waiting[i].Repository, j.Repository) {
			q.waiting[i] = join(q.waiting[i], j)
			return
		}
	}
	q.waiting = append(q.waiting, join(Job{Repository: j.Repository}, j))
}

// join returns a with b's reasons and the higher priority of the two.
func join(a, b Job) Job {
	a.Priority = max(a.Priority, b.Priority)
	a.Why = slices.Clone(a.Why)
	for _, why := range b.Why {
		if len(a.Why) < maxWhy && !slices.Contains(a.Why, why) {
			a.Why = append(a.Why, why)
		}
	}
	return a
}

// wake lets those that wait look again.
func (q *Queue) wake() {
	if q.changed != nil {
		close(q.changed)
		q.changed = nil
	}
}

// Next takes the first job out, of those with the highest priority the oldest, and waits for one if there is none. Whoever
// takes a job calls Done when it is over. The error is ctx's.
func (q *Queue) Next(ctx context.Context) (Job, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Job{}, err
		}
		j, changed, ok := q.take()
		if ok {
			return j, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (q *Queue) take() (j Job, changed <-chan struct{}, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	best := -1
	for i, j := range q.waiting {
		if !q.running[strings.ToLower(j.Repository)] && (best < 0 || j.Priority > q.waiting[best].Priority) {
			best = i
		}
	}
	if best < 0 {
		if q.changed == nil {
			q.changed = make(chan struct{})
		}
		return Job{}, q.changed, false
	}
	j = q.waiting[best]
	q.waiting = slices.Delete(q.waiting, best, best+1)
	if q.running == nil {
		q.running = make(map[string]bool)
	}
	q.running[strings.ToLower(j.Repository)] = true
	return j, nil, true
}

// Done says that the job of a repository is over.
func (q *Queue) Done(repository string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.running, strings.ToLower(repository))
	q.wake()
}

// Waiting returns the jobs that nobody has taken, in the order in which they would be.
func (q *Queue) Waiting() []Job {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := slices.Clone(q.waiting)
	slices.SortStableFunc(out, func(a, b Job) int { return cmp.Compare(b.Priority, a.Priority) })
	return out
}
