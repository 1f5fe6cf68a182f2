// Package osvtest defines a database of vulnerabilities in process: the interface of OSV below
// /v1, as google.github.io/osv.dev/api describes it, and the dumps of each ecosystem.
package osvtest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// A Server is a running database. Its fields may be changed between requests, with Change.
type Server struct {
	*httptest.Server

	mu      sync.Mutex
	records []map[string]any
	page    int // results of one query on a page
	down    int // status that everything is answered with; 0 for none
	log     []string
}

// New starts a database with records in OSV's form, as JSON.
func New(records ...string) *Server {
	s := &Server{page: 1000}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	for _, text := range records {
		s.Add(text)
	}
	return s
}

// Add adds a record, or replaces the one of the same id.
func (s *Server) Add(text string) {
	var r map[string]any
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		panic(fmt.Sprintf("osvtest: %v in %s", err, text)) // a mistake in a test
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = slices.DeleteFunc(s.records, func(x map[string]any) bool { return x["id"] == r["id"] })
	s.records = append(s.records, r)
}

// Page bounds the results of a query on one page.
func (s *Server) Page(n int) { s.mu.Lock(); s.page = n; s.mu.Unlock() }

// Fail answers everything with a status; 0 ends that.
func (s *Server) Fail(status int) { s.mu.Lock(); s.down = status; s.mu.Unlock() }

// Log returns the paths asked for since the last call.
func (s *Server) Log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.log
	s.log = nil
	return out
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, r.Method+" "+r.URL.Path)
	switch {
	case s.down != 0:
		http.Error(w, "no", s.down)
	case r.Method == http.MethodPost && r.URL.Path == "/v1/querybatch":
		s.query(w, r)
	case r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v1/vulns/"):
		id := strings.TrimPrefix(r.URL.Path, "/v1/vulns/")
		for _, x := range s.records {
			if x["id"] == id {
				reply(w, x)
				return
			}
		}
		http.NotFound(w, r)
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/all.zip"):
		s.dump(w, r, strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/all.zip"))
	default:
		http.NotFound(w, r)
	}
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client went away
}

// about reports whether a record is about a package; "" for any of the ecosystem.
func about(record map[string]any, ecosystem, name string) bool {
	list, _ := record["affected"].([]any)
	return slices.ContainsFunc(list, func(x any) bool {
		object, _ := x.(map[string]any)
		p, _ := object["package"].(map[string]any)
		e, _ := p["ecosystem"].(string)
		e, _, _ = strings.Cut(e, ":")
		return e == ecosystem && (name == "" || p["name"] == name)
	})
}

func (s *Server) query(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Queries []struct {
			Package struct{ Ecosystem, Name string }
			Page    string `json:"page_token"`
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.Queries) > 1000 {
		http.Error(w, "a bad query", http.StatusBadRequest)
		return
	}
	results := []any{}
	for _, q := range in.Queries {
		var found []any
		for _, x := range s.records {
			if about(x, q.Package.Ecosystem, q.Package.Name) {
				found = append(found, map[string]any{"id": x["id"], "modified": x["modified"]})
			}
		}
		from := 0
		_, _ = fmt.Sscanf(q.Page, "page-%d", &from)
		to := min(from+s.page, len(found))
		result := map[string]any{}
		if from < to {
			result["vulns"] = found[from:to]
		}
		if to < len(found) {
			result["next_page_token"] = fmt.Sprintf("page-%d", to)
		}
		results = append(results, result)
	}
	reply(w, map[string]any{"results": results})
}

func (s *Server) dump(w http.ResponseWriter, r *http.Request, ecosystem string) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	n := 0
	for _, x := range s.records {
		if !about(x, ecosystem, "") {
			continue
		}
		n++
		f, err := z.Create(fmt.Sprint(x["id"]) + ".json")
		if err == nil {
			err = json.NewEncoder(f).Encode(x)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	if err := z.Close(); err != nil || n == 0 {
		http.NotFound(w, r)
		return
	}
	tag := fmt.Sprintf("%q", fmt.Sprint(len(out.Bytes())))
	w.Header().Set("Etag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	_, _ = w.Write(out.Bytes()) // the client went away
}
