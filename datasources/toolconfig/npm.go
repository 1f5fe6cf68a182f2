package toolconfig

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// npm reads the user's .npmrc and the variables that override it.
func npm(m Machine) Found {
	var f Found
	text, where := f.file(m, cmp.Or(m.Env["NPM_CONFIG_USERCONFIG"], m.Env["npm_config_userconfig"], m.home(".npmrc")))
	expand := func(name string) (string, bool) {
		value, ok := m.Env[name]
		return value, ok
	}
	f.add(NPMRC(where, text, expand))
	if registry := cmp.Or(m.Env["npm_config_registry"], m.Env["NPM_CONFIG_REGISTRY"]); registry != "" {
		if registry = f.registry("npm_config_registry", "npm", registry); registry != "" {
			f.set("npm", registry)
		}
	}
	return f
}

// NPMRC reads the text of an .npmrc. expand replaces "${NAME}"; it is nil for a
// file of a repository, which must not get at the bot's environment: settings that
// would need it are then left out.
func NPMRC(where, text string, expand func(name string) (value string, ok bool)) Found {
	var f Found
	logins := make(map[string]*login)
	var order []string
	at := func(address string) *login {
		if logins[address] == nil {
			logins[address] = new(login)
			order = append(order, address)
		}
		return logins[address]
	}
	for key, value := range iniLines(text) {
		if value, ok := expandVariables(value, expand); !ok {
			f.problem("%s: %s: a variable is not set or may not be used", where, setting(key))
		} else if scope, ok := strings.CutSuffix(key, ":registry"); ok && strings.HasPrefix(scope, "@") {
			if value = f.registry(where, "npm", value); value != "" {
				f.scope(scope, value)
			}
		} else if key == "registry" {
			if value = f.registry(where, "npm", value); value != "" {
				f.set("npm", value)
			}
		} else if rest, ok := strings.CutPrefix(key, "//"); ok {
			if i := strings.LastIndex(rest, ":"); i > 0 {
				at(rest[:i]).set(rest[i+1:], value)
			}
		} else if slices.Contains([]string{"_auth", "_authToken", "username", "_password"}, key) {
			at("").set(key, value)
		}
	}
	for _, address := range order {
		rule, ok := logins[address].rule()
		if !ok {
			continue
		}
		if rule.MatchHost = matchHost(address, f.Registries["npm"]); rule.MatchHost == "" {
			f.problem("%s: credentials without a registry", where)
			continue
		}
		f.Rules = append(f.Rules, rule)
	}
	return f
}

// matchHost returns what a rule for an address without scheme matches. Credentials without an
// address are for the registry that the file names.
func matchHost(address string, registries []string) string {
	if address == "" {
		if len(registries) == 0 {
			return ""
		}
		return registries[0]
	}
	// A slash at the end keeps a bare host from being taken for a domain.
	return strings.TrimSuffix(address, "/") + "/"
}

// setting returns a key as it may be shown.
func setting(key string) string {
	if i := strings.LastIndex(key, ":"); i >= 0 {
		return key[i+1:]
	}
	return key
}

// A login is what an .npmrc says of one registry.
type login struct{ token, auth, username, password string }

func (l *login) set(key, value string) {
	switch key {
	case "_authToken":
		l.token = value
	case "_auth":
		l.auth = value
	case "username":
		l.username = value
	case "_password": // base64, by npm's documentation
		if text, err := base64.StdEncoding.DecodeString(value); err == nil {
			l.password = string(text)
		}
	}
}

// rule returns the rule for l's credentials; ok is false if it has none.
func (l *login) rule() (r host.Rule, ok bool) {
	r.HostType = "npm"
	switch {
	case l.token != "":
		r.Token = l.token
	case l.username != "" && l.password != "":
		r.Username, r.Password = l.username, l.password
	case l.auth != "":
		r.Token, r.AuthType = l.auth, "Basic"
	default:
		return r, false
	}
	return r, true
}

var variable = regexp.MustCompile(`\$\{([^}?]+)(\?)?\}`)

// expandVariables replaces "${NAME}" and "${NAME?}", which may be unset.
func expandVariables(s string, expand func(string) (string, bool)) (string, bool) {
	ok := true
	out := variable.ReplaceAllStringFunc(s, func(match string) string {
		m := variable.FindStringSubmatch(match)
		if expand != nil {
			if value, set := expand(m[1]); set || m[2] != "" {
				return value
			}
		}
		ok = false
		return ""
	})
	return out, ok
}

// iniLines yields the settings of a flat INI text.
func iniLines(text string) func(yield func(key, value string) bool) {
	return func(yield func(key, value string) bool) {
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' || line[0] == ';' || line[0] == '[' {
				continue
			}
			key, value, ok := strings.Cut(line, "=")
			if !ok {
				continue
			}
			value = strings.TrimSpace(value)
			if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
				value = value[1 : len(value)-1]
			}
			if !yield(strings.TrimSpace(key), value) {
				return
			}
		}
	}
}

// PlainNPMRC returns the settings of an .npmrc without credentials, for a tool that must not have them.
func PlainNPMRC(text string) string {
	var out strings.Builder
	for key, value := range iniLines(text) {
		name := key[strings.LastIndexByte(key, ':')+1:]
		switch name {
		case "_authToken", "_auth", "_password", "username", "cert", "key", "certfile", "keyfile", "email", "always-auth":
			continue
		}
		fmt.Fprintf(&out, "%s=%s\n", key, datasources.Redact(value))
	}
	return out.String()
}
