// Package lockfile brings lock files up to date with manifests that were edited, by running
// the tool that owns them in a sandbox on a copy of the repository.
//
// Each kind of lock file is one [Tool], a value declared in a package of its own beside this one.
// What runs gets no credentials: it asks registries through a gateway that adds them. Commands that configuration wants
// to be run after updates run in the same way; see [Keeper.Run].
package lockfile

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/platform"
)

// A Tool keeps one kind of lock file.
//
// A Tool is constant, keeps no state, and may be used by several goroutines at once.
type Tool struct {
	// Name is its program's name, and its key in the option constraints: "npm".
	Name string
	// Doc says for people which lock files it keeps.
	Doc string
	// Files are the base names of its lock files.
	Files []string
	// Needs are other programs that must be there, such as "node".
	Needs []string
	// Whole says that the program reads the folder that its bin folder is in.
	Whole bool
	// Version finds the program's version in what Ask prints; "" for {"--version"}.
	Ask []string
	// Datasource is what it looks packages up in.
	Datasource string
	// Scheme is the versioning that constraints of its own version are written in.
	Scheme string
	// Options are the postUpdateOptions that it knows.
	Options []string
	// Reads says which files of the repository it needs; nil for all.
	Reads func(path string) bool
	// Fits says why a version of the program cannot keep a lock file with this text; "" if it can. It may be nil.
	Fits func(lock, version string) string
	// Carry returns a lock file that was made with exact versions in manifests, Change.Exact, so that the tool finds them
	// for the ranges too, Change.Value. It is nil where a tool keeps what a range admits by itself.
	Carry func(lock string, changes []Change) string
	// Recipe says what is to be run. The error says for people why nothing can be.
	Recipe func(Work) (Recipe, error)
	// Make makes the lock file without a program, instead of Recipe. It returns what becomes of files.
	Make func(Work) (platform.Changeset, error)
}

// Work is one lock file to be brought up to date.
type Work struct {
	Lock     string   // its path
	Text     string   // before; "" if it is to be made anew
	Program  string   // version of the program
	Changes  []Change // in the manifests; empty only for Renew
	Renew    bool     // raise everything that manifests admit
	Options  []string // postUpdateOptions
	Packages []string // goGetDirs: what the go command is to look at; nil for all
	Install  bool     // install what is locked, instead of only locking it
	Memory   int      // megabytes that Node.js may use; 0 for its default
	Settings string   // npmrc: what the operator or the repository configures, without secrets
	FS       fs.FS    // the repository with its edited manifests
	Before   fs.FS    // the repository as it is
	Files    []string // all paths in FS
}

// Dir returns the folder of the lock file, "." for the top.
func (w Work) Dir() string { return path.Dir(w.Lock) }

// Option reports whether a postUpdateOption is on.
func (w Work) Option(name string) bool { return slices.Contains(w.Options, name) }

// Read returns the text of a file beside the lock file, or of a path relative to it; "" if it cannot be read.
func (w Work) Read(name string) string {
	data, err := fs.ReadFile(w.FS, path.Join(w.Dir(), name))
	if err != nil {
		return ""
	}
	return string(data)
}

// Has reports whether there is a file beside the lock file.
func (w Work) Has(name string) bool {
	_, err := fs.Stat(w.FS, path.Join(w.Dir(), name))
	return err == nil
}

// A Change is one dependency that is to be locked at another version.
type Change struct {
	Manifest string // the file that names it
	Name     string // as the manifest has it
	Package  string // as the datasource knows it
	Renamed  string // the new name; "" if it stays
	Kind     string // depType
	From     string // the locked version; "" if unknown
	To       string // "" if only something else about it changes
	Value    string // the new constraint
	Exact    string // the constraint that admits only To; "" if there is none
}

// A Recipe is what a tool is to run.
type Recipe struct {
	Steps  []Step
	Env    []string          // besides what every run gets
	Home   map[string]string // files below the home folder, by path
	Remove []string          // files to remove first, relative to the lock file's folder
	Write  map[string]string // files to change first, by path in the repository; they are part of the result
	Also   []string          // other paths that it may change, relative to the repository
}

// A Step is one command.
type Step struct {
	Program string // "" for the tool's own
	Args    []string
	Dir     string // relative to the repository; "" for the lock file's folder
}

// Run returns a step of the tool's own program.
func Run(args ...string) Step { return Step{Args: args} }

// Of returns the tool that keeps a lock file, by its path; nil if none does.
func Of(tools []*Tool, lock string) *Tool {
	for _, t := range tools {
		if slices.Contains(t.Files, path.Base(lock)) {
			return t
		}
	}
	return nil
}

// Places that a recipe's variables may refer to; they are replaced when it is run.
const (
	Home      = "{home}"      // an empty folder
	Cache     = "{cache}"     // an empty folder
	Proxy     = "{proxy}"     // URL of the gateway
	Authority = "{authority}" // path of the gateway's certificate
)

// A Failure says why a lock file could not be brought up to date.
type Failure struct {
	Tool, Lock string
	Text       string // for people, without secrets
}

func (f *Failure) Error() string {
	return fmt.Sprintf("%s could not update %s: %s", f.Tool, f.Lock, f.Text)
}

var validName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// Validate reports the first mistake in tools, such as a lock file that two keep.
func Validate(tools []*Tool) error {
	names, files := make(map[string]bool), make(map[string]string)
	for _, t := range tools {
		switch {
		case !validName.MatchString(t.Name) || names[t.Name]:
			return fmt.Errorf("tool %q: its name is not of lower-case letters and digits, or used twice", t.Name)
		case t.Doc == "" || len(t.Files) == 0 || t.Datasource == "":
			return fmt.Errorf("tool %q: Doc, Files or Datasource is missing", t.Name)
		case (t.Recipe == nil) == (t.Make == nil):
			return fmt.Errorf("tool %q: there must be one of Recipe and Make", t.Name)
		}
		names[t.Name] = true
		for _, f := range t.Files {
			if other := files[f]; other != "" {
				return fmt.Errorf("tool %q: %s is kept by %s", t.Name, f, other)
			}
			files[f] = t.Name
		}
	}
	if !slices.IsSortedFunc(tools, func(a, b *Tool) int { return strings.Compare(a.Name, b.Name) }) {
		return fmt.Errorf("tools are not in order of name")
	}
	return nil
}

// lastLines returns the end of what a program printed, which is where it says what is wrong.
func lastLines(text string, n int) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if line = strings.TrimRight(line, " \r\t"); line != "" {
			lines = append(lines, line)
		}
	}
	return datasources.Redact(strings.Join(lines[max(0, len(lines)-n):], "\n"))
}
