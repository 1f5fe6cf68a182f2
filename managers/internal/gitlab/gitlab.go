// Package gitlab reads what managers of GitLab's pipelines share.
package gitlab

import (
	"slices"

	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Includes returns what a pipeline includes, itself and in the pipelines that its jobs start: mappings, and
// texts that are short for some.
func Includes(doc yamlspan.Node) []yamlspan.Node {
	all := list(doc.Get("include"))
	for _, job := range doc.Pairs() {
		if job.IsMap() && !job.IsAlias() {
			all = append(all, list(Pair(Pair(job, "trigger"), "include"))...)
		}
	}
	return all
}

// Pair returns the value that stands at key in n itself, not in what it merges.
func Pair(n yamlspan.Node, key string) (value yamlspan.Node) {
	for k, v := range n.Pairs() {
		if k.String() == key {
			value = v
		}
	}
	return value
}

func list(n yamlspan.Node) []yamlspan.Node {
	switch {
	case n.IsZero() || n.IsAlias():
		return nil
	case n.IsList():
		return slices.DeleteFunc(n.Items(), yamlspan.Node.IsAlias)
	}
	return []yamlspan.Node{n}
}
