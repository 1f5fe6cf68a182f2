package main

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/toolconfig"
)

// npmToken logs in to npm's registry, or stands where the .npmrc has ${NPM_TOKEN}.
func TestNPMToken(t *testing.T) {
	registry := strings.TrimSuffix(strings.TrimPrefix(datasources.DefaultRegistries("npm")[0], "https:"), "/")
	for _, tt := range []struct {
		npmrc, token string
		configured   bool
		want         string
	}{
		{"registry=https://npm.example.test/", "", true, "registry=https://npm.example.test/"},
		{"//npm.example.test/:_authToken=${NPM_TOKEN}", "t", false, "//npm.example.test/:_authToken=t"},
		{"registry=https://npm.example.test/", "t", true, "registry=https://npm.example.test/\n_authToken=t\n"},
		{"", "t", false, "\n" + registry + "/:_authToken=t\n"},
		{"save-exact=true", "t", false, "save-exact=true\n" + registry + "/:_authToken=t\n"},
	} {
		got := withToken(tt.npmrc, tt.token, tt.configured)
		if got != tt.want {
			t.Errorf("%q with %q: %q, want %q", tt.npmrc, tt.token, got, tt.want)
		}
		found := toolconfig.NPMRC(".npmrc", got, func(string) (string, bool) { return "", false })
		if tt.token != "" && (len(found.Rules) == 0 || found.Rules[0].Token != "t") {
			t.Errorf("%q logs in nowhere: %v", got, found.Problems)
		}
	}
}
