package toolconfig

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// docker reads the logins in Docker's or Podman's configuration. What a
// credential helper holds is asked of a keychain: see [Keychain].
func docker(m Machine) Found {
	var f Found
	text, where := f.file(m, below(m.Env["DOCKER_CONFIG"], "config.json"), m.home(".docker", "config.json"),
		m.Env["REGISTRY_AUTH_FILE"], below(m.Env["XDG_RUNTIME_DIR"], "containers", "auth.json"),
		m.configHome("containers", "auth.json"))
	if where == "" {
		return f
	}
	var conf struct {
		Auths map[string]struct {
			Auth, Username, Password string
			RegistryToken            string `json:"registrytoken"`
		}
	}
	if json.Unmarshal([]byte(text), &conf) != nil {
		f.problem("%s: it is not valid JSON", where)
		return f
	}
	for _, registry := range slices.Sorted(maps.Keys(conf.Auths)) {
		a := conf.Auths[registry]
		r := host.Rule{MatchHost: registryHost(registry), HostType: "docker", Token: a.RegistryToken}
		if a.RegistryToken == "" {
			r.Username, r.Password = a.Username, a.Password
			if raw, err := base64.StdEncoding.DecodeString(a.Auth); err == nil && a.Auth != "" {
				r.Username, r.Password, _ = strings.Cut(strings.TrimRight(string(raw), "\x00"), ":")
			}
		}
		if r.Token != "" || r.Password != "" {
			f.Rules = append(f.Rules, r)
		}
	}
	return f
}

// registryHost returns what a rule matches for a key of the configuration: a
// host, perhaps with a scheme or a path, of which old versions appended "/v1/".
func registryHost(key string) string {
	_, rest, ok := strings.Cut(key, "://")
	if !ok {
		rest = key
	}
	rest = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(rest, "/"), "/v1"), "/v2")
	if datasources.IsDockerHub(rest) {
		return name.DefaultRegistry + "/"
	}
	if at, path, ok := strings.Cut(rest, "/"); ok {
		return at + "/v2/" + path // what is asked for is below it
	}
	return rest + "/"
}

// Keychain returns what a keychain of go-containerregistry has for the host
// of a registry. authn.DefaultKeychain runs the credential helpers that Docker is
// configured with, so it is the caller's to choose.
func Keychain(k authn.Keychain) func(host string) (datasources.Credential, bool) {
	return func(host string) (datasources.Credential, bool) {
		registry, err := name.NewRegistry(host)
		if err != nil {
			return datasources.Credential{}, false
		}
		login, err := k.Resolve(registry)
		if err != nil || login == authn.Anonymous {
			return datasources.Credential{}, false
		}
		c, err := login.Authorization()
		if err != nil || c.RegistryToken == "" && c.Password == "" {
			return datasources.Credential{}, false
		}
		return datasources.Credential{Username: c.Username, Password: c.Password, Token: c.RegistryToken}, true
	}
}
