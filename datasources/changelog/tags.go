package changelog

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
)

// A namer knows which version of a package a tag stands for.
type namer struct {
	extract *regexp.Regexp
	custom  bool
	names   []string // that the package may have in tags, in lower case
}

func newNamer(q datasources.NotesQuery, extract *regexp.Regexp) namer {
	n := namer{extract: extract, custom: q.Extract != ""}
	full := strings.ToLower(q.Package)
	for _, name := range []string{full, path.Base(full), path.Base(strings.ToLower(q.Dir)), full[strings.LastIndexByte(full, ':')+1:]} {
		if name != "" && name != "." && name != "/" && !slices.Contains(n.names, name) {
			n.names = append(n.names, name)
		}
	}
	return n
}

// rank says how surely a tag is that of the package's version: 0 for not at all. A monorepo has one for each of its packages,
// beside those of the whole.
func (n namer) rank(tag, version string) int {
	version = bare(version)
	if version == "" {
		return 0
	}
	if n.custom {
		m := n.extract.FindStringSubmatch(tag)
		if i := n.extract.SubexpIndex("version"); m != nil && i >= 0 && bare(m[i]) == version {
			return 4
		}
	}
	tag = strings.ToLower(tag)
	head, ok := strings.CutSuffix(tag, version)
	if !ok {
		return 0
	}
	head = strings.TrimSuffix(head, "v")
	switch name := strings.TrimRight(head, "@/_-:"); {
	case head == "":
		return 2
	case slices.Contains(n.names, name) && name != head:
		return 3
	case head == "release-" || head == "release/" || head == "rel-" || head == "version-":
		return 1
	}
	return 0
}
