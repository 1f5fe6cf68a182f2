package plan

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
)

// A Task is what postUpgradeTasks want to be run once a branch's files were changed, its templates filled.
type Task struct {
	Of       string    // what it is for, for people
	Commands []Command // in order
	Shell    bool      // each is a line for a shell, not the words of one command
	Files    []string  // patterns of the files that may change
	Dir      string    // where they run; "" for the top of the repository
	Data     string    // what is in the file that is handed to them
	HasData  bool      // there is such a file
	Tools    []Tool    // programs that must be there
	Origin   config.Origin
	Err      string // why templates could not be filled; "" if they could
}

// A Command is one line of a task.
type Command struct {
	Text string
	Why  string // why it is not to be run; "" if it is
}

// A Tool is a program that a task needs.
type Tool struct{ Name, Constraint string }

// Runs reports whether t has anything to run.
func (t Task) Runs() bool {
	return t.Err == "" && slices.ContainsFunc(t.Commands, func(c Command) bool { return c.Why == "" })
}

// Problems says what of t is not run, and why.
func (t Task) Problems() []string {
	at := ""
	if o := t.Origin.String(); o != "" {
		at = " (" + o + ")"
	}
	if t.Err != "" {
		return []string{fmt.Sprintf("The commands for %s were not run: %s%s", t.Of, t.Err, at)}
	}
	var out []string
	for _, c := range t.Commands {
		if c.Why != "" {
			out = append(out, fmt.Sprintf("`%s` was not run: %s%s", quotable(c.Text), c.Why, at))
		}
	}
	return out
}

// quotable is a text as it may stand between backticks.
func quotable(s string) string {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "`", "'")), " ")
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}

// tasks returns what is to be run for b: once for each member whose postUpgradeTasks say "update", which is the default, and
// then what is for the branch as a whole.
func (b Branch) tasks(w World) []Task {
	var out []Task
	var whole *Member
	allowed := commandsAllowed(w.Config.Top())
	var all []map[string]any
	for _, m := range b.Members {
		all = append(all, fields(w, m))
	}
	for i, m := range b.Members {
		option := m.Update.Settings.Object("postUpgradeTasks")
		switch mode, _ := option["executionMode"].(string); {
		case len(list(option["commands"])) == 0:
		case mode != "branch":
			f := all[i]
			f["branchName"], f["upgrades"] = b.Name, all
			out = append(out, task(m, m.Decision.Dep.Name, option, f, allowed))
			delete(f, "upgrades")
		case whole == nil:
			whole = &b.Members[i]
		}
	}
	if whole != nil {
		f := fields(w, *whole)
		var names []string
		for _, m := range b.Members {
			if !slices.Contains(names, m.Decision.Dep.Name) {
				names = append(names, m.Decision.Dep.Name)
			}
		}
		f["branchName"], f["upgrades"], f["depName"] = b.Name, all, strings.Join(names, " ")
		out = append(out, task(*whole, "the branch", whole.Update.Settings.Object("postUpgradeTasks"), f, allowed))
	}
	return out
}

func task(m Member, of string, option map[string]any, f map[string]any, allowed func(string) string) Task {
	filled := &filler{fields: f}
	s := m.Update.Settings
	t := Task{Of: of, Files: list(option["fileFilters"]), Shell: s.Bool(shellOption), Origin: s.Origin("postUpgradeTasks")}
	if t.Files == nil {
		t.Files = []string{"**/*"}
	}
	for _, text := range list(option["commands"]) {
		text = filled.in(text)
		t.Commands = append(t.Commands, Command{text, allowed(text)})
	}
	if data, ok := option["dataFileTemplate"].(string); ok && data != "" {
		t.Data, t.HasData = filled.in(data), true
	}
	if dir, ok := option["workingDirTemplate"].(string); ok {
		t.Dir = strings.TrimSpace(filled.in(dir))
	}
	if t.Dir = strings.TrimPrefix(t.Dir, "./"); t.Dir == "." || t.Dir == "/" {
		t.Dir = ""
	}
	constraints := s.Object("constraints")
	tools, _ := option["installTools"].(map[string]any)
	for name := range tools {
		constraint, _ := constraints[name].(string)
		t.Tools = append(t.Tools, Tool{name, constraint})
	}
	slices.SortFunc(t.Tools, func(a, b Tool) int { return strings.Compare(a.Name, b.Name) })
	switch {
	case s.HasSecret("postUpgradeTasks"):
		t.Err, t.Commands, t.Data = "they hold a secret of the operator's, and commands get none", nil, ""
	case filled.err != nil:
		t.Err = "their templates cannot be filled: " + filled.err.Error()
	case path.IsAbs(t.Dir) || slices.Contains(strings.Split(t.Dir, "/"), ".."):
		t.Err = fmt.Sprintf("workingDirTemplate leads to %q, which is outside of the repository", t.Dir)
	}
	return t
}

const shellOption = "allowShellExecutorForPostUpgradeCommands"

// commandsAllowed returns what says why the operator does not allow a command; "" if he does.
func commandsAllowed(top config.Settings) func(command string) string {
	var allowed []*regexp.Regexp
	for _, text := range top.Strings("allowedCommands") {
		if re, err := regexp.Compile(text); err == nil { // what is none was reported
			allowed = append(allowed, re)
		}
	}
	return func(command string) string {
		switch {
		case slices.ContainsFunc(allowed, func(re *regexp.Regexp) bool { return re.MatchString(command) }):
			return ""
		case len(allowed) == 0:
			return "the operator allows no commands (allowedCommands)"
		}
		return "it matches none of the operator's allowedCommands"
	}
}
