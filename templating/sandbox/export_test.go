package sandbox

import "context"

// RunIn is Run with or without namespaces, whatever the machine can do.
func (b *Box) RunIn(ctx context.Context, c Command, spaces bool) (int, error) {
	return b.start(ctx, c, spaces)
}
