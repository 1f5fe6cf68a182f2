package githubtest

import (
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"sync"
)

// routesText lists GitHub's operations, one "METHOD path id" a line. A
// parameter {name+} spans segments.
//
//go:embed routes.txt
var routesText string

// allRoutes and allShapes read GitHub's description once: some tests start hundreds of servers.
var (
	allRoutes = sync.OnceValues(func() ([]route, error) { return parseRoutes(routesText) })
	allShapes = sync.OnceValues(func() (shapes, error) { return parseShapes(shapesText) })
)

// A route is one operation of GitHub's REST interface.
type route struct {
	method, path, op string
	slashes          int // in its path; -1 if a parameter spans segments
	re               *regexp.Regexp
	names            []string
	static           int // length of the constant text: longer is more specific
}

var parameter = regexp.MustCompile(`\{(\w+)(\+?)\}`)

// parseRoutes returns the routes of text, the most specific first.
func parseRoutes(text string) ([]route, error) {
	var out []route
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("route %q is not METHOD path id", line)
		}
		r := route{method: f[0], path: f[1], op: f[2]}
		if r.slashes = strings.Count(r.path, "/"); strings.Contains(r.path, "+}") {
			r.slashes = -1
		}
		at, pattern := 0, "^"
		for _, m := range parameter.FindAllStringSubmatchIndex(r.path, -1) {
			name := r.path[m[2]:m[3]]
			r.names = append(r.names, name)
			r.static += m[0] - at
			pattern += regexp.QuoteMeta(r.path[at:m[0]]) + group(name, m[4] != m[5])
			at = m[1]
		}
		r.static += len(r.path) - at
		pattern += regexp.QuoteMeta(r.path[at:]) + "$"
		re, err := regexp.Compile(pattern)
		if err != nil {
			return nil, fmt.Errorf("route %q: %w", r.path, err)
		}
		r.re = re
		out = append(out, r)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].static > out[j].static })
	return out, nil
}

// group returns the expression that a parameter matches. The path of a
// repository's contents may be empty: its root.
func group(name string, multi bool) string {
	switch {
	case multi && name == "path":
		return "(.*)"
	case multi:
		return "(.+)"
	}
	return "([^/]+)"
}

// find returns the operation that a request calls and its parameters. known
// says whether the path exists with another method.
func find(routes []route, method, path string) (r route, params map[string]string, known bool) {
	if path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	if method == "HEAD" {
		method = "GET"
	}
	slashes := strings.Count(path, "/")
	for _, r := range routes {
		if r.slashes >= 0 && r.slashes != slashes {
			continue // expressions are slow
		}
		m := r.re.FindStringSubmatch(path)
		if m == nil && strings.HasSuffix(r.path, "/contents/{path+}") {
			m = r.re.FindStringSubmatch(path + "/")
		}
		if m == nil {
			continue
		}
		known = true
		if r.method != method {
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
		return r, params, true
	}
	return route{}, nil, known
}
