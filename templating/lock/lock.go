// Package lock lets one process at a time do something.
package lock

import (
	"context"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Take waits until nobody else holds the lock that is the file at path, or until ctx ends. The lock ends
// with unlock, or with the process.
func Take(ctx context.Context, path string) (unlock func(), err error) {
	type taken struct {
		unlock func()
		err    error
	}
	got := make(chan taken, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(path).Lock()
		got <- taken{unlock, err}
	}()
	select {
	case t := <-got:
		return t.unlock, t.err
	case <-ctx.Done():
		go func() { // the wait cannot be broken off; what it gets is given back
			if t := <-got; t.err == nil {
				t.unlock()
			}
		}()
		return nil, context.Cause(ctx)
	}
}
