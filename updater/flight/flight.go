// Package flight defines work that several callers want and that is done once.
package flight

import (
	"context"
	"fmt"
	"sync"
)

// A Memo remembers the result of work for each key. It is safe for concurrent
// use; its zero value is empty.
//
// The work belongs to no caller: one that gives up does not take the result
// from the others. Work that nobody waits for any more is cancelled and
// forgotten, so that whoever asks next starts afresh.
type Memo[K comparable, V any] struct {
	mu    sync.Mutex
	calls map[K]*call[V]
}

type call[V any] struct {
	done    chan struct{}
	value   V
	err     error // only if the work panicked
	cancel  context.CancelFunc
	waiting int
}

// Do returns what work returned the first time it was asked for under key. The
// error is ctx's, or says that work panicked.
func (m *Memo[K, V]) Do(ctx context.Context, key K, work func(ctx context.Context) V) (V, error) {
	c := m.join(ctx, key, work)
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
	}
	m.leave(key, c)
	var none V
	return none, ctx.Err()
}

// join takes part in the call for key, and begins it if nobody did.
func (m *Memo[K, V]) join(ctx context.Context, key K, work func(context.Context) V) *call[V] {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.calls[key]
	if c == nil {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		c = &call[V]{done: make(chan struct{}), cancel: cancel}
		if m.calls == nil {
			m.calls = make(map[K]*call[V])
		}
		m.calls[key] = c
		go c.run(own, work)
	}
	c.waiting++
	return c
}

func (c *call[V]) run(ctx context.Context, work func(context.Context) V) {
	defer close(c.done)
	defer c.cancel()
	defer func() {
		if p := recover(); p != nil {
			c.err = fmt.Errorf("a mistake in Currant: %v", p)
		}
	}()
	c.value = work(ctx)
}

// leave gives up c. The last one out cancels it, unless it is done.
func (m *Memo[K, V]) leave(key K, c *call[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c.waiting--
	select {
	case <-c.done:
		return
	default:
	}
	if c.waiting == 0 && m.calls[key] == c {
		delete(m.calls, key)
		c.cancel()
	}
}
