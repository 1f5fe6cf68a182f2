package spec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// Request returns what is wrong with a request: an operation that GitHub does
// not have, a parameter or body that does not fit, and, beyond the
// description's letter, query parameters and keys that it does not know.
func (s *Spec) Request(x githubtest.Traffic) []string {
	_, problems := s.request(x)
	return problems
}

func (s *Spec) request(x githubtest.Traffic) (*openapi3filter.RequestValidationInput, []string) {
	rt, params := s.find(x.Method, x.Path)
	if rt == nil {
		if x.Op != "" {
			return nil, []string{x.Op + " is not among the operations described here: add it to operations.txt and run go generate"}
		}
		return nil, []string{"not a GitHub operation"}
	}
	if params["path"] == "" {
		params["path"] = "/" // the root of the contents; the validator takes no empty parameter
	}
	u := &url.URL{Scheme: "http", Host: "github.example.test", RawQuery: x.Query}
	u.Path = x.Path
	req, err := http.NewRequest(rt.Method, u.String(), bytes.NewReader(x.Body))
	if err != nil {
		return nil, []string{err.Error()}
	}
	req.Header = x.Header.Clone()
	if len(x.Body) > 0 {
		req.Header.Set("Content-Type", "application/json") // GitHub does not mind another
	}
	if len(x.Body) == 0 {
		req.Body = http.NoBody
	}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, QueryParams: req.URL.Query(), Route: rt, Options: &openapi3filter.Options{
		MultiError: true, IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}}
	var problems []string
	in.Options.ExcludeRequestBody = emptyBody(x)
	if !bareLabels(rt, x.Body) {
		problems = flatten(openapi3filter.ValidateRequest(context.Background(), in))
		problems = append(problems, unknownKeys(rt, x)...)
	}
	return in, append(problems, unknownQuery(rt, x)...)
}

// bareLabels says whether a request sends labels as a bare list. go-github and
// Renovate do, GitHub takes it, its description has lost it.
func bareLabels(rt *routers.Route, body []byte) bool {
	id := rt.Operation.OperationID
	return (id == "issues/add-labels" || id == "issues/set-labels") && strings.HasPrefix(string(bytes.TrimSpace(body)), "[")
}

// emptyBody says whether a request may have left out a body in which nothing is
// required.
func emptyBody(x githubtest.Traffic) bool { return len(x.Body) == 0 && x.Method != "POST" }

func unknownQuery(rt *routers.Route, x githubtest.Traffic) []string {
	known := map[string]bool{}
	for _, p := range rt.Operation.Parameters {
		if p.Value.In == "query" {
			known[p.Value.Name] = true
		}
	}
	values, err := url.ParseQuery(x.Query)
	if err != nil {
		return []string{"the query cannot be read"}
	}
	var out []string
	for name := range values {
		if !known[name] {
			out = append(out, "query parameter "+name+" is not GitHub's")
		}
	}
	sort.Strings(out)
	return out
}

func unknownKeys(rt *routers.Route, x githubtest.Traffic) []string {
	schema := jsonSchema(rt.Operation)
	var body map[string]json.RawMessage
	if schema == nil || json.Unmarshal(x.Body, &body) != nil {
		return nil
	}
	known := map[string]bool{}
	if properties(schema, known, 0) {
		return nil
	}
	var out []string
	for name, value := range body {
		if !known[name] && string(value) != "null" { // go-github sends null "content" to delete a file
			out = append(out, "key "+name+" is not GitHub's")
		}
	}
	sort.Strings(out)
	return out
}

// Response returns what is wrong with an answer.
func (s *Spec) Response(x githubtest.Traffic) []string {
	in, _ := s.request(x)
	if in == nil || tolerated(x) {
		return nil
	}
	if kind := x.Answer.Get("Content-Type"); x.Status < 300 && len(x.Payload) > 0 && !strings.HasPrefix(kind, "application/json") {
		return nil // a media type such as "raw" or "diff"
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: x.Status, Header: x.Answer, Options: in.Options}
	out.SetBodyBytes(x.Payload)
	return flatten(openapi3filter.ValidateResponse(context.Background(), out))
}

// tolerated is the list of what GitHub does although its description does not
// say so.
func tolerated(x githubtest.Traffic) bool {
	switch x.Status {
	case 401, 403, 404, 429, 502, 503: // missing from most operations
		return true
	case 301, 307: // of a renamed repository
		return true
	case 304, 204: // no body to look at
		return len(x.Payload) == 0
	case 409:
		// An empty repository; and a body that fits two of its "oneOf".
		return x.Op == "git/get-ref" || x.Op == "repos/create-or-update-file-contents"
	case 422:
		// Documented of nearly all writing operations, but not of these.
		return x.Op == "repos/create-commit-status" || x.Op == "checks/create" || x.Op == "checks/update" || x.Op == "repos/get-commit" ||
			x.Op == "checks/list-for-ref" || x.Op == "pulls/create-review" || x.Op == "pulls/request-reviewers" ||
			x.Op == "repos/list-pull-requests-associated-with-commit" || x.Op == "repos/create-release"
	}
	return x.Method == "HEAD"
}

// flatten lists the problems of a validator's error, a line each.
func flatten(err error) []string {
	var many openapi3.MultiError
	var request *openapi3filter.RequestError
	var response *openapi3filter.ResponseError
	var schema *openapi3.SchemaError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many) && !wrapped(err):
		var out []string
		for _, e := range many {
			out = append(out, flatten(e)...)
		}
		return out
	case errors.As(err, &request) && request.Err != nil && errors.As(request.Err, &many):
		return flatten(many)
	case errors.As(err, &response) && response.Err != nil && errors.As(response.Err, &many):
		return flatten(many)
	case errors.As(err, &schema):
		return []string{fmt.Sprintf("/%s: %s", strings.Join(schema.JSONPointer(), "/"), trim(schema.Reason))}
	}
	return []string{trim(err.Error())}
}

// wrapped says whether the error is a request's or a response's as a whole.
func wrapped(err error) bool {
	switch err.(type) {
	case *openapi3filter.RequestError, *openapi3filter.ResponseError:
		return true
	}
	return false
}

// A Transport validates the requests and answers of any client that talks to
// a GitHub.
type Transport struct {
	Base   http.RoundTripper // nil for http.DefaultTransport
	Prefix string            // of the REST interface's paths, such as "/api/v3"
	Report func(githubtest.Traffic, []string)
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	s, err := Load()
	if err != nil {
		return nil, err
	}
	x := githubtest.Traffic{Method: req.Method, Path: strings.TrimPrefix(req.URL.EscapedPath(), t.Prefix), Query: req.URL.RawQuery, Header: req.Header.Clone()}
	if req.Body != nil {
		if x.Body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body.Close()
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(x.Body))
	}
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	resp, err := base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	x.Payload, err = io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(x.Payload))
	x.Status, x.Answer = resp.StatusCode, resp.Header
	if problems := append(s.Request(x), s.Response(x)...); len(problems) > 0 {
		t.Report(x, problems)
	}
	return resp, nil
}
