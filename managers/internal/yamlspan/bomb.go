package yamlspan

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// maxExpanded is how many nodes a document may stand for once all of its
// aliases are put in; real files stay far below.
const maxExpanded = 10_000_000

// bomb says that a document's aliases stand for more than anybody means; ""
// if they do not. Nothing here expands them, so it is only for people to know. Each
// node is counted once.
func bomb(root *yaml.Node) string {
	sizes := make(map[*yaml.Node]float64)
	var size func(n *yaml.Node, level int) float64
	size = func(n *yaml.Node, level int) float64 {
		if n == nil || level > 10_000 {
			return 0
		}
		if s, ok := sizes[n]; ok {
			return s // of a cycle: what was counted so far
		}
		sizes[n] = 0
		sum := 1.0
		for _, c := range n.Content {
			sum += size(c, level+1)
		}
		if n.Kind == yaml.AliasNode {
			sum += size(n.Alias, level+1)
		}
		sizes[n] = sum
		return sum
	}
	if size(root, 0) <= maxExpanded {
		return ""
	}
	return fmt.Sprintf("its aliases stand for more than %d nodes: they are not followed", maxExpanded)
}
