package lock_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/currant-bot/currant/templating/lock"
)

func TestOneHolderAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l")
	inside := 0
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			unlock, err := lock.Take(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			inside++ // a race if two are here
			inside--
		})
	}
	wait.Wait()
	if inside != 0 {
		t.Errorf("%d are left", inside)
	}
}

func TestWhoGivesUpHoldsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l")
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
