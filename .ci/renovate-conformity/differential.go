package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// maxBody is how many bytes GitHub takes as a text.
const maxBody = 65536

var picture = regexp.MustCompile(`!\[[^\]]*\]\([^)]*|<img[^>]*`)

// check is the name of the check that every repository's CI reports.
const check = "ci"

// differ has Renovate and Currant work in the same world, and compares what they made.
func differ(cache string, verbose bool) error {
	currant, err := build()
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(currant))
	r := newRegistries(young, versions...)
	defer r.close()
	for repository, tags := range images {
		if err := r.push(repository, tags...); err != nil {
			return err
		}
	}
	theirs, err := newWorld(cache, verbose, r)
	if err != nil {
		return err
	}
	defer theirs.close()
	ours, err := newWorld(cache, verbose, r)
	if err != nil {
		return err
	}
	defer ours.close()
	var differences []difference
	now := time.Now()
	if err := errors.Join(theirs.sow(now), ours.sow(now)); err != nil {
		return err
	}
	compared := 0
	for _, phase := range []string{"the first run", "the second run, with green checks"} {
		if phase != "the first run" {
			if err := errors.Join(theirs.green(), ours.green()); err != nil {
				return err
			}
		}
		want, got, err := both(theirs, ours, currant)
		if err != nil {
			return err
		}
		compared += len(want)
		for _, d := range compare(want, got) {
			d.after = phase
			differences = append(differences, d)
		}
	}
	bad, err := unexplained(differences)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		theirs.problem("what differs, and nothing explains:\n%s", strings.Join(bad, "\n"))
	}
	if err := errors.Join(theirs.handOver(currant), theirs.done(), ours.done()); err != nil {
		return err
	}
	fmt.Printf("%d facts compared, %d differ and are explained; then Currant took over from Renovate\n", compared, len(differences))
	return nil
}

// handOver has Currant go on in Renovate's world, in which a person has given a pull request another title and closed another one.
func (w *world) handOver(currant string) error {
	before := make(map[string][]githubtest.PullRequest)
	for _, repo := range w.repos {
		pulls, err := w.Pulls(repo)
		if err != nil {
			return err
		}
		for _, p := range pulls {
			switch p.Branch {
			case "renovate/registry.example.test-team-base-2.x":
				p.Title = "The next base image, in spring"
				err = w.EditPull(repo, p)
			case "renovate/ruler-1.x":
				err = w.closePull(repo, p.Number)
			}
			if err != nil {
				return err
			}
		}
		if before[repo], err = w.Pulls(repo); err != nil {
			return err
		}
	}
	if err := w.preview(currant, before, ""); err != nil {
		return err
	}
	if err := w.rest(currant); err != nil {
		return err
	}
	return w.compare(before)
}

// both runs each program in its world, side by side, and observes what it made.
func both(theirs, ours *world, currant string) (want, got facts, err error) {
	var said bytes.Buffer
	ours.out = &said
	end := make(chan error, 1)
	go func() {
		_, err := ours.currant(currant, "run", "-q")
		end <- err
	}()
	failed := theirs.renovate()
	err = <-end
	fmt.Print(said.String())
	if err = errors.Join(failed, err); err != nil {
		return nil, nil, err
	}
	if want, err = theirs.observe(); err != nil {
		return nil, nil, err
	}
	if got, err = ours.observe(); err != nil {
		return nil, nil, err
	}
	return want, got, ours.modest()
}

// modest wants texts that GitHub takes, and that make nobody's browser ask another host.
func (w *world) modest() error {
	for _, repo := range w.repos {
		pulls, err := w.Pulls(repo)
		if err != nil {
			return err
		}
		for _, p := range pulls {
			if m := picture.FindString(p.Body); m != "" || len(p.Body) > maxBody {
				w.problem("%s#%d has %d bytes, and the picture %q", repo, p.Number, len(p.Body), m)
			}
		}
	}
	return nil
}

// green has the check pass on every branch.
func (w *world) green() error {
	for _, repo := range w.repos {
		heads, err := w.branches(repo)
		if err != nil {
			return err
		}
		for _, b := range heads {
			if err := w.SetCheck(repo, w.Head(repo, b), check, "success"); err != nil {
				return err
			}
		}
	}
	return nil
}

// A difference is a fact that is not the same in both worlds.
type difference struct {
	after, about   string
	theirs, ours   string
	missing, extra bool // Currant's, or Renovate's, world does not have it
}

func (d difference) String() string {
	switch out := "after " + d.after + ": " + d.about; {
	case d.missing:
		return fmt.Sprintf("%s: only Renovate has %q", out, d.theirs)
	case d.extra:
		return fmt.Sprintf("%s: only Currant has %q", out, d.ours)
	default:
		return fmt.Sprintf("%s: Renovate has %q, Currant %q", out, d.theirs, d.ours)
	}
}

// compare lists what differs, in the order of what it is about.
func compare(want, got facts) []difference {
	var out []difference
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, k := range slices.Sorted(maps.Keys(all)) {
		a, there := want[k]
		b, here := got[k]
		if !here || !there || a != b {
			out = append(out, difference{about: k, theirs: a, ours: b, missing: !here, extra: !there})
		}
	}
	return out
}
