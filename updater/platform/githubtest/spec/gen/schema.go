package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// writeSchema writes the GraphQL types that the file list names. A line is
// "Type" or "Type field field..." to keep only some fields; a field whose type
// or arguments are not kept is dropped.
func writeSchema(text, list, file string) error {
	doc, err := parser.ParseSchema(&ast.Source{Input: text})
	if err != nil {
		return fmt.Errorf("reading the GraphQL schema: %w", err)
	}
	want, err := wanted(list)
	if err != nil {
		return err
	}
	out := &ast.SchemaDocument{}
	for _, d := range doc.Definitions {
		fields, ok := want[d.Name]
		if !ok {
			continue
		}
		delete(want, d.Name)
		out.Definitions = append(out.Definitions, trim(d, fields))
	}
	if len(want) > 0 {
		return fmt.Errorf("no such types: %v", want)
	}
	settle(out)
	var buf bytes.Buffer
	buf.WriteString("# Generated from " + graphqlPackage + ", see NOTICE.md. Do not edit.\n")
	formatter.NewFormatter(&buf, formatter.WithIndent(" ")).FormatSchemaDocument(out)
	return os.WriteFile(file, buf.Bytes(), 0o644)
}

func wanted(list string) (map[string][]string, error) {
	all, err := lines(list)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, l := range all {
		words := bytes.Fields([]byte(l))
		var fields []string
		for _, w := range words[1:] {
			fields = append(fields, string(w))
		}
		out[string(words[0])] = fields
	}
	return out, nil
}

// trim removes prose, directives, repeated fields and those not asked for.
func trim(d *ast.Definition, fields []string) *ast.Definition {
	d.Description, d.Directives = "", nil
	var kept ast.FieldList
	for _, f := range d.Fields {
		if kept.ForName(f.Name) != nil || len(fields) > 0 && f.Name != "id" && !slices.Contains(fields, f.Name) {
			continue
		}
		f.Description, f.Directives = "", nil
		for _, a := range f.Arguments {
			a.Description, a.Directives = "", nil
		}
		kept = append(kept, f)
	}
	d.Fields = kept
	for _, v := range d.EnumValues {
		v.Description, v.Directives = "", nil
	}
	return d
}

// settle drops what refers to types that were not kept.
func settle(out *ast.SchemaDocument) {
	builtin := []string{"String", "Int", "Float", "Boolean", "ID"}
	known := func(name string) bool {
		return slices.Contains(builtin, name) || out.Definitions.ForName(name) != nil
	}
	for _, d := range out.Definitions {
		d.Interfaces = slices.DeleteFunc(d.Interfaces, func(s string) bool { return !known(s) })
		d.Types = slices.DeleteFunc(d.Types, func(s string) bool { return !known(s) })
		d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool { return !known(f.Type.Name()) })
		for _, f := range d.Fields {
			f.Arguments = slices.DeleteFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return !known(a.Type.Name()) })
		}
	}
}
