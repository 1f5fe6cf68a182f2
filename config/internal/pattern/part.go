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

// A needs is what all that an expression matches has: one part of each, and one of the endings, if there are any.
type needs struct {
	parts   []parts
	endings []string
}

// needsOf returns what re needs; nil if re is.
func needsOf(re *regexp.Regexp) (n needs) {
	if re == nil {
		return n
	}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return n
	}
	for tree.Op == syntax.OpCapture {
		tree = tree.Sub[0]
	}
	subs := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpConcat {
		subs = tree.Sub
	}
	for _, sub := range subs {
		if p := partsIn(sub); p.shortest() > 1 { // less tells next to nothing
			n.parts = append(n.parts, p)
		}
	}
	if last := len(subs) - 1; last > 0 && subs[last].Op == syntax.OpEndText {
		n.endings = endingsIn(subs[last-1])
	}
	return n
}

// endingsIn returns texts one of which ends all that tree matches; nil if none are known.
func endingsIn(tree *syntax.Regexp) []string {
	switch tree.Op {
	case syntax.OpLiteral:
		if tree.Flags&syntax.FoldCase == 0 {
			return []string{string(tree.Rune)}
		}
	case syntax.OpCapture:
		return endingsIn(tree.Sub[0])
	case syntax.OpConcat:
		return endingsIn(tree.Sub[len(tree.Sub)-1])
	case syntax.OpAlternate:
		var all []string
		for _, sub := range tree.Sub {
			e := endingsIn(sub)
			if len(e) == 0 || len(all)+len(e) > maxParts {
				return nil
			}
			all = append(all, e...)
		}
		return all
	}
	return nil
}

// in reports whether s may match.
func (n needs) in(s string) bool {
	for _, p := range n.parts {
		if !p.in(s) {
			return false
		}
	}
	for _, e := range n.endings {
		if strings.HasSuffix(s, e) {
			return true
		}
	}
	return len(n.endings) == 0
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
