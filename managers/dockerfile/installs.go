package dockerfile

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// An installer is a command that installs packages of the system.
type installer struct {
	datasource string
	verb       string
	options    []string // that take the next word as their value
}

var (
	apk = installer{"apk", "add", []string{"-t", "--virtual", "-X", "--repository", "-p", "--root", "--arch", "--keys-dir"}}
	apt = installer{"deb", "install", []string{"-t", "--target-release", "--default-release", "-o", "--option", "-c", "--config-file"}}
)

func installerOf(command string) (in installer, ok bool) {
	switch path.Base(command) {
	case "apk":
		return apk, true
	case "apt", "apt-get":
		return apt, true
	}
	return in, false
}

// installs returns the packages that a shell command installs.
func installs(command origin, line int) []managers.Dep {
	var deps []managers.Dep
	for _, words := range commands(command) {
		for i := 0; i < len(words) && (i == 0 || leads(words[i-1].text)); i++ {
			if in, ok := installerOf(words[i].text); ok {
				deps = append(deps, in.packages(words[i+1:], line)...)
			}
		}
	}
	return deps
}

var assignment = regexp.MustCompile(`^[A-Za-z_]\w*=`)

// leads reports whether a command may follow word: a word of the shell's grammar, a setting of
// a variable, or a program that runs another, with its options.
func leads(word string) bool {
	switch word {
	case "if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "sudo", "env", "exec", "command", "xargs":
		return true
	}
	return strings.HasPrefix(word, "-") || assignment.MatchString(word)
}

// separators end a shell command.
const separators = ";&|()"

// commands splits a shell script into the words of its commands.
func commands(script origin) [][]origin {
	all := [][]origin{nil}
	for _, w := range script.words() {
		for {
			i := strings.IndexAny(w.text, separators)
			if i < 0 || strings.ContainsAny(w.text[:i], `"'`) {
				break
			}
			if i > 0 {
				all[len(all)-1] = append(all[len(all)-1], w.slice(0, i))
			}
			all = append(all, nil)
			w = w.slice(i+1, len(w.text))
		}
		if w.text != "" {
			all[len(all)-1] = append(all[len(all)-1], w)
		}
	}
	return all
}

// pkg matches a package's name, after which an architecture may stand, and what may follow it: a version
// after "=" in group 2, a constraint in group 3, anything else in group 4.
var pkg = regexp.MustCompile(`^([a-z0-9][a-z0-9+._-]*)(?::[a-z][a-z0-9-]*)?(?:=([A-Za-z0-9][A-Za-z0-9.+:~_-]*)|((?:[<>]=?|~=?)[A-Za-z0-9][A-Za-z0-9.+:~_-]*)|([<>~=:/@].*))?$`)

// packages returns what an installer with these arguments installs.
func (in installer) packages(words []origin, line int) []managers.Dep {
	var deps []managers.Dep
	verb := false
	for i := 0; i < len(words); i++ {
		w := words[i].unquote()
		switch {
		case slices.Contains(in.options, w.text):
			i++
		case strings.HasPrefix(w.text, "-"):
		case !verb:
			if verb = w.text == in.verb; !verb {
				return nil
			}
		default:
			if at := pkg.FindStringSubmatchIndex(w.text); at != nil {
				deps = append(deps, in.dep(w, at, line))
			}
		}
	}
	return deps
}

func (in installer) dep(w origin, at []int, line int) managers.Dep {
	d := managers.Dep{Name: w.text[at[2]:at[3]], Kind: "install", Datasource: in.datasource, Line: line}
	switch {
	case at[4] >= 0:
		if field, ok := w.slice(at[4], at[5]).field(); ok {
			d.Value = field
			return d
		}
		d.Skip = managers.UnsupportedVersion
	case at[6] >= 0:
		d.Value, _ = w.slice(at[6], at[7]).field()
		d.Skip, d.Note = managers.UnsupportedVersion, "a constraint that no lock file holds to a version"
	case at[8] >= 0:
		d.Skip = managers.UnsupportedVersion
	default:
		d.Skip = managers.UnspecifiedVersion
	}
	return d
}
