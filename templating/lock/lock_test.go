package lock_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/currant-bot/currant/templating/lock"
)

func TestOneHolderAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l")
	var inside atomic.Int32 // the lock is the system's, which the race detector does not know
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			unlock, err := lock.Take(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			if n := inside.Add(1); n != 1 {
				t.Errorf("%d hold the lock", n)
			}
			inside.Add(-1)
		})
	}
	wait.Wait()
}

func TestWhoGivesUpHoldsNothing(t *testing.T) {
	dir, err := os.MkdirTemp("", "lock") // t.TempDir fails if the one that gave up makes the file while the folder is removed
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "l")
	unlock, err := lock.Take(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lock.Take(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	unlock()
	unlock, err = lock.Take(t.Context(), path) // also after the one that gave up got it
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
