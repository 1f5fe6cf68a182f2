package config

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/currant-bot/currant/config/internal/json5"
)

//go:embed presets.json5
var presetsText string

// presets are the built-in presets by full name. They must not be modified.
var presets = sync.OnceValue(func() map[string]*json5.Node {
	root, problems := json5.Parse(presetsText, json5.JSON5)
	if len(problems) > 0 {
		panic("config: presets.json5: " + problems[0].Text) // a test reads the same text
	}
	all := make(map[string]*json5.Node, len(root.Members))
	for i := range root.Members {
		name := root.Members[i].Key
		if strings.HasPrefix(name, ":") {
			name = "default" + name
		}
		all[name] = &root.Members[i].Value
	}
	return all
})

// builtinPreset returns a preset by its full name. Those about monorepos are
// made by rule: any monorepo of which we know the name has two.
func builtinPreset(name string, ignore []string) (*json5.Node, bool) {
	if node, ok := presets()[name]; ok {
		if name == "group:monorepos" {
			return monorepoRule(ignore), true
		}
		return node, true
	}
	if repo, ok := strings.CutPrefix(name, "monorepo:"); ok && knownMonorepo(repo) {
		return literal(`{matchMonorepos: [` + quote(repo) + `]}`), true
	}
	if repo, ok := strings.CutPrefix(name, "group:"); ok {
		if repo, ok = strings.CutSuffix(repo, "Monorepo"); ok && knownMonorepo(repo) {
			return literal(`{packageRules: [{extends: [` + quote("monorepo:"+repo) + `], matchUpdateTypes: ["digest", "patch", "minor", "major"], groupName: ` + quote(repo+" monorepo") + `}]}`), true
		}
	}
	return nil, false
}

// monorepoRule is group:monorepos without the groups to ignore.
func monorepoRule(ignore []string) *json5.Node {
	names := []string{quote("*")}
	for _, name := range ignore {
		name = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(name, "group:"), "monorepo:"), "Monorepo")
		if knownMonorepo(name) {
			names = append(names, quote("!"+name))
		}
	}
	return literal(`{packageRules: [{
		matchMonorepos: [` + strings.Join(names, ", ") + `],
		matchUpdateTypes: ["digest", "patch", "minor", "major"],
		groupName: "{{{monorepo}}} monorepo",
	}]}`)
}

func literal(text string) *json5.Node {
	node, _ := json5.Parse(text, json5.JSON5)
	return node
}

func quote(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// builtinNames returns the full names of the presets that are built in,
// without those made by rule, in order.
func builtinNames() []string {
	names := sortedKeys(presets())
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "Monorepo") })
}
