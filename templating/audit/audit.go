// Package audit defines the verdicts on a template update: what of it is not what it should be.
//
// Copier ends well where it lost what somebody had edited. So both versions of the template are rendered afresh,
// git merges the difference into the repository, and Copier's result is held against that. The judgement itself is
// pure; package templating renders and merges.
package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Verdict is what was found out about a file.
type Verdict struct {
	Path string // from the top of the repository; "" for the project's folder
	Kind Kind
	Text string // a sentence's part for people, such as "reset to the template's, which has not changed"
}

// A Kind is how a file came through an update.
type Kind string

const (
	OK         Kind = "ok"             // as it should be, with a word on why it looks otherwise
	Conflict   Kind = "conflict"       // for people to resolve
	LostEdit   Kind = "lost edit"      // what was edited in the repository is gone
	NotApplied Kind = "not applied"    // what changed in the template is not in it
	Differs    Kind = "differs"        // neither, and yet not what merging gives
	WrongRoot  Kind = "wrong folder"   // the template was not applied to this folder
	Answers    Kind = "answer changed" // by Copier, not by a person
	Noop       Kind = "nothing new"    // this version changes nothing for these answers
	Volatile   Kind = "not judged"     // the template renders it differently each time
)

// Holds reports whether a person must look before the update is merged.
func (k Kind) Holds() bool { return k != OK && k != Noop }

// A Policy says what verdicts are for.
type Policy string

const (
	Block  Policy = "block"        // nothing with a bad verdict merges by itself; "" is the same
	Report Policy = "report"       // they are shown
	Prefer Policy = "prefer-merge" // as block, but git's merge is taken where Copier lost something
	Off    Policy = "off"          // none are made, and nothing is rendered for them
)

// Files are the files of a tree: path to mode and hash.
type Files map[string]string

// An Update is all that is judged. It is only read.
type Update struct {
	Base   Files // the old version rendered with the old answers
	Ours   Files // the repository before
	Theirs Files // the new version rendered with the final answers
	Merged Files // ours and theirs, merged by git over base
	Result Files // what Copier made of it

	Unmerged map[string]bool   // files that git could not merge
	Shown    map[string]bool   // files that Copier showed to conflict
	Moved    map[string]string // new to old path of what the template renamed
	Ignored  map[string]bool   // by the project's .gitignore

	Keeps    func(path string) bool // the template writes it only where it is missing
	Once     func(path string) bool // it writes it only when a project is made
	Unclear  bool                   // its code that ran may tell making from updating
	Code     bool                   // its code ran
	External bool                   // it uses answers of other templates
}

// Judge returns a verdict on each file that needs a word, by path.
func Judge(u Update) []Verdict {
	all := u.root()
	paths := make(map[string]bool)
	for _, files := range []Files{u.Base, u.Theirs, u.Merged, u.Result} {
		for p := range files {
			paths[p] = true
		}
	}
	for _, set := range []map[string]bool{u.Unmerged, u.Shown} {
		maps.Copy(paths, set)
	}
	for _, p := range slices.Sorted(maps.Keys(paths)) {
		if kind, text := u.judge(p); kind != "" {
			all = append(all, Verdict{p, kind, text})
		}
	}
	return all
}

// root looks whether the template is in this folder at all.
func (u Update) root() []Verdict {
	for p := range u.Base {
		if u.Ours[p] != "" {
			return nil
		}
	}
	if len(u.Base) < 2 { // one file may well have been deleted
		return nil
	}
	return []Verdict{{"", WrongRoot, fmt.Sprintf("none of the template's %d files is in the project's folder", len(u.Base))}}
}

// judge returns "" for a file that is as it should be.
func (u Update) judge(p string) (Kind, string) {
	base, ours, theirs, merged, result := u.Base[p], u.Ours[p], u.Theirs[p], u.Merged[p], u.Result[p]
	changed := theirs != base
	switch {
	case u.Shown[p]:
		return Conflict, "changed here and in the template"
	case base != "" && ours == "" && result == "":
		if changed && theirs != "" {
			return OK, "deleted here and changed in the template: it stays deleted"
		}
		return "", ""
	case result == merged && !u.Unmerged[p]:
		return "", ""
	case result == ours && ours != "" && u.Keeps(p):
		return word(changed, "left as it is here: the template writes it only where it is missing")
	case result == theirs && ours == "" && u.Keeps(p):
		return "", "" // it was missing
	case result == ours && u.Once(p):
		return word(changed, "left as it is here: the template writes it only when a project is made")
	case base == "" && theirs == "" && u.Once(p):
		return OK, "written by the template only when a project is updated"
	case ours == "" && result == "" && u.Ignored[p]:
		return OK, "not taken in: the project's .gitignore names it"
	case result == theirs && ours == base && u.deleted(p):
		return OK, fmt.Sprintf("%s was deleted here, and the template moved it", u.Moved[p])
	case result == theirs:
		return LostEdit, u.lost(p)
	case result == ours:
		return u.left(p)
	}
	return u.differs(p)
}

func word(show bool, text string) (Kind, string) {
	if !show {
		return "", ""
	}
	return OK, text
}

// deleted reports whether p is the new place of a file that the repository had deleted.
func (u Update) deleted(p string) bool {
	old, ok := u.Moved[p]
	return ok && u.Ours[old] == ""
}

// lost says how an edit was lost in a file that is now the template's.
func (u Update) lost(p string) string {
	old, moved := u.Moved[p]
	switch {
	case u.Theirs[p] == "":
		return "edited here, deleted in the template, and now deleted"
	case moved && u.Ours[p] == "":
		return fmt.Sprintf("the template moved %s here, and what was edited in that is gone", old)
	case u.Base[p] != "" && u.Ours[p] == "":
		return "deleted here, and written again"
	case u.Base[p] == "":
		return "the template's new file took the place of the one that was here"
	case u.Theirs[p] == u.Base[p]:
		return "edited here, and reset to the template's, which has not changed"
	}
	return "edited here, and replaced by the template's"
}

// left judges a file that is as it was although something should have come.
func (u Update) left(p string) (Kind, string) {
	if u.Unclear {
		return Differs, "left as it was; the template's code depends on whether a project is made or updated, so this may be meant"
	}
	switch base, theirs := u.Base[p], u.Theirs[p]; {
	case base == "" && theirs == "":
		return NotApplied, "it looks like a file of the template's that was moved here; what changed in the template is not in it"
	case u.Ours[p] == "":
		return NotApplied, "new in the template, and not written"
	case theirs == "":
		return NotApplied, "deleted in the template, and still here"
	case base == theirs:
		return Differs, "git's merge changes it, and Copier did not"
	case u.External:
		return NotApplied, stale
	}
	return NotApplied, "changed in the template, and not here"
}

const stale = "it uses answers of another template, and what they are now is not in it, or it was edited where they are"

func (u Update) differs(p string) (Kind, string) {
	managed := u.Base[p] != "" || u.Theirs[p] != ""
	switch {
	case u.Code && !managed && u.Ours[p] == "":
		return OK, "made by the template's code"
	case u.Code:
		return Differs, "not what merging gives; the template's code ran and may have changed it"
	case u.External && managed:
		return NotApplied, stale
	case u.Unmerged[p]:
		return Differs, "git finds a conflict where Copier found none: see whether both sides' changes are in it"
	case !managed:
		return Differs, "neither version of the template has it, and the update changed it"
	}
	return Differs, "not what merging the template's changes gives"
}

// Suspicious reports whether a verdict may come from a template that renders differently each time.
func Suspicious(all []Verdict) bool {
	return slices.ContainsFunc(all, func(v Verdict) bool {
		return slices.Contains([]Kind{LostEdit, NotApplied, Differs}, v.Kind)
	})
}

// Excuse takes back the verdicts on files of which unstable says that the template does
// not render them twice the same.
func Excuse(all []Verdict, unstable func(path string) bool) []Verdict {
	all = slices.Clone(all)
	for i, v := range all {
		if v.Path != "" && v.Kind != Conflict && v.Kind.Holds() && unstable(v.Path) {
			all[i].Kind, all[i].Text = Volatile, "the template renders it differently each time ("+v.String()+")"
		}
	}
	return all
}

// String says what is wrong, without the path.
func (v Verdict) String() string {
	return strings.TrimSuffix(string(v.Kind)+": "+v.Text, ": ")
}
