package pattern

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// maxParts is how many texts are looked for at most.
const maxParts = 16

// A parts is a set of texts of which at least one is in all that an expression matches; empty if
// none is known. Looking for them first spares running most expressions: of a repository's files
// hardly any is a "Chart.yaml".
type parts []string

// partsOf returns the most telling parts of re; nil if re is.
func partsOf(re *regexp.Regexp) parts {
	if re == nil {
		return nil
	}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	return partsIn(tree)
}

func partsIn(tree *syntax.Regexp) parts {
	switch tree.Op {
	case syntax.OpLiteral:
		if tree.Flags&syntax.FoldCase == 0 {
			return parts{string(tree.Rune)}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return partsIn(tree.Sub[0])
	case syntax.OpConcat:
		var best parts
		for _, sub := range tree.Sub {
			if p := partsIn(sub); p.shortest() > best.shortest() {
				best = p
			}
		}
		return best
	case syntax.OpAlternate:
		var all parts
		for _, sub := range tree.Sub {
			p := partsIn(sub)
			if len(p) == 0 || len(all)+len(p) > maxParts {
				return nil
			}
			all = append(all, p...)
		}
		return all
	}
	return nil
}

func (p parts) shortest() int {
	if len(p) == 0 {
		return 0
	}
	n := len(p[0])
	for _, text := range p {
		n = min(n, len(text))
	}
	return n
}

// in reports whether s may match.
func (p parts) in(s string) bool {
	for _, text := range p {
		if strings.Contains(s, text) {
			return true
		}
	}
	return len(p) == 0
}
