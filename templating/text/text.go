// Package text renders the templates of configuration: branch names, commit
// messages, titles and bodies. It is Handlebars as Renovate uses it: without HTML escaping,
// with Renovate's helpers, and blank for what is unknown.
//
// Templates and fields come from repositories and registries, which nobody vouches for: size, depth and work
// are bounded, and nothing panics. docs/adr/0006 says why the parser is our own.
package text

import (
	"errors"
	"fmt"
	"strings"
)

// What a template may amount to.
const (
	maxTemplate = 64 << 10 // bytes of template
	maxOutput   = 1 << 20  // bytes of result
	maxWork     = 8 << 20  // bytes and nodes touched
	maxDepth    = 50       // blocks and subexpressions inside one another
)

// Render renders a template with fields, whose values are strings, booleans,
// numbers, and slices and maps of these. It is safe for concurrent use and does not change fields.
func Render(template string, fields map[string]any) (string, error) {
	if !strings.Contains(template, "{{") {
		return template, nil
	}
	t, err := Parse(template)
	if err != nil {
		return "", err
	}
	return t.Render(fields)
}

// RenderNested renders a template whose fields may be templates too: as long as
// the result changes, at most three times.
func RenderNested(template string, fields map[string]any) (string, error) {
	for range 3 {
		if !strings.Contains(template, "{{") {
			break
		}
		next, err := Render(template, fields)
		if err != nil {
			return "", err
		}
		if next == template {
			break
		}
		template = next
	}
	return template, nil
}

// A Template is a parsed template. It is immutable.
type Template struct {
	nodes []node
}

// Parse reads a template. The error says where it is wrong.
func Parse(template string) (*Template, error) {
	if len(template) > maxTemplate {
		return nil, fmt.Errorf("template of %d bytes is too long", len(template))
	}
	tokens, err := scan(template)
	if err != nil {
		return nil, err
	}
	trimLines(tokens)
	p := &parser{tokens: tokens}
	nodes, err := p.program(0, "")
	if err != nil {
		return nil, err
	}
	return &Template{nodes}, nil
}

// Render renders t with fields.
func (t *Template) Render(fields map[string]any) (string, error) {
	e := &evaluation{root: fields, work: maxWork}
	if err := e.nodes(t.nodes, scope{value: fields}, 0); err != nil {
		return "", err
	}
	return e.out.String(), nil
}

var (
	errOutput = fmt.Errorf("template makes more than %d bytes", maxOutput)
	errWork   = errors.New("template does more work than is allowed")
	errDepth  = fmt.Errorf("template is nested deeper than %d levels", maxDepth)
)
