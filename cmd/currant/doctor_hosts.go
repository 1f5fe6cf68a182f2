package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
	"github.com/currant-bot/currant/updater/doctor"
)

// hosts lists the registries and code hosts that something is configured for, each once.
func (e *engine) hosts() []doctor.Host {
	var out []doctor.Host
	add := func(h doctor.Host) {
		at := slices.IndexFunc(out, func(o doctor.Host) bool {
			return strings.TrimSuffix(o.URL, "/") == strings.TrimSuffix(h.URL, "/") && (o.Kind == h.Kind || h.Kind == "" || o.Kind == "")
		})
		if at < 0 {
			out = append(out, h)
			return
		}
		out[at].Kind, out[at].Login = cmp.Or(out[at].Kind, h.Kind), out[at].Login || h.Login
	}
	for _, r := range e.base {
		if h, ok := hostOf(r); ok && (e.o.platform != "github" || h.URL != e.o.endpoint && r.MatchHost != gitHost(e.o.endpoint)) {
			add(h)
		}
	}
	if e.artifactory != "" {
		add(doctor.Host{URL: e.artifactory, Kind: "artifactory"})
	}
	for _, kind := range slices.Sorted(maps.Keys(e.tools.Registries)) {
		for _, u := range e.tools.Registries[kind] {
			add(doctor.Host{URL: u, Kind: kind})
		}
	}
	for _, scope := range slices.Sorted(maps.Keys(e.tools.Scopes)) {
		add(doctor.Host{URL: e.tools.Scopes[scope], Kind: "npm"})
	}
	for i, h := range out {
		if _, ok := e.client.Credential(h.Kind, h.URL); ok {
			out[i].Login = true
		}
	}
	return slices.DeleteFunc(out, func(h doctor.Host) bool { return !strings.HasPrefix(h.URL, "http") }) // such as "direct"
}

// hostOf returns what there is to ask about a host rule; ok is false for one that names no single host.
func hostOf(r host.Rule) (h doctor.Host, ok bool) {
	if r.MatchHost == "" || strings.HasPrefix(r.MatchHost, ".") || r.Enabled != nil && !*r.Enabled {
		return h, false
	}
	h = doctor.Host{URL: r.MatchHost, Kind: r.HostType, Login: r.Token != "" || r.Username != "" || r.Password != ""}
	if !strings.Contains(h.URL, "://") {
		h.URL = "https://" + h.URL + "/"
	}
	switch kind, _, _ := strings.Cut(r.HostType, "-"); {
	case r.MatchHost == datasources.GitHub || r.MatchHost == "api."+datasources.GitHub:
		h.URL, h.Kind = datasources.GitHubEndpoint, "github"
	case kind == "gitlab":
		h.Kind = "gitlab"
	case kind == "github":
		h.URL, h.Kind = strings.TrimSuffix(h.URL, "/")+"/api/v3/", "github"
	}
	return h, true
}

// presetsCheck fetches the presets that the operator's configuration takes over.
func (e *engine) presetsCheck() doctor.Check {
	return doctor.Check{Area: "configuration", Name: "its presets", Run: func(ctx context.Context) []doctor.Finding {
		_, diagnostics, err := config.Resolve(ctx, config.Input{
			Files: func(string) ([]byte, bool) { return nil, false }, Global: e.Global, GlobalName: e.o.config,
			Presets: e.presets, Platform: e.o.platform, Endpoint: e.o.endpoint,
		})
		if err != nil {
			return []doctor.Finding{{State: doctor.Problem, Text: err.Error(), Do: "correct that"}}
		}
		var out []doctor.Finding
		for _, d := range diagnostics {
			if d.Severity == config.Error {
				out = append(out, doctor.Finding{State: doctor.Problem, Text: d.String(), Do: "see \"currant validate --kind operator " + e.o.config + "\""})
			}
		}
		for _, x := range e.presets.Stale() {
			out = append(out, doctor.Finding{State: doctor.Warning, Text: x.Name + ": the last good copy is used, and nothing merges by itself on it: " + x.Err.Error(), Do: "see why it cannot be fetched"})
		}
		if len(out) == 0 {
			out = append(out, doctor.Finding{State: doctor.OK, Text: "all that it takes over can be read"})
		}
		return out
	}}
}
