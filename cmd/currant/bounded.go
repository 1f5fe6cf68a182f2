package main

import (
	"context"
	"fmt"
	"time"

	"github.com/currant-bot/currant/updater/platform"
)

// gitTimeout is how long git may take for one thing; 0 for as long as it wants.
func (e *engine) gitTimeout() time.Duration {
	return time.Duration(e.o.operator.Int("gitTimeout")) * time.Millisecond
}

// within is ctx that ends after limit, unless that is 0.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("git took longer than gitTimeout, %s", limit))
}

// A bounded writer pushes no longer than a limit.
type bounded struct {
	platform.Writer
	limit time.Duration
}

func (b bounded) Push(ctx context.Context, repo string, branches []platform.Branch) ([]string, error) {
	ctx, cancel := within(ctx, b.limit)
	defer cancel()
	return b.Writer.Push(ctx, repo, branches)
}
