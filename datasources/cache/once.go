// Package cache defines what is remembered of registries' answers: within a
// pass in memory, and from pass to pass on disk.
package cache

import (
	"context"
	"errors"
	"sync"
)

// A Once asks each question once and remembers the answer, or the error, as
// long as it lives: one pass. It is safe for concurrent use.
type Once[K comparable, V any] struct {
	ask func(context.Context, K) (V, error)

	mu      sync.Mutex
	answers map[K]*answer[V]
	asked   int
}

type answer[V any] struct {
	done  chan struct{} // closed when value and err are set
	value V
	err   error
}

// NewOnce returns a memory of ask's answers.
func NewOnce[K comparable, V any](ask func(context.Context, K) (V, error)) *Once[K, V] {
	return &Once[K, V]{ask: ask, answers: make(map[K]*answer[V])}
}

// Do returns the answer to k. Who asks while the question is open waits for
// the one that is asking; if that one was cancelled, the next asks again.
func (o *Once[K, V]) Do(ctx context.Context, k K) (V, error) {
	for {
		if err := ctx.Err(); err != nil {
			var zero V
			return zero, err
		}
		a, mine := o.enter(k)
		if mine {
			o.answer(ctx, k, a)
			return a.value, a.err
		}
		select {
		case <-a.done:
		case <-ctx.Done():
			continue
		}
		if a.err == nil || !cancelled(a.err) {
			return a.value, a.err
		}
	}
}

// Asked returns how many questions were really asked.
func (o *Once[K, V]) Asked() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked
}

// enter returns the answer to k and whether the caller has to find it.
func (o *Once[K, V]) enter(k K) (a *answer[V], mine bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if a, ok := o.answers[k]; ok {
		return a, false
	}
	a = &answer[V]{done: make(chan struct{})}
	o.answers[k] = a
	o.asked++
	return a, true
}

// answer finds a, and forgets it if it was not found because ctx ended or ask panicked.
func (o *Once[K, V]) answer(ctx context.Context, k K, a *answer[V]) {
	a.err = context.Canceled
	defer func() {
		if a.err != nil && (ctx.Err() != nil || cancelled(a.err)) {
			o.mu.Lock()
			delete(o.answers, k)
			o.mu.Unlock()
			if !cancelled(a.err) {
				a.err = ctx.Err()
			}
		}
		close(a.done)
	}()
	a.value, a.err = o.ask(ctx, k)
}

func cancelled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
