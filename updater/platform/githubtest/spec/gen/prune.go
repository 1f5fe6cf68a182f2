package main

import (
	"fmt"
	"slices"
	"strings"
)

// prune returns the description of the operations ids alone, with the
// components that they reach and without prose.
func prune(doc map[string]any, ids []string) (map[string]any, error) {
	missing := slices.Clone(ids)
	paths := map[string]any{}
	for path, item := range object(doc["paths"]) {
		kept := map[string]any{}
		for _, m := range methods {
			op := object(object(item)[m])
			id, _ := op["operationId"].(string)
			if slices.Contains(ids, id) {
				kept[m] = strip(op)
				missing = slices.DeleteFunc(missing, func(s string) bool { return s == id })
			}
		}
		if len(kept) > 0 {
			paths[path] = kept
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("no such operations: %v", missing)
	}
	out := map[string]any{
		"openapi": doc["openapi"],
		"info":    map[string]any{"title": "GitHub", "version": openapiPackage},
		"paths":   paths,
	}
	components := map[string]any{}
	reach(doc, paths, components)
	out["components"] = components
	return out, nil
}

// reach copies the components that v refers to, directly or not.
func reach(doc map[string]any, v any, components map[string]any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			reach(doc, x, components)
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			parts := strings.Split(strings.TrimPrefix(ref, "#/components/"), "/")
			kind := object(components[parts[0]])
			if kind == nil {
				kind = map[string]any{}
				components[parts[0]] = kind
			}
			if _, done := kind[parts[1]]; !done {
				c := strip(object(object(doc["components"])[parts[0]])[parts[1]])
				kind[parts[1]] = c
				reach(doc, c, components)
			}
		}
		for _, x := range v {
			reach(doc, x, components)
		}
	}
}

// prose are the keys that say nothing about what is valid.
var prose = []string{"description", "summary", "example", "examples", "externalDocs", "tags", "x-github", "title", "deprecated"}

// strip returns v without prose. The children of "properties" are names, not
// keywords, and stay; a response keeps an empty description, which OpenAPI
// requires.
func strip(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = strip(x)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			switch {
			case slices.Contains(prose, k):
			case k == "properties" || k == "responses":
				named := map[string]any{}
				for name, child := range object(x) {
					named[name] = strip(child)
					if k == "responses" && object(child)["$ref"] == nil {
						object(named[name])["description"] = ""
					}
				}
				out[k] = named
			case k == "enum" || k == "default":
				out[k] = x
			default:
				out[k] = strip(x)
			}
		}
		if _, ok := v["content"]; ok && v["in"] == nil && v["required"] == nil {
			out["description"] = ""
		}
		return out
	}
	return v
}
