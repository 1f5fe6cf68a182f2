package platform

import (
	"context"
	"strings"
)

type behalfKey struct{}

// OnBehalf returns a context for work that a repository's job does, such as "acme/shop": what it may read beside the
// repository depends on whose it is.
func OnBehalf(ctx context.Context, repository string) context.Context {
	return context.WithValue(ctx, behalfKey{}, repository)
}

// Behalf returns the repository whose job ctx is of; "" for what the operator does.
func Behalf(ctx context.Context) string {
	repository, _ := ctx.Value(behalfKey{}).(string)
	return repository
}

// Owner returns the owner of a repository, in the spelling that compares; "" for the name of a folder.
func Owner(repository string) string {
	owner, _, ok := strings.Cut(repository, "/")
	if !ok {
		return ""
	}
	return strings.ToLower(owner)
}
