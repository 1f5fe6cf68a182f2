// Package config defines a repository's configuration: the options of
// Renovate's vocabulary, read from files and shared presets, each value with
// the place where it was written.
//
// [Resolve] finds and merges everything once; the [Config] that it returns is
// immutable and safe for concurrent use. [Config.For] answers which options
// hold for one dependency.
package config

import (
	"context"
	"time"

	"github.com/currant-bot/currant/datasources/versioning"
)

// An Input is what a configuration is made of.
type Input struct {
	// Files returns a file of the repository, and whether it exists.
	Files func(path string) ([]byte, bool)

	Repository string // such as "acme/shop", for matchRepositories and messages
	Platform   string // such as "github": what a preset named local> is on
	Endpoint   string // base URL of the platform

	// Over returns a file of the branch that is worked on, whose configuration is merged over that of Files; nil for none.
	// OverName is what origins call the branch.
	Over     func(path string) ([]byte, bool)
	OverName string

	// Global is the operator's configuration: an object in JSON5. It may be
	// empty. GlobalName is what origins call it; "" for "global configuration".
	Global     []byte
	GlobalName string

	// Inherited is the organisation's configuration, merged below the
	// repository's own. It may be empty.
	Inherited     []byte
	InheritedName string

	// Open returns what is in an encrypted value; nil if there is no key. Its error must not show the value. Opened, unless it is
	// nil, is told each value that was opened, which must never be shown.
	Open   func(message string) (string, error)
	Opened func(secret string)

	Presets     Source // where preset files come from; nil if none can be fetched
	Managers    []ManagerInfo
	Datasources []DatasourceInfo
	Schemes     versioning.Schemes // for matchCurrentVersion; nil to match by text only
}

// A ManagerInfo is what configuration needs to know of a manager.
type ManagerInfo struct {
	Name       string
	Patterns   []string // of the files it reads by default
	Categories []string
	Versioning string
	Defaults   map[string]any // options that hold unless configuration says otherwise
	Off        bool           // it runs only where configuration enables it
}

// A DatasourceInfo is what configuration needs to know of a datasource.
type DatasourceInfo struct {
	Name       string
	Versioning string
	Defaults   map[string]any
}

// A Source fetches files of presets that are not built in. It must be safe for
// concurrent use.
type Source interface {
	// Preset returns the text of the file that ref names, and what messages
	// are to call it, such as "acme/presets/default.json"; "" for ref's own name.
	//
	// The error is [io/fs.ErrNotExist] if there is certainly no such file. If it is a
	// [*StaleError] then text is the last good copy.
	Preset(ctx context.Context, ref Ref) (text []byte, name string, err error)
}

// A Ref names a file of presets.
type Ref struct {
	Kind       string // "local", "github", "gitlab", "gitea", "forgejo" or "http"
	Repository string // "" for http
	Path       string // in the repository; for http the URL
	Tag        string // tag, branch or commit; "" for the default branch
}

// A StaleError means that a preset could not be fetched, and that what was
// returned is a copy from before.
type StaleError struct{ Err error }

func (e *StaleError) Error() string { return "using the last good copy: " + e.Err.Error() }
func (e *StaleError) Unwrap() error { return e.Err }

// A Subject is one dependency, or one update of it, as far as it is known: a
// rule that compares a field which the subject does not have does not apply.
type Subject struct {
	Manager     string
	Datasource  string
	DepName     string
	PackageName string
	DepType     string
	File        string
	LockFiles   []string

	Repository string // "" for the one of Input
	BaseBranch string

	CurrentValue   string
	CurrentVersion string
	LockedVersion  string
	CurrentAge     time.Duration // since the current version was released; 0 if unknown
	Versioning     string

	SourceURL  string // known after lookup
	Registries []string
	Categories []string // beside those of the manager

	Own map[string]any // options from the dependency's own file; they win over all but packageRules

	UpdateType string // "major", "minor", "patch", "pin", "pinDigest", "digest", "rollback", "replacement" or "lockFileMaintenance"; "" before that is known
	Bump       bool   // the constraint is raised though it admits the new version: matches "bump" too
	LockOnly   bool   // only lock files change: matches "lockfileUpdate" too
	NewValue   string
	NewVersion string
}
