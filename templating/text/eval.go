package text

import (
	"fmt"
	"slices"
	"strings"
)

// A scope is what names refer to, with the scopes around it.
type scope struct {
	value  any
	data   map[string]any // "@index" and the like
	locals map[string]any // block parameters
	outer  *scope
}

type evaluation struct {
	root map[string]any
	out  strings.Builder
	work int
}

// spend takes n units off what the template may do.
func (e *evaluation) spend(n int) error {
	if e.work -= n + 1; e.work < 0 {
		return errWork
	}
	return nil
}

func (e *evaluation) write(s string) error {
	if e.out.Len()+len(s) > maxOutput {
		return errOutput
	}
	e.out.WriteString(s)
	return e.spend(len(s))
}

func (e *evaluation) nodes(list []node, s scope, depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	for i := range list {
		n := &list[i]
		var err error
		switch {
		case n.expr == nil:
			err = e.write(n.text)
		case n.block:
			err = e.block(n, s, depth)
		default:
			var v any
			if v, err = e.value(n.expr, s, depth); err == nil {
				var text string
				if text, err = e.text(v); err == nil {
					err = e.write(text)
				}
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// block evaluates a block: one that is built in, or one for a value.
func (e *evaluation) block(n *node, s scope, depth int) error {
	if err := e.spend(1); err != nil {
		return err
	}
	body, other := n.body, n.other
	name := n.expr.name
	builtin := slices.Contains([]string{"if", "unless", "each", "with"}, name)
	if builtin && len(n.expr.args) != 1 {
		return fmt.Errorf("template, line %d: %q needs one value", n.line, name)
	}
	var v any
	var err error
	if builtin {
		v, err = e.value(n.expr.args[0], s, depth)
	} else {
		v, err = e.value(n.expr, s, depth)
	}
	if err != nil {
		return err
	}
	if n.inverse {
		body, other = other, body
	}
	switch name {
	case "if":
		return e.either(truthy(v), body, other, s, depth)
	case "unless":
		return e.either(!truthy(v), body, other, s, depth)
	case "each":
		return e.each(body, other, n.params, v, s, depth)
	case "with":
		if !truthy(v) {
			return e.nodes(other, s, depth+1)
		}
		return e.nodes(body, s.inner(v, n.params, nil), depth+1)
	}
	return e.section(n, v, s, depth)
}

func (e *evaluation) either(yes bool, body, other []node, s scope, depth int) error {
	if yes {
		return e.nodes(body, s, depth+1)
	}
	return e.nodes(other, s, depth+1)
}

// section evaluates "{{#name}}" and "{{^name}}": each item of a list, the other way round for what is not there
// or false, the block as it is for true, and the inside of anything else, even of 0 and "".
func (e *evaluation) section(n *node, v any, s scope, depth int) error {
	body, other := n.body, n.other
	if n.inverse {
		body, other = other, body
	}
	switch v := plain(v).(type) {
	case nil:
		return e.nodes(other, s, depth+1)
	case bool:
		return e.either(v, body, other, s, depth)
	case []any:
		return e.each(body, other, n.params, v, s, depth)
	default:
		return e.nodes(body, s.inner(v, n.params, nil), depth+1)
	}
}

func (e *evaluation) each(body, other []node, params []string, v any, s scope, depth int) error {
	switch v := plain(v).(type) {
	case []any:
		for i, item := range v {
			data := map[string]any{"index": float64(i), "key": float64(i), "first": i == 0, "last": i == len(v)-1}
			if err := e.item(body, s.inner(item, params, data), depth); err != nil {
				return err
			}
		}
		if len(v) > 0 {
			return nil
		}
	case map[string]any:
		keys := sortedKeys(v)
		for i, key := range keys {
			data := map[string]any{"index": float64(i), "key": key, "first": i == 0, "last": i == len(keys)-1}
			if err := e.item(body, s.inner(v[key], params, data), depth); err != nil {
				return err
			}
		}
		if len(v) > 0 {
			return nil
		}
	}
	return e.nodes(other, s, depth+1)
}

func (e *evaluation) item(body []node, s scope, depth int) error {
	if err := e.spend(16); err != nil {
		return err
	}
	return e.nodes(body, s, depth+1)
}

// inner returns the scope inside a block about v.
func (s scope) inner(v any, params []string, data map[string]any) scope {
	in := scope{value: v, data: data, outer: &s}
	if len(params) > 0 {
		in.locals = map[string]any{params[0]: v}
		if len(params) > 1 && data != nil {
			in.locals[params[1]] = data["key"]
		}
	}
	return in
}

// value evaluates an expression: a helper if there is one of that name.
func (e *evaluation) value(x *expr, s scope, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	if err := e.spend(1); err != nil {
		return nil, err
	}
	if !x.isPath {
		return x.literal, nil
	}
	helper, ok := helpers[x.name]
	if !ok || len(x.args) == 0 && s.has(x.name) {
		if len(x.args) > 0 {
			return nil, fmt.Errorf("template: there is no helper %q", clip(x.name))
		}
		return e.lookup(x, s), nil
	}
	args := make([]any, len(x.args))
	for i, arg := range x.args {
		v, err := e.value(arg, s, depth+1)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	v, err := helper(e, args)
	if err != nil {
		return nil, fmt.Errorf("template: %s: %w", x.name, err)
	}
	return v, nil
}

func (s scope) has(name string) bool {
	m, _ := plain(s.value).(map[string]any)
	_, ok := m[name]
	return ok
}

// lookup follows a path; nil where it leads nowhere.
func (e *evaluation) lookup(x *expr, s scope) any {
	path := x.path
	if x.data {
		if len(path) == 0 {
			return nil
		}
		if path[0] == "root" {
			return follow(e.root, path[1:])
		}
		for at := &s; at != nil; at = at.outer {
			if v, ok := at.data[path[0]]; ok {
				return follow(v, path[1:])
			}
		}
		return nil
	}
	at := &s
	for range x.up {
		if at.outer == nil {
			return nil
		}
		at = at.outer
	}
	if x.up == 0 && len(path) > 0 {
		for local := at; local != nil; local = local.outer {
			if v, ok := local.locals[path[0]]; ok {
				return follow(v, path[1:])
			}
		}
	}
	return follow(at.value, path)
}
