package main

import (
	"net/url"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources/cache"
	"github.com/currant-bot/currant/datasources/host"
)

// apart keeps release notes apart for repositories with other rules: what one may read, another may not.
type apart struct {
	disk *cache.Disk
	key  string
}

func (a apart) Load(key string) ([]byte, bool) { return a.disk.Load(a.key + " " + key) }
func (a apart) Save(key string, data []byte)   { a.disk.Save(a.key+" "+key, data) }

// kindOf says what kind of code host a host is, where its name does not: the platform's own, or by a host rule.
func (e *engine) kindOf(rules []host.Rule) func(string) string {
	return func(name string) string {
		if u, err := url.Parse(e.o.endpoint); err == nil && u.Host != "" && strings.TrimPrefix(u.Host, "api.") == name {
			return e.o.platform
		}
		for _, r := range slices.Backward(rules) {
			at := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(r.MatchHost, "https://"), "http://"), "/")
			if at, _, _ = strings.Cut(at, "/"); at != name {
				continue
			}
			switch kind, _, _ := strings.Cut(r.HostType, "-"); kind {
			case "github", "gitlab", "gitea", "forgejo":
				return kind
			}
		}
		return ""
	}
}
