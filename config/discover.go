package config

import (
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// fileNames are where a repository's configuration is looked for, in order.
// Currant's own names come first in each place.
var fileNames = []string{
	"currant.json", "currant.jsonc", "currant.json5",
	".github/currant.json", ".github/currant.jsonc", ".github/currant.json5",
	".gitlab/currant.json", ".gitlab/currant.jsonc", ".gitlab/currant.json5",
	".gitea/currant.json", ".gitea/currant.jsonc", ".gitea/currant.json5",
	".forgejo/currant.json", ".forgejo/currant.jsonc", ".forgejo/currant.json5",
	".currantrc", ".currantrc.json", ".currantrc.jsonc", ".currantrc.json5",
	"renovate.json", "renovate.jsonc", "renovate.json5",
	".github/renovate.json", ".github/renovate.jsonc", ".github/renovate.json5",
	".gitlab/renovate.json", ".gitlab/renovate.jsonc", ".gitlab/renovate.json5",
	".gitea/renovate.json", ".gitea/renovate.jsonc", ".gitea/renovate.json5",
	".forgejo/renovate.json", ".forgejo/renovate.jsonc", ".forgejo/renovate.json5",
	".renovaterc", ".renovaterc.json", ".renovaterc.jsonc", ".renovaterc.json5",
}

// FileNames returns the paths at which a repository's configuration is looked
// for, in order; "package.json" with its member "renovate" comes last.
func FileNames() []string { return append(fileNames[:len(fileNames):len(fileNames)], "package.json") }

// discover reads the repository's configuration. name is "" if there is none,
// and v is nil if it cannot be read.
func discover(in Input, rep *report, more []string) (v *value, name string) {
	for _, name := range append(more[:len(more):len(more)], fileNames...) {
		if text, ok := in.Files(name); ok {
			return rep.parse(string(text), name, dialect(name), nil), name
		}
	}
	text, ok := in.Files("package.json")
	if !ok || !strings.Contains(string(text), `"renovate"`) {
		return nil, ""
	}
	quiet := new(report) // what else is wrong with package.json is no concern of ours
	whole := quiet.parse(string(text), "package.json", json5.JSONC, nil)
	v = whole.get("renovate")
	switch {
	case v == nil:
		return nil, ""
	case v.isString(): // an old form: the name of a preset
		o := v.likeObject()
		o.put("extends", v.likeList(v))
		return o, "package.json"
	case !v.isObject():
		rep.at(v, Error, "expected an object, found %s", v.kind)
		return nil, "package.json"
	}
	return v, "package.json"
}

func dialect(name string) json5.Dialect {
	if strings.HasSuffix(name, ".json5") {
		return json5.JSON5
	}
	return json5.JSONC
}
