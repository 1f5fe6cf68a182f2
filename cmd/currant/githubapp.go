package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/github/app"
)

// openApp reads the GitHub App that the environment names, if any.
func (e *engine) openApp() error {
	id, key, file := e.w.getenv("CURRANT_GITHUB_APP_ID"), e.w.getenv("CURRANT_GITHUB_APP_KEY"), e.w.getenv("CURRANT_GITHUB_APP_KEY_FILE")
	switch {
	case id == "" && key == "" && file == "":
		return nil
	case id == "":
		return errors.New("CURRANT_GITHUB_APP_ID is not set, but a key of a GitHub App is")
	case e.o.platform != "github":
		return nil
	case key == "" && file == "":
		return errors.New("CURRANT_GITHUB_APP_KEY_FILE is not set: it names the .pem file of the GitHub App's private key")
	case key == "":
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading the GitHub App's private key (CURRANT_GITHUB_APP_KEY_FILE): %w", err)
		}
		key = string(text)
	}
	client, err := e.newClient(e.base, "", nil, true) // before the cache is opened: tokens are not for the disk
	if err != nil {
		return err
	}
	e.app, err = app.New(app.Options{URL: e.o.endpoint, ID: id, Key: []byte(key), Client: client.HTTP(), Now: time.Now})
	return err
}

// audience is the owner for whose repository something is read, which an app may read other things for than for another;
// "" where that makes no difference.
func (e *engine) audience(ctx context.Context) string {
	if e.app == nil {
		return ""
	}
	return platform.Owner(platform.Behalf(ctx))
}

// tokens returns what the reader of the platform logs in with as the app. The job of a repository writes to that alone, and reads
// beside it what readToken lets it; a dry run, and what the operator does, only read.
func (e *engine) tokens(dry bool) func(ctx context.Context, scope string) (string, error) {
	return func(ctx context.Context, scope string) (string, error) {
		job := platform.Behalf(ctx)
		switch {
		case scope == "" && job != "":
			return e.app.ReadToken(ctx, platform.Owner(job)+"/")
		case !dry && job != "" && strings.EqualFold(scope, job):
			return e.app.Token(ctx, scope)
		}
		return e.readToken(ctx, platform.Owner(job), scope)
	}
}

// readToken returns what a job of an owner reads a repository with: one of the same owner, or one that the operator shares, with a token for that; any
// other as everybody may, so that no organisation's repository learns what is private in another's. Without an owner it is the
// operator who reads.
func (e *engine) readToken(ctx context.Context, owner, scope string) (string, error) {
	if owner != "" && platform.Owner(scope) != owner && !e.isShared(scope) {
		return e.app.PublicToken(ctx, owner)
	}
	token, err := e.app.ReadToken(ctx, scope)
	var auth *platform.AuthError
	if !errors.As(err, &auth) || strings.HasSuffix(scope, "/") {
		return token, err
	}
	if owner == "" {
		owners, e := e.app.Owners(ctx)
		if e != nil {
			return "", err
		}
		owner = owners[0]
	}
	return e.app.PublicToken(ctx, owner) // the app is not installed on it, and it may be public
}

// isShared reports whether the operator lets the repositories of every owner read this one.
func (e *engine) isShared(repository string) bool {
	return slices.ContainsFunc(e.shared, func(pattern string) bool {
		ok, err := config.Matches(pattern, repository)
		return ok && err == nil
	})
}

// Logins say what to log in with at a URL.
type logins = func(*url.URL) (datasources.Credential, error)

// login returns what logs in at the platform's own host as the app, for lookups and template repositories of an owner, "" for what the
// operator looks up, as for a folder; nil without an app.
func (e *engine) login(owner string) logins {
	if e.app == nil {
		return nil
	}
	return func(u *url.URL) (datasources.Credential, error) {
		scope, ok := e.scopeAt(u)
		if !ok {
			return datasources.Credential{}, nil
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		token, err := e.readToken(ctx, owner, scope)
		var auth *platform.AuthError
		if errors.As(err, &auth) {
			err = nil // it is asked as anybody, and the host says what is missing
		}
		return datasources.Credential{Token: token}, err
	}
}

// scopeAt says which repository of the platform a URL is of; ok is false for other hosts.
func (e *engine) scopeAt(u *url.URL) (scope string, ok bool) {
	api, err := url.Parse(e.o.endpoint)
	if err != nil || u.Host != api.Host && "api."+u.Host != api.Host || u.Scheme != api.Scheme {
		return "", false
	}
	path := strings.TrimPrefix(strings.TrimPrefix(u.Path, strings.TrimSuffix(api.Path, "/")), "/")
	path = strings.TrimPrefix(path, "repos/")
	owner, rest, _ := strings.Cut(path, "/")
	repo, _, _ := strings.Cut(rest, "/")
	if owner == "" || repo == "" {
		return "", false
	}
	return owner + "/" + strings.TrimSuffix(repo, ".git"), true
}

// Refs notes which repositories of the platform hold the presets that the operator's configuration names. What these
// name in turn is not the operator's word.
type refs struct {
	endpoint     string
	repositories []string
}

func (r *refs) Preset(_ context.Context, ref config.Ref) ([]byte, string, error) {
	if ref.Kind == "local" || ref.Kind == "github" && publicGitHub(r.endpoint) {
		r.repositories = append(r.repositories, ref.Repository)
	}
	return nil, "", config.ErrNotFetched
}
