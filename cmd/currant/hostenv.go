package main

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources/host"
)

// hostRulesFromEnv reads credentials from the environment, under Renovate's names: DATASOURCE_HOST_TOKEN, such as
// NPM_REGISTRY_EXAMPLE_TEST_TOKEN, with or without RENOVATE_ before it. One underscore stands for a dot and two for a hyphen; without a
// host the rule is for all of that datasource. What has no such form is something else's.
func hostRulesFromEnv(environ, datasources []string) []host.Rule {
	var out []host.Rule
	environ = slices.Sorted(slices.Values(environ))
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if value == "" || strings.HasPrefix(name, "npm_") || strings.TrimPrefix(name, "RENOVATE_") == "GITHUB_COM_TOKEN" {
			continue
		}
		parts := strings.Split(strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, "RENOVATE_")), "__", "-"), "_")
		kind, parts := parts[0], parts[1:]
		known := slices.Contains(datasources, kind) || kind == "github" && len(parts) > 1
		if len(parts) == 0 || len(parts) == 2 || !known { // a host has a dot in it
			continue
		}
		field := parts[len(parts)-1]
		r := host.Rule{HostType: kind, MatchHost: strings.Join(parts[:len(parts)-1], ".")}
		at := slices.IndexFunc(out, func(o host.Rule) bool { return o.HostType == r.HostType && o.MatchHost == r.MatchHost })
		if at >= 0 {
			r = out[at]
		}
		switch field {
		case "token":
			r.Token = value
		case "username":
			r.Username = value
		case "password":
			r.Password = value
		case "httpscertificate":
			r.Certificate = value
		case "httpsprivatekey":
			r.PrivateKey = value
		case "httpscertificateauthority":
			r.CA = value
		default:
			continue
		}
		if at >= 0 {
			out[at] = r
		} else {
			out = append(out, r)
		}
	}
	return out
}
