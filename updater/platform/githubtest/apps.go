package githubtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// An app is a GitHub App. It acts as the server's bot.
type app struct {
	id          int64
	slug, name  string
	owner       *account
	clientID    string
	key         *rsa.PrivateKey
	hookSecret  string
	permissions map[string]string
	events      []string
	created     time.Time
	hook        Hook
	deliveries  []delivery // newest first
}

// An installation is an app in an organisation.
type installation struct {
	id        int64
	app       *app
	account   *account
	repos     []string // "owner/name"; nil for all of the account
	suspended bool
	allowance allowance
}

// An App is what a GitHub App logs in with.
type App struct {
	ID       int64
	ClientID string
	Key      []byte // PEM
}

// CreateApp makes a GitHub App with these permissions. It is installed nowhere.
func (s *Server) CreateApp(slug string, permissions map[string]string) (App, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return App{}, fmt.Errorf("making the key of app %s: %w", slug, err)
	}
	var a *app
	s.locked(func() { a = s.addApp(slug, s.account("apps", "Organization"), key, permissions) })
	return App{a.id, a.clientID, a.pem()}, nil
}

func (s *Server) addApp(slug string, owner *account, key *rsa.PrivateKey, permissions map[string]string) *app {
	a := &app{id: s.id(), slug: slug, name: slug, owner: owner, key: key, permissions: maps.Clone(permissions), created: s.now()}
	a.clientID, a.hookSecret = fmt.Sprintf("Iv23li%014d", a.id), fmt.Sprintf("hook-secret-%d", a.id)
	if a.permissions == nil {
		a.permissions = make(map[string]string)
	}
	a.permissions["metadata"] = "read"
	s.apps[a.id] = a
	return a
}

func (a *app) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(a.key)})
}

// Install installs an app in an organisation, on these repositories ("owner/name"), or on all for none, and
// returns the installation's number.
func (s *Server) Install(appID int64, owner string, repos ...string) int64 {
	var id int64
	s.locked(func() {
		in := &installation{id: s.id(), app: s.apps[appID], account: s.account(owner, "Organization"), repos: repos}
		s.installations[in.id] = in
		s.installed(in)
		id = in.id
	})
	return id
}

// Suspend suspends an installation.
func (s *Server) Suspend(id int64) { s.locked(func() { s.installations[id].suspended = true }) }

// authenticateApp returns the app that signed a request. The rules and the texts are GitHub's: the token
// is signed with the app's key and lives ten minutes at most.
func (s *Server) authenticateApp(r *http.Request) (*app, error) {
	_, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	var found *app
	_, err := jwt.Parse(strings.TrimSpace(text), func(t *jwt.Token) (any, error) {
		issuer, err := t.Claims.GetIssuer()
		if err != nil {
			return nil, err
		}
		for _, a := range s.apps {
			if issuer == strconv.FormatInt(a.id, 10) || issuer == a.clientID {
				found = a
				return &a.key.PublicKey, nil
			}
		}
		return nil, fmt.Errorf("no app %q", issuer)
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(s.opts.Now))
	if found == nil {
		return nil, fail(401, "A JSON web token could not be decoded")
	}
	if err != nil {
		return nil, fail(401, "A JSON web token could not be decoded")
	}
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(strings.TrimSpace(text), claims); err != nil {
		return nil, fail(401, "A JSON web token could not be decoded")
	}
	ends, err := claims.GetExpirationTime()
	if err != nil || ends.Sub(s.opts.Now()) > 10*time.Minute {
		return nil, fail(401, "'Expiration time' claim ('exp') is too far in the future")
	}
	return found, nil
}

// bearsJWT reports whether a request carries the token of an app itself.
func bearsJWT(r *http.Request) bool {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "bearer") && strings.Count(text, ".") == 2
}

// appOnly refuses callers that are no app.
func (c *call) appOnly() error {
	if c.app == nil {
		return fail(401, "A JSON web token could not be decoded")
	}
	return nil
}

func (c *call) getApp() (reply, error) {
	if err := c.appOnly(); err != nil {
		return reply{}, err
	}
	return ok(c.s.appJSON(c.app))
}

func (s *Server) appJSON(a *app) object {
	return object{
		"id": a.id, "slug": a.slug, "name": a.name, "node_id": node("A", a.id), "client_id": a.clientID, "owner": s.userJSON(a.owner),
		"permissions": a.permissions, "events": nonNil(a.events), "created_at": stamp(a.created), "updated_at": stamp(a.created),
		"html_url": s.base + "/apps/" + a.slug, "external_url": s.base, "description": nil,
	}
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (c *call) listInstallations() (reply, error) {
	if err := c.appOnly(); err != nil {
		return reply{}, err
	}
	var out []*installation
	for _, in := range c.s.installations {
		if in.app == c.app {
			out = append(out, in)
		}
	}
	slices.SortFunc(out, func(a, b *installation) int { return int(a.id - b.id) })
	return ok(each(page(c, out), c.s.installationJSON))
}

func (s *Server) installationJSON(in *installation) object {
	selection := "all"
	if in.repos != nil {
		selection = "selected"
	}
	at := fmt.Sprintf("%s/app/installations/%d", s.base, in.id)
	set := object{
		"id": in.id, "app_id": in.app.id, "app_slug": in.app.slug, "client_id": in.app.clientID, "target_id": in.account.id, "target_type": "Organization",
		"account": s.ownerJSON(in.account), "permissions": in.app.permissions, "events": nonNil(in.app.events), "repository_selection": selection,
		"access_tokens_url": at + "/access_tokens", "repositories_url": s.base + "/installation/repositories", "html_url": at,
		"created_at": stamp(in.app.created), "updated_at": stamp(in.app.created), "single_file_name": nil, "suspended_at": nil, "suspended_by": nil,
	}
	if in.suspended {
		set["suspended_at"] = stamp(in.app.created)
	}
	return s.shapes.make("installation", "", set)
}

// ownerJSON is an account that may be an enterprise: the validator wants the fields of both.
func (s *Server) ownerJSON(a *account) object {
	out := maps.Clone(s.userJSON(a).(object))
	out["name"], out["slug"] = a.login, a.login
	out["created_at"], out["updated_at"] = stamp(s.now()), stamp(s.now())
	return out
}

// ownInstallation returns the caller's installation that f chooses.
func (c *call) ownInstallation(f func(*installation) bool) (*installation, error) {
	if err := c.appOnly(); err != nil {
		return nil, err
	}
	for _, in := range c.s.installations {
		if in.app == c.app && f(in) {
			return in, nil
		}
	}
	return nil, errNotFound
}

func (c *call) byNumber(in *installation) bool {
	return c.params["installation_id"] == strconv.FormatInt(in.id, 10)
}

func (c *call) getInstallation() (reply, error) {
	in, err := c.ownInstallation(c.byNumber)
	if err != nil {
		return reply{}, err
	}
	return ok(c.s.installationJSON(in))
}

func (c *call) getOwnerInstallation() (reply, error) {
	in, err := c.ownInstallation(func(in *installation) bool {
		return strings.EqualFold(in.account.login, c.params["org"]+c.params["username"])
	})
	if err != nil {
		return reply{}, err
	}
	return ok(c.s.installationJSON(in))
}

func (c *call) getRepoInstallation() (reply, error) {
	name := c.params["owner"] + "/" + c.params["repo"]
	in, err := c.ownInstallation(func(in *installation) bool {
		r := c.s.repos[strings.ToLower(name)]
		return r != nil && in.has(r)
	})
	if err != nil {
		return reply{}, err
	}
	return ok(c.s.installationJSON(in))
}

func (in *installation) has(r *repo) bool {
	return r.owner == in.account && (in.repos == nil || slices.ContainsFunc(in.repos, func(n string) bool { return strings.EqualFold(n, r.fullName()) }))
}

// createInstallationToken mints a token for an hour, for no more than what the installation has.
func (c *call) createInstallationToken() (reply, error) {
	in, err := c.ownInstallation(c.byNumber)
	if err != nil {
		return reply{}, err
	}
	if in.suspended {
		return reply{}, fail(403, "This installation has been suspended")
	}
	var body struct {
		Repositories []string
		Permissions  map[string]string
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	g := Grant{Permissions: maps.Clone(in.app.permissions), Repositories: []string{}, Expires: c.s.now().Add(time.Hour)}
	if body.Permissions != nil {
		for name, level := range body.Permissions {
			have := in.app.permissions[name]
			if have == "" || level == "write" && have != "write" {
				return reply{}, fail(422, "The permissions requested are not granted to this installation.")
			}
		}
		g.Permissions = maps.Clone(body.Permissions)
		g.Permissions["metadata"] = "read"
	}
	var repos []*repo
	for _, r := range c.s.repos {
		if in.has(r) && (body.Repositories == nil || slices.Contains(body.Repositories, r.name)) {
			g.Repositories = append(g.Repositories, r.fullName())
			repos = append(repos, r)
		}
	}
	if body.Repositories != nil && len(repos) != len(body.Repositories) {
		return reply{}, fail(422, "There is at least one repository that does not exist or is not accessible to the parent installation.")
	}
	slices.Sort(g.Repositories)
	t := &token{Grant: g, text: fmt.Sprintf("ghs_%036d", c.s.id()), account: c.s.account(in.app.slug+"[bot]", "Bot"), allowance: &in.allowance}
	c.s.tokens[t.text] = t
	selection := "all"
	if in.repos != nil || body.Repositories != nil {
		selection = "selected"
	}
	out := object{"token": t.text, "expires_at": stamp(g.Expires), "permissions": g.Permissions, "repository_selection": selection}
	if body.Repositories != nil {
		slices.SortFunc(repos, func(a, b *repo) int { return strings.Compare(a.name, b.name) })
		out["repositories"] = each(repos, func(r *repo) object { return c.s.repoJSON(r, "repository") })
	}
	return created(out)
}

// A manifest is what an app is made of in the flow that GitHub calls "from a manifest".
type manifest struct {
	Name          string            `json:"name"`
	URL           string            `json:"url"`
	Redirect      string            `json:"redirect_url"`
	Permissions   map[string]string `json:"default_permissions"`
	Events        []string          `json:"default_events"`
	HookAttribute struct {
		URL    string `json:"url"`
		Active bool   `json:"active"`
	} `json:"hook_attributes"`
}

// newApp is the page that a manifest is posted to. GitHub asks the person there; this page agrees at
// once, and leads back with a code. Without an owner it is a person's.
func (s *Server) newApp(w http.ResponseWriter, r *http.Request, owner string) {
	var m manifest
	if err := r.ParseForm(); err == nil {
		err = json.Unmarshal([]byte(r.PostForm.Get("manifest")), &m)
		if err != nil || m.Name == "" || m.URL == "" {
			http.Error(w, "the manifest needs a name and a url", http.StatusUnprocessableEntity)
			return
		}
	}
	back, err := url.Parse(m.Redirect)
	if err != nil || back.Host == "" {
		http.Error(w, "the manifest needs a redirect_url", http.StatusUnprocessableEntity)
		return
	}
	code := ""
	s.locked(func() {
		code = fmt.Sprintf("code%032d", s.id())
		kind := "Organization"
		if owner == "" { // the page of a person, who in this world is always the same one
			owner, kind = "ada", "User"
		}
		s.codes[code] = pendingApp{m, s.account(owner, kind)}
	})
	query := back.Query()
	query.Set("code", code)
	if state := r.URL.Query().Get("state"); state != "" {
		query.Set("state", state)
	}
	back.RawQuery = query.Encode()
	w.Header().Set("Content-Type", "text/html")
	http.Redirect(w, r, back.String(), http.StatusFound)
	fmt.Fprintf(w, "<a href=\"%s\">back</a>", html.EscapeString(back.String()))
}

// A pendingApp is one whose code was not exchanged yet.
type pendingApp struct {
	manifest manifest
	owner    *account
}

// convertManifest exchanges a code, once, for the new app and its secrets.
func (c *call) convertManifest() (reply, error) {
	p, found := c.s.codes[c.params["code"]]
	if !found {
		return reply{}, errNotFound
	}
	delete(c.s.codes, c.params["code"])
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return reply{}, err
	}
	slug := strings.ToLower(strings.ReplaceAll(p.manifest.Name, " ", "-"))
	a := c.s.addApp(slug, p.owner, key, p.manifest.Permissions)
	a.name, a.events = p.manifest.Name, p.manifest.Events
	a.hook = Hook{URL: p.manifest.HookAttribute.URL, Secret: a.hookSecret}
	out := c.s.appJSON(a)
	out["client_secret"], out["webhook_secret"], out["pem"] = fmt.Sprintf("client-secret-%d", a.id), a.hookSecret, string(a.pem())
	return created(out)
}
