package config

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/currant-bot/currant/config/internal/json5"
)

// An Option is one word of Renovate's vocabulary.
type Option struct {
	Name     string
	Type     string   // "boolean", "integer", "string", "array" or "object"
	Default  any      // as encoding/json would have it; nil for none
	In       []string // the options inside which it may stand; "." is the top; nil for anywhere
	Values   []string // the only values, or items, that it may have; nil for any
	NotYet   []string // those of Values that Currant does not act on, though it supports the option
	Merge    bool     // lists add up and objects merge
	List     bool     // a string stands for a list of one
	Free     bool     // an object whose keys are the user's
	Template bool     // its text is a template
	Global   bool     // for operators only
	Inherit  bool     // global, but an organisation may set it
	Own      bool     // Currant's own, not Renovate's
	Support  Support
	Doc      string // what it does, completing "it would ..."

	value *value // Default
}

// Support says whether Currant acts on an option.
type Support string

const (
	Supported   Support = "yes"
	NotYet      Support = "no"
	Pointless   Support = "pointless" // without effect here, and nobody will miss it
	notAnOption Support = ""
)

//go:embed options.json5
var optionsText string

type optionTable struct {
	list   []Option
	byName map[string]*Option
	lower  map[string]string // lower-case name to name
	top    layer             // defaults of what may stand at the top
}

// options returns the table of all options. It must not be modified.
var options = sync.OnceValue(func() *optionTable {
	root, problems := json5.Parse(optionsText, json5.JSON5)
	if len(problems) > 0 {
		panic("config: options.json5: " + problems[0].Text) // a test reads the same text
	}
	t := &optionTable{byName: make(map[string]*Option), lower: make(map[string]string), top: make(layer)}
	src := &source{name: "default", builtin: true}
	for _, m := range fromNode(root, src).keys {
		t.list = append(t.list, readOption(m.name, m.val))
	}
	for i := range t.list {
		o := &t.list[i]
		t.byName[o.Name] = o
		t.lower[strings.ToLower(o.Name)] = o.Name
		if o.value != nil && (o.In == nil || o.In[0] == ".") {
			t.top[o.Name] = o.value
		}
	}
	return t
})

func readOption(name string, v *value) Option {
	o := Option{
		Name:     name,
		Type:     v.get("type").str,
		Default:  v.get("default").plain(),
		In:       v.get("in").strings(),
		Values:   v.get("values").strings(),
		NotYet:   v.get("notYet").strings(),
		Merge:    v.get("merge").isTrue(),
		List:     v.get("list").isTrue(),
		Free:     v.get("free").isTrue(),
		Template: v.get("template").isTrue(),
		Global:   v.get("global").isTrue(),
		Inherit:  v.get("inherit").isTrue(),
		Own:      v.get("own").isTrue(),
		Support:  Support(v.get("support").str),
		Doc:      v.get("doc").str,
		value:    v.get("default"),
	}
	return o
}

// Options returns the table of all options, in order of name.
func Options() []Option { return slices.Clone(options().list) }

func optionNamed(name string) *Option { return options().byName[name] }

// mergeable reports whether an option, or the block of a manager, merges with
// what was set before instead of replacing it.
func mergeable(name string) bool {
	if o := optionNamed(name); o != nil {
		return o.Merge
	}
	return knownManager(name)
}
