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

// A needs is what all that an expression matches has: one part of each, such as a name and an ending.
type needs []parts

// needsOf returns what re needs; nil if re is.
func needsOf(re *regexp.Regexp) needs {
	if re == nil {
		return nil
	}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	for tree.Op == syntax.OpCapture {
		tree = tree.Sub[0]
	}
	if tree.Op != syntax.OpConcat {
		return needs(nil).and(partsIn(tree))
	}
	var out needs
	for _, sub := range tree.Sub {
		out = out.and(partsIn(sub))
	}
	return out
}

// and adds p, unless it tells next to nothing.
func (n needs) and(p parts) needs {
	if p.shortest() < 2 {
		return n
	}
	return append(n, p)
}

// in reports whether s may match.
func (n needs) in(s string) bool {
	for _, p := range n {
		if !p.in(s) {
			return false
		}
	}
	return true
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
