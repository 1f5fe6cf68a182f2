package presets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
)

// bodyLimit is more than a preset may have; a package with presets has all its versions in one answer.
const bodyLimit = 64 << 20

// Fetchers returns what reads the presets of web servers, of the public code hosts, and of npm packages, by the
// kind of their references. Those of the kind "local" are the platform's. registry returns the npm registry of a package.
//
// Presets of the kinds github, gitlab, gitea and forgejo are those hosts' public ones, as Renovate has it: one of another
// host is named by its URL. Credentials are those that host rules have for the host.
func Fetchers(env datasources.Env, registry func(pkg string) string) map[string]Fetcher {
	r := remote{env}
	return map[string]Fetcher{
		"http": func(ctx context.Context, ref config.Ref) ([]byte, error) { return r.get(ctx, ref.Path, "", "http") },
		"github": func(ctx context.Context, ref config.Ref) ([]byte, error) {
			return r.get(ctx, datasources.GitHubEndpoint+"repos/"+ref.Repository+"/contents/"+escape(ref.Path)+query("ref", ref.Tag), "application/vnd.github.raw+json", "github")
		},
		"gitlab": func(ctx context.Context, ref config.Ref) ([]byte, error) {
			tag := ref.Tag
			if tag == "" {
				tag = "HEAD"
			}
			return r.get(ctx, public("gitlab-tags")+"/api/v4/projects/"+url.PathEscape(ref.Repository)+"/repository/files/"+url.PathEscape(ref.Path)+"/raw"+query("ref", tag), "", "gitlab")
		},
		"gitea":   r.gitea("gitea"),
		"forgejo": r.gitea("forgejo"),
		"npm": func(ctx context.Context, ref config.Ref) ([]byte, error) {
			return r.npm(ctx, strings.TrimSuffix(registry(ref.Repository), "/"), ref.Repository)
		},
	}
}

// public returns the public host of a datasource.
func public(datasource string) string { return datasources.DefaultRegistries(datasource)[0] }

func escape(path string) string {
	return strings.ReplaceAll(url.PathEscape(path), "%2F", "/")
}

func query(name, value string) string {
	if value == "" {
		return ""
	}
	return "?" + url.Values{name: {value}}.Encode()
}

type remote struct{ env datasources.Env }

func (r remote) get(ctx context.Context, address, accept, hostType string) ([]byte, error) {
	resp, err := r.env.Get(ctx, address, accept, datasources.Terms{HostTypes: []string{hostType}, BodyLimit: bodyLimit})
	if errors.Is(err, datasources.ErrNotFound) {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), err)
	}
	return text, nil
}

func (r remote) gitea(kind string) Fetcher {
	return func(ctx context.Context, ref config.Ref) ([]byte, error) {
		return r.get(ctx, public(kind+"-tags")+"/api/v1/repos/"+ref.Repository+"/raw/"+escape(ref.Path)+query("ref", ref.Tag), "", kind)
	}
}

// npm returns the package.json of a package's latest version.
func (r remote) npm(ctx context.Context, registry, pkg string) ([]byte, error) {
	address := registry + "/" + strings.Replace(pkg, "/", "%2F", 1)
	text, err := r.get(ctx, address, "application/json", "npm")
	if err != nil {
		return nil, err
	}
	var p struct {
		Tags     map[string]string          `json:"dist-tags"`
		Versions map[string]json.RawMessage `json:"versions"`
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), err)
	}
	latest, ok := p.Versions[p.Tags["latest"]]
	if !ok {
		return nil, fmt.Errorf("reading %s: its latest version %q is not among its versions", datasources.Redact(address), p.Tags["latest"])
	}
	return latest, nil
}
