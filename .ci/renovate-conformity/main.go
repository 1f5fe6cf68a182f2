// Command renovate-conformity runs the real Renovate against package
// githubtest, to learn whether the fake GitHub is one: Renovate was written by
// others, against the real one.
//
// The world is one npm project with two outdated dependencies on neighbouring
// lines. The first run must open two pull requests and ask for auto-merge; a
// check then merges the first, which leaves the second in conflict; the second
// run must rebase it. Renovate is installed by npm into a cache folder and runs
// as a process of its own (it is AGPL-3.0: nothing of it is linked or kept).
//
// Then Renovate works in a second world and Currant after it, which must take over what is there.
//
// At last both work in the same world, each on a GitHub of its own, and what they made is compared (see allow.go). Then Currant takes
// over Renovate's.
//
//	go run ./.ci/renovate-conformity [-cache DIR] [-only conformity|takeover|differential|install] [-v]
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// What is installed. Renovate asks for this version of Node.
const (
	renovate = "renovate@44.121.2"
	node     = "node@24"
)

// A job is one of the worlds.
type job struct {
	name string
	run  func(cache string, verbose bool) error
}

func main() {
	log.SetFlags(0)
	cache := flag.String("cache", "", "folder to install Renovate in; by default one in the user's cache")
	only := flag.String("only", "", "conformity, takeover, differential, or install; by default all")
	verbose := flag.Bool("v", false, "print every request and Renovate's log")
	flag.Parse()
	if *cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			log.Fatal(err)
		}
		*cache = filepath.Join(dir, "currant", "renovate")
	}
	jobs := []job{{"conformity", conform}, {"takeover", takeover}, {"differential", differ}}
	if *only != "" && *only != "install" && !slices.ContainsFunc(jobs, func(j job) bool { return j.name == *only }) {
		log.Fatalf("-only %s: there are conformity, takeover, differential and install", *only)
	}
	if err := install(*cache); err != nil {
		log.Fatal(err)
	}
	for _, job := range jobs {
		if *only != "" && *only != job.name {
			continue
		}
		if err := job.run(*cache, *verbose); err != nil {
			log.Fatalf("%s: %v", job.name, err)
		}
	}
}

// install installs Renovate and its Node unless they are there.
func install(cache string) error {
	if _, err := os.Stat(filepath.Join(cache, "done")); err == nil {
		return nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	// Renovate's own scripts are not run; Node's fetches the program.
	for _, args := range [][]string{
		{"install", "--silent", "--no-fund", "--no-audit", "--prefix", filepath.Join(cache, "node"), node},
		{"install", "--silent", "--no-fund", "--no-audit", "--prefix", filepath.Join(cache, "renovate"), "--ignore-scripts", "--omit=optional", renovate},
	} {
		fmt.Println("npm", strings.Join(args, " "))
		cmd := exec.Command("npm", args...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("installing Renovate: %w", err)
		}
	}
	return os.WriteFile(filepath.Join(cache, "done"), nil, 0o644)
}
