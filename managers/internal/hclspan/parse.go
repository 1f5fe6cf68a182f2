package hclspan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/currant-bot/currant/managers"
)

// A parser parses the pieces of a text, which come in order.
type parser struct {
	text string

	counted, line int // the line on which byte counted stands
}

// parse returns the block of a piece, as far as it could be read. The problem has no text if all could.
func (p *parser) parse(of piece) (block Block, problem managers.Problem) {
	start := p.lineOf(of)
	if of.refused != "" {
		return block, managers.Problem{Line: start, Text: of.refused}
	}
	defer func() {
		if r := recover(); r != nil { // the parser is fed by anybody
			block, problem = Block{}, managers.Problem{Line: start, Text: fmt.Sprintf("block cannot be read: %v", r)}
		}
	}()
	file, diags := hclsyntax.ParseConfig([]byte(p.text[of.start:of.end]), "", hcl.Pos{Line: start, Column: 1, Byte: of.start})
	for _, d := range diags {
		if d.Severity == hcl.DiagError && problem.Text == "" {
			problem = managers.Problem{Line: start, Text: "block is not valid HCL: " + d.Summary}
			if d.Subject != nil {
				problem.Line = min(max(d.Subject.Start.Line, start), start+strings.Count(p.text[of.start:of.end], "\n"))
			}
		}
	}
	if file == nil {
		return block, problem
	}
	if body, ok := file.Body.(*hclsyntax.Body); ok && len(body.Blocks) > 0 {
		block = p.block(body.Blocks[0])
	}
	return block, problem
}

// lineOf returns the line on which a piece begins.
func (p *parser) lineOf(of piece) int {
	p.line += strings.Count(p.text[p.counted:of.start], "\n")
	p.counted = of.start
	return p.line
}

func (p *parser) block(b *hclsyntax.Block) Block {
	out := Block{Type: b.Type, Labels: b.Labels, Line: b.TypeRange.Start.Line}
	if b.Body == nil {
		return out
	}
	for _, a := range b.Body.Attributes {
		out.Attrs = append(out.Attrs, Attr{Name: a.Name, Line: a.NameRange.Start.Line, Value: p.value(a.Expr)})
	}
	slices.SortFunc(out.Attrs, func(a, b Attr) int { // they come as a map
		return cmp.Compare(a.Value.Start, b.Value.Start)
	})
	for _, child := range b.Body.Blocks {
		out.Blocks = append(out.Blocks, p.block(child))
	}
	return out
}

// value returns what an expression is as far as that can be told without evaluating it.
func (p *parser) value(e hclsyntax.Expression) Value {
	r := e.Range()
	v := Value{Kind: Expression, Start: r.Start.Byte, Line: r.Start.Line}
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return p.value(e.Expression)
	case *hclsyntax.TemplateExpr:
		return p.template(e, v)
	case *hclsyntax.TemplateWrapExpr: // "${var.x}"
		v.Start++
		v.raw = p.slice(v.Start, r.End.Byte-1)
		v.Text = v.raw
		return v
	case *hclsyntax.LiteralValueExpr:
		v.Kind, v.Text = Literal, p.slice(r.Start.Byte, r.End.Byte)
		return v
	case *hclsyntax.TupleConsExpr:
		v.Kind = List
		for _, item := range e.Exprs {
			v.items = append(v.items, p.value(item))
		}
		return v
	case *hclsyntax.ObjectConsExpr:
		v.Kind = Object
		for _, item := range e.Items {
			if name, ok := p.key(item.KeyExpr); ok {
				v.members = append(v.members, Attr{Name: name, Line: item.KeyExpr.Range().Start.Line, Value: p.value(item.ValueExpr)})
			}
		}
		return v
	}
	v.Text = "${" + p.slice(r.Start.Byte, r.End.Byte) + "}"
	return v
}

// template returns a quoted string or a heredoc.
func (p *parser) template(e *hclsyntax.TemplateExpr, v Value) Value {
	var text strings.Builder
	literal := true
	for _, part := range e.Parts {
		l, ok := part.(*hclsyntax.LiteralValueExpr)
		if literal = literal && ok && l.Val.Type() == cty.String && l.Val.IsKnown() && !l.Val.IsNull(); literal {
			text.WriteString(l.Val.AsString())
		}
	}
	if end := e.Range().End.Byte - 1; p.slice(v.Start, v.Start+1) == `"` {
		v.Start++
		v.raw = p.slice(v.Start, end)
	} else if n := len(e.Parts); n > 0 && literal {
		v.Start = e.Parts[0].Range().Start.Byte
		v.raw = p.slice(v.Start, e.Parts[n-1].Range().End.Byte)
	}
	if v.Text = v.raw; literal {
		v.Kind, v.Text = String, text.String()
	}
	return v
}

// key returns the name of an object's member, if it is not made by an expression.
func (p *parser) key(e hclsyntax.Expression) (string, bool) {
	k, ok := e.(*hclsyntax.ObjectConsKeyExpr)
	if !ok || k.ForceNonLiteral {
		return "", false
	}
	if name := hcl.ExprAsKeyword(k.Wrapped); name != "" {
		return name, true
	}
	v := p.value(k.Wrapped)
	return v.Text, v.Kind == String
}

func (p *parser) slice(start, end int) string {
	if start < 0 || end > len(p.text) || start > end {
		return ""
	}
	return p.text[start:end]
}
