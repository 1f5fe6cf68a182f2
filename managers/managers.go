// Package managers defines how Currant reads and edits files that name
// dependencies.
//
// Each file format is one [Manager], a value declared in a package of its own
// below this one. Package managers/all lists them; nothing else refers to them
// by name.
package managers

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Template is the Kind of a dependency on the template that a whole project was made from.
const Template = "template"

// A Manager finds the dependencies named in one kind of file.
//
// A Manager is constant: it keeps no state, does no I/O beyond [File.FS], and
// may be used by several goroutines at once.
type Manager struct {
	// Name is the manager's name in configuration, such as "github-actions".
	// Its package is named alike, without hyphens and underscores.
	Name string

	// Doc describes the manager. Its first line is a title for lists.
	Doc string

	// Limits says for people what of its files it does not read or change; "" if there is nothing to say.
	Limits string

	// Datasources are those that its dependencies are looked up in, in order of name; nil if
	// configuration says it.
	Datasources []string

	// Locks are patterns of the base names of the lock files that change with its dependencies, in order.
	Locks []string

	// Files are the default patterns of the files it reads: "/expression/" in
	// RE2 syntax, or a glob. It may be empty: then the manager reads only what
	// configuration names.
	Files []string

	// Categories are what matchCategories compares, such as "docker".
	Categories []string

	// Versioning is the scheme of a dependency that names none.
	Versioning string

	// Defaults are options that hold for this manager's dependencies unless
	// configuration says otherwise, as in a manager block: {"pinDigests": false}.
	Defaults map[string]any

	// Off says that the manager runs only where configuration enables it.
	Off bool

	// Supersedes names managers that read the same files for other tools; see
	// [Supersede].
	Supersedes []string

	// Once says that a dependency is listed once for each place where its version stands, however
	// often and in however many files it is named.
	Once bool

	// Variant tells apart managers of one name that were made from different
	// configuration; "" for those that are part of Currant.
	Variant string

	// Extract returns what is in file, in order of appearance. It depends on
	// nothing but file's path, its text, and what it reads through file.FS.
	Extract func(file File) Result

	// Link completes a dependency with what other files of the same
	// repository define. It is called for each dependency whose Needs is
	// not empty; nil means that no dependency has needs. It returns d changed, never
	// changing what d's slices refer to.
	Link func(d Dep, defs Defs) Dep
}

// A File is one file of a snapshot.
type File struct {
	Path string // slash-separated, relative to the repository's root
	Text string // valid UTF-8, without a byte order mark
	FS   fs.FS  // the same snapshot, read-only, for neighbours such as lock files

	memo *sync.Map // what Once remembers; nil to remember nothing
}

// NewFile returns a file for which [Once] remembers what was parsed.
func NewFile(path, text string, fsys fs.FS) File {
	return File{Path: path, Text: text, FS: fsys, memo: new(sync.Map)}
}

// Once returns parse(f.Text). For a file made by [NewFile] it calls parse at
// most once for each kind, however many managers read the file; what it returns is shared and
// must not be changed.
func Once[T any](f File, kind string, parse func(text string) T) T {
	if f.memo == nil {
		return parse(f.Text)
	}
	once, _ := f.memo.LoadOrStore(kind, sync.OnceValue(func() any { return parse(f.Text) }))
	return once.(func() any)().(T)
}

// A Rememberer is a file system that remembers what was made of its files.
type Rememberer interface {
	Remember(name, kind string, parse func(text string) any) (any, error)
}

// Neighbour returns parse of the text of another file of f's snapshot; ok is false if it cannot be read. A
// snapshot that remembers calls parse once for each kind, however many files have the neighbour; what it
// returns is shared and must not be changed.
func Neighbour[T any](f File, name, kind string, parse func(text string) T) (v T, ok bool) {
	if f.FS == nil {
		return v, false
	}
	if r, remembers := f.FS.(Rememberer); remembers {
		got, err := r.Remember(name, kind, func(text string) any { return parse(text) })
		if err != nil {
			return v, false
		}
		return got.(T), true
	}
	data, err := fs.ReadFile(f.FS, name)
	if err != nil {
		return v, false
	}
	return parse(string(data)), true
}

// A Result is what a manager found in one file.
type Result struct {
	Deps     []Dep
	Defs     []Def
	Problems []Problem
	Includes []string // paths of files of the repository that this one includes, and the manager is to read too

	// Constraints are what the file says of the surroundings of all its dependencies, as the option constraints
	// would: "python": ">=3.9". They must not be modified.
	Constraints map[string]string

	// Own is the version of the package that the file itself describes, such as "version" in package.json; its
	// field is zero if there is none.
	Own Own
}

// An Own is the version of a package in the file that describes it.
type Own struct {
	Field
	Snapshots bool // versions under development end in "-SNAPSHOT", and go on to do so
}

// OwnOf returns a field as a package's own version; one that is not ok is none.
func OwnOf(f Field, ok bool) Own {
	if !ok {
		return Own{}
	}
	return Own{Field: f}
}

// A Def is something that a file defines and dependencies in other files of
// the same manager refer to, such as a Helm repository.
type Def struct {
	Key   string // such as "HelmRepository/flux-system/podinfo"
	Value string // such as its URL
}

// Defs are the definitions in all files that a manager read in a repository.
type Defs map[string]string

// A Problem is something wrong in a user's file, for a person to see. It does
// not stop anything.
type Problem struct {
	Path string
	Line int // from 1; 0 if it is about the whole file
	Text string
}

// String formats p as people expect it of a compiler.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.Path + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Text)
}

// A Dep is one reference to a dependency.
type Dep struct {
	Name       string         // as people say it: "golang", "actions/checkout"
	Package    string         // as the datasource knows it; "" if it is Name
	Kind       string         // the role it plays in its file, Renovate's depType: "final", "action"
	Datasource string         // where its releases are listed, such as "docker"; may be "" if Skip is set
	Registries []string       // base URLs to ask, in order, or DefaultRegistry; empty for the datasource's default
	Versioning string         // how its versions compare; "" for the manager's or the datasource's scheme
	Value      Field          // the version or constraint
	Digest     Field          // the pinned digest; zero if there is none
	NameAt     Field          // where Package stands, for updates that rename it; zero if it cannot be renamed
	Commit     string         // the digest that is part of Value, as in Go's pseudo-versions; to be shown, never edited by itself
	Hashes     Hashes         // of what is downloaded of Value; zero for none
	Pin        []Piece        // how a dependency without a digest gets one; nil if it cannot
	Rewrite    []Piece        // what changes it instead of replacing Value and Digest; nil for these
	Along      []Along        // what else changes with certain new values; nil for nothing
	Composed   string         // the version where no Field holds it, such as a tag of two variables; to be shown, never edited
	Locked     string         // the version in a lock file; "" if unknown
	Locks      []string       // lock files that must change with it
	Group      string         // dependencies of a file that must change together; "" for none
	Shared     string         // the variable that Value is written in, whose name is that of the group of all that use it; "" for none
	Needs      []string       // keys of definitions that Link will look up
	Render     string         // what changes it; "" to replace its fields
	Skip       Skip           // why it cannot be updated; "" if it can
	Note       string         // a sentence for people that says more than Skip
	Config     map[string]any // options from the file itself; nil for none

	// Constraints are those of the [Result] that the dependency is in. Managers leave it empty.
	Constraints map[string]string

	In   string // the file that names it, which its fields are in, where that is not the one being read
	Line int    // where it is named, from 1; 0 to count from its fields
}

// DefaultRegistry stands in Dep.Registries for the datasource's default
// registries, where a file adds to them.
const DefaultRegistry = "default"

// PackageName returns the name that the datasource knows d by.
func (d Dep) PackageName() string {
	if d.Package != "" {
		return d.Package
	}
	return d.Name
}

// Pinned returns the digest that d is pinned to, wherever it stands; "" if there is none.
func (d Dep) Pinned() string {
	if d.Digest.Text != "" {
		return d.Digest.Text
	}
	return d.Commit
}

// A Field is a piece of a file's text, with its place in it: the text of the
// file begins with Text at byte Start.
type Field struct {
	Path  string // the file; "" for the one being read
	Text  string
	Start int // byte offset
}

// IsZero reports whether f is no field at all.
func (f Field) IsZero() bool { return f == Field{} }

// End returns the offset of the byte after f.
func (f Field) End() int { return f.Start + len(f.Text) }

// Replace returns the edit that puts text in the place of f.
func (f Field) Replace(text string) Edit { return Edit{f.Start, f.End(), text} }

// A Piece is an edit with variables: in New, "{digest}" stands for the new
// digest and "{value}" for the new value, or the old one if it stays.
type Piece struct {
	Start, End int
	New        string
}

// Edit returns p with its variables replaced.
func (p Piece) Edit(value, digest string) Edit {
	return Edit{p.Start, p.End, strings.NewReplacer("{digest}", digest, "{value}", value).Replace(p.New)}
}

// An Along is what changes with a new value besides the value: fields that a newer API
// version calls otherwise.
type Along struct {
	Value  string   // the new value that it is for
	Edits  []Edit   // in the file that is read, none of them in a Field of it
	Notes  []string // for people, in Markdown
	Person []string // what only a person can do: the update does not merge by itself
	Gone   bool     // with this value it is no dependency any more
}

// AlongWith returns what changes with a new value; zero if nothing does.
func (d Dep) AlongWith(value string) Along {
	for _, a := range d.Along {
		if a.Value == value {
			return a
		}
	}
	return Along{Value: value}
}

// A Skip says why a dependency is not looked up: one of the codes that
// Renovate uses, so that reports can be compared.
type Skip string

// Why a dependency is skipped.
const (
	ContainsVariable      Skip = "contains-variable"
	Disabled              Skip = "disabled"
	FileDependency        Skip = "file"
	GitDependency         Skip = "git-dependency"
	GitPlugin             Skip = "git-plugin"
	Ignored               Skip = "ignored"
	InheritedDependency   Skip = "inherited-dependency"
	InternalPackage       Skip = "internal-package"
	InvalidConfig         Skip = "invalid-config"
	InvalidDependency     Skip = "invalid-dependency-specification"
	InvalidName           Skip = "invalid-name"
	InvalidURL            Skip = "invalid-url"
	InvalidValue          Skip = "invalid-value"
	InvalidVersion        Skip = "invalid-version"
	Local                 Skip = "local"
	LocalChart            Skip = "local-chart"
	LocalDependency       Skip = "local-dependency"
	MissingDepName        Skip = "missing-depname"
	MultipleConstraints   Skip = "multiple-constraint-dep"
	NamePlaceholder       Skip = "name-placeholder"
	NoRepository          Skip = "no-repository"
	NoSource              Skip = "no-source"
	NoVersion             Skip = "no-version"
	NotAVersion           Skip = "not-a-version"
	PathDependency        Skip = "path-dependency"
	PlaceholderURL        Skip = "placeholder-url"
	RecursivePlaceholder  Skip = "recursive-placeholder"
	Unsupported           Skip = "unsupported"
	UnsupportedChartType  Skip = "unsupported-chart-type"
	UnsupportedDatasource Skip = "unsupported-datasource"
	UnsupportedRemote     Skip = "unsupported-remote"
	UnsupportedURL        Skip = "unsupported-url"
	UnsupportedVersion    Skip = "unsupported-version"
	UnspecifiedVersion    Skip = "unspecified-version"
	RemoteFile            Skip = "file-dependency"
	UnknownEngines        Skip = "unknown-engines"
	UnknownRegistry       Skip = "unknown-registry"
	UnknownValue          Skip = "unknown-value"
	UnversionedReference  Skip = "unversioned-reference"
	VersionPlaceholder    Skip = "version-placeholder"
	URLDependency         Skip = "url"
)

var validName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// Validate reports the first mistake in ms, such as a name used twice.
func Validate(ms []*Manager) error {
	seen := make(map[string]bool)
	for _, m := range ms {
		switch {
		case !validName.MatchString(m.Name):
			return fmt.Errorf("manager %q: name is not lower-case letters, digits, hyphens and underscores", m.Name)
		case seen[m.Name]:
			return fmt.Errorf("manager %q: listed twice", m.Name)
		case m.Doc == "":
			return fmt.Errorf("manager %q: no Doc", m.Name)
		case len(m.Datasources) == 0:
			return fmt.Errorf("manager %q: no Datasources", m.Name)
		case m.Extract == nil:
			return fmt.Errorf("manager %q: no Extract", m.Name)
		}
		seen[m.Name] = true
		for _, pattern := range m.Files {
			if expr, ok := strings.CutPrefix(pattern, "/"); ok {
				if _, err := regexp.Compile(strings.TrimSuffix(expr, "/")); err != nil {
					return fmt.Errorf("manager %q: pattern %q: %w", m.Name, pattern, err)
				}
			}
		}
	}
	if !slices.IsSortedFunc(ms, func(a, b *Manager) int { return strings.Compare(a.Name, b.Name) }) {
		return fmt.Errorf("managers are not in order of name")
	}
	return nil
}
