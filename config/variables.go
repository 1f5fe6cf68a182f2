package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config/internal/pattern"
)

// Variables returns what is to be set in the environment of tools and commands, as NAME=value in order: the operator's customEnvVariables,
// and the repository's env where allowedEnv admits it. What is left out is said: secrets, since the repository decides what
// runs there, and what the sandbox itself depends on.
func (c *Config) Variables() (env, problems []string) {
	top := c.Top()
	all := make(map[string]string)
	for _, option := range []string{"customEnvVariables", "env"} {
		v := top.lookup(option)
		if !v.isObject() {
			continue
		}
		for _, m := range v.keys {
			why := ""
			switch {
			case !m.val.isString():
				why = "it is no text"
			case option == "env" && !letsIn(top.Strings("allowedEnv"), m.name):
				why = "the operator's allowedEnv does not name it"
			case m.val.secret || strings.Contains(m.val.str, "{{") || secretVariable.MatchString(m.name) || credentials.MatchString(m.val.str):
				why = "commands of a repository's choice get no secrets"
			case reserved(m.name):
				why = "the sandbox in which tools run depends on it"
			}
			if why != "" {
				problems = append(problems, m.val.origin().String()+": "+m.name+" is not set: "+why)
				continue
			}
			all[m.name] = m.val.str
		}
	}
	for _, name := range sortedKeys(all) {
		env = append(env, name+"="+all[name])
	}
	return env, problems
}

// secretVariable are variables that hold secrets, by their names.
var secretVariable = regexp.MustCompile(`(?i)token|passw(or)?d|passphrase|secret|credential|api_?key|private_?key|access_?key`)

func letsIn(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(text string) bool {
		m, err := pattern.Compile(text, pattern.Exact)
		return err == nil && m.Match(name)
	})
}

// reserved are variables that are the sandbox's own: where programs and folders are, and how to get out.
func reserved(name string) bool {
	switch upper := strings.ToUpper(name); upper {
	case "", "PATH", "HOME", "TMPDIR", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE",
		"CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_CONFIG_GLOBAL", "RENOVATE_POST_UPGRADE_COMMAND_DATA_FILE":
		return true
	default:
		return strings.HasPrefix(upper, "LD_") || strings.ContainsAny(name, "=\x00")
	}
}

// HasSecret reports whether a secret is anywhere in an option.
func (s Settings) HasSecret(name string) bool { return holdsSecret(s.lookup(name)) }

func holdsSecret(v *value) bool {
	if v == nil {
		return false
	}
	return v.secret || slices.ContainsFunc(v.list, holdsSecret) || slices.ContainsFunc(v.keys, func(m member) bool { return holdsSecret(m.val) })
}
