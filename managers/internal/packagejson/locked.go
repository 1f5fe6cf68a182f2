package packagejson

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A lock tells the version of a package in a lock file, or "". importer is the folder of the
// package.json relative to the lock file, "." for the same; key is as the package.json has it, and value what it asks for.
type lock func(importer, key, value string) string

// lockedIn reads the lock files of a project, the first that can be read.
func lockedIn(file managers.File, paths []string) (lock, string) {
	for _, name := range paths {
		parse := map[string]func(string) lock{
			"package-lock.json": npmLock, "npm-shrinkwrap.json": npmLock, "yarn.lock": yarnLock, "pnpm-lock.yaml": pnpmLock, "bun.lock": bunLock,
		}[path.Base(name)]
		if parse == nil {
			continue
		}
		read := func(text string) lock { return parse(strings.ReplaceAll(text, "\r\n", "\n")) }
		if l, ok := managers.Neighbour(file, name, "locked packages", read); ok && l != nil {
			return l, path.Dir(name)
		}
	}
	return nil, ""
}

// addLocked fills in which versions lock files hold for the dependencies of a package.json.
func addLocked(file managers.File, deps []managers.Dep, paths []string) {
	l, dir := lockedIn(file, paths)
	if l == nil {
		return
	}
	importer := path.Dir(file.Path)
	if dir != "." {
		importer = strings.TrimPrefix(strings.TrimPrefix(importer, dir), "/")
	}
	if importer == "" {
		importer = "."
	}
	for i, d := range deps {
		switch d.Kind {
		case "dependencies", "devDependencies", "optionalDependencies":
			if d.Datasource == "npm" {
				deps[i].Locked = l(importer, d.Name, valueOf(d))
			}
		}
	}
}

// valueOf returns what d's key stands for in its file, without the spaces around it.
func valueOf(d managers.Dep) string {
	v := d.Value.Text
	if v == "" {
		v = d.Composed
	}
	if d.Package != "" && d.Package != d.Name {
		v = "npm:" + d.Package + "@" + v
	}
	return v
}

func npmLock(text string) lock {
	type entry struct {
		Version string `json:"version"`
		Link    bool   `json:"link"`
	}
	var file struct {
		Packages     map[string]entry `json:"packages"`
		Dependencies map[string]entry `json:"dependencies"`
	}
	if json.Unmarshal([]byte(text), &file) != nil {
		return nil
	}
	return func(importer, key, _ string) string {
		if file.Packages == nil {
			return file.Dependencies[key].Version
		}
		for at := importer; ; at = path.Dir(at) {
			if e, ok := file.Packages[path.Join(at, "node_modules", key)]; ok {
				if e.Link {
					return ""
				}
				return e.Version
			}
			if at == "." || at == "/" {
				return ""
			}
		}
	}
}

// yarnLock reads the lock file of any Yarn: entries begin with what manifests ask for.
func yarnLock(text string) lock {
	versions := make(map[string]string)
	var keys []string
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] != ' ' {
			keys = keys[:0]
			for k := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(line), ":"), ", ") {
				keys = append(keys, strings.Trim(k, `"`))
			}
			continue
		}
		rest, ok := strings.CutPrefix(line, "  version")
		if !ok || rest == "" || rest[0] != ' ' && rest[0] != ':' {
			continue
		}
		for _, k := range keys {
			if _, seen := versions[k]; !seen {
				versions[k] = strings.Trim(rest, `: "`)
			}
		}
	}
	return func(_, key, value string) string {
		if v, ok := versions[key+"@"+value]; ok {
			return v
		}
		return versions[key+"@npm:"+value]
	}
}

// pnpmLock reads pnpm's lock file line by line: it is large, is written by a program, and only its
// beginning matters.
func pnpmLock(text string) lock {
	versions := make(map[[2]string]string) // by importer and name
	section, importer, name := "", ".", ""
	for line := range strings.SplitSeq(text, "\n") {
		body := strings.TrimLeft(line, " ")
		indent := len(line) - len(body)
		key, value, ok := strings.Cut(body, ":")
		if !ok || body[0] == '#' {
			continue
		}
		key, value = strings.Trim(key, `'"`), strings.Trim(strings.TrimSpace(value), `'"`)
		if indent == 0 {
			section, importer, name = key, ".", ""
			continue
		}
		depth := indent / 2
		switch section {
		case "importers":
			depth -= 2
			if indent == 2 {
				importer = key
			}
		case "dependencies", "devDependencies", "optionalDependencies":
		default:
			continue
		}
		switch {
		case depth == 1:
			if name = key; value != "" { // as old ones have it
				versions[[2]string{importer, name}] = plainVersion(value)
			}
		case depth == 2 && key == "version":
			versions[[2]string{importer, name}] = plainVersion(value)
		}
	}
	return func(importer, key, _ string) string { return versions[[2]string{importer, key}] }
}

var pnpmVersion = regexp.MustCompile(`^(?:/?@?[^@()\d][^@()]*@)?(\d[^(_]*)`)

// plainVersion takes from a version what pnpm adds: the package behind an alias, and peers.
func plainVersion(s string) string {
	m := pnpmVersion.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	return m[1]
}

var bunEntry = regexp.MustCompile(`(?m)^\s+"((?:[^"\\]|\\.)+)": \["(@?[^"@]+)@([^"]+)"`)

// bunWorkspace matches a workspace, with the name of its package.
var bunWorkspace = regexp.MustCompile(`(?m)^    "([^"]*)": \{\n      "name": "([^"]+)"`)

func bunLock(text string) lock {
	versions, names := make(map[string]string), make(map[string]string)
	for _, m := range bunEntry.FindAllStringSubmatch(text, -1) {
		if v := m[3]; v != "" && v[0] >= '0' && v[0] <= '9' {
			versions[m[1]] = v
		}
	}
	for _, m := range bunWorkspace.FindAllStringSubmatch(text, -1) {
		names[m[1]] = m[2]
	}
	return func(importer, key, _ string) string {
		if v, ok := versions[names[importer]+"/"+key]; ok {
			return v
		}
		return versions[key]
	}
}
