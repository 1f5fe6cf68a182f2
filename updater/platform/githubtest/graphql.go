package githubtest

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// An args holds the arguments of a GraphQL field.
type args map[string]any

func (a args) text(name string) string { s, _ := a[name].(string); return s }

func (a args) number(name string) int {
	switch n := a[name].(type) {
	case float64:
		return int(n)
	case int64:
		return int(n)
	}
	return 0
}

func (a args) input(name string) args { m, _ := a[name].(map[string]any); return m }

func (a args) list(name string) []any {
	switch l := a[name].(type) {
	case []any:
		return l
	case nil:
		return nil
	default:
		return []any{l} // GraphQL takes one value for a list of one
	}
}

// A typed is an object in GraphQL: its type and how to work out its fields. A
// value is nil, a scalar, a typed, or a []any of these.
type typed struct {
	name   string
	fields map[string]func(args) (any, error)
}

// is makes a field of a value that needs no working out.
func is(v any) func(args) (any, error) { return func(args) (any, error) { return v, nil } }

// A graphError is an error in GraphQL's answer, which has status 200.
type graphError struct{ kind, message string }

func (e *graphError) Error() string { return e.message }

// A query is one GraphQL request being answered.
type query struct {
	call      *call
	variables map[string]any
	fragments ast.FragmentDefinitionList
	errors    []object
	fatal     bool // the query itself is wrong: there is no data
}

// graphql answers a GraphQL request.
func (c *call) graphql() (reply, error) {
	c.params = map[string]string{}
	if c.who == nil {
		return reply{}, fail(401, "This endpoint requires you to be authenticated.")
	}
	var in struct {
		Query     string
		Variables map[string]any
		Operation string `json:"operationName"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Query == "" {
		return ok(object{"errors": []object{{"message": "A query attribute must be specified and must be a string."}}})
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: in.Query})
	if err != nil {
		return ok(object{"errors": []object{{"message": "Parse error: " + err.Error()}}})
	}
	op := doc.Operations.ForName(in.Operation)
	if op == nil {
		return ok(object{"errors": []object{{"message": "No operation named " + strconv.Quote(in.Operation)}}})
	}
	q := &query{call: c, variables: map[string]any{}, fragments: doc.Fragments}
	for _, v := range op.VariableDefinitions {
		if given, isGiven := in.Variables[v.Variable]; isGiven {
			q.variables[v.Variable] = given
		} else if v.DefaultValue != nil {
			if q.variables[v.Variable], err = v.DefaultValue.Value(nil); err != nil {
				return reply{}, err
			}
		} else if v.Type.NonNull {
			q.complain([]any{}, "INVALID", fmt.Sprintf("Variable $%s of type %s was provided invalid value", v.Variable, v.Type))
			q.fatal = true
		}
	}
	root := c.queries()
	if op.Operation == ast.Mutation {
		c.params["mutation"] = "yes"
		root = c.mutations()
	}
	body := object{}
	if data := q.object(op.SelectionSet, root, []any{}); !q.fatal {
		body["data"] = data
	}
	if q.errors != nil {
		body["errors"] = q.errors
	}
	return ok(body)
}

func (q *query) complain(path []any, kind, message string) {
	q.errors = append(q.errors, object{"type": kind, "path": path, "message": message})
}

// object works out the selected fields of an object.
func (q *query) object(set ast.SelectionSet, t typed, path []any) object {
	out := object{}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if !q.skipped(sel.Directives) {
				at := append(append([]any{}, path...), sel.Alias)
				out[sel.Alias] = q.field(sel, t, at)
			}
		case *ast.InlineFragment:
			if (sel.TypeCondition == "" || t.fits(sel.TypeCondition)) && !q.skipped(sel.Directives) {
				for k, v := range q.object(sel.SelectionSet, t, path) {
					out[k] = v
				}
			}
		case *ast.FragmentSpread:
			f := q.fragments.ForName(sel.Name)
			if f == nil {
				q.fatal = true
				q.complain(path, "INVALID", "Fragment "+sel.Name+" was used, but not defined")
			} else if t.fits(f.TypeCondition) && !q.skipped(sel.Directives) {
				for k, v := range q.object(f.SelectionSet, t, path) {
					out[k] = v
				}
			}
		}
	}
	return out
}

// fits says whether an object is of a type or interface.
func (t typed) fits(name string) bool {
	switch name {
	case t.name, "Node":
		return true
	case "Actor":
		return t.name == "Bot" || t.name == "User" || t.name == "Organization"
	case "RepositoryOwner":
		return t.name == "User" || t.name == "Organization"
	case "GitObject":
		return t.name == "Commit" || t.name == "Blob" || t.name == "Tree" || t.name == "Tag"
	}
	return false
}

// skipped says whether @skip or @include leaves a selection out.
func (q *query) skipped(list ast.DirectiveList) bool {
	for _, d := range list {
		a := d.Arguments.ForName("if")
		if a == nil {
			continue
		}
		v, err := a.Value.Value(q.variables)
		if err == nil && (d.Name == "skip" && v == true || d.Name == "include" && v == false) {
			return true
		}
	}
	return false
}

// field works out one field.
func (q *query) field(f *ast.Field, t typed, path []any) any {
	if f.Name == "__typename" {
		return t.name
	}
	resolve := t.fields[f.Name]
	if resolve == nil {
		q.fatal = true
		q.errors = append(q.errors, object{"path": path, "message": fmt.Sprintf("Field '%s' doesn't exist on type '%s'", f.Name, t.name),
			"extensions": object{"code": "undefinedField", "typeName": t.name, "fieldName": f.Name}})
		return nil
	}
	given := args{}
	for _, a := range f.Arguments {
		v, err := a.Value.Value(q.variables)
		if err != nil {
			q.fatal = true
			q.complain(path, "INVALID", err.Error())
			return nil
		}
		given[a.Name] = v
	}
	v, err := resolve(given)
	if err != nil {
		var known *graphError
		if !errors.As(err, &known) {
			known = &graphError{"INTERNAL", err.Error()}
		}
		q.complain(path, known.kind, known.message)
		return nil
	}
	return q.value(f, v, path)
}

func (q *query) value(f *ast.Field, v any, path []any) any {
	switch v := v.(type) {
	case typed:
		if len(f.SelectionSet) == 0 {
			q.fatal = true
			q.complain(path, "INVALID", fmt.Sprintf("Field must have selections (field '%s' returns %s but has no selections. Did you mean '%s { ... }'?)", f.Name, v.name, f.Name))
			return nil
		}
		return q.object(f.SelectionSet, v, path)
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = q.value(f, x, append(append([]any{}, path...), i))
		}
		return out
	}
	return v
}

// connection pages through a list as GitHub does: it wants to know how many.
func connection(name, of string, items []any, a args) (any, error) {
	first, last := a.number("first"), a.number("last")
	switch {
	case first == 0 && last == 0:
		return nil, &graphError{"MISSING_PAGINATION_BOUNDARIES", fmt.Sprintf("You must provide a `first` or `last` value to properly paginate the `%s` connection.", name)}
	case first > 100 || last > 100:
		return nil, &graphError{"EXCESSIVE_PAGINATION", fmt.Sprintf("Requesting %d records on the `%s` connection exceeds the `first` limit of 100 records.", max(first, last), name)}
	}
	from, to := 0, len(items)
	if after := a.text("after"); after != "" {
		from = min(number(after, 0), to)
	}
	if before := a.text("before"); before != "" {
		to = max(min(number(before, 1)-1, to), from)
	}
	if first > 0 {
		to = min(to, from+first)
	} else {
		from = max(from, to-last)
	}
	shown := items[from:to]
	edges := make([]any, len(shown))
	for i, x := range shown {
		edges[i] = typed{of + "Edge", map[string]func(args) (any, error){"cursor": is(itoa(from + i + 1)), "node": is(x)}}
	}
	var start, end any
	if len(shown) > 0 {
		start, end = itoa(from+1), itoa(to)
	}
	return typed{of + "Connection", map[string]func(args) (any, error){
		"nodes": is(shown), "edges": is(edges), "totalCount": is(len(items)), "issueCount": is(len(items)),
		"pageInfo": is(typed{"PageInfo", map[string]func(args) (any, error){
			"hasNextPage": is(to < len(items)), "hasPreviousPage": is(from > 0), "startCursor": is(start), "endCursor": is(end),
		}}),
	}}, nil
}

// convert renders every item of a list.
func convert[T any](items []T, f func(T) typed) []any {
	out := make([]any, len(items))
	for i, x := range items {
		out[i] = f(x)
	}
	return out
}
