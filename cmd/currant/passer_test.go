package main

import (
	"context"
	"testing"
)

// TestAlone checks that a state folder serves one run at a time.
func TestAlone(t *testing.T) {
	dir := t.TempDir()
	unlock, err := alone(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := alone(gone, dir); err == nil {
		t.Error("two runs at once")
	}
	unlock()
	unlock, err = alone(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
