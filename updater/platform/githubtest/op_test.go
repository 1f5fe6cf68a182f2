package githubtest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// What is built is a GitHub operation, and its exchanges are validated: the
// list of package spec is the same.
func TestHandlers(t *testing.T) {
	text, err := os.ReadFile("spec/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	routes, err := parseRoutes(routesText)
	if err != nil {
		t.Fatal(err)
	}
	built := handlers()
	var described []string
	for line := range strings.Lines(string(text)) {
		id := strings.TrimSpace(line)
		if id == "" || strings.HasPrefix(id, "#") {
			continue
		}
		described = append(described, id)
		if built[id] == nil {
			t.Errorf("%s is described but not built", id)
		}
	}
	for id := range built {
		if !slices.Contains(described, id) {
			t.Errorf("%s is built but not described", id)
		}
		if !slices.ContainsFunc(routes, func(r route) bool { return r.op == id }) {
			t.Errorf("%s is not a GitHub operation", id)
		}
	}
}
