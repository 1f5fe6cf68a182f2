// Package app defines how a GitHub App logs in: it signs requests for tokens
// with its key, one for each repository, and keeps them until shortly before they end.
package app

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/currant-bot/currant/updater/platform"
)

// Permissions are those that Currant needs, and no others.
func Permissions() map[string]string {
	return map[string]string{
		"checks": "read", "contents": "write", "issues": "write", "members": "read", "metadata": "read",
		"pull_requests": "write", "statuses": "write", "vulnerability_alerts": "read", "workflows": "write",
	}
}

// Options say which app it is. URL and Client are those of [github.Options].
type Options struct {
	URL    string
	ID     string // the app's number or client id
	Key    []byte // its private key, PEM
	Client *http.Client
	Now    func() time.Time // nil for time.Now
}

// An App mints tokens. It is safe for concurrent use.
type App struct {
	url    *url.URL
	id     string
	key    *rsa.PrivateKey
	client *http.Client
	now    func() time.Time
	skew   atomic.Int64 // by how much GitHub's clock is ahead of this machine's, where that mattered; nanoseconds

	mu            sync.Mutex
	installations []Installation
	listed        time.Time
	tokens        map[string]*minted // by what they are for
}

// An Installation is an app in an organisation, or of a user.
type Installation struct {
	ID          int64
	Owner       string
	Permissions map[string]string // that the owner has granted
	Suspended   bool
	Selected    bool   // only some of the owner's repositories are reached
	URL         string // where an owner changes it
}

const (
	lifetime = 9 * time.Minute  // of a signature; GitHub allows ten
	slack    = time.Minute      // by which clocks may differ
	fresh    = 10 * time.Minute // how long a list of installations counts
)

const maxAnswer = 8 << 20

// New returns an app. It contacts nobody.
func New(o Options) (*App, error) {
	u, err := url.Parse(strings.TrimSuffix(o.URL, "/") + "/")
	if err != nil || u.Host == "" {
		return nil, errors.New("the address of GitHub's interface is not a URL")
	}
	if o.ID == "" {
		return nil, errors.New("the GitHub App's id is missing")
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM(bytes.TrimSpace(o.Key))
	if err != nil {
		return nil, errors.New("the GitHub App's private key cannot be read: it must be the .pem file that GitHub gave out, whole")
	}
	a := &App{url: u, id: o.ID, key: key, client: o.Client, now: o.Now, tokens: make(map[string]*minted)}
	if a.client == nil {
		a.client = http.DefaultClient
	}
	if a.now == nil {
		a.now = time.Now
	}
	return a, nil
}

// time is GitHub's, as far as it is known.
func (a *App) time() time.Time { return a.now().Add(time.Duration(a.skew.Load())) }

// signature returns what the app itself logs in with.
func (a *App) signature() (string, error) {
	now := a.time()
	claims := jwt.RegisteredClaims{Issuer: a.id, IssuedAt: jwt.NewNumericDate(now.Add(-slack)), ExpiresAt: jwt.NewNumericDate(now.Add(lifetime))}
	text, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(a.key)
	if err != nil {
		return "", errors.New("the GitHub App's key cannot sign")
	}
	return text, nil
}

// ask makes one request as the app, and reads the answer into v. Where GitHub refuses the signature and its clock is another one than this
// machine's, it asks again by GitHub's clock.
func (a *App) ask(ctx context.Context, method, path string, body, v any) (*http.Response, error) {
	resp, err := a.askOnce(ctx, method, path, body, v)
	if resp == nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	theirs, bad := http.ParseTime(resp.Header.Get("Date"))
	skew := theirs.Sub(a.now())
	if bad != nil || (skew-time.Duration(a.skew.Load())).Abs() < slack/2 {
		return resp, err
	}
	a.skew.Store(int64(skew))
	return a.askOnce(ctx, method, path, body, v)
}

func (a *App) askOnce(ctx context.Context, method, path string, body, v any) (*http.Response, error) {
	signature, err := a.signature()
	if err != nil {
		return nil, err
	}
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.url.String()+path, in)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("Authorization", "Bearer "+signature)
	resp, err := a.client.Do(req)
	if err != nil {
		return nil, &platform.RetryError{Err: fmt.Errorf("%s cannot be reached: %w", a.url.Host, err)}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, &platform.RetryError{Err: fmt.Errorf("the answer of %s was cut short: %w", a.url.Host, err)}
	}
	if resp.StatusCode >= 300 {
		return resp, a.refusal(resp, text)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return resp, fmt.Errorf("reading the answer of %s: %w", a.url.Host, err)
	}
	return resp, nil
}

// refusal says what an answer other than success means.
func (a *App) refusal(resp *http.Response, text []byte) error {
	var said struct{ Message string }
	if json.Unmarshal(text, &said) != nil || said.Message == "" {
		said.Message = http.StatusText(resp.StatusCode)
	}
	switch status := resp.StatusCode; {
	case status == http.StatusUnauthorized:
		return &platform.AuthError{Host: a.url.Host, Text: said.Message + "; the GitHub App's id and key must belong together, and this machine's clock must be right"}
	case status == http.StatusNotFound:
		return platform.ErrNotFound
	case status == http.StatusTooManyRequests || status >= 500 || resp.Header.Get("Retry-After") != "":
		seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil || seconds < 0 {
			seconds = 0
		}
		return &platform.RetryError{After: time.Duration(seconds) * time.Second, Err: fmt.Errorf("%s answered %d: %s", a.url.Host, status, said.Message)}
	case status == http.StatusForbidden || status == http.StatusUnprocessableEntity:
		return &platform.AuthError{Host: a.url.Host, Text: said.Message}
	}
	return fmt.Errorf("%s answered %d: %s", a.url.Host, resp.StatusCode, said.Message)
}

// Self is what GitHub says of the app.
type Self struct {
	ID          int64
	Slug        string // its account is Slug + "[bot]"
	Name        string
	Owner       struct{ Login, Type string }
	Permissions map[string]string
	Events      []string
}

// Self asks for the app's own description.
func (a *App) Self(ctx context.Context) (Self, error) {
	var s Self
	if _, err := a.ask(ctx, http.MethodGet, "app", nil, &s); err != nil {
		return s, fmt.Errorf("asking GitHub about the app: %w", err)
	}
	return s, nil
}

// Installations lists where the app is installed.
func (a *App) Installations(ctx context.Context) ([]Installation, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.installations != nil && a.now().Sub(a.listed) < fresh {
		return a.installations, nil
	}
	var all []Installation
	for page := 1; ; page++ {
		var list []struct {
			ID      int64
			Account struct{ Login string }
			// Nil where the owner has granted nothing yet.
			Permissions map[string]string
			SuspendedAt *time.Time `json:"suspended_at"`
			Selection   string     `json:"repository_selection"`
			URL         string     `json:"html_url"`
		}
		if _, err := a.ask(ctx, http.MethodGet, fmt.Sprintf("app/installations?per_page=100&page=%d", page), nil, &list); err != nil {
			return nil, fmt.Errorf("listing the app's installations: %w", err)
		}
		for _, in := range list {
			if in.Account.Login == "" {
				continue // of an enterprise, which has no repositories
			}
			all = append(all, Installation{in.ID, in.Account.Login, in.Permissions, in.SuspendedAt != nil, in.Selection == "selected", in.URL})
		}
		if len(list) < 100 {
			break
		}
	}
	a.installations, a.listed = all, a.now()
	return all, nil
}

// Owners lists the owners that the app may act for.
func (a *App) Owners(ctx context.Context) ([]string, error) {
	all, err := a.Installations(ctx)
	var out []string
	for _, in := range all {
		if !in.Suspended {
			out = append(out, in.Owner)
		}
	}
	if err == nil && len(all) > 0 && len(out) == 0 {
		err = errors.New("the GitHub App is suspended wherever it is installed: an owner of the organisation must unsuspend it")
	}
	if err == nil && len(out) == 0 {
		err = errors.New("the GitHub App is installed nowhere: an owner of the organisation must install it")
	}
	slices.Sort(out)
	return out, err
}

// of returns the installation of an owner.
func (a *App) of(ctx context.Context, owner string) (Installation, error) {
	all, err := a.Installations(ctx)
	if err != nil {
		return Installation{}, err
	}
	for _, in := range all {
		if strings.EqualFold(in.Owner, owner) {
			if in.Suspended {
				return in, &platform.AuthError{Host: a.url.Host, Text: "the GitHub App is suspended in " + owner}
			}
			return in, nil
		}
	}
	return Installation{}, &platform.AuthError{Host: a.url.Host, Text: "the GitHub App is not installed in " + owner}
}

// Granted returns the permissions that an owner granted.
func (a *App) Granted(ctx context.Context, owner string) (map[string]string, error) {
	in, err := a.of(ctx, owner)
	return in.Permissions, err
}

// Missing lists the permissions that Currant needs and that an owner has not granted, such as "workflows: write".
func (in Installation) Missing() []string { return Missing(in.Permissions) }

// Missing lists the permissions that Currant needs and that are not in have.
func Missing(granted map[string]string) []string {
	var out []string
	for name, level := range Permissions() {
		if have := granted[name]; have == "" || level == "write" && have == "read" {
			out = append(out, name+": "+level)
		}
	}
	slices.Sort(out)
	return out
}
