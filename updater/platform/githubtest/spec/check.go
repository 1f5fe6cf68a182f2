package spec

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// maxProblems bounds what is said of one exchange.
const maxProblems = 8

// Check makes t fail if an exchange with the server from now on is not one
// that GitHub knows: a request that is wrong, a query that does not fit
// GitHub's schema, an answer of another shape than GitHub's.
func Check(t testing.TB, server *githubtest.Server) {
	t.Helper()
	Except(t, server, func(githubtest.Traffic) bool { return false })
}

// Except is Check for a test that sends something wrong on purpose: what
// allowed accepts is not held against it.
func Except(t testing.TB, server *githubtest.Server, allowed func(githubtest.Traffic) bool) {
	t.Helper()
	s := must(t)
	watch(t, server, func(x githubtest.Traffic) {
		if problems := s.Exchange(x); len(problems) > 0 && !allowed(x) {
			t.Error(message(x, problems))
		}
	})
}

func must(t testing.TB) *Spec {
	t.Helper()
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// watch observes a server until the test ends.
func watch(t testing.TB, server *githubtest.Server, f func(githubtest.Traffic)) {
	var mu sync.Mutex
	done := false
	stop := server.Observe(func(x githubtest.Traffic) {
		mu.Lock()
		defer mu.Unlock()
		if !done {
			f(x)
		}
	})
	t.Cleanup(func() {
		stop()
		mu.Lock()
		defer mu.Unlock()
		done = true
	})
}

// Exchange returns what is wrong with a request and its answer.
func (s *Spec) Exchange(x githubtest.Traffic) []string {
	if x.Op == "graphql" {
		return query(x)
	}
	var out []string
	for _, p := range s.Request(x) {
		out = append(out, "request: "+p)
	}
	for _, p := range s.Response(x) {
		out = append(out, "answer: "+p)
	}
	return out
}

// query returns what is wrong with a GraphQL request.
func query(x githubtest.Traffic) []string {
	var in struct{ Query string }
	if err := json.Unmarshal(x.Body, &in); err != nil {
		return []string{"request: " + err.Error()}
	}
	var out []string
	for _, p := range Query(in.Query) {
		out = append(out, "query: "+p)
	}
	return out
}

func message(x githubtest.Traffic, problems []string) string {
	text := fmt.Sprintf("%d %s %s (%s)", x.Status, x.Method, x.Path, x.Op)
	for i, p := range problems {
		if i == maxProblems {
			text += fmt.Sprintf("\n\t... and %d more", len(problems)-i)
			break
		}
		text += "\n\t" + p
	}
	return text
}
