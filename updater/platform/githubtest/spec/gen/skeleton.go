package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// writeSkeletons writes the smallest valid value of each schema that the file
// list names.
func writeSkeletons(doc map[string]any, list, file string) error {
	names, err := lines(list)
	if err != nil {
		return err
	}
	schemas := object(object(doc["components"])["schemas"])
	out := map[string]any{}
	for _, name := range names {
		schema := object(schemas[name])
		if schema == nil {
			return fmt.Errorf("no schema %s", name)
		}
		out[name] = smallest(doc, schema)
	}
	text, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// smallest returns the smallest value that satisfies a schema: null where
// that is allowed, else required properties only, empty lists, the first
// word of an enumeration.
func smallest(doc map[string]any, v any) any {
	s := resolve(doc, v)
	if s["nullable"] == true {
		return nil
	}
	if e, ok := s["enum"].([]any); ok {
		return e[0]
	}
	for _, k := range []string{"oneOf", "anyOf"} {
		if l, ok := s[k].([]any); ok && s["properties"] == nil {
			return smallest(doc, l[0])
		}
	}
	switch s["type"] {
	case "string":
		if s["format"] == "date-time" {
			return "2020-01-01T00:00:00Z"
		}
		return ""
	case "integer", "number":
		return 0
	case "boolean":
		return false
	case "array":
		return []any{}
	}
	out := map[string]any{}
	if l, ok := s["allOf"].([]any); ok {
		for _, part := range l {
			for k, x := range object(smallest(doc, part)) {
				out[k] = x
			}
		}
	}
	required, _ := s["required"].([]any)
	for _, k := range required {
		name := k.(string)
		out[name] = smallest(doc, object(s["properties"])[name])
	}
	return out
}
