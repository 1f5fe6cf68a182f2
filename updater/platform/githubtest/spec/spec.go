// Package spec defines what is a valid exchange with GitHub, by GitHub's own
// descriptions of its REST and GraphQL interfaces. It is for tests: a test
// that talks to a [githubtest.Server] begins with
//
//	spec.Check(t, server)
package spec

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

//go:embed github.json.gz
var description []byte

// A Spec is GitHub's description of the operations in operations.txt. It is
// safe for concurrent use.
type Spec struct {
	doc    *openapi3.T
	routes []route
}

// A route is a path of the description. Unlike kin-openapi's routers it knows
// parameters that span segments ("x-multi-segment").
type route struct {
	path   string
	item   *openapi3.PathItem
	re     *regexp.Regexp
	names  []string
	static int
}

// load reads the description once a process: it takes a tenth of a second.
var load = sync.OnceValues(read)

// Load returns GitHub's description.
func Load() (*Spec, error) { return load() }

func read() (*Spec, error) {
	z, err := gzip.NewReader(bytes.NewReader(description))
	if err != nil {
		return nil, fmt.Errorf("reading GitHub's description: %w", err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("reading GitHub's description: %w", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("reading GitHub's description: %w", err)
	}
	s := &Spec{doc: doc}
	for path, item := range doc.Paths.Map() {
		r, err := newRoute(path, item)
		if err != nil {
			return nil, err
		}
		s.routes = append(s.routes, r)
	}
	// The path with the most constant text is the most specific one.
	sort.Slice(s.routes, func(i, j int) bool {
		a, b := s.routes[i], s.routes[j]
		return a.static > b.static || a.static == b.static && a.path < b.path
	})
	return s, nil
}

var parameter = regexp.MustCompile(`\{([^}]+)\}`)

func newRoute(path string, item *openapi3.PathItem) (route, error) {
	long := map[string]bool{}
	for _, op := range item.Operations() {
		for _, p := range op.Parameters {
			long[p.Value.Name] = p.Value.Extensions["x-multi-segment"] == true
		}
	}
	r := route{path: path, item: item}
	pattern := "^"
	at := 0
	for _, m := range parameter.FindAllStringSubmatchIndex(path, -1) {
		name := path[m[2]:m[3]]
		group := "([^/]+)"
		if long[name] {
			group = "(.+)"
		}
		if name == "path" {
			group = "(.*)" // the root of the contents
		}
		pattern += regexp.QuoteMeta(path[at:m[0]]) + group
		r.static += m[0] - at
		r.names = append(r.names, name)
		at = m[1]
	}
	r.static += len(path) - at
	re, err := regexp.Compile(pattern + regexp.QuoteMeta(path[at:]) + "/?$")
	if err != nil {
		return route{}, fmt.Errorf("reading path %s of GitHub's description: %w", path, err)
	}
	r.re = re
	return r, nil
}

// find returns the operation that a request calls, nil if the description
// has none, and its parameters.
func (s *Spec) find(method, path string) (*routers.Route, map[string]string) {
	if method == "HEAD" {
		method = "GET"
	}
	for _, r := range s.routes {
		op := r.item.GetOperation(method)
		m := r.re.FindStringSubmatch(path)
		if op == nil || m == nil {
			continue
		}
		params := map[string]string{}
		for i, name := range r.names {
			v, err := url.PathUnescape(m[i+1])
			if err != nil {
				v = m[i+1]
			}
			params[name] = v
		}
		return &routers.Route{Spec: s.doc, Path: r.path, PathItem: r.item, Method: method, Operation: op}, params
	}
	return nil, nil
}

// properties collects the keys that a schema has; open says that it may have
// others.
func properties(s *openapi3.SchemaRef, into map[string]bool, depth int) (open bool) {
	if s == nil || s.Value == nil || depth > 4 {
		return false
	}
	for name := range s.Value.Properties {
		into[name] = true
	}
	more := s.Value.AdditionalProperties
	open = more.Has != nil && *more.Has || more.Schema != nil
	for _, list := range []openapi3.SchemaRefs{s.Value.OneOf, s.Value.AnyOf, s.Value.AllOf} {
		for _, part := range list {
			open = properties(part, into, depth+1) || open
		}
	}
	return open
}

// jsonSchema returns the schema of a request's body, nil if it has none.
func jsonSchema(op *openapi3.Operation) *openapi3.SchemaRef {
	if op.RequestBody == nil || op.RequestBody.Value == nil {
		return nil
	}
	m := op.RequestBody.Value.Content["application/json"]
	if m == nil {
		return nil
	}
	return m.Schema
}

// trim shortens a validator's message to one line.
func trim(message string) string {
	line, _, _ := strings.Cut(message, "\n")
	return line
}
