package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"golang.org/x/mod/module"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	datasourcesall "github.com/currant-bot/currant/datasources/all"
	"github.com/currant-bot/currant/datasources/cache"
	"github.com/currant-bot/currant/datasources/changelog"
	"github.com/currant-bot/currant/datasources/host"
	"github.com/currant-bot/currant/datasources/toolconfig"
	schemesall "github.com/currant-bot/currant/datasources/versioning/all"
	"github.com/currant-bot/currant/datasources/versioning/pep440"
	managersall "github.com/currant-bot/currant/managers/all"
	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/mirror"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/templating/text"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/advisories"
	"github.com/currant-bot/currant/updater/extract"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/lookup"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/github/app"
	"github.com/currant-bot/currant/updater/platform/github/quota"
	"github.com/currant-bot/currant/updater/presets"
	"github.com/currant-bot/currant/updater/render"
	rendererall "github.com/currant-bot/currant/updater/render/all"
	"github.com/currant-bot/currant/updater/render/lockfile"
	"github.com/currant-bot/currant/updater/render/template"
)

// An engine is an updater.Engine with what its parts share.
type engine struct {
	*updater.Engine
	w        world
	o        options
	base     []host.Rule      // the operator's and the machine's, weakest first
	tools    toolconfig.Found // what package managers are configured with
	client   *host.Client     // for what is no lookup of a repository
	agent    string           // what requests call the bot
	signer   *gitrepo.Signer  // of commits; nil for nobody
	redact   func(string) string
	vault    *vault
	copier   *copier.Engine
	git      *git.Git
	rewrites []mirror.Rewrite // of templates' addresses, by the operator

	updates *templating.Updater // nil without git
	osv     *advisories.OSV

	quota       *quota.Book // of requests to the platform
	app         *app.App    // nil without a GitHub App
	artifactory string      // address of the operator's; "" for none

	shared []string // patterns of the repositories that jobs of every owner may read as the app

	fetchers map[string]presets.Fetcher // of preset files, by kind of reference
	presets  *presets.Source

	seen *lookup.Seen // when releases were first seen

	mu      sync.Mutex
	reaches map[string]updater.Reach
	disk    *cache.Disk
}

func (e *engine) close() {
	if e.osv != nil {
		e.osv.Close()
	}
}

// newEngine wires everything that plans.
func newEngine(ctx context.Context, w world, o options, p *progress) (*engine, error) {
	if err := o.complete(w); err != nil {
		return nil, err
	}
	w = w.with(o.environ)
	e := &engine{w: w, o: o, reaches: make(map[string]updater.Reach)}
	e.seen = lookup.NewSeen(filepath.Join(o.state, "seen"), time.Now)
	var global []byte
	if o.config != "" {
		var err error
		if global, err = os.ReadFile(o.config); err != nil {
			return nil, fmt.Errorf("reading the operator's configuration: %w", err)
		}
	}
	osv, err := e.rules(ctx, global)
	if err != nil {
		return nil, err
	}
	if e.quota, err = quota.Open(quota.Options{File: filepath.Join(o.state, "limits.json"), Share: o.share, Now: time.Now}); err != nil {
		return nil, err
	}
	if err := e.openApp(); err != nil {
		return nil, err
	}
	if e.disk, err = cache.Open(filepath.Join(o.cache, "http"), 2<<30); err != nil {
		return nil, fmt.Errorf("opening the cache: %w", err)
	}
	if e.client, err = e.newClient(e.base, "", nil, true); err != nil {
		return nil, err
	}
	npm := defaults(e.tools)
	e.fetchers = presets.Fetchers(e.client.Env(), func(pkg string) string { return npm("npm", pkg)[0] })
	tools, err := e.templates(ctx, p)
	if err != nil {
		return nil, err
	}
	locks, err := e.lockKeeper()
	if err != nil {
		return nil, err
	}
	e.Engine = &updater.Engine{
		Kit:    updater.Kit{Managers: managersall.Managers, Sources: datasourcesall.Sources, Schemes: schemesall.Schemes},
		Reach:  e.reach,
		Global: global, Platform: o.platform, Endpoint: o.endpoint, Open: e.vault.open(), Opened: e.vault.hide,
		Tools: tools, Locks: locks, Memo: extract.NewMemo(), Now: time.Now, Redact: e.redact, Progress: p.step,
	}
	e.osv = advisories.NewOSV(e.client.Env(), orElse(osv, datasources.OSV), o.cache, e.disk)
	e.Advisories = e.osv
	e.presets = &presets.Source{Dir: filepath.Join(o.state, "presets"), Fetchers: e.fetchers, Audience: e.audience}
	e.Presets = e.presets
	return e, nil
}

// rules collects what is known of hosts: the configuration of package managers
// on this machine, then the operator's hostRules. It returns what the operator says of OSV's address.
func (e *engine) rules(ctx context.Context, global []byte) (osv string, err error) {
	env := variables(e.w.environ())
	e.tools = toolconfig.Read(toolconfig.Machine{Env: env, Read: func(path string) (string, error) {
		data, err := os.ReadFile(path)
		return string(data), err
	}})
	for _, p := range e.tools.Problems {
		fmt.Fprintln(e.w.err, "warning:", p)
	}
	e.base = e.tools.Rules
	named := &refs{endpoint: e.o.endpoint}
	c, diagnostics, err := config.Resolve(ctx, config.Input{Files: func(string) ([]byte, bool) { return nil, false }, Global: global, GlobalName: e.o.config, Presets: named})
	if err != nil {
		return "", fmt.Errorf("reading the operator's configuration: %w", err)
	}
	for _, d := range diagnostics {
		if d.Severity == config.Error {
			return "", fmt.Errorf("the operator's configuration: %s", d)
		}
	}
	for from, to := range c.Top().Object("templateSources") {
		if text, ok := to.(string); ok {
			e.rewrites = append(e.rewrites, mirror.Rewrite{From: from, To: text})
		}
	}
	e.base = append(e.base, hostRules(c)...)
	if c.Top().Bool("detectHostRulesFromEnv") {
		var names []string
		for _, s := range datasourcesall.Sources {
			names = append(names, s.Name)
		}
		e.base = append(e.base, hostRulesFromEnv(e.w.environ(), names)...)
	}
	if token := e.w.getenv("CURRANT_TOKEN"); token != "" && e.o.endpoint != "" {
		e.base = append(e.base, host.Rule{MatchHost: gitHost(e.o.endpoint), Token: token})
	}
	asApp := publicGitHub(e.o.endpoint) && e.w.getenv("CURRANT_GITHUB_APP_ID") != "" // which reads more there than a person
	if token := e.w.getenv("GITHUB_COM_TOKEN"); token != "" && !asApp {
		e.base = append(e.base, host.Rule{MatchHost: datasources.GitHub, Token: token})
	}
	e.artifactory, _ = c.Top().Object("artifactory")["url"].(string)
	e.shared = append(c.Top().Strings("sharedRepositories"), named.repositories...)
	if e.vault, err = newVault(c.Top()); err != nil {
		return "", err
	}
	known := host.Redactor(e.base)
	e.redact = func(text string) string { return known(e.vault.redact(text)) }
	if err := e.signKey(c.Top()); err != nil {
		return "", err
	}
	if e.agent, err = text.Render(c.Top().String("userAgent"), map[string]any{"renovateVersion": version()}); err != nil {
		return "", fmt.Errorf("the operator's configuration: userAgent: %w", err)
	}
	e.agent = strings.Join(strings.Fields(e.agent), " ")
	return c.Top().String("osvUrl"), nil
}

// variables are the last value of each variable of an environment.
func variables(environ []string) map[string]string {
	env := make(map[string]string)
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		env[k] = v
	}
	return env
}

// gitHost returns what matches a platform's interface and its git repositories:
// the same address, but for the public GitHub.
func gitHost(endpoint string) string {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil:
		return endpoint
	case publicGitHub(endpoint):
		return datasources.GitHub
	}
	return u.Scheme + "://" + u.Host
}

func publicGitHub(endpoint string) bool {
	return strings.TrimSuffix(endpoint, "/") == strings.TrimSuffix(datasources.GitHubEndpoint, "/")
}

// newClient returns a client for rules and an owner's repositories, "" for what is nobody's, which logs in by itself as login says, nil for not at all. Its answers are kept on disk, once that is open, apart for
// each set of credentials; with ask, it asks each time whether they have changed.
func (e *engine) newClient(rules []host.Rule, owner string, login logins, ask bool) (*host.Client, error) {
	env := variables(e.w.environ())
	o := host.Options{
		Rules: rules, Allow: e.o.allow, Proxy: toolconfig.Proxy(env), UserAgent: e.agent,
		Keychain: toolconfig.Keychain(authn.DefaultKeychain), Login: login, Now: time.Now,
	}
	if e.disk != nil {
		o.Cache = func(next http.RoundTripper) http.RoundTripper {
			return &cache.Transport{Next: e.metered(next, owner), Disk: e.disk, Now: time.Now, AlwaysAsk: ask}
		}
	}
	c, err := host.New(o)
	if err != nil {
		return nil, fmt.Errorf("preparing connections: %w", err)
	}
	return c, nil
}

// reach returns how the registries of a repository are asked, one for all
// repositories with the same rules and, with a GitHub App, of the same owner.
func (e *engine) reach(repository string, c *config.Config, fsys fs.FS) (updater.Reach, error) {
	own := hostRules(c)
	found := e.tools
	var replaced string
	text, configured := npmrcOf(c, fsys)
	plain := text
	text = withToken(text, c.Top().String("npmToken"), configured)
	if text != "" {
		npmrc := toolconfig.NPMRC(".npmrc", text, func(string) (string, bool) { return "", false })
		own = append(npmrc.Rules, own...)
		found = merged(found, npmrc)
	}
	if configured {
		replaced = toolconfig.PlainNPMRC(plain)
	}
	owner := e.audience(platform.OnBehalf(context.Background(), repository))
	key, err := keyOf(owner, own, found, replaced)
	if err != nil {
		return updater.Reach{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if r, ok := e.reaches[key]; ok {
		return r, nil
	}
	rules := append(append([]host.Rule{}, e.base...), own...)
	client, err := e.newClient(rules, owner, e.login(owner), false)
	if err != nil {
		return updater.Reach{}, err
	}
	env := client.Env()
	env.Local = e.Platform == "local"
	sources := make(map[string]datasources.Datasource)
	for _, s := range e.Kit.Sources {
		sources[s.Name] = s.New(env)
	}
	pass := lookup.NewPass(sources, e.seen)
	pass.Noter = changelog.New(changelog.Options{Env: env, Sources: sources, Kind: e.kindOf(rules), Keep: apart{e.disk, key}, Now: time.Now})
	r := updater.Reach{Lookup: pass, Defaults: defaults(found), Next: client.HTTP().Transport, NPMRC: scopes(e.tools), RepoNPMRC: replaced}
	e.reaches[key] = r
	return r, nil
}

// npmrcOf returns the .npmrc that counts: the repository's, or what the option npmrc has instead of it or, with npmrcMerge,
// before it. configured says that the option has a say.
func npmrcOf(c *config.Config, fsys fs.FS) (text string, configured bool) {
	data, err := fs.ReadFile(fsys, ".npmrc")
	if err == nil {
		text = string(data)
	}
	option := c.Top().String("npmrc")
	switch {
	case option == "":
		return text, false
	case c.Top().Bool("npmrcMerge"):
		return strings.TrimSpace(option) + "\n" + text, true
	}
	return option, true
}

// scopes is the part of an .npmrc that says which registries this machine has for scopes.
func scopes(f toolconfig.Found) string {
	var out strings.Builder
	for _, scope := range slices.Sorted(maps.Keys(f.Scopes)) {
		fmt.Fprintf(&out, "%s:registry=%s\n", scope, datasources.Redact(f.Scopes[scope]))
	}
	return out.String()
}

// keyOf is the same for the same rules. It is a hash, since rules hold secrets.
func keyOf(owner string, rules []host.Rule, f toolconfig.Found, npmrc string) (string, error) {
	data, err := json.Marshal([]any{owner, rules, f.Registries, f.Scopes, npmrc})
	if err != nil {
		return "", fmt.Errorf("comparing host rules: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// defaults returns the registries of this machine's package managers, and the
// public ones where they name none.
func defaults(f toolconfig.Found) func(datasource, pkg string) []string {
	return func(datasource, pkg string) []string {
		if scope, _, ok := strings.Cut(pkg, "/"); ok && datasource == "npm" && f.Scopes[scope] != "" {
			return []string{f.Scopes[scope]}
		}
		if datasource == "go" && module.MatchPrefixPatterns(f.Direct, pkg) {
			return []string{"direct"}
		}
		if urls := f.Registries[datasource]; len(urls) > 0 {
			return urls
		}
		return datasources.DefaultRegistries(datasource)
	}
}

// merged returns a with what b says on top.
func merged(a, b toolconfig.Found) toolconfig.Found {
	out := toolconfig.Found{Registries: map[string][]string{}, Scopes: map[string]string{}, Direct: cmp.Or(b.Direct, a.Direct)}
	for _, f := range []toolconfig.Found{a, b} {
		for k, v := range f.Registries {
			out.Registries[k] = v
		}
		for k, v := range f.Scopes {
			out.Scopes[k] = v
		}
	}
	return out
}

// lockKeeper wires the tools for lock files.
func (e *engine) lockKeeper() (*lockfile.Keeper, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	named := make(map[string][]string)
	for _, t := range e.o.lockTools {
		name, path, _ := strings.Cut(t, "=")
		named[name] = append(named[name], path)
	}
	return lockfile.New(lockfile.Options{
		Tools: rendererall.Tools, Box: sandbox.New(exe), Environ: e.w.environ(), Named: named,
		Scratch: filepath.Join(e.o.cache, "work"), Results: filepath.Join(e.o.cache, "locks"),
		Versions: schemesall.Schemes, Limits: lockfile.Limits(), Redact: e.redact, Now: time.Now,
	}), nil
}

// templates wires Copier.
func (e *engine) templates(ctx context.Context, p *progress) (map[string]render.Renderer, error) {
	g, err := git.Find(ctx, e.w.environ())
	if err != nil {
		p.line(err.Error())
		return nil, nil // everything but template updates goes on; these say that they cannot be made
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	copierOptions := e.copierOptions(copier.Allowed, p.line)
	if e.o.noDownloads {
		copierOptions.Downloads = copier.Forbidden
	}
	copierOptions.Box = sandbox.New(exe)
	e.copier = copier.New(g, copierOptions)
	store := mirror.New(g, mirror.Options{
		Dir: filepath.Join(e.o.cache, "templates"), Now: time.Now, Rewrite: e.rewrites,
		Allow:      func(u string) error { return e.client.Check(u) },
		Credential: e.templateLogin, Audience: e.audience,
	})
	e.git = g
	e.updates = &templating.Updater{
		Git: g, Engine: e.copier, Mirrors: store, Versions: pep440.Scheme{}, Scratch: filepath.Join(e.o.cache, "work"),
		Resolutions: &templating.Resolutions{Dir: filepath.Join(e.o.state, "resolutions")},
	}
	return map[string]render.Renderer{"copier": &template.Renderer{
		Updater: e.updates,
		Trust:   templating.Trust(e.o.trust),
	}}, nil
}

// copierOptions say which Copier is looked for.
func (e *engine) copierOptions(downloads copier.Downloads, say func(string)) copier.Options {
	return copier.Options{
		Command: strings.Fields(e.o.copier), Cache: filepath.Join(e.o.cache, "copier"), Downloads: downloads,
		Environ: e.w.environ(), Versions: pep440.Scheme{}, Progress: say,
	}
}

// templateLogin returns what to fetch a template with, for whose repository ctx says.
func (e *engine) templateLogin(ctx context.Context, address string) (user, password string, ok bool) {
	c, ok := e.client.Credential("git-tags", address)
	if login := e.login(e.audience(ctx)); !ok && login != nil {
		if u, err := url.Parse(address); err == nil {
			c, err = login(u) // after an error the host says that it wants a login
			ok = err == nil && c.Token != ""
		}
	}
	if c.Token != "" {
		return "x-access-token", c.Token, ok
	}
	return c.Username, c.Password, ok
}

// hostRules returns a configuration's hostRules as the client reads them.
func hostRules(c *config.Config) []host.Rule {
	var out []host.Rule
	for _, h := range c.HostRules() {
		r := host.Rule{
			MatchHost: h.MatchHost, HostType: h.HostType, Token: h.Token.Reveal(), Username: h.Username, Password: h.Password.Reveal(),
			AuthType: h.AuthType, Insecure: h.InsecureRegistry, Timeout: h.Timeout, Concurrent: h.ConcurrentRequestLimit,
			PerSecond: float64(h.MaxRequestsPerSecond), CA: h.CertificateAuthority, Certificate: h.Certificate, PrivateKey: h.PrivateKey.Reveal(),
		}
		if !h.Enabled {
			r.Enabled = &h.Enabled
		}
		if h.MaxRetryAfter > 0 {
			r.MaxRetryAfter = &h.MaxRetryAfter
		}
		for name, value := range h.Headers {
			if r.Headers == nil {
				r.Headers = make(map[string]string)
			}
			r.Headers[name] = value.Reveal()
		}
		out = append(out, r)
	}
	return out
}
