package githubtest

import (
	"fmt"
	"slices"
	"time"
)

func (p *pull) inQueue() bool { return !p.queued.IsZero() }

// queue returns the pull requests in the merge queue of a branch, first come first.
func (r *repo) queue(branch string) []*issue {
	list := slices.DeleteFunc(r.sorted(), func(i *issue) bool { return i.pull == nil || i.pull.base != branch || !i.pull.inQueue() })
	slices.SortStableFunc(list, func(a, b *issue) int { return a.pull.queued.Compare(b.pull.queued) })
	return list
}

func graphEntry(r *repo, i *issue) typed {
	return typed{"MergeQueueEntry", fields{
		"id": is(node("MQE", i.pull.id)), "position": is(1 + slices.Index(r.queue(i.pull.base), i)), "state": is("QUEUED"), "enqueuedAt": is(stamp(i.pull.queued)),
	}}
}

// enqueue adds a pull request to the merge queue of its base, as docs.github.com, "Merging a pull request with a merge queue", has it:
// only once all that the branch requires of it is met.
func (c *call) enqueue(a args) (any, error) {
	i, err := c.target(a, "contents")
	if err != nil {
		return nil, err
	}
	rule := c.repo.rule(i.pull.base)
	refuse := func(why string) (any, error) { return nil, &graphError{"UNPROCESSABLE", why} }
	state := ""
	if i.open {
		if state, err = c.repo.mergeState(i); err != nil {
			return nil, err
		}
	}
	switch expected := a.input("input").text("expectedHeadOid"); {
	case rule == nil || !rule.Queue:
		return refuse("The merge queue is not enabled for the base branch")
	case !i.open:
		return refuse("Pull request is closed")
	case expected != "" && expected != c.repo.pullHead(i):
		return nil, &graphError{"STALE_DATA", "Head sha didn't match expected head oid"}
	case i.pull.inQueue():
		return refuse("Pull request is already in the queue")
	case state != "clean" && state != "unstable":
		return refuse("Pull request is in " + state + " status")
	}
	i.pull.queued, i.pull.ousted, i.updated = c.s.now(), "", c.s.now()
	return c.payload("EnqueuePullRequest", a, fields{"mergeQueueEntry": is(graphEntry(c.repo, i))}), nil
}

func (c *call) dequeue(a args) (any, error) {
	i, err := c.pullWithID(a.input("input").text("id"), "contents")
	if err != nil {
		return nil, err
	}
	if !i.pull.inQueue() {
		return nil, &graphError{"UNPROCESSABLE", "Pull request is not in the queue"}
	}
	entry := graphEntry(c.repo, i)
	i.pull.queued, i.pull.ousted, i.updated = time.Time{}, "MANUAL", c.s.now()
	return c.payload("DequeuePullRequest", a, fields{"mergeQueueEntry": is(entry)}), nil
}

// RunQueue lets the merge queue of a branch merge all that is in it.
func (s *Server) RunQueue(name, branch string) error {
	return s.with("merging the queue of "+branch, name, func(r *repo) error {
		for _, i := range r.queue(branch) {
			if _, err := s.merge(r, i, merging{method: "squash", queue: true, by: s.account("github-merge-queue[bot]", "Bot")}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Oust takes a pull request out of the merge queue, as GitHub does when its checks fail there: reason is GitHub's, such as
// "FAILED_CHECKS".
func (s *Server) Oust(name string, number int, reason string) error {
	return s.with("emptying a queue", name, func(r *repo) error {
		i := r.issues[number]
		if i == nil || i.pull == nil || !i.pull.inQueue() {
			return fmt.Errorf("#%d is not in the queue", number)
		}
		i.pull.queued, i.pull.ousted, i.updated = time.Time{}, reason, s.now()
		return nil
	})
}
