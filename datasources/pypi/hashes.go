package pypi

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning/pep440"
)

var sha256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Hashes returns the hashes of all files of a version, whatever the platform that they are for.
func (x index) Hashes(ctx context.Context, q datasources.Query, version, _ string) ([]string, error) {
	p, err := x.read(ctx, q)
	if err != nil {
		return nil, err
	}
	if p.about.Partial != "" {
		return nil, &datasources.RetryError{Err: fmt.Errorf("asking for the hashes of %s: %s", q, p.about.Partial)}
	}
	var out []string
	for _, f := range p.files {
		if f.version == "" || f.version != version && (!pep440.Scheme{}.Valid(f.version) || pep440.Scheme{}.Compare(f.version, version) != 0) {
			continue
		}
		if !sha256.MatchString(f.sha256) {
			return nil, fmt.Errorf("asking for the hashes of %s: the index has no SHA-256 of %s", q, f.name)
		}
		out = append(out, f.sha256)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("asking for the hashes of %s %s: %w", q, version, datasources.ErrNotFound)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
