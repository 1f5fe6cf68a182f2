package quota

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Transport returns what sends by next and counts in the book what goes to GitHub's interface, which of says. It stands below what
// remembers answers, so that it sees what is really sent. Requests that make content wait for their turn.
func (b *Book) Transport(next http.RoundTripper, of func(*http.Request) bool) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if !of(req) {
			return next.RoundTrip(req)
		}
		name := datasources.TermsOf(req.Context()).Account
		if makesContent(req) {
			if err := b.await(req, name); err != nil {
				return nil, err
			}
		}
		resp, err := next.RoundTrip(req)
		if err != nil {
			return resp, err
		}
		points, err := cost(req, resp)
		if err != nil {
			resp.Body.Close()
			return nil, err
		}
		b.note(name, req, resp, points)
		return resp, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func (b *Book) await(req *http.Request, name string) error {
	wait, err := b.turn(name)
	if err == nil && wait > 0 {
		err = b.o.Sleep(req.Context(), wait)
	}
	if err != nil && req.Body != nil {
		req.Body.Close()
	}
	return err
}

// contentPath is where issues, pull requests, comments, reviews and the like are made and changed.
var contentPath = regexp.MustCompile(`/repos/[^/]+/[^/]+/(issues|pulls)(/|$)`)

// makesContent reports whether a request makes or changes what people are notified of. Reading by GraphQL is by POST too.
func makesContent(req *http.Request) bool {
	switch req.Method {
	case http.MethodGet, http.MethodHead:
		return false
	}
	return contentPath.MatchString(req.URL.Path) || isGraphQL(req) && mutates(req)
}

func isGraphQL(req *http.Request) bool { return strings.HasSuffix(req.URL.Path, "/graphql") }

// mutates reports whether a GraphQL request asks for a change. Its body stays to be sent.
func mutates(req *http.Request) bool {
	if req.GetBody == nil {
		return true // who cannot know waits
	}
	body, err := req.GetBody()
	if err != nil {
		return true
	}
	defer body.Close()
	var in struct{ Query string }
	return json.NewDecoder(body).Decode(&in) != nil || strings.HasPrefix(strings.TrimSpace(in.Query), "mutation")
}

// note counts an exchange, and takes from its headers what GitHub says of the limit.
func (b *Book) note(name string, req *http.Request, resp *http.Response, points int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.of(name)
	a.run.Requests++
	a.run.Points += points
	used := 1
	switch {
	case resp.StatusCode == http.StatusNotModified:
		a.run.Unchanged++
		used = 0
	case makesContent(req), !isGraphQL(req) && req.Method != http.MethodGet && req.Method != http.MethodHead:
		a.run.Writes++
	}
	kind := "core"
	if isGraphQL(req) {
		kind, used = "graphql", max(1, points)
	}
	h := resp.Header
	limit, err1 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, err3 := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if errors.Join(err1, err2, err3) != nil {
		return // of a host without limits
	}
	if said := h.Get("X-RateLimit-Resource"); said != "" {
		kind = said
	}
	w := a.Windows[kind]
	if at := time.Unix(reset, 0); w == nil || at.Sub(w.Reset).Abs() > time.Minute { // a new hour has begun
		w = &window{Reset: at}
		a.Windows[kind] = w
	}
	w.Spent += used
	w.Limit, w.Remaining = limit, remaining
}

// maxAnswer bounds what is read of an answer to learn its cost.
const maxAnswer = 64 << 20

// cost returns what a GraphQL answer says that it cost: a query that wants to be counted asks for rateLimit { cost remaining resetAt }. 1 where it
// does not say, 0 for REST.
func cost(req *http.Request, resp *http.Response) (int, error) {
	if !isGraphQL(req) || resp.StatusCode != http.StatusOK {
		return 0, nil
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, &datasources.RetryError{Err: errors.New("the answer was cut short")}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(text), resp.Body}
	var answer struct {
		Data struct {
			RateLimit struct{ Cost int } `json:"rateLimit"`
		}
	}
	if json.Unmarshal(text, &answer) != nil || answer.Data.RateLimit.Cost < 1 {
		return 1, nil
	}
	return answer.Data.RateLimit.Cost, nil
}
