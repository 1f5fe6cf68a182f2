package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/currant-bot/currant/updater/platform"
)

// early is how long before its end a token is not used any more: a push may take long.
const early = 10 * time.Minute

// A minted token is one for a repository or an owner. Whoever needs it first mints it, the others wait.
type minted struct {
	turn    chan struct{} // holds one value while somebody mints
	text    string
	expires time.Time

	refused error // why GitHub gives out none; it is not asked again before retry
	retry   time.Time
}

// A power is what a token allows, of what Currant needs and the owner has granted.
type power string

const (
	working power = "work" // reads and writes
	reading power = "read" // reads
	looking power = "look" // reads what everybody may read, with an app's own rate limit
)

// permissions returns what a token of this power is asked for with.
func (p power) permissions(granted map[string]string) map[string]string {
	out := map[string]string{"metadata": "read"}
	for name, level := range Permissions() {
		have := granted[name]
		switch {
		case have == "" || p == looking:
		case p == reading && name == "workflows": // there is nothing to read
		case p == reading || have == "read":
			out[name] = "read"
		default:
			out[name] = level
		}
	}
	return out
}

// Token returns a token for one repository, "acme/shop"; for all that the app reaches of an owner, "acme/"; or, for "",
// one that serves to ask who the app is. The token reaches nothing else. It has the permissions that Currant needs
// and the owner has granted, even if the app was given more.
func (a *App) Token(ctx context.Context, scope string) (string, error) {
	return a.token(ctx, scope, working)
}

// ReadToken is Token, but the token can only read.
func (a *App) ReadToken(ctx context.Context, scope string) (string, error) {
	return a.token(ctx, scope, reading)
}

// PublicToken returns a token with which a job of an owner reads what everybody may read: it reaches nothing private, not
// even of that owner, but GitHub answers it far more often than somebody unknown.
func (a *App) PublicToken(ctx context.Context, owner string) (string, error) {
	return a.token(ctx, owner+"/", looking)
}

// Refused tells that GitHub did not take a token before its time: the next one is minted anew.
func (a *App) Refused(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, m := range a.tokens {
		select {
		case m.turn <- struct{}{}:
			if m.text == token {
				delete(a.tokens, key)
			}
			<-m.turn
		default: // somebody mints it anew right now
		}
	}
}

func (a *App) token(ctx context.Context, scope string, p power) (string, error) {
	if scope == "" {
		owners, err := a.Owners(ctx)
		if err != nil {
			return "", err
		}
		scope = owners[0] + "/"
	}
	key := string(p) + " " + strings.ToLower(scope)
	a.mu.Lock()
	m := a.tokens[key]
	if m == nil {
		m = &minted{turn: make(chan struct{}, 1)}
		a.tokens[key] = m
	}
	a.mu.Unlock()
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	now := a.time()
	switch {
	case now.Add(early).Before(m.expires):
		return m.text, nil
	case now.Before(m.retry):
		return "", m.refused
	}
	text, expires, err := a.mint(ctx, scope, p)
	var auth *platform.AuthError
	if errors.As(err, &auth) {
		m.refused, m.retry = err, now.Add(fresh)
	}
	if err != nil {
		return "", err
	}
	m.text, m.expires = text, expires
	return text, nil
}

// mint asks for a new token.
func (a *App) mint(ctx context.Context, scope string, p power) (string, time.Time, error) {
	owner, repo, _ := strings.Cut(scope, "/")
	in, err := a.of(ctx, owner)
	if err != nil {
		return "", time.Time{}, err
	}
	body := map[string]any{"permissions": p.permissions(in.Permissions)}
	if repo != "" {
		body["repositories"] = []string{repo}
	}
	var answer struct {
		Token   string
		Expires time.Time `json:"expires_at"`
	}
	_, err = a.ask(ctx, http.MethodPost, fmt.Sprintf("app/installations/%d/access_tokens", in.ID), body, &answer)
	var auth *platform.AuthError
	if errors.As(err, &auth) {
		err = &platform.AuthError{Host: auth.Host, Text: fmt.Sprintf("%s; is the GitHub App installed on %s, and is that still its name?", auth.Text, scope)}
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("getting a token for %s: %w", scope, err)
	}
	return answer.Token, answer.Expires, nil
}
