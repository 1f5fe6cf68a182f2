package platform

import "context"

// An Alerter is a [Reader] whose host knows which dependencies of a repository have
// weaknesses.
type Alerter interface {
	// Alerts lists the open ones. The error is an [AuthError] if the account may not see
	// them, and [ErrOff] if the repository has none because they are switched off.
	Alerts(ctx context.Context, repo string) ([]Alert, error)
}

// An Alert says that a file of a repository uses a package with a known weakness. All texts
// but the names are somebody else's.
type Alert struct {
	Ecosystem  string // as GitHub calls it, such as "npm" or "pip"
	Package    string
	Manifest   string // path
	Range      string // of the versions that have it, such as ">= 1.0, < 1.2.3"
	Fixed      string // the first version without it; "" for none
	ID         string // such as "GHSA-1111-2222-3333"
	Aliases    []string
	Summary    string
	Details    string // Markdown
	Severity   string // "low", "medium", "high" or "critical"
	Score      float64
	Vector     string
	References []string
	Malicious  bool
}
