// Package helm keeps Chart.lock, without running Helm.
package helm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"

	"sigs.k8s.io/yaml"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Tool writes versions and digest in place. A Chart.lock holds nothing but what Chart.yaml names, so that
// there is nothing to resolve; renewed, it stays as it is.
var Tool = &lockfile.Tool{
	Name: "helm", Doc: "Chart.lock and requirements.lock, by Currant itself",
	Files: []string{"Chart.lock", "requirements.lock"}, Datasource: "helm", Make: update,
}

// A dependency is one as Helm reads it. The digest is that of its JSON, so names and order are Helm's: see Dependency in
// its package chart.
type dependency struct {
	Name         string   `json:"name"`
	Version      string   `json:"version,omitempty"`
	Repository   string   `json:"repository"`
	Condition    string   `json:"condition,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	Enabled      bool     `json:"enabled,omitempty"`
	ImportValues []any    `json:"import-values,omitempty"`
	Alias        string   `json:"alias,omitempty"`
}

type file struct {
	Dependencies []*dependency `json:"dependencies"`
	Digest       string        `json:"digest"`
}

var (
	versionLine = regexp.MustCompile(`(?m)^(?:- |  )version: *["']?([^"'\s]+)["']? *\r?$`)
	digestLine  = regexp.MustCompile(`(?m)^digest: *["']?([^"'\s]+)["']? *\r?$`)
)

func update(w lockfile.Work) (platform.Changeset, error) {
	if len(w.Changes) == 0 {
		return nil, nil
	}
	manifest := w.Changes[0].Manifest
	was, err := read(w.Before, manifest)
	if err != nil {
		return nil, err
	}
	lock, err := read(w.Before, w.Lock)
	if err != nil {
		return nil, err
	}
	// Proved on what is there: a digest that we would have made too is one that we can make anew.
	if sum, err := digest(was, lock); err != nil || sum != lock.Digest {
		return nil, errors.Join(fmt.Errorf("its digest is not the one of %s: run helm dependency update", manifest), err)
	}
	is, err := read(w.FS, manifest)
	if err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(w.Before, w.Lock)
	if err != nil {
		return nil, err
	}
	text := string(data)
	places := versionLine.FindAllStringSubmatchIndex(text, -1)
	if len(places) != len(lock.Dependencies) || len(is.Dependencies) != len(lock.Dependencies) {
		return nil, errors.New("it does not list what the chart depends on")
	}
	for i := len(places) - 1; i >= 0; i-- {
		d := lock.Dependencies[i]
		d.Repository = is.Dependencies[i].Repository
		for _, c := range w.Changes {
			if c.Name == d.Name && c.To != "" && (c.From == "" || c.From == d.Version) && c.Value == is.Dependencies[i].Version {
				d.Version = c.To
			}
		}
		text = text[:places[i][2]] + d.Version + text[places[i][3]:]
	}
	sum, err := digest(is, lock)
	if err != nil {
		return nil, err
	}
	at := digestLine.FindStringSubmatchIndex(text)
	if at == nil {
		return nil, errors.New("it has no digest")
	}
	return platform.Changeset{w.Lock: {Text: text[:at[2]] + sum + text[at[3]:], Mode: platform.Regular}}, nil
}

func read(fsys fs.FS, name string) (file, error) {
	var f file
	data, err := fs.ReadFile(fsys, name)
	if err == nil {
		err = yaml.Unmarshal(data, &f)
	}
	if err != nil {
		return f, fmt.Errorf("reading %s: %w", name, err)
	}
	return f, nil
}

// digest is what Helm calls HashReq.
func digest(manifest, lock file) (string, error) {
	data, err := json.Marshal([2][]*dependency{manifest.Dependencies, lock.Dependencies})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}
