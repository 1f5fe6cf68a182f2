// Package presettest tests presets: a case names a dependency, its releases
// and a date, and what is to be decided. It runs the real decisions over them, without a network.
package presettest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
)

// Folder is where a repository of presets has its cases, in files that end in
// .json5, .jsonc or .json.
const Folder = "currant-tests"

// A Case is one decision that a preset is to lead to.
type Case struct {
	Name       string            `json:"name"`
	Preset     string            `json:"preset"` // a file of the repository, with or without its extension, or a reference
	Config     map[string]any    `json:"config"` // what a repository says itself beside the preset
	Dependency Dependency        `json:"dependency"`
	Releases   []Release         `json:"releases"`
	Channels   map[string]string `json:"channels"` // such as {"latest": "1.2.3"}
	Now        string            `json:"now"`      // such as "2026-03-04" or "2026-03-04T09:00:00Z"; a year after the newest release unless given
	Repository string            `json:"repository"`
	BaseBranch string            `json:"baseBranch"`
	Want       []Want            `json:"want"` // each update that is to be proposed; none if it is empty

	Origin config.Origin `json:"-"`
}

// A Dependency is one as managers find it; the names are Renovate's.
type Dependency struct {
	Manager       string   `json:"manager"`
	Datasource    string   `json:"datasource"`
	DepName       string   `json:"depName"`
	PackageName   string   `json:"packageName"`
	DepType       string   `json:"depType"`
	File          string   `json:"file"`
	CurrentValue  string   `json:"currentValue"`
	CurrentDigest string   `json:"currentDigest"`
	LockedVersion string   `json:"lockedVersion"`
	Versioning    string   `json:"versioning"`
	SourceURL     string   `json:"sourceUrl"`
	RegistryURLs  []string `json:"registryUrls"`
}

// A Release may be written as its version alone.
type Release struct {
	Version    string `json:"version"`
	Date       string `json:"date"`
	Digest     string `json:"digest"`
	Deprecated string `json:"deprecated"`
	Unstable   bool   `json:"unstable"`
}

// UnmarshalJSON reads both forms.
func (r *Release) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &r.Version)
	}
	type plain Release
	return strict(data, (*plain)(r))
}

// A Want is what an update is to be. What is not given is not compared.
type Want struct {
	UpdateType *string  `json:"updateType"`
	NewValue   *string  `json:"newValue"`
	NewVersion *string  `json:"newVersion"`
	Branch     *string  `json:"branch"`
	Title      *string  `json:"title"`
	Group      *string  `json:"group"` // "" for none
	Automerge  *bool    `json:"automerge"`
	Labels     []string `json:"labels"`     // in any order
	State      *string  `json:"state"`      // "ready", "waiting" or "approval"
	InSchedule *bool    `json:"inSchedule"` // whether the branch may be made now
}

// Load reads all cases of a repository of presets. What is wrong with one comes
// back as a diagnostic, and the others are read.
func Load(fsys fs.FS) ([]Case, []config.Diagnostic, error) {
	var files []string
	err := fs.WalkDir(fsys, Folder, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains([]string{".json5", ".jsonc", ".json"}, path.Ext(p)) {
			files = append(files, p)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("there is no folder %s", Folder)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("listing %s: %w", Folder, err)
	}
	var cases []Case
	var bad []config.Diagnostic
	for _, name := range files {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, nil, fmt.Errorf("reading %s: %w", name, err)
		}
		doc, ds := config.ParseDocument(name, string(data))
		bad = append(bad, ds...)
		for _, d := range casesOf(doc) {
			c, err := read(d)
			if err != nil {
				o := d.Origin()
				bad = append(bad, config.Diagnostic{Severity: config.Error, File: o.File, Line: o.Line, Column: o.Column, Text: err.Error()})
				continue
			}
			cases = append(cases, c)
		}
	}
	return cases, bad, nil
}

// casesOf returns the cases of a file: a list, an object with a list "cases", or one case.
func casesOf(d config.Document) []config.Document {
	if d.IsList() {
		return d.Items()
	}
	if list, ok := d.Get("cases"); ok {
		return list.Items()
	}
	if _, ok := d.Get("dependency"); ok {
		return []config.Document{d}
	}
	return nil
}

func read(d config.Document) (Case, error) {
	c := Case{Origin: d.Origin()}
	fields, ok := d.Value().(map[string]any)
	if !ok {
		return c, errors.New("a case is an object")
	}
	want, given := fields["want"]
	if one, ok := want.(map[string]any); ok {
		fields["want"] = []any{one}
	}
	data, err := json.Marshal(fields)
	if err != nil {
		return c, err
	}
	if err := strict(data, &c); err != nil {
		return c, err
	}
	c.Dependency.DepName = or(c.Dependency.DepName, c.Dependency.PackageName)
	switch {
	case !given:
		return c, errors.New(`"want" is missing: [] says that nothing is to be proposed`)
	case c.Preset == "" && c.Config == nil:
		return c, errors.New(`"preset" is missing: it names a file of this repository`)
	case c.Dependency.DepName == "" || c.Dependency.Datasource == "":
		return c, errors.New(`"dependency" needs a depName or packageName, and a datasource`)
	}
	for i, r := range c.Releases {
		if r.Version == "" {
			return c, fmt.Errorf("releases[%d] has no version", i)
		}
		if _, err := date(r.Date); err != nil {
			return c, err
		}
	}
	_, err = date(c.Now)
	return c, err
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// strict decodes JSON and refuses fields that nobody knows.
func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// date reads a day or a time; "" is the zero time.
func date(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date such as \"2026-03-04\"", s)
}
