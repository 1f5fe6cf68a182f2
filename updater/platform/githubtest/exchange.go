package githubtest

import (
	"net/http"
	"slices"
	"time"
)

// An Exchange is a request that the server received.
type Exchange struct {
	Time   time.Time
	Login  string // whose token it was; "" for none
	Method string
	Path   string // without prefix and query, such as "/repos/acme/shop/pulls"
	Op     string // as in Fault; "" for a path that GitHub does not have
	Repo   string // "owner/name"; "" if it is not about one
	Status int    // of the answer; 0 if the connection was cut
	Write  bool   // it asked for a change, whether or not it was granted
}

// Log returns the requests so far, in the order in which they were answered.
func (s *Server) Log() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Writes returns the requests so far that asked for a change: REST calls other
// than reading ones, GraphQL mutations, pushes.
func (s *Server) Writes() []Exchange {
	return slices.DeleteFunc(s.Log(), func(e Exchange) bool { return !e.Write })
}

// ResetLog forgets the requests so far.
func (s *Server) ResetLog() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = nil
}

// Traffic is a request and its answer as they went over the wire.
type Traffic struct {
	Method  string
	Path    string // escaped, without the prefix /api/v3 and with "/repositories/ID" written as "/repos/OWNER/NAME"
	Query   string
	Header  http.Header // of the request; without credentials
	Body    []byte      // of the request
	Op      string      // operation id, "graphql", or "" for a path that GitHub does not have
	Status  int
	Answer  http.Header
	Payload []byte // of the answer
}

// Observe calls f with every REST and GraphQL exchange from now on, one at a
// time, until stop is called. f must not call the server.
func (s *Server) Observe(f func(Traffic)) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := len(s.observe)
	s.observe = append(s.observe, f)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.observe[i] = nil
	}
}

// record logs an exchange and shows it to the observers.
func (s *Server) record(e Exchange, t *Traffic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Time = s.now()
	s.log = append(s.log, e)
	if t == nil {
		return
	}
	for _, f := range s.observe {
		if f != nil {
			f(*t)
		}
	}
}
