package toolconfig

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/currant-bot/currant/datasources/host"
)

// A cargoRegistry is an entry of Cargo's table of registries.
type cargoRegistry struct{ Index, Token string }

// A cargoSource is an entry of Cargo's table of sources.
type cargoSource struct {
	Registry    string
	ReplaceWith string `toml:"replace-with"`
}

// cargo reads the user's configuration of Cargo and its credentials: what stands in for
// crates.io, and the tokens of registries with a sparse index.
func cargo(m Machine) Found {
	var f Found
	registries, sources := make(map[string]cargoRegistry), make(map[string]cargoSource)
	home := cmp.Or(m.Env["CARGO_HOME"], m.home(".cargo"))
	for _, names := range [][2]string{{"config.toml", "config"}, {"credentials.toml", "credentials"}} {
		var one struct {
			Registries map[string]cargoRegistry
			Source     map[string]cargoSource
		}
		text, where := f.file(m, below(home, names[0]), below(home, names[1]))
		if err := toml.Unmarshal([]byte(text), &one); err != nil {
			f.problem("%s: it is not valid TOML", where)
			continue
		}
		for name, r := range one.Registries {
			known := registries[name]
			registries[name] = cargoRegistry{cmp.Or(r.Index, known.Index), cmp.Or(r.Token, known.Token)}
		}
		maps.Copy(sources, one.Source)
	}
	for _, name := range slices.Sorted(maps.Keys(registries)) {
		r := registries[name]
		prefix := "CARGO_REGISTRIES_" + notWord.ReplaceAllString(strings.ToUpper(name), "_")
		r.Index, r.Token = cmp.Or(m.Env[prefix+"_INDEX"], r.Index), cmp.Or(m.Env[prefix+"_TOKEN"], r.Token)
		registries[name] = r
		if address := f.sparse(name, r.Index); address != "" && r.Token != "" {
			f.Rules = append(f.Rules, host.Rule{MatchHost: address, HostType: "crate", Token: r.Token, AuthType: "Token-Only"}) // Cargo sends it as it is
		}
	}
	name := "crates-io"
	for range len(sources) {
		name = cmp.Or(sources[name].ReplaceWith, name)
	}
	if address := f.sparse(name, cmp.Or(sources[name].Registry, registries[name].Index)); address != "" && name != "crates-io" {
		f.set("crate", address)
	}
	return f
}

// sparse returns the address of a sparse index without credentials; "" for an index of another
// kind, which is not read.
func (f *Found) sparse(name, index string) string {
	address, ok := strings.CutPrefix(index, "sparse+")
	if !ok {
		return ""
	}
	return f.registry("Cargo's registry "+name, "crate", address)
}
