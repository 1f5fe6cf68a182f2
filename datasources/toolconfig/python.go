package toolconfig

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// python reads the configuration of uv and, where uv names no index, of pip.
func python(m Machine) Found {
	f := uv(m)
	p := pip(m)
	if len(f.Registries["pypi"]) > 0 {
		p.Registries = nil
	}
	f.add(p)
	return f
}

// pip reads pip's files, from the least to the most specific, and its variables.
func pip(m Machine) Found {
	var f Found
	var index string
	var extra []string
	for _, p := range []string{
		"/etc/xdg/pip/pip.conf", "/etc/pip.conf", m.home(".pip", "pip.conf"), m.configHome("pip", "pip.conf"),
		below(m.Env["VIRTUAL_ENV"], "pip.conf"), m.Env["PIP_CONFIG_FILE"],
	} {
		if m.Env["PIP_CONFIG_FILE"] == "/dev/null" {
			break
		}
		text, where := f.file(m, p)
		if where == "" {
			continue
		}
		i, e := pipConf(text)
		index = cmp.Or(i, index)
		if len(e) > 0 {
			extra = e
		}
	}
	index = cmp.Or(m.Env["PIP_INDEX_URL"], index)
	if v := strings.Fields(m.Env["PIP_EXTRA_INDEX_URL"]); len(v) > 0 {
		extra = v
	}
	f.indexes("pip's configuration", index, extra, false)
	return f
}

// pipConf returns what a pip.conf says of indexes. The section of the install
// command overrides the global one.
func pipConf(text string) (index string, extra []string) {
	values := make(map[string]string)
	section, key := "", ""
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case trimmed[0] == '[':
			section, key = strings.ToLower(strings.Trim(trimmed, "[]")), ""
		case (line[0] == ' ' || line[0] == '\t') && key != "":
			values[key] += " " + trimmed
		default:
			i := strings.IndexAny(trimmed, "=:")
			if i < 0 {
				continue
			}
			name := strings.ToLower(strings.TrimSpace(trimmed[:i]))
			key = section + " " + strings.ReplaceAll(name, "_", "-")
			values[key] = strings.TrimSpace(trimmed[i+1:])
		}
	}
	index = strings.TrimSpace(cmp.Or(values["install index-url"], values["global index-url"]))
	return index, strings.Fields(cmp.Or(values["install extra-index-url"], values["global extra-index-url"]))
}

// indexes sets the registries of Python packages: the extra ones and the default, which
// is the public one if none is named.
func (f *Found) indexes(where, index string, extra []string, extraFirst bool) {
	if index == "" && len(extra) == 0 {
		return
	}
	main := []string{datasources.PublicSimpleIndex}
	if index != "" {
		main = []string{index}
	}
	all := append(main, extra...)
	if extraFirst {
		all = append(slices.Clone(extra), main...)
	}
	var urls []string
	for _, u := range all {
		if u = f.registry(where, "pypi", u); u != "" && !slices.Contains(urls, u) {
			urls = append(urls, u)
		}
	}
	f.set("pypi", urls...)
}

// A uvIndex is an entry of uv's index setting.
type uvIndex struct {
	Name     string `toml:"name"`
	URL      string `toml:"url"`
	Default  bool   `toml:"default"`
	Explicit bool   `toml:"explicit"`
}

// uv reads uv.toml and uv's variables. An index that is explicit is asked only
// where a project says so; only its credentials are taken.
func uv(m Machine) Found {
	var f Found
	var conf struct {
		Index         []uvIndex `toml:"index"`
		IndexURL      string    `toml:"index-url"`
		ExtraIndexURL []string  `toml:"extra-index-url"`
	}
	text, where := f.file(m, m.Env["UV_CONFIG_FILE"], m.configHome("uv", "uv.toml"), "/etc/uv/uv.toml")
	if err := toml.Unmarshal([]byte(text), &conf); err != nil {
		f.problem("%s: it is not valid TOML", where)
	}
	main := cmp.Or(m.Env["UV_DEFAULT_INDEX"], m.Env["UV_INDEX_URL"])
	var extra []string
	named := append(uvVariables(m.Env), conf.Index...)
	for _, index := range named {
		f.indexLogin(m, where, index)
		switch {
		case index.Explicit:
		case index.Default:
			main = cmp.Or(main, index.URL)
		default:
			extra = append(extra, index.URL)
		}
	}
	_, main = splitName(cmp.Or(main, conf.IndexURL))
	extra = append(extra, strings.Fields(m.Env["UV_EXTRA_INDEX_URL"])...)
	extra = append(extra, conf.ExtraIndexURL...)
	f.indexes("uv's configuration", main, extra, true)
	return f
}

// uvVariables returns the indexes that uv's variables name, each "name=URL" or a URL.
func uvVariables(env map[string]string) []uvIndex {
	var out []uvIndex
	if name, u := splitName(env["UV_DEFAULT_INDEX"]); name != "" {
		out = append(out, uvIndex{Name: name, URL: u, Default: true})
	}
	for _, text := range strings.Fields(env["UV_INDEX"]) {
		name, u := splitName(text)
		out = append(out, uvIndex{Name: name, URL: u})
	}
	return out
}

var indexName = regexp.MustCompile(`^([A-Za-z0-9._-]+)=(https?://.*)$`)

func splitName(text string) (name, u string) {
	if m := indexName.FindStringSubmatch(text); m != nil {
		return m[1], m[2]
	}
	return "", text
}

var notWord = regexp.MustCompile(`[^A-Z0-9]`)

// IndexLogin returns the rule for an index of uv that a project names, as its
// variables UV_INDEX_NAME_USERNAME and UV_INDEX_NAME_PASSWORD say.
func IndexLogin(env map[string]string, name, indexURL string) (r host.Rule, ok bool) {
	prefix := "UV_INDEX_" + notWord.ReplaceAllString(strings.ToUpper(name), "_")
	r = host.Rule{
		MatchHost: indexURL, HostType: "pypi",
		Username: env[prefix+"_USERNAME"], Password: env[prefix+"_PASSWORD"],
	}
	return r, name != "" && (r.Username != "" || r.Password != "")
}

func (f *Found) indexLogin(m Machine, where string, index uvIndex) {
	var own Found
	u := own.registry(where, "pypi", index.URL)
	if r, ok := IndexLogin(m.Env, index.Name, u); ok && u != "" {
		f.Rules = append(f.Rules, r)
	} else if index.Explicit {
		f.Rules = append(f.Rules, own.Rules...)
	}
}
