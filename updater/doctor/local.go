package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Git looks at the git of an environment.
func Git(environ []string) Check {
	return One("machine", "git", func(ctx context.Context) (State, string, string) {
		g, err := git.Find(ctx, environ)
		if err != nil {
			return Problem, err.Error(), "install git " + git.Oldest + " or newer where Currant runs"
		}
		out, err := g.Run(ctx, git.Command{Args: []string{"version"}})
		if err != nil {
			return Problem, err.Error(), "see what \"git version\" says"
		}
		version := strings.TrimPrefix(strings.TrimSpace(out), "git version ")
		text := version + " at " + g.Path()
		if atLeast(version, 2, 55) {
			// copier-org/copier#2759: git 2.55 refuses --inter-hunk-context=-1, and Copier then merges with less context.
			return Warning, text + "; with it Copier merges template updates less well, and conflicts where it need not",
				"template updates are better with a git before 2.55, until Copier knows it"
		}
		return OK, text, ""
	})
}

// atLeast compares the first two numbers of a version.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	x, _ := strconv.Atoi(parts[0])
	y, _ := strconv.Atoi(parts[1])
	return x > major || x == major && y >= minor
}

// Copier looks for the Copier that would be run. e must not be allowed to install one; installs is the folder that a run would
// install one into, with what it finds in environ, "" if it would not.
func Copier(e *copier.Engine, environ []string, installs string) Check {
	return One("machine", "Copier", func(ctx context.Context) (State, string, string) {
		t, err := e.Find(ctx)
		var none *copier.MissingError
		switch {
		case err == nil:
			return OK, fmt.Sprintf("%s, %s: %s", t.Version, t.From, strings.Join(t.Command, " ")), ""
		case errors.As(err, &none) && installs != "":
			for _, by := range []string{"uv", "pipx", "python3"} {
				if path, err := git.LookPath(environ, by); err == nil {
					return Warning, "it is not here; the first template update installs " + copier.Pinned + " into " + installs + ", with " + path,
						"nothing, if a Python package index can be reached; else install it, or name it with --copier"
				}
			}
			return Warning, "it is not here, nor uv, pipx or Python 3 to install it with: templates cannot be updated",
				"install Copier " + copier.Pinned + ", or uv; needed only where repositories have .copier-answers files"
		case errors.As(err, &none):
			return Warning, "it is not here, and templates cannot be updated: " + err.Error(), "needed only where repositories have .copier-answers files"
		}
		return Problem, err.Error(), "name another Copier with --copier, " + copier.Pinned + " or newer"
	})
}

// Sandbox looks at what confines tools here.
func Sandbox(box *sandbox.Box) Check {
	return One("machine", "sandbox", func(ctx context.Context) (State, string, string) {
		r, err := box.Report(ctx)
		switch {
		case err != nil:
			return Problem, err.Error(), "tools for lock files, templates that run code and postUpgradeTasks need it"
		case !r.Tight():
			return Warning, r.String(), "without " + strings.Join(r.Missing, ", ") + " nothing that repositories or templates choose is run here; a newer kernel, or user namespaces, would do"
		case r.Gate == "":
			return Warning, r.String(), "without " + strings.Join(r.Missing, ", ") + " no lock files are written here, because tools could reach more than registries"
		}
		return OK, r.String(), ""
	})
}

// LockTools looks for the programs that write lock files.
func LockTools(k *lockfile.Keeper, tools []*lockfile.Tool) Check {
	return Check{"machine", "lock files", func(ctx context.Context) []Finding {
		var here, not []string
		for _, t := range tools {
			if t.Make != nil {
				continue
			}
			if programs := k.Programs(ctx, t.Files[0]); programs != t.Name {
				here = append(here, programs)
			} else {
				not = append(not, t.Name)
			}
		}
		var out []Finding
		if len(here) > 0 {
			out = append(out, Finding{State: OK, Text: strings.Join(here, ", ")})
		}
		if len(not) > 0 {
			out = append(out, Finding{State: Warning, Text: "not here: " + strings.Join(not, ", "),
				Do: "where a repository has their lock files, install them beside Currant or name them with --lock-tool NAME=PATH; until then such updates are planned and not pushed"})
		}
		return out
	}}
}

// Least free space of a folder.
const (
	little = 1 << 30   // warned of
	least  = 100 << 20 // with less hardly anything can be fetched
)

// Folder looks whether a folder can be written to and has room. It is made if it is missing, as a run would.
func Folder(name, dir, flag string) Check {
	return One("machine", name, func(context.Context) (State, string, string) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return Problem, err.Error(), "name another folder with " + flag
		}
		f, err := os.CreateTemp(dir, "doctor-*")
		if err != nil {
			return Problem, "nothing can be written there: " + err.Error(), "give this user the folder, or name another with " + flag
		}
		f.Close()
		os.Remove(f.Name())
		dir, err := filepath.Abs(dir)
		if err != nil {
			return Problem, err.Error(), "name another folder with " + flag
		}
		free, known := space(dir)
		text := dir
		if known {
			text += fmt.Sprintf(", %.1f GiB free", float64(free)/(1<<30))
		}
		switch {
		case known && free < least:
			return Problem, text, "make room there, or name another folder with " + flag
		case known && free < little:
			return Warning, text, "mirrors of repositories need room: make some, or name another folder with " + flag
		}
		return OK, text, ""
	})
}
