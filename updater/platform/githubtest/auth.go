package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Grant is what a token allows.
type Grant struct {
	// Login is the user whose personal token it is; "" for an installation token
	// of the server's app, which acts as the bot.
	Login string
	// Permissions are those of GitHub's apps: "contents", "pull_requests",
	// "issues", "checks", "statuses", "administration", "vulnerability_alerts",
	// "workflows", each "read" or "write". Nil allows all.
	Permissions map[string]string
	// Scopes are those of a personal token of the older kind, which has them instead of permissions; nil for "repo" and
	// "workflow".
	Scopes       []string
	Repositories []string  // "owner/name" that it reaches; nil for all
	Expires      time.Time // zero for never
}

// A token is a grant in use.
type token struct {
	Grant
	text    string
	account *account
	*allowance
}

func (t *token) login() string {
	if t == nil {
		return ""
	}
	return t.account.login
}

// installation says whether the token is an app's, not a person's.
func (t *token) installation() bool { return t.Login == "" }

// allows says whether the token has a permission at a level, "read" or "write".
func (t *token) allows(permission, level string) bool {
	if t.Scopes != nil && permission == "workflows" {
		return slices.Contains(t.Scopes, "workflow")
	}
	if t.Permissions == nil || permission == "" || permission == "metadata" {
		return true
	}
	have := t.Permissions[permission]
	return have == level || have == "write" || have == "admin"
}

func (t *token) reaches(r *repo) bool {
	return t.Repositories == nil || slices.ContainsFunc(t.Repositories, func(n string) bool { return strings.EqualFold(n, r.fullName()) })
}

// Token returns a new token that allows what g says.
func (s *Server) Token(g Grant) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &token{Grant: g, allowance: new(allowance)}
	if g.Login == "" {
		t.account = s.account(s.opts.Bot, "Bot")
		t.text = fmt.Sprintf("ghs_%036d", s.id())
	} else {
		t.account = s.account(g.Login, "User")
		t.text = fmt.Sprintf("ghp_%036d", s.id())
	}
	s.tokens[t.text] = t
	return t.text
}

// Revoke makes a token unknown.
func (s *Server) Revoke(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, text)
}

// authenticate returns the token of a request, nil if there is none. A token
// that is unknown or has expired is refused, even for what anybody may read.
func (s *Server) authenticate(r *http.Request) (*token, error) {
	var text string
	if _, password, ok := r.BasicAuth(); ok {
		text = password
	} else if h := r.Header.Get("Authorization"); h != "" {
		scheme, rest, _ := strings.Cut(h, " ")
		if s := strings.ToLower(scheme); s == "bearer" || s == "token" {
			text = strings.TrimSpace(rest)
		}
	} else {
		return nil, nil
	}
	t := s.tokens[text]
	if t == nil || !t.Expires.IsZero() && !s.opts.Now().Before(t.Expires) {
		return nil, fail(401, "Bad credentials")
	}
	return t, nil
}

// visible returns a repository that the caller may know of.
func (s *Server) visible(t *token, name string) (*repo, error) {
	r := s.repos[strings.ToLower(name)]
	if r == nil || t == nil && r.private || t != nil && !t.reaches(r) && r.private {
		return nil, errNotFound
	}
	return r, nil
}

// An allowance is what an installation, or a person, may still ask in an hour.
type allowance struct {
	used  int
	reset time.Time // when used becomes 0
}

// meter counts the request against the caller's limit.
func (s *Server) meter(c *call) error {
	t := c.who
	if t == nil {
		return nil
	}
	if !t.installation() && t.Permissions == nil { // docs.github.com/.../scopes-for-oauth-apps: told of tokens that have scopes
		scopes := t.Scopes
		if scopes == nil {
			scopes = []string{"repo", "workflow"}
		}
		c.header.Set("X-Oauth-Scopes", strings.Join(scopes, ", "))
	}
	if s.opts.RateLimit == 0 || c.op == "rate-limit/get" {
		return nil
	}
	now := s.now()
	if !now.Before(t.reset) {
		t.used, t.reset = 0, now.Add(time.Hour)
	}
	if t.used >= s.opts.RateLimit {
		s.limits(c)
		return fail(403, "API rate limit exceeded for %s.", t.account.login)
	}
	t.used++
	s.limits(c)
	return nil
}

// refund takes back what meter counted.
func (s *Server) refund(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opts.RateLimit > 0 && c.who != nil && c.who.used > 0 {
		c.who.used--
		s.limits(c)
	}
}

// limits sets the headers that tell how far the limit is used up.
func (s *Server) limits(c *call) {
	t := c.who
	c.header.Set("X-Ratelimit-Limit", strconv.Itoa(s.opts.RateLimit))
	c.header.Set("X-Ratelimit-Remaining", strconv.Itoa(s.opts.RateLimit-t.used))
	c.header.Set("X-Ratelimit-Used", strconv.Itoa(t.used))
	c.header.Set("X-Ratelimit-Reset", strconv.FormatInt(t.reset.Unix(), 10))
	c.header.Set("X-Ratelimit-Resource", "core")
	if c.op == "graphql" {
		c.header.Set("X-Ratelimit-Resource", "graphql")
	}
}

// areas map the beginning of an operation's path below its repository to the
// permission that it needs; the first that fits counts.
var areas = [...]struct{ prefix, permission string }{
	{"/branches/", "administration"}, // protection; reading a branch is contents
	{"/rulesets", "administration"},
	{"/rules/", "metadata"},
	{"/collaborators", "metadata"},
	{"/assignees", "metadata"},
	{"/pulls", "pull_requests"},
	{"/issues", "issues"},
	{"/labels", "issues"},
	{"/milestones", "issues"},
	{"/check-", "checks"},
	{"/statuses", "statuses"},
	{"/dependabot", "vulnerability_alerts"},
	{"/git/", "contents"},
	{"/commits", "contents"},
	{"/contents", "contents"},
	{"/compare", "contents"},
	{"/branches", "contents"},
	{"/releases", "contents"},
	{"/tags", "contents"},
}

// need returns the permission that a route needs.
func need(r route) string {
	below := strings.TrimPrefix(r.path, "/repos/{owner}/{repo}")
	switch {
	case below == r.path:
		return ""
	case below == "" && r.method == "GET":
		return "metadata"
	case below == "":
		return "administration"
	case r.op == "repos/get-branch" || r.op == "pulls/merge" || r.op == "pulls/update-branch":
		return "contents"
	case strings.HasSuffix(below, "/check-runs"), strings.HasSuffix(below, "/check-suites"):
		return "checks"
	case strings.HasSuffix(below, "/status"), strings.HasSuffix(below, "/statuses"):
		return "statuses"
	}
	for _, a := range areas {
		if strings.HasPrefix(below, a.prefix) {
			return a.permission
		}
	}
	return "administration"
}

// permit refuses what the caller's token does not allow. Writing without any
// token is 401 as for a repository that one cannot see it would be 404.
func (c *call) permit() error {
	if c.repo == nil {
		return nil
	}
	level := "write"
	if !c.writes() {
		level = "read"
	}
	if c.who == nil {
		if level == "write" {
			return fail(401, "Requires authentication")
		}
		return nil
	}
	if c.repo.archived && level == "write" && c.op != "repos/update" {
		return fail(403, "Repository was archived so is read-only.")
	}
	permission := need(c.route)
	if level == "read" && !c.repo.private && !slices.Contains([]string{"administration", "vulnerability_alerts"}, permission) {
		return nil // docs.github.com/.../permissions-required-for-github-apps: none is needed "if only public resources are requested"
	}
	return c.demand(permission, level)
}

// demand refuses a token without a permission. What GitHub allows for issues it
// allows a pull request's token on pull requests, which are issues too.
func (c *call) demand(permission, level string) error {
	if level == "write" && !c.who.reaches(c.repo) {
		return c.denied()
	}
	if c.who.allows(permission, level) || permission == "issues" && c.who.allows("pull_requests", level) {
		return nil
	}
	return c.denied()
}

func (c *call) denied() error {
	if c.who.installation() {
		return fail(403, "Resource not accessible by integration")
	}
	return fail(403, "Resource not accessible by personal access token")
}
