package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/templating"
	"github.com/spf13/pflag"
)

// options are what all commands that read repositories take.
type options struct {
	config      string
	cache       string
	state       string
	allow       []string
	quiet       bool
	copier      string
	noDownloads bool
	trust       string
	lockTools   []string

	platform string
	endpoint string
	share    int           // of GitHub's hourly limit, in percent; 0 for the default
	wait     time.Duration // for another run with the same state folder

	repositories []string // of the operator's configuration, where no argument names any
	discover     []string // patterns of the repositories to look at, of all that are reached
	dry          bool     // only say what would be done

	environ  map[string]string // processEnv: variables set in place of the environment's
	operator config.Settings   // the operator's configuration
}

func (o *options) flags(f *pflag.FlagSet) {
	f.StringVar(&o.config, "config", "", "the operator's configuration file, in Renovate's vocabulary (CURRANT_CONFIG)")
	f.StringVar(&o.cache, "cache", "", "folder for what may be lost: mirrors, answers, tools (CURRANT_CACHE)")
	f.StringVar(&o.state, "state", "", "folder for the action log and what was seen (CURRANT_STATE)")
	f.StringSliceVar(&o.allow, "allow-host", nil, "the only hosts that may be contacted; may be repeated (default: all)")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress")
	f.StringVar(&o.copier, "copier", "", "command that runs Copier (CURRANT_COPIER; default: look for one, else install it into the cache)")
	f.BoolVar(&o.noDownloads, "no-downloads", false, "never install Copier: it must be there (CURRANT_NO_DOWNLOADS=1)")
	f.StringArrayVar(&o.lockTools, "lock-tool", nil, "program for lock files as NAME=PATH, such as pnpm=/opt/pnpm-8/bin/pnpm; may be repeated (CURRANT_LOCK_TOOLS, separated by spaces; default: from PATH)")
	f.StringVar(&o.trust, "template-trust", "render", "what templates may do: never, render, sandbox, full")
	f.StringVar(&o.platform, "platform", "", "github, or local for checkouts on this machine (CURRANT_PLATFORM)")
	f.StringVar(&o.endpoint, "endpoint", "", "address of the platform's interface (CURRANT_ENDPOINT)")
}

// complete fills what flags left open from the environment.
func (o *options) complete(w world) error {
	for _, x := range []struct {
		field *string
		name  string
	}{
		{&o.config, "CURRANT_CONFIG"}, {&o.cache, "CURRANT_CACHE"}, {&o.state, "CURRANT_STATE"}, {&o.copier, "CURRANT_COPIER"},
		{&o.platform, "CURRANT_PLATFORM"}, {&o.endpoint, "CURRANT_ENDPOINT"},
	} {
		if *x.field == "" {
			*x.field = w.getenv(x.name)
		}
	}
	if err := o.fromConfig(); err != nil {
		return err
	}
	if o.platform == "" {
		o.platform = "local"
		if o.endpoint != "" {
			o.platform = "github"
		}
	}
	if o.platform == "github" && o.endpoint == "" {
		o.endpoint = datasources.GitHubEndpoint
	}
	if text := w.getenv("CURRANT_API_SHARE"); text != "" && o.share == 0 {
		n, err := strconv.Atoi(strings.TrimSuffix(text, "%"))
		if err != nil || n < 1 || n > 100 {
			return fmt.Errorf("CURRANT_API_SHARE is %q: it is a number of percent, from 1 to 100", text)
		}
		o.share = n
	}
	o.lockTools = append(o.lockTools, strings.Fields(w.getenv("CURRANT_LOCK_TOOLS"))...)
	for _, t := range o.lockTools {
		if name, path, ok := strings.Cut(t, "="); !ok || name == "" || path == "" {
			return fmt.Errorf("--lock-tool %s: it is written as NAME=PATH", t)
		}
	}
	o.noDownloads = o.noDownloads || w.getenv("CURRANT_NO_DOWNLOADS") != ""
	home := w.getenv("HOME")
	if (o.cache == "" || o.state == "") && home == "" {
		return errors.New("HOME is not set: name folders with --cache and --state")
	}
	if o.cache == "" {
		o.cache = filepath.Join(orElse(w.getenv("XDG_CACHE_HOME"), filepath.Join(home, ".cache")), "currant")
	}
	if o.state == "" {
		o.state = filepath.Join(orElse(w.getenv("XDG_STATE_HOME"), filepath.Join(home, ".local", "state")), "currant")
	}
	switch templating.Trust(o.trust) {
	case templating.Never, templating.Render, templating.Sandbox, templating.Full:
	default:
		return fmt.Errorf("--template-trust %s: there are never, render, sandbox and full", o.trust)
	}
	return nil
}

// fromConfig takes from the operator's configuration what neither a flag nor the environment says.
func (o *options) fromConfig() error {
	if o.config == "" {
		return nil
	}
	text, err := os.ReadFile(o.config)
	if err != nil {
		return fmt.Errorf("reading the operator's configuration: %w", err)
	}
	c, _, err := config.Resolve(context.Background(), config.Input{Files: func(string) ([]byte, bool) { return nil, false }, Global: text, GlobalName: o.config})
	if err != nil {
		return fmt.Errorf("reading the operator's configuration: %w", err)
	}
	top := c.Top()
	says := func(option string) bool { return top.Has(option) && top.Origin(option).File == o.config }
	for name, value := range top.Object("processEnv") {
		if text, ok := value.(string); ok && says("processEnv") {
			if o.environ == nil {
				o.environ = make(map[string]string)
			}
			o.environ[name] = text
		}
	}
	if o.platform == "" && says("platform") {
		o.platform = top.String("platform")
	}
	if o.endpoint == "" && says("endpoint") {
		o.endpoint = top.String("endpoint")
	}
	if says("repositories") {
		o.repositories = top.Strings("repositories")
	}
	if says("autodiscoverFilter") {
		o.discover = top.Strings("autodiscoverFilter")
	}
	o.dry = says("dryRun")
	o.operator = top
	if base := top.String("baseDir"); base != "" {
		o.cache, o.state = orElse(o.cache, orElse(top.String("cacheDir"), filepath.Join(base, "cache"))), orElse(o.state, filepath.Join(base, "state"))
	}
	o.cache = orElse(o.cache, top.String("cacheDir"))
	return nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
