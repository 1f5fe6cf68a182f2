package pyproject

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

var (
	scpLike = regexp.MustCompile(`^[\w.-]+@([\w.-]+):(\S+)$`)
	commit  = regexp.MustCompile(`^[0-9a-f]{7,40}$`)
	version = regexp.MustCompile(`^[a-zA-Z_/-]*v?\d+(\.\d+)*`)
)

// source completes d with where uv and PDM are told to find it.
func (x *Project) source(d managers.Dep) managers.Dep {
	if source, ok := x.sources[Normalize(d.Name)]; ok {
		if items := source.Items(); len(items) > 0 { // one for each platform: the first says what kind it is
			source = items[0]
		}
		d.Kind = "tool.uv.sources"
		return x.uvSource(d, source)
	}
	if d.Datasource == "pypi" {
		d.Registries = x.registries
	}
	return d
}

func (x *Project) uvSource(d managers.Dep, source *tomlspan.Value) managers.Dep {
	has := func(key string) bool { return source.Get(key).Kind != tomlspan.Missing }
	switch {
	case has("git"):
		return Git(d, source)
	case has("url"):
		d.Skip = managers.UnsupportedURL
	case has("path"):
		d.Skip = managers.PathDependency
	case has("workspace"):
		d.Skip = managers.InheritedDependency
	case has("index"):
		if url, ok := x.indexes[source.Get("index").Text]; ok {
			d.Registries = []string{url}
			return d
		}
		d.Skip = managers.UnknownRegistry
	default:
		d.Skip = managers.UnknownRegistry
	}
	return d
}

// Git completes d from a table with a Git repository, as uv and Poetry have it. The version that the
// requirement itself names does not count then.
func Git(d managers.Dep, source *tomlspan.Value) managers.Dep {
	d = git(d, source.Get("git").Text)
	d.Value, d.Skip, d.Note = managers.Field{}, "", ""
	switch tag, rev, branch := source.Get("tag"), source.Get("rev"), source.Get("branch"); {
	case tag.Text != "":
		d.Value, _ = tag.Field()
		d.Line = tag.Line
		return settle(d, tag.Text)
	case rev.Text != "":
		d.Datasource, d.Package = "git-refs", repository(source.Get("git").Text)
		d.Digest, _ = rev.Field()
		d.Line = rev.Line
		if d.Digest.IsZero() {
			d.Skip = managers.Unsupported
		}
	case branch.Text != "":
		d.Datasource, d.Package = "git-refs", repository(source.Get("git").Text)
		d.Value, _ = branch.Field()
		d.Skip = managers.GitDependency
	default:
		d.Datasource, d.Package = "git-refs", repository(source.Get("git").Text)
		d.Skip = managers.UnspecifiedVersion
	}
	return d
}

// revision completes d from the reference in its Value: a tag stays, a
// commit becomes the digest, a branch is not followed.
func revision(d managers.Dep) managers.Dep {
	switch ref := d.Value.Text; {
	case d.Value.IsZero():
		d.Skip = managers.Unsupported
	case commit.MatchString(ref) && strings.ContainsAny(ref, "abcdef"):
		d.Value, d.Digest = managers.Field{}, d.Value
	case !version.MatchString(ref):
		d.Skip = managers.GitDependency
	}
	return d
}

// git names a repository as the datasource of its tags knows it.
func git(d managers.Dep, url string) managers.Dep {
	d.Datasource, d.Package = "git-tags", repository(url)
	if path, ok := strings.CutPrefix(d.Package, "https://github.com/"); ok && strings.Count(path, "/") == 1 {
		d.Datasource, d.Package = "github-tags", strings.TrimSuffix(path, ".git")
	}
	return d
}

// repository returns the URL of a repository without credentials.
func repository(url string) string {
	if m := scpLike.FindStringSubmatch(url); m != nil {
		return "https://" + m[1] + "/" + m[2]
	}
	url = Redact(url)
	if rest, ok := strings.CutPrefix(url, "ssh://"); ok {
		return "https://" + rest
	}
	return url
}

// readSources notes once what every requirement is looked up in: uv's sources by normalised
// name, its indexes by name, and the indexes that uv or PDM are told to ask for every package.
func (x *Project) readSources() {
	x.sources, x.indexes = make(map[string]*tomlspan.Value), make(map[string]string)
	for name, source := range x.Root.Get("tool", "uv", "sources").Members() {
		x.sources[Normalize(name.Text)] = source
	}
	var urls []string
	base := managers.DefaultRegistry
	for _, index := range x.Root.Get("tool", "uv", "index").Items() {
		url := Redact(index.Get("url").Text)
		switch {
		case url == "":
			continue
		case index.Get("explicit").Text == "true":
		case index.Get("default").Text == "true":
			base = url
		default:
			urls = append(urls, url)
		}
		if name := index.Get("name").Text; name != "" {
			x.indexes[name] = url
		}
	}
	for _, source := range x.Root.Get("tool", "pdm", "source").Items() {
		switch url := Redact(source.Get("url").Text); {
		case url == "" || strings.Contains(url, "${"):
		case source.Get("name").Text == "pypi":
			base = url
		default:
			urls = append(urls, url)
		}
	}
	if len(urls) > 0 || base != managers.DefaultRegistry {
		x.registries = append(urls, base)
	}
}
