package flight

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestWorkIsDoneOnce(t *testing.T) {
	var m Memo[string, int]
	var calls atomic.Int64
	var g sync.WaitGroup
	for range 50 {
		g.Go(func() {
			got, err := m.Do(t.Context(), "a", func(context.Context) int { calls.Add(1); return 7 })
			if got != 7 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
		})
	}
	g.Wait()
	if calls.Load() != 1 {
		t.Errorf("%d calls", calls.Load())
	}
	if got, _ := m.Do(t.Context(), "b", func(context.Context) int { return 8 }); got != 8 {
		t.Errorf("another key: %d", got)
	}
}

// Who asked first gives up; who asked second has the answer, of the same work.
func TestFirstAskerGivesUp(t *testing.T) {
	var m Memo[string, string]
	began, release := make(chan struct{}), make(chan struct{})
	first, cancel := context.WithCancel(t.Context())
	work := func(ctx context.Context) string {
		close(began)
		select {
		case <-release:
			return "answer"
		case <-ctx.Done():
			return "poison"
		}
	}
	gaveUp := make(chan error, 1)
	go func() { _, err := m.Do(first, "q", work); gaveUp <- err }()
	<-began
	c := m.join(t.Context(), "q", work) // the second has joined for certain
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	close(release)
	<-c.done
	if got, err := m.Do(t.Context(), "q", work); got != "answer" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Work that nobody waits for stops, and is done again for who asks later.
func TestAbandonedWorkIsForgotten(t *testing.T) {
	var m Memo[string, string]
	began, stopped := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	_, err := m.Do(ctx, "q", func(ctx context.Context) string {
		close(began)
		<-ctx.Done()
		close(stopped)
		return "poison"
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	<-stopped
	if got, err := m.Do(t.Context(), "q", func(context.Context) string { return "answer" }); got != "answer" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPanicIsAnError(t *testing.T) {
	var m Memo[int, int]
	if _, err := m.Do(t.Context(), 1, func(context.Context) int { panic("ouch") }); err == nil || !strings.Contains(err.Error(), "ouch") {
		t.Error(err)
	}
}
