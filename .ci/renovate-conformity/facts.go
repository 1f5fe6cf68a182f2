package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// facts are what a program made of its world, by what they are about: "acme/web renovate/left-pad-2.x: title".
type facts map[string]string

// observe reads a world from GitHub and git. Addresses of the world itself are not part of the facts.
func (w *world) observe() (facts, error) {
	out := make(facts)
	for _, repo := range w.repos {
		heads, err := w.branches(repo)
		if err != nil {
			return nil, err
		}
		pulls, err := w.Pulls(repo)
		if err != nil {
			return nil, err
		}
		for _, p := range pulls {
			w.pull(out, repo, p)
		}
		for _, branch := range heads {
			if err := w.branch(out, repo, branch, pulls); err != nil {
				return nil, err
			}
		}
		if err := w.board(out, repo); err != nil {
			return nil, err
		}
	}
	for k, v := range out {
		out[k] = strings.ReplaceAll(v, w.URL(), "https://github.example.test")
	}
	return out, nil
}

// pull tells of a pull request.
func (w *world) pull(out facts, repo string, p githubtest.PullRequest) {
	key := repo + " " + p.Branch + ": "
	out[key+"state"] = p.State
	out[key+"title"] = p.Title
	out[key+"base"] = p.Base
	out[key+"labels"] = sorted(p.Labels)
	out[key+"assignees"] = sorted(p.Assignees)
	out[key+"reviewers"] = sorted(p.Reviewers)
	out[key+"auto-merge"] = fmt.Sprint(p.AutoMerge)
	out[key+"comments"] = fmt.Sprint(len(p.Comments))
	out[key+"rebase box"] = fmt.Sprint(strings.Contains(p.Body, "- [ ] <!-- rebase-check -->"))
	out[key+"body table"] = table(p.Body)
	for _, m := range part.FindAllStringSubmatch(p.Body, -1) {
		out[key+"body says "+m[1]+m[2]] = "yes"
	}
}

var (
	part   = regexp.MustCompile(`(?m)^(?:### (.*)|\S+ \*\*(\w+)\*\*:)`)
	target = regexp.MustCompile(`\]\([^()]*\)`)
	column = []string{"Package", "Type", "Update", "Change", "Pending"}
)

// table is the table of updates in a body, in the columns that both programs have, without links.
func table(body string) string {
	var out, head []string
	for line := range strings.Lines(body) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		var row []string
		for i, c := range cells {
			cells[i] = strings.NewReplacer("[", "", "]", "", "`", "").Replace(target.ReplaceAllString(strings.TrimSpace(c), "]"))
			if head == nil || i < len(head) && slices.Contains(column, head[i]) {
				row = append(row, cells[i])
			}
		}
		if head == nil {
			head = cells
			continue
		}
		if line := strings.Join(row, " | "); strings.Trim(line, "-:| ") != "" {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func sorted(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), ", ") }

// branch tells what a branch changes, and what a base branch holds.
func (w *world) branch(out facts, repo, branch string, pulls []githubtest.PullRequest) error {
	key, base := repo+" "+branch+": ", "main"
	if i := slices.IndexFunc(pulls, func(p githubtest.PullRequest) bool { return p.Branch == branch }); i >= 0 {
		base = pulls[i].Base
	}
	subject, err := w.git(repo, "log", "-1", "--format=%B", branch)
	if err != nil {
		return err
	}
	range_ := base + "..." + branch
	if branch == "main" || branch == "production" {
		range_ = "4b825dc642cb6eb9a060e54bf8d69288fbee4904.." + branch // since the empty tree
	} else {
		out[key+"message"] = strings.TrimSpace(subject)
	}
	names, err := w.git(repo, "diff", "--name-only", range_)
	if err != nil {
		return err
	}
	for _, path := range strings.Fields(names) {
		if out[key+"file "+path], err = w.ReadFile(repo, branch, path); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) branches(repo string) ([]string, error) {
	text, err := w.git(repo, "for-each-ref", "--format=%(refname:short)", "refs/heads")
	return strings.Fields(text), err
}

func (w *world) git(repo string, args ...string) (string, error) {
	out, err := exec.Command("git", append([]string{"-C", w.GitDir(repo)}, args...)...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s of %s: %w", args[0], repo, err)
	}
	return string(out), nil
}

var (
	heading = regexp.MustCompile(`^#+ (.*)`)
	box     = regexp.MustCompile(`^ *- \[(.)\] <!-- (\S+) -->(.*)`)
	linked  = regexp.MustCompile(`^\[(.*)\]\(\.\./pull/\d+\)`)
	manager = regexp.MustCompile(`<summary>([^<\s]+)`)
)

// board tells of a dashboard: its boxes, each with its section and text, and the managers that it lists.
func (w *world) board(out facts, repo string) error {
	issues, err := w.Issues(repo)
	if err != nil {
		return err
	}
	for _, i := range issues {
		key, section := repo+" dashboard: ", ""
		out[key+"title"], out[key+"open"], out[key+"labels"] = i.Title, fmt.Sprint(i.Open), sorted(i.Labels)
		for line := range strings.Lines(i.Body) {
			if m := heading.FindStringSubmatch(line); m != nil {
				section = strings.TrimSpace(m[1])
			} else if m := box.FindStringSubmatch(line); m != nil {
				text := strings.TrimSpace(linked.ReplaceAllString(m[3], "$1 (open)"))
				if !strings.Contains(m[2], "-branch=") {
					text = "" // a box that stands for several, in the program's own words
				}
				out[key+m[2]] = strings.TrimSpace(section + " [" + m[1] + "] " + text)
			} else if m := manager.FindStringSubmatch(line); m != nil && section == "Detected Dependencies" {
				out[key+"lists "+m[1]] = "yes"
			}
		}
	}
	return nil
}
