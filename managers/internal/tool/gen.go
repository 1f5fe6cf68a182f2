//go:build ignore

// Gen writes registry.txt from the folder registry of a checkout of
// github.com/jdx/mise: go run gen.go FOLDER > registry.txt
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

type entry struct {
	Aliases  []string
	Backends []any // a string, or a table with options
}

func main() {
	files, err := filepath.Glob(filepath.Join(os.Args[1], "*.toml"))
	if err != nil || len(files) == 0 {
		log.Fatalf("no files in %s (%v)", os.Args[1], err)
	}
	var lines []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		var e entry
		if err := toml.Unmarshal(text, &e); err != nil {
			log.Fatalf("%s: %v", file, err)
		}
		backend := choose(e.Backends)
		if backend == "" {
			continue
		}
		for _, name := range append(e.Aliases, strings.TrimSuffix(filepath.Base(file), ".toml")) {
			lines = append(lines, name+" "+backend)
		}
	}
	slices.Sort(lines)
	fmt.Println("# From the registry of github.com/jdx/mise, Copyright (c) 2025 Jeff Dickey, MIT licence. Written by gen.go.")
	for _, line := range lines {
		fmt.Println(line)
	}
}

// choose returns the backend whose releases are looked up, "" if none can be: GitHub's releases where
// there are any, then Aqua's packages, then the first, of those for Linux.
func choose(backends []any) string {
	var all []string
	for _, b := range backends {
		full, options := "", map[string]any{}
		switch b := b.(type) {
		case string:
			full = b
		case map[string]any:
			options = b
			full, _ = b["full"].(string)
		}
		kind, _, _ := strings.Cut(full, ":")
		if strings.Contains("|asdf|vfox|http|core|s3|", "|"+kind+"|") || !linux(options["platforms"]) {
			continue
		}
		if set, ok := options["options"].(map[string]any); ok && kind == "github" {
			if prefix, _ := set["version_prefix"].(string); prefix != "" {
				full += "[version_prefix=" + prefix + "]"
			}
		}
		all = append(all, full)
	}
	for _, kind := range []string{"github:", "aqua:", ""} {
		if i := slices.IndexFunc(all, func(s string) bool { return strings.HasPrefix(s, kind) }); i >= 0 {
			return all[i]
		}
	}
	return ""
}

func linux(platforms any) bool {
	list, ok := platforms.([]any)
	return !ok || slices.ContainsFunc(list, func(p any) bool { s, _ := p.(string); return strings.HasPrefix(s, "linux") })
}
