package githubtest

import (
	"context"
	"time"
)

// A Kind is what a fault does to a request.
type Kind int

const (
	Refuse  Kind = iota // answer Status and do nothing
	Slow                // call Wait, then do as usual
	Cut                 // close the connection and do nothing
	Lose                // do as usual, but close the connection instead of answering
	Unknown             // say that mergeability is not known yet ("mergeable": null)
	Lag                 // leave the first item out of a list: of one that is newest first, what was just made, as GitHub does for a moment
	Limit               // answer 403 as GitHub's secondary rate limit does, with RetryAfter
	Expire              // answer 401 as if the token had expired
)

// A Fault is something that goes wrong.
type Fault struct {
	// Op is the operation that it happens to: an operation id of GitHub's
	// description such as "pulls/create", "graphql", "git-upload-pack" (fetch),
	// "git-receive-pack" (push), or "" for any.
	Op    string
	Repo  string // "owner/name"; "" for any, and always so for GraphQL
	Nth   int    // the first matching request that it happens to, from 1; 0 is 1
	Times int    // how often it happens; 0 is once, negative is for ever

	Kind       Kind
	Status     int                   // of Refuse, 0 is 502; of Limit, 0 is 403
	RetryAfter time.Duration         // of Limit; 0 is a minute
	Wait       func(context.Context) // of Slow: returns when the answer may go on
}

// An armedFault counts the requests that a fault applies to.
type armedFault struct {
	Fault
	seen int
}

// Inject makes something go wrong. Faults add up; the first that applies to a
// request happens to it.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Nth == 0 {
		f.Nth = 1
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &armedFault{Fault: f})
}

// ClearFaults makes everything work again.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault returns what happens to a request, nil for nothing, and counts it.
func (s *Server) fault(op, repo string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hit *Fault
	for _, f := range s.faults {
		if f.Op != "" && f.Op != op || f.Repo != "" && f.Repo != repo {
			continue
		}
		f.seen++
		if f.seen >= f.Nth && (f.Times < 0 || f.seen < f.Nth+f.Times) && hit == nil {
			hit = &f.Fault
		}
	}
	return hit
}
