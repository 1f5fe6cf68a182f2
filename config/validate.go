package config

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// A FileKind is what a file is checked as.
type FileKind string

const (
	RepositoryFile FileKind = "repository" // a repository's own configuration
	PresetFile     FileKind = "preset"     // to be taken over by others
	OperatorFile   FileKind = "operator"   // the operator's
)

// KindOf tells what a file is from its path: a name at which a repository's
// configuration is looked for, or a preset.
func KindOf(file string) FileKind {
	base := path.Base(strings.ReplaceAll(file, "\\", "/"))
	for _, name := range FileNames() {
		if path.Base(name) == base {
			return RepositoryFile
		}
	}
	return PresetFile
}

// ErrNotFetched is what a [Source] returns for a preset that was left out on
// purpose: it is no finding, and the configuration is not complete without it.
var ErrNotFetched = errors.New("presets are not fetched")

// Self is what references call the repository of presets that a file which is
// checked belongs to.
const Self = "this/repository"

// A File is what [Check] looks at.
type File struct {
	Name string // for messages
	Path string // of a preset in its repository, from where it says "./other"; may be ""
	Text string
	Kind FileKind
}

// Check reports everything that is wrong with one file, by file and place. Presets that it takes over are
// checked with it, as far as in.Presets has them. The error is ctx's.
func Check(ctx context.Context, in Input, f File) ([]Diagnostic, error) {
	rep := new(report)
	r := &resolver{ctx: ctx, in: in, rep: rep, files: make(map[Ref]fetched), managed: managedNames(in)}
	v := readFile(rep, f.Name, f.Text)
	if v == nil {
		return rep.sorted(), ctx.Err()
	}
	r.prepare(v, checker{preset: f.Kind == PresetFile, operator: f.Kind == OperatorFile})
	if f.Kind == OperatorFile {
		if below := v.remove("globalExtends"); below != nil {
			below.list = append(below.list, v.get("extends").items()...)
			v.put("extends", below)
		}
	}
	var at visit
	if f.Kind == PresetFile && f.Path != "" {
		at.from = base{Ref{Kind: "local", Repository: Self, Path: f.Path}}
	}
	compile(in, rep, r.expand(v, at), nil)
	return rep.sorted(), ctx.Err()
}

// readFile returns the configuration that a file holds; nil if it cannot be
// read or has none.
func readFile(rep *report, name, text string) *value {
	if path.Base(name) != "package.json" {
		return rep.parse(text, name, dialect(name), nil)
	}
	v := rep.parse(text, name, json5.JSONC, nil)
	if v == nil {
		return nil
	}
	rep.list = slices.DeleteFunc(rep.list, func(d Diagnostic) bool { return d.Severity != Error })
	inner := v.get("renovate")
	switch {
	case inner == nil:
		return nil
	case inner.isString():
		o := inner.likeObject()
		o.put("extends", inner.likeList(inner))
		return o
	case !inner.isObject():
		rep.at(inner, Error, "expected an object, found %s", inner.kind)
		return nil
	}
	return inner
}
