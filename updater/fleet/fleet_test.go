package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQueue(t *testing.T) {
	var q Queue
	q.Add(Job{"acme/shop", []string{"schedule"}, Scheduled})
	q.Add(Job{"acme/web", []string{"push to main"}, Event})
	q.Add(Job{"acme/api", []string{"push to main"}, Event})
	q.Add(Job{"Acme/Web", []string{"push to main", "check build"}, Event})
	next := func() Job {
		t.Helper()
		j, err := q.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	if diff := cmp.Diff(Job{"acme/web", []string{"push to main", "check build"}, Event}, next()); diff != "" {
		t.Errorf("events of one repository are one job, and come first: %s", diff)
	}
	q.Add(Job{"acme/web", []string{"status"}, Event})
	for _, want := range []string{"acme/api", "acme/shop"} {
		if got := next(); got.Repository != want {
			t.Errorf("%s, want %s: nobody works twice on a repository", got.Repository, want)
		}
	}
	q.Done("acme/web")
	if got := next(); got.Repository != "acme/web" || len(q.Waiting()) > 0 {
		t.Errorf("what happened meanwhile: %+v, left %v", got, q.Waiting())
	}
	q.Add(Job{Repository: "acme/shop", Priority: Scheduled})
	q.Add(Job{Repository: "acme/api", Priority: Event})
	if got := q.Waiting(); len(got) != 2 || got[0].Repository != "acme/api" {
		t.Errorf("waiting: %+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := q.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that has gone: %v", err)
	}
}

// TestBoundedReasons checks that a storm of events makes one small job.
func TestBoundedReasons(t *testing.T) {
	var q Queue
	for i := range 1000 {
		q.Add(Job{"acme/shop", []string{fmt.Sprint("push ", i)}, Event})
	}
	if w := q.Waiting(); len(w) != 1 || len(w[0].Why) != maxWhy || w[0].Why[0] != "push 0" {
		t.Errorf("%+v", w)
	}
}

// TestWorkers lets several take jobs while others put them in.
func TestWorkers(t *testing.T) {
	var q Queue
	const repositories, times = 20, 50
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	busy, seen := map[string]bool{}, map[string]bool{}
	var workers, givers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for {
				j, err := q.Next(ctx)
				if err != nil {
					return
				}
				mu.Lock()
				if busy[j.Repository] {
					t.Errorf("two work on %s", j.Repository)
				}
				busy[j.Repository] = true
				mu.Unlock()
				mu.Lock()
				busy[j.Repository], seen[j.Repository] = false, true
				if len(seen) == repositories && len(q.Waiting()) == 0 {
					cancel()
				}
				mu.Unlock()
				q.Done(j.Repository)
			}
		})
	}
	for range 2 {
		givers.Go(func() {
			for i := range times * repositories {
				q.Add(Job{Repository: fmt.Sprint("acme/r", i%repositories), Priority: Event})
			}
		})
	}
	givers.Wait()
	q.Add(Job{Repository: "acme/r0", Priority: Event})
	workers.Wait()
}
