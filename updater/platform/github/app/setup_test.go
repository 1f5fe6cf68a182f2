package app_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
)

func newServer(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

var formParts = regexp.MustCompile(`(?s)<form action="([^"]+)".*name="manifest" value="([^"]+)"`)

// form returns where the page's form leads and what it sends.
func form(t *testing.T, page string) (action, manifest string) {
	t.Helper()
	m := formParts.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no form in %s", page)
	}
	return html.UnescapeString(m[1]), html.UnescapeString(m[2])
}
