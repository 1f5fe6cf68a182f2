// Package lock lets one process at a time do something.
package lock

import (
	"context"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Take waits until nobody else holds the lock that is the file at path, or until ctx ends. The lock ends
// with unlock, or with the process.
func Take(ctx context.Context, path string) (unlock func(), err error) {
	m := lockedfile.MutexAt(path)
	got := make(chan error, 1)
	go func() {
		var err error
		unlock, err = m.Lock()
		got <- err
	}()
	select {
	case err := <-got:
		return unlock, err
	case <-ctx.Done():
		go func() { // the wait cannot be broken off; what it gets is given back
			if <-got == nil {
				unlock()
			}
		}()
		return nil, context.Cause(ctx)
	}
}
