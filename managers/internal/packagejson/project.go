package packagejson

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
	"github.com/currant-bot/currant/managers/internal/workspace"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// lockFiles are the names that npm, Yarn, pnpm and Bun give to their lock files.
var lockFiles = [...]string{"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"}

// A project is what a package.json is installed with.
type project struct {
	root   string   // the folder of its workspace, "." for the top; "" if it is in none
	member bool     // it is one of the workspace's packages
	locks  []string // lock files that hold its dependencies
}

// key returns what a package of the workspace is defined as.
func (p project) key(name string) string { return "package " + p.root + " " + name }

// projectOf finds the workspace and the lock files of a package.json. A lock
// file counts if it lies beside the file or at the top of its workspace.
func projectOf(file managers.File) project {
	dir := path.Dir(file.Path)
	p := project{locks: locksIn(file.FS, dir)}
	for at := dir; ; at = path.Dir(at) {
		if patterns := workspaces(file, at); len(patterns) > 0 {
			if p.member = at == dir || workspace.Matches(patterns, strings.TrimPrefix(dir, strings.TrimPrefix(at+"/", "./"))); p.member {
				p.root = at
				if len(p.locks) == 0 {
					p.locks = locksIn(file.FS, at)
				}
				return p
			}
		}
		if at == "." || at == "/" {
			return p
		}
	}
}

func locksIn(fsys fs.FS, dir string) []string {
	var found []string
	for _, name := range lockFiles {
		name = path.Join(dir, name)
		if fsys == nil {
			continue
		}
		if info, err := fs.Stat(fsys, name); err == nil && info.Mode().IsRegular() {
			found = append(found, name)
		}
	}
	return found
}

// workspaces returns the patterns of the packages in the workspace at dir;
// none if there is no workspace.
func workspaces(file managers.File, dir string) []string {
	var patterns []string
	if text, ok := readFile(file, path.Join(dir, "pnpm-workspace.yaml")); ok {
		docs, _ := yamlspan.Documents(managers.NewFile("pnpm-workspace.yaml", text, nil))
		for _, doc := range docs {
			for _, item := range doc.Get("packages").Items() {
				patterns = append(patterns, item.String())
			}
		}
	}
	if text, ok := readFile(file, path.Join(dir, "package.json")); ok {
		if root, err := jsonspan.Parse(text); err == nil {
			list := root.Get("workspaces")
			for _, item := range append(list.Items(), list.Get("packages").Items()...) {
				patterns = append(patterns, item.Text)
			}
		}
	}
	return patterns
}

func readFile(file managers.File, name string) (string, bool) {
	if name == path.Clean(file.Path) {
		return file.Text, true
	}
	if file.FS == nil {
		return "", false
	}
	data, err := fs.ReadFile(file.FS, name)
	return string(data), err == nil
}

// Locks returns the lock files that hold the dependencies of a package.json.
func Locks(file managers.File) []string { return slices.Clone(projectOf(file).locks) }

// surroundings are what engines and packageManager can be a constraint on.
var surroundings = []string{"bun", "node", "yarn", "npm", "pnpm", "vscode"}

// constraints returns what a package.json, and below it that of its workspace, is for.
func (p project) constraints(file managers.File, root jsonspan.Value) map[string]string {
	out := make(map[string]string)
	if p.root != "" && p.root != path.Dir(file.Path) {
		if text, ok := readFile(file, path.Join(p.root, "package.json")); ok {
			if top, err := jsonspan.Parse(text); err == nil {
				engines(out, top)
			}
		}
	}
	engines(out, root)
	if len(out) == 0 {
		return nil
	}
	return out
}

func engines(out map[string]string, root jsonspan.Value) {
	for name, v := range root.Get("engines").Members() {
		if slices.Contains(surroundings, name.Text) && v.Kind == jsonspan.String && v.Text != "" {
			out[name.Text] = v.Text
		}
	}
	if m := managed.FindStringSubmatch(root.Get("packageManager").Text); m != nil && slices.Contains(surroundings, m[1]) {
		out[m[1]] = m[2]
	}
}
