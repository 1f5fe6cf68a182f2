package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
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
	client, err := e.newClient(e.base, true) // before the cache is opened: tokens are not for the disk
	if err != nil {
		return err
	}
	e.app, err = app.New(app.Options{URL: e.o.endpoint, ID: id, Key: []byte(key), Client: client.HTTP(), Now: time.Now})
	return err
}

// login returns what logs in at the platform's own host as the app, for lookups and template repositories; nil without
// an app.
func (e *engine) login() func(*url.URL) (datasources.Credential, bool) {
	if e.app == nil {
		return nil
	}
	return func(u *url.URL) (datasources.Credential, bool) {
		scope, ok := e.scopeAt(u)
		if !ok {
			return datasources.Credential{}, false
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		token, err := e.app.Token(ctx, scope)
		if err != nil {
			return datasources.Credential{}, false // then it is asked as anybody, and the host says what is missing
		}
		return datasources.Credential{Token: token}, true
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
