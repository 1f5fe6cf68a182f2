package githubtest

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// What a push asks for comes from outside: reading it must not fail.
func FuzzCommands(f *testing.F) {
	f.Add("0000")
	f.Add("0067" + strings.Repeat("0", 40) + " " + strings.Repeat("1", 40) + " refs/heads/x\x00 report-status0000PACK")
	f.Add("ffff")
	f.Fuzz(func(t *testing.T, body string) {
		for _, c := range commands([]byte(body)) {
			if c.ref == "" || c.old == "" || c.new == "" {
				t.Errorf("%q: command %v", body, c)
			}
		}
	})
}

// Every search is some list of conditions; no condition is lost.
func FuzzTerms(f *testing.F) {
	f.Add(`is:pr -author:app/currant "two words" in:title label:"a b"`)
	f.Fuzz(func(t *testing.T, q string) {
		if list := terms(q); strings.Trim(q, ` "`) != "" && !strings.Contains(q, `"`) && len(list) != len(strings.FieldsFunc(q, func(r rune) bool { return r == ' ' })) {
			t.Errorf("%q: %d conditions", q, len(list))
		}
	})
}

// Objects of git are read whatever they hold.
func FuzzParseCommit(f *testing.F) {
	f.Add("tree 1\nparent 2\nauthor A <a@example.test> 1 +0000\ncommitter B <b> x\n\nmessage\n")
	f.Fuzz(func(t *testing.T, text string) { parseCommit("1", text) })
}

// Any path is routed or refused.
func FuzzServe(f *testing.F) {
	s, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	if err := s.CreateRepo("acme/shop", map[string]string{"a": "1"}, Public()); err != nil {
		f.Fatal(err)
	}
	token := s.Token(Grant{})
	f.Add("POST", "/api/v3/repos/acme/shop/git/refs", `{"ref":"refs/heads/x"}`)
	f.Add("GET", "/api/v3/repos/acme/shop/compare/a...b", "")
	f.Add("POST", "/api/graphql", `{"query":"{viewer{login}}"}`)
	f.Add("GET", "/repositories/99999999999999999999/issues", "")
	f.Add("GET", "/repos/acme/shop/contents/..%2f..", "")
	f.Add("PATCH", "/repos/acme/shop/git/refs/heads/main", `{"sha":"--help"}`)
	f.Fuzz(func(t *testing.T, method, path, body string) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \r\n\t\x7f") || gitPath.MatchString(path) {
			return
		}
		if method = strings.ToUpper(method); method != "GET" && method != "POST" && method != "PATCH" && method != "PUT" && method != "DELETE" {
			return
		}
		r := httptest.NewRequest("GET", "/", strings.NewReader(body))
		u, err := r.URL.Parse(path)
		if err != nil {
			return
		}
		r.Method, r.URL = method, u
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.serve(w, r)
		if w.Code == 500 {
			t.Errorf("%s %s %s: %s", method, path, body, w.Body)
		}
	})
}
