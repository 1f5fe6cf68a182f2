package toolconfig

import (
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources/host"
)

// HostRules returns the rules that variables such as NPM_REGISTRY_EXAMPLE_TEST_TOKEN
// stand for, as Renovate's option detectHostRulesFromEnv has it: a datasource, a host of
// which "_" is a dot and "__" a hyphen, and what is set. A prefix "RENOVATE_" is left out, and
// a variable without a host is for all hosts of its datasource.
func HostRules(env map[string]string, datasources []string) []host.Rule {
	rules := make(map[string]*host.Rule)
	for name, value := range env {
		hostType, at, field, ok := splitVariable(name, datasources)
		if !ok || value == "" {
			continue
		}
		key := hostType + " " + at
		if rules[key] == nil {
			rules[key] = &host.Rule{HostType: hostType, MatchHost: at}
		}
		*field(rules[key]) = value
	}
	var out []host.Rule
	for _, key := range slices.Sorted(maps.Keys(rules)) {
		out = append(out, *rules[key])
	}
	return out
}

// fields are the ends of variables, in upper case, and what they set.
func fields() map[string]func(*host.Rule) *string {
	return map[string]func(*host.Rule) *string{
		"TOKEN":                     func(r *host.Rule) *string { return &r.Token },
		"USERNAME":                  func(r *host.Rule) *string { return &r.Username },
		"PASSWORD":                  func(r *host.Rule) *string { return &r.Password },
		"HTTPSCERTIFICATE":          func(r *host.Rule) *string { return &r.Certificate },
		"HTTPSPRIVATEKEY":           func(r *host.Rule) *string { return &r.PrivateKey },
		"HTTPSCERTIFICATEAUTHORITY": func(r *host.Rule) *string { return &r.CA },
	}
}

func splitVariable(name string, datasources []string) (hostType, at string, field func(*host.Rule) *string, ok bool) {
	name = strings.TrimPrefix(strings.ToUpper(name), "RENOVATE_")
	end := strings.LastIndex(name, "_")
	if end < 0 {
		return "", "", nil, false
	}
	field = fields()[name[end+1:]]
	name = name[:end]
	for _, d := range datasources {
		prefix := strings.ToUpper(strings.ReplaceAll(d, "-", "__"))
		rest, found := strings.CutPrefix(name, prefix)
		if !found || field == nil || len(d) <= len(hostType) {
			continue
		}
		if rest == "" {
			hostType, at, ok = d, "", true
		} else if rest[0] == '_' && !strings.HasPrefix(rest, "__") {
			at = strings.ReplaceAll(strings.ReplaceAll(rest[1:], "__", "-"), "_", ".")
			hostType, at, ok = d, strings.ToLower(at), true
		}
	}
	return hostType, at, field, ok
}
