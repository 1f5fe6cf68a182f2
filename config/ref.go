package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// namespaces are those of the presets that are built in.
var namespaces = []string{
	"abandonments", "compatibility", "config", "customManagers", "default", "docker", "global", "group", "helpers", "mergeConfidence",
	"monorepo", "npm", "packages", "preview", "replacements", "schedule", "security", "workarounds",
}

// A reference is what stands in extends, taken apart.
type reference struct {
	text    string   // as written
	builtin string   // name of a built-in preset; "" for one in a file
	files   []Ref    // candidates, in order
	keys    []string // where in the file the preset is
	args    []string // for {{arg0}} and so on
	rawArgs string   // for {{args}}
}

// A base is where a reference stands, for "./name".
type base struct {
	ref Ref // zero unless in a file of a repository of presets
}

var bareRepository = regexp.MustCompile(`^[\w.-]+(?:/[\w.-]+)+(?:[:/#].*)?$`)

// barePackage is a short name of an npm package with one of its presets: "acme:javascript". A name alone is
// more often a mistake in the name of a preset, and must be written as npm>acme, as must one that is nearly a namespace.
var barePackage = regexp.MustCompile(`^[a-z0-9][\w.-]*:[\w./-]+$`)

// parseReference reads what stands in extends.
func parseReference(text string, from base) (reference, error) {
	r := reference{text: text}
	rest := strings.TrimSpace(text)
	if open := strings.IndexByte(rest, '('); open > 0 && !isURL(rest) {
		end := strings.LastIndexByte(rest, ')')
		if end < open {
			return r, fmt.Errorf("preset %q: \"(\" is never closed", clip(text))
		}
		r.rawArgs = rest[open+1 : end]
		for _, arg := range strings.Split(r.rawArgs, ",") {
			r.args = append(r.args, strings.TrimSpace(arg))
		}
		rest = rest[:open] + rest[end+1:]
	}
	if name, ok := builtinName(rest); ok {
		r.builtin = name
		return r, nil
	}
	kind, where, ok := strings.Cut(rest, ">")
	switch {
	case isURL(rest):
		r.files = []Ref{{Kind: "http", Path: rest}}
		return r, nil
	case ok && slices.Contains([]string{"local", "github", "gitlab", "gitea", "forgejo"}, kind):
	case ok && kind == "npm":
		return r, r.pkg(where)
	case !ok && strings.HasPrefix(rest, "@"):
		return r, r.pkg(rest)
	case strings.HasPrefix(rest, "./") || strings.HasPrefix(rest, "../") || strings.HasPrefix(rest, "/"):
		return r.relative(rest, from)
	case !ok && bareRepository.MatchString(rest):
		kind, where = "local", rest
	case !ok && barePackage.MatchString(rest) && closest(strings.SplitN(rest, ":", 2)[0], namespaces) == "":
		return r, r.pkg(rest)
	default:
		return r, noPreset(text, rest)
	}
	return r, r.repository(kind, where)
}

// noPreset is the error about a name that no built-in preset has.
func noPreset(text, name string) error {
	if guess := closest(name, builtinNames()); guess != "" {
		return fmt.Errorf("there is no preset %q: did you mean %q?", clip(text), strings.TrimPrefix(guess, "default"))
	}
	return fmt.Errorf("there is no preset %q", clip(text))
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// builtinName returns the full name of a preset that is built in, such as
// "default:pinVersions" for ":pinVersions".
func builtinName(s string) (string, bool) {
	space, name, ok := strings.Cut(s, ":")
	if !ok || strings.ContainsAny(space, "/>") {
		return "", false
	}
	if space == "" {
		space = "default"
	}
	return space + ":" + name, slices.Contains(namespaces, space)
}

// pkg reads a package of npm and which of its presets is meant: "@acme/x:name", "@acme" for "@acme/renovate-config",
// and "acme" for "renovate-config-acme".
func (r *reference) pkg(where string) error {
	name, preset, _ := strings.Cut(where, ":")
	switch {
	case name == "" || strings.ContainsAny(name, " #?%") || strings.Count(name, "/") > 1:
		return fmt.Errorf("preset %q: expected the name of an npm package", clip(r.text))
	case strings.HasPrefix(name, "@") && !strings.Contains(name, "/"):
		name += "/renovate-config"
	case !strings.HasPrefix(name, "@") && !strings.HasPrefix(name, "renovate-config-"):
		name = "renovate-config-" + name
	}
	if preset == "" {
		preset = "default"
	}
	r.files, r.keys = []Ref{{Kind: "npm", Repository: name, Path: "package.json"}}, []string{"renovate-config", preset}
	return nil
}

// repository reads "owner/repo", "owner/repo:name", "owner/repo:file/key" and
// "owner/repo//folder/name", each with an optional "#tag".
func (r *reference) repository(kind, where string) error {
	where, tag, _ := strings.Cut(where, "#")
	ref := Ref{Kind: kind, Tag: tag}
	repo, file, inFolder := strings.Cut(where, "//")
	if !inFolder {
		repo, file, _ = strings.Cut(where, ":")
	}
	ref.Repository = strings.Trim(repo, "/")
	if !strings.Contains(ref.Repository, "/") || strings.ContainsAny(ref.Repository, " :") {
		return fmt.Errorf("preset %q: expected %s>owner/repository", clip(r.text), kind)
	}
	if inFolder {
		if strings.Contains(file, ":") {
			return fmt.Errorf("preset %q: \"//\" and \":\" cannot both say where the file is", clip(r.text))
		}
		return r.file(ref, file)
	}
	if file == "" || file == "default" {
		for _, name := range []string{"default.json", "renovate.json"} {
			ref.Path = name
			r.files = append(r.files, ref)
		}
		return nil
	}
	name, keys, nested := strings.Cut(file, "/")
	if nested {
		r.keys = strings.Split(keys, "/")
	}
	return r.file(ref, name)
}

// file adds the one file at a path, whose extension may be missing.
func (r *reference) file(ref Ref, file string) error {
	clean := path.Clean("/" + file)[1:]
	if clean == "" || strings.Contains(file, "..") {
		return fmt.Errorf("preset %q: %q is no path in a repository", clip(r.text), clip(file))
	}
	switch path.Ext(clean) {
	case ".json", ".json5", ".jsonc":
	default:
		clean += ".json"
	}
	ref.Path = clean
	r.files = []Ref{ref}
	return nil
}

// relative reads "./name" beside the file that it stands in.
func (r reference) relative(where string, from base) (reference, error) {
	if from.ref.Repository == "" {
		return r, fmt.Errorf("preset %q: a path is possible only inside a repository of presets; write local>owner/repository//path", clip(r.text))
	}
	where, tag, tagged := strings.Cut(where, "#")
	ref := from.ref
	if tagged {
		ref.Tag = tag
	}
	full := where
	if !strings.HasPrefix(where, "/") {
		full = path.Join(path.Dir(from.ref.Path), where)
	}
	if strings.HasPrefix(full, "..") {
		return r, fmt.Errorf("preset %q leads out of its repository", clip(r.text))
	}
	err := r.file(ref, full)
	return r, err
}

// String returns ref as it is written in extends.
func (ref Ref) String() string {
	if ref.Kind == "http" {
		return ref.Path
	}
	if ref.Kind == "npm" {
		return "npm>" + ref.Repository
	}
	s := ref.Kind + ">" + ref.Repository + "//" + ref.Path
	if ref.Tag != "" {
		s += "#" + ref.Tag
	}
	return s
}
