package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/config/sealed"
	"github.com/currant-bot/currant/datasources"
)

// A vault opens encrypted values, and knows what it opened.
type vault struct {
	keys sealed.Keys

	mu     sync.Mutex
	opened []string
}

// newVault reads the keys that the operator's configuration names.
func newVault(top config.Settings) (*vault, error) {
	v := new(vault)
	var texts []string
	for _, option := range []struct{ key, path string }{{"privateKey", "privateKeyPath"}, {"privateKeyOld", "privateKeyPathOld"}} {
		text, name := top.String(option.key), option.key
		if path := top.String(option.path); text == "" && path != "" {
			data, err := os.ReadFile(path)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", option.path, err)
			}
			text, name = string(data), option.path
		}
		if _, err := sealed.Read(text); err != nil {
			return nil, fmt.Errorf("reading %s (%s): %w", name, top.Origin(name), err)
		}
		texts = append(texts, text)
	}
	var err error
	v.keys, err = sealed.Read(texts...)
	return v, err
}

// open is how configuration is to open what is encrypted; nil without a key.
func (v *vault) open() func(string) (string, error) {
	if v.keys.None() {
		return nil
	}
	return v.keys.Open
}

// hide sees that a value is never printed.
func (v *vault) hide(secret string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(secret) > 3 && !slices.Contains(v.opened, secret) {
		v.opened = append(v.opened, secret)
	}
}

// redact takes what was opened out of a text.
func (v *vault) redact(text string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, secret := range v.opened {
		text = strings.ReplaceAll(text, secret, "[secret]")
	}
	return text
}

// withToken returns an .npmrc with the option npmToken: in place of ${NPM_TOKEN}, or for the registry that it is of.
func withToken(npmrc, token string, configured bool) string {
	const variable = "${NPM_TOKEN}"
	switch {
	case token == "":
		return npmrc
	case strings.Contains(npmrc, variable):
		return strings.ReplaceAll(npmrc, variable, token)
	case configured && npmrc != "":
		return strings.TrimSuffix(npmrc, "\n") + "\n_authToken=" + token + "\n"
	}
	registry := strings.TrimPrefix(datasources.DefaultRegistries("npm")[0], "https:")
	return npmrc + "\n" + strings.TrimSuffix(registry, "/") + "/:_authToken=" + token + "\n"
}
