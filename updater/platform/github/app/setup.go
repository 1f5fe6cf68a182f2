package app

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Events are those that Currant wants to hear of.
func Events() []string {
	return []string{"check_run", "check_suite", "dependabot_alert", "issues", "pull_request", "pull_request_review", "push", "repository", "status"}
}

// A Setup is the page on which a person has GitHub create the app, with just the
// permissions that Currant needs ("registering a GitHub App from a manifest").
type Setup struct {
	URL          string        // of the REST interface
	Web          string        // of GitHub for people, without a slash
	Organisation string        // that will own the app; "" for the person
	Name         string        // of the app
	Hook         string        // where GitHub is to send events; "" for nowhere
	Address      func() string // of this page, without a slash
	Client       *http.Client

	// Done stores what was made. Until it has returned, the person is not told of success.
	Done func(Made) error

	once  sync.Once
	state string // tells that an answer belongs to this page
}

// Made is the new app with its secrets. It prints as its name.
type Made struct {
	ID            int64  `json:"id"`
	Slug          string `json:"slug"`
	ClientID      string `json:"client_id"`
	Key           string `json:"pem"`
	WebhookSecret string `json:"webhook_secret"`
}

func (m Made) String() string   { return "GitHub App " + m.Slug }
func (m Made) GoString() string { return m.String() }

func (s *Setup) secret() string {
	s.once.Do(func() { s.state = rand.Text() })
	return s.state
}

// Manifest returns what GitHub is asked to create, as JSON.
func (s *Setup) Manifest() (string, error) {
	permissions := Permissions()
	manifest := map[string]any{
		"name": s.Name, "url": "https://github.com/currant-bot/currant", "redirect_url": s.Address() + "/made", "public": false,
		"default_permissions": permissions, "description": "Keeps this organisation's repositories current.",
	}
	if s.Hook != "" {
		manifest["hook_attributes"] = map[string]any{"url": s.Hook, "active": true}
		manifest["default_events"] = Events()
	}
	text, err := json.Marshal(manifest)
	return string(text), err
}

var setupPage = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Currant: create the GitHub App</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}table{border-collapse:collapse}td{padding:.2rem 1rem .2rem 0}button{font:inherit;padding:.5rem 1rem}</style>
<h1>{{.Title}}</h1>
{{if .Action}}<p>GitHub will create the app <b>{{.Name}}</b>{{if .Owner}} in <b>{{.Owner}}</b>{{end}} with these permissions and no others:</p>
<table>{{range $name, $level := .Permissions}}<tr><td>{{$name}}<td>{{$level}}{{end}}</table>
<form action="{{.Action}}" method="post"><input type="hidden" name="manifest" value="{{.Manifest}}"><p><button>Create it on GitHub</button></form>
{{else}}<p>{{.Text}}</p>{{if .Next}}<p><a href="{{.Next}}">Install it on your repositories</a></p>{{end}}{{end}}
</html>
`))

type setupView struct {
	Title, Name, Owner, Action, Manifest, Text, Next string
	Permissions                                      map[string]string
}

// ServeHTTP shows the page, and takes the person back from GitHub.
func (s *Setup) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action "+origin(s.Web)+" 'self'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Referrer-Policy", "no-referrer")
	var view setupView
	switch {
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusMethodNotAllowed)
		view = setupView{Title: "Not so", Text: "This page is only looked at."}
	case !s.here(r):
		w.WriteHeader(http.StatusForbidden)
		view = setupView{Title: "Not here", Text: "Open this page at " + s.Address() + "/."}
	case r.URL.Path == "/":
		view = s.form()
	case r.URL.Path == "/made":
		view = s.made(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
		view = setupView{Title: "Not found", Text: "There is nothing here."}
	}
	_ = setupPage.Execute(w, view) // an error is the browser's going away
}

// here reports whether a request was made to this page's own address, on which no other name leads: a page of somebody else's whose
// name comes to mean this machine reads nothing.
func (s *Setup) here(r *http.Request) bool {
	own, err := url.Parse(s.Address())
	if err != nil || own.Hostname() != "127.0.0.1" {
		return err == nil // the operator chose where it is served
	}
	return r.Host == own.Host || r.Host == "localhost:"+own.Port()
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "'none'"
	}
	return u.Scheme + "://" + u.Host
}

func (s *Setup) form() setupView {
	manifest, err := s.Manifest()
	if err != nil {
		return setupView{Title: "That did not work", Text: err.Error()}
	}
	action := s.Web + "/settings/apps/new"
	if s.Organisation != "" {
		action = s.Web + "/organizations/" + url.PathEscape(s.Organisation) + "/settings/apps/new"
	}
	return setupView{
		Title: "Create the GitHub App", Name: s.Name, Owner: s.Organisation, Manifest: manifest, Permissions: Permissions(),
		Action: action + "?state=" + url.QueryEscape(s.secret()),
	}
}

// made exchanges the code that GitHub sent the person back with.
func (s *Setup) made(w http.ResponseWriter, r *http.Request) setupView {
	query := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(s.secret())) != 1 {
		w.WriteHeader(http.StatusForbidden)
		return setupView{Title: "That did not work", Text: "This answer belongs to another browser window or an older page. Begin again."}
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	app, err := s.convert(ctx, query.Get("code"))
	if err == nil {
		err = s.Done(app)
	}
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return setupView{Title: "That did not work", Text: err.Error()}
	}
	next := s.Web + "/apps/" + url.PathEscape(app.Slug) + "/installations/new"
	if s.Web != "https://github.com" {
		next = s.Web + "/github-apps/" + url.PathEscape(app.Slug) + "/installations/new"
	}
	return setupView{Title: "The app is there", Text: "Its key is stored. Now install it.", Next: next}
}

// convert asks for the new app. GitHub answers a code once, within an hour.
func (s *Setup) convert(ctx context.Context, code string) (Made, error) {
	var m Made
	client := s.Client
	if client == nil {
		client = http.DefaultClient
	}
	address := strings.TrimSuffix(s.URL, "/") + "/app-manifests/" + url.PathEscape(code) + "/conversions"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return m, errors.New("GitHub's code cannot be used")
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	resp, err := client.Do(req)
	if err != nil {
		return m, fmt.Errorf("asking GitHub for the app: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return m, fmt.Errorf("asking GitHub for the app: it answered %s; the page's code may have been used before: begin again", resp.Status)
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, maxAnswer)).Decode(&m); err != nil {
		return m, fmt.Errorf("reading GitHub's answer: %w", err)
	}
	if m.ID == 0 || m.Key == "" {
		return m, errors.New("GitHub's answer has no app in it")
	}
	return m, nil
}
