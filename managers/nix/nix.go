// Package nix reads the inputs of Nix flakes.
package nix

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

// Manager reads flake.nix with its flake.lock.
var Manager = &managers.Manager{
	Name: "nix",
	Doc: `inputs of Nix flakes: flake.nix with flake.lock

Inputs that are git repositories, with the locked commit. Of nixpkgs the branch is a version.`,
	Files:       []string{`/(^|/)flake\.nix$/`},
	Off:         true,
	Defaults:    map[string]any{"commitMessageTopic": "nix", "commitMessageExtra": "to {{newValue}}"},
	Limits:      "A flake without flake.lock.",
	Datasources: []string{"git-refs"},
	Locks:       []string{"flake.lock"},
	Extract:     extract,
}

// lockVersion is the format of flake.lock that is read.
const lockVersion = "7"

func extract(file managers.File) managers.Result {
	if file.FS == nil {
		return managers.Result{}
	}
	lockPath := path.Join(path.Dir(file.Path), "flake.lock")
	text, err := fs.ReadFile(file.FS, lockPath)
	if err != nil {
		return managers.Result{} // nothing is locked, so nothing can be out of date
	}
	top, broken := jsonspan.Parse(strings.ToValidUTF8(string(text), "?"))
	if broken != nil {
		return managers.Result{Problems: []managers.Problem{{Path: file.Path, Text: "flake.lock cannot be read: " + broken.Error()}}}
	}
	if top.Get("version").Text != lockVersion {
		return managers.Result{}
	}
	var r managers.Result
	nodes := top.Get("nodes")
	for name, node := range nodes.Get(top.Get("root").Text, "inputs").Members() {
		if node.Kind != jsonspan.String {
			continue // it follows an input of an input
		}
		if d, ok := input(file.Text, name.Text, nodes.Get(node.Text)); ok {
			d.Locks = []string{lockPath}
			r.Deps = append(r.Deps, d)
		}
	}
	return r
}

// input returns the dependency on an input; ok is false if it is no repository.
func input(text, name string, node jsonspan.Value) (d managers.Dep, ok bool) {
	original, locked := node.Get("original"), node.Get("locked")
	d = managers.Dep{Name: name, Datasource: "git-refs", Versioning: "git"}
	d.Package = repository(original)
	commit := locked.Get("rev").Text
	if d.Package == "" || commit == "" {
		return d, false
	}
	ref, rev := original.Get("ref").Text, original.Get("rev").Text
	nixpkgs := original.Get("type").Text == "github" && d.Package == nixpkgsURL
	if nixpkgs {
		d.Versioning = "nixpkgs"
	}
	written := find(text, name)
	d.Line = written.line
	if nixpkgs || rev != "" {
		if d.Value = written.ref; written.ref.IsZero() {
			d.Composed = ref
		}
	}
	if rev != "" {
		d.Digest = written.rev
	} else {
		d.Locked = commit
	}
	if d.Composed != "" || rev != "" && d.Digest.IsZero() {
		d.Skip, d.Note = managers.Unsupported, "it is not seen where flake.nix names what flake.lock has"
	}
	return d, true
}

var nixpkgsURL = "https://" + datasources.ForgeHost("github") + "/NixOS/nixpkgs"

// archive is the address of an archive of a commit on GitHub, or of a branch.
var archive = regexp.MustCompile(`^(https://` + regexp.QuoteMeta(datasources.ForgeHost("github")) + `/[^/]+/[^/]+)/archive/[^/]+$`)

// repository returns the address of the repository that an input comes from; "" if it comes from
// none, such as a folder.
func repository(original jsonspan.Value) string {
	get := func(key string) string { return original.Get(key).Text }
	hosted := func(host string) string {
		if h := get("host"); h != "" {
			host = h
		}
		if get("owner") == "" || get("repo") == "" {
			return ""
		}
		return "https://" + host + "/" + strings.ReplaceAll(get("owner"), "%2F", "/") + "/" + get("repo")
	}
	switch get("type") {
	case "github":
		address := hosted(datasources.ForgeHost("github"))
		if strings.EqualFold(address, nixpkgsURL) {
			return nixpkgsURL
		}
		return address
	case "gitlab":
		return hosted(datasources.ForgeHost("gitlab"))
	case "sourcehut":
		return hosted(datasources.ForgeHost("sourcehut"))
	case "git":
		return get("url")
	case "tarball":
		if m := archive.FindStringSubmatch(get("url")); m != nil {
			return m[1]
		}
		return get("url")
	}
	return ""
}
