package githubtest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 256 << 20

// A handler does one operation. It runs with the server's state locked.
type handler func(*call) (reply, error)

// A call is one request of an operation.
type call struct {
	s      *Server
	r      *http.Request
	op     string // operation id, or "graphql"
	route  route
	params map[string]string
	body   []byte
	who    *token // nil for an anonymous request
	app    *app   // that signed the request itself; nil for a token
	repo   *repo  // nil if the operation is not about one
	name   string // of repo, once the operation is done
	prefix string // "/api/v3" or ""
	fault  *Fault
	header http.Header // of the answer
}

// A reply is an answer: Body as JSON, or Raw.
type reply struct {
	status int
	body   any
	raw    []byte
	kind   string // content type of raw
}

func ok(body any) (reply, error)      { return reply{status: 200, body: body}, nil }
func created(body any) (reply, error) { return reply{status: 201, body: body}, nil }
func noContent() (reply, error)       { return reply{status: 204}, nil }

// An Error is an answer other than success.
type Error struct {
	Status  int
	Message string
	Errors  any // the "errors" of a 422; nil for none
	Header  http.Header
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s", e.Status, e.Message) }

func fail(status int, format string, args ...any) *Error {
	return &Error{Status: status, Message: fmt.Sprintf(format, args...)}
}

var errNotFound = fail(404, "Not Found")

// invalid is GitHub's answer to a field that is wrong: code is "missing",
// "missing_field", "invalid", "already_exists" or, with a message, "custom".
func invalid(resource, field, code, message string) *Error {
	e := object{"resource": resource, "code": code}
	if field != "" {
		e["field"] = field
	}
	if message != "" {
		e["message"] = message
	}
	return &Error{Status: 422, Message: "Validation Failed", Errors: []any{e}}
}

// decode reads the request's body into v.
func (c *call) decode(v any) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return nil
	}
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(c.body, v); {
	case errors.As(err, &wrong):
		return fail(422, "Invalid request.\n\nFor '%s', %s is not a %s.", wrong.Field, wrong.Value, wrong.Type)
	case err != nil:
		return fail(400, "Problems parsing JSON")
	}
	return nil
}

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

var gitPath = regexp.MustCompile(`^/([^/]+)/([^/]+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)$`)

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		http.Error(w, "request too large or cut short", http.StatusRequestEntityTooLarge)
		return
	}
	w.Header().Set("Date", s.now().Format(http.TimeFormat))
	path := r.URL.EscapedPath()
	if m := gitPath.FindStringSubmatch(path); m != nil {
		s.serveGit(w, r, body, m[1]+"/"+m[2], m[3])
		return
	}
	if m := newAppPath.FindStringSubmatch(path); m != nil && r.Method == http.MethodPost {
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.newApp(w, r, m[1])
		return
	}
	c := &call{s: s, r: r, body: body, header: http.Header{}}
	rest, api := strings.CutPrefix(path, "/api/v3")
	switch {
	case path == "/api/graphql" || path == "/graphql":
		c.op = "graphql"
		path = "/graphql"
	case api:
		c.prefix, path = "/api/v3", rest
	}
	if path == "" {
		path = "/"
	}
	path = s.canonical(path)
	rep, err := s.answer(c, path)
	s.write(w, c, path, rep, err)
}

// newAppPath is where a browser posts the manifest of an app.
var newAppPath = regexp.MustCompile(`^(?:/organizations/([^/]+))?/settings/apps/new$`)

var byID = regexp.MustCompile(`^/repositories/(\d+)(/|$)`)

// canonical writes /repositories/ID, which GitHub uses in links, as
// /repos/OWNER/NAME.
func (s *Server) canonical(path string) string {
	m := byID.FindStringSubmatch(path)
	if m == nil {
		return path
	}
	id, _ := strconv.ParseInt(m[1], 10, 64) // digits: an overflow is no repository
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.repos {
		if r.id == id {
			return "/repos/" + r.fullName() + strings.TrimPrefix(path, "/repositories/"+m[1])
		}
	}
	return path
}

// errCut says that the connection is to be closed without an answer.
var errCut = errors.New("connection cut")

// answer does what a request asks.
func (s *Server) answer(c *call, path string) (reply, error) {
	if c.op == "" {
		r, params, known := find(s.routes, c.r.Method, path)
		if r.op == "" {
			if known {
				return reply{}, fail(404, "%s %s is not a GitHub operation: the path has other methods", c.r.Method, path)
			}
			return reply{}, fail(404, "%s %s is not a GitHub operation", c.r.Method, path)
		}
		c.op, c.route, c.params = r.op, r, params
	}
	name := ""
	if c.params["owner"] != "" && c.params["repo"] != "" {
		name = c.params["owner"] + "/" + c.params["repo"]
	}
	if rep, err, done := s.disturb(c, name); done {
		return rep, err
	}
	var rep reply
	var err error
	s.locked(func() {
		rep, err = s.do(c, name)
		if c.repo != nil {
			c.name = c.repo.fullName()
		}
	})
	if c.fault != nil && c.fault.Kind == Lose {
		return reply{}, errCut
	}
	return rep, err
}

// disturb lets a fault happen; done says that there is no more to do.
func (s *Server) disturb(c *call, name string) (rep reply, err error, done bool) {
	c.fault = s.fault(c.op, name)
	if c.fault == nil {
		return reply{}, nil, false
	}
	switch f := c.fault; f.Kind {
	case Refuse:
		status := cmp.Or(f.Status, 502)
		return reply{}, fail(status, "%s", http.StatusText(status)), true
	case Slow:
		if f.Wait != nil {
			f.Wait(c.r.Context())
		}
	case Cut:
		return reply{}, errCut, true
	case Expire:
		return reply{}, fail(401, "Bad credentials"), true
	case Limit:
		after := int(f.RetryAfter.Seconds())
		if after == 0 {
			after = 60
		}
		e := fail(cmp.Or(f.Status, 403), "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
		e.Header = http.Header{"Retry-After": {strconv.Itoa(after)}}
		return reply{}, e, true
	}
	return reply{}, nil, false
}

// do checks that the caller may do the operation, and does it.
func (s *Server) do(c *call, name string) (reply, error) {
	var err error
	if bearsJWT(c.r) {
		if c.app, err = s.authenticateApp(c.r); err != nil {
			return reply{}, err
		}
		name = "" // an app reaches no repository without a token
		if !strings.HasPrefix(c.op, "apps/") {
			return reply{}, fail(401, "A JSON web token could not be decoded")
		}
	} else if c.who, err = s.authenticate(c.r); err != nil {
		return reply{}, err
	}
	if err := s.meter(c); err != nil {
		return reply{}, err
	}
	if c.op == "graphql" {
		return c.graphql()
	}
	if name != "" {
		if c.repo, err = s.visible(c.who, name); err != nil {
			return reply{}, s.redirect(c, name, err)
		}
	}
	if err := c.permit(); err != nil {
		return reply{}, err
	}
	h := s.handlers[c.op]
	if h == nil {
		return reply{}, fail(501, "%s is a GitHub operation that githubtest does not have", c.op)
	}
	return h(c)
}

// redirect points requests for a renamed repository to its number, as GitHub
// does.
func (s *Server) redirect(c *call, name string, err error) error {
	to := s.moved[strings.ToLower(name)]
	if to == nil {
		return err
	}
	rest := c.r.URL.EscapedPath()
	i := strings.Index(rest, name)
	url := s.base + c.prefix + "/repositories/" + strconv.FormatInt(to.id, 10) + rest[i+len(name):]
	status := 307
	if c.r.Method == "GET" || c.r.Method == "HEAD" {
		status = 301
	}
	return &Error{Status: status, Message: "Moved Permanently", Header: http.Header{"Location": {url}}}
}

// write sends an answer and records the exchange.
func (s *Server) write(w http.ResponseWriter, c *call, path string, rep reply, err error) {
	e := Exchange{Login: c.who.login(), Method: c.r.Method, Path: path, Op: c.op, Repo: c.name, Write: c.writes()}
	if errors.Is(err, errCut) {
		s.record(e, nil)
		panic(http.ErrAbortHandler)
	}
	payload := s.encode(c, &rep, err)
	e.Status = rep.status
	h := w.Header()
	for k, v := range c.header {
		h[k] = v
	}
	h.Set("X-Github-Enterprise-Version", "3.19.0")
	h.Set("X-Github-Request-Id", strconv.Itoa(len(payload))+":"+c.op)
	head := c.r.Header.Clone()
	head.Del("Authorization")
	s.record(e, &Traffic{
		Method: c.r.Method, Path: path, Query: c.r.URL.RawQuery, Header: head, Body: c.body,
		Op: c.op, Status: rep.status, Answer: h.Clone(), Payload: payload,
	})
	w.WriteHeader(rep.status)
	if c.r.Method != "HEAD" {
		w.Write(payload) // an error means that the client has gone
	}
}

// encode returns the bytes of an answer and settles its status and headers.
func (s *Server) encode(c *call, rep *reply, err error) []byte {
	var e *Error
	if errors.As(err, &e) {
		rep.status = e.Status
		body := object{"message": e.Message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(e.Status)}
		if e.Errors != nil {
			body["errors"] = e.Errors
		}
		rep.body = body
		for k, v := range e.Header {
			c.header[k] = v
		}
	} else if err != nil {
		*rep = reply{status: 500, body: object{"message": "githubtest: " + err.Error()}}
	}
	if rep.raw != nil {
		c.header.Set("Content-Type", rep.kind)
		return rep.raw
	}
	if rep.body == nil {
		return nil
	}
	payload, err := json.Marshal(rep.body)
	if err != nil {
		rep.status = 500
		return []byte(`{"message":"githubtest: the answer is not JSON"}`)
	}
	c.header.Set("Content-Type", "application/json; charset=utf-8")
	c.header.Set("X-Github-Media-Type", "github.v3; format=json")
	if c.r.Method == "GET" && rep.status == 200 {
		return s.conditional(c, rep, payload)
	}
	return payload
}

// conditional adds the answer's tag and withholds what the client has already.
// Such an answer does not count against the limit.
func (s *Server) conditional(c *call, rep *reply, payload []byte) []byte {
	sum := sha256.Sum256(payload)
	tag := `W/"` + hex.EncodeToString(sum[:]) + `"`
	c.header.Set("Etag", tag)
	c.header.Set("Cache-Control", "private, max-age=60, s-maxage=60")
	if c.r.Header.Get("If-None-Match") != tag {
		return payload
	}
	rep.status = http.StatusNotModified
	s.refund(c)
	return nil
}

// writes says whether a request asks for a change.
func (c *call) writes() bool {
	if c.op == "graphql" {
		return c.params["mutation"] != ""
	}
	return c.r.Method != "GET" && c.r.Method != "HEAD"
}
