package githubtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
)

// shapesText holds the smallest valid value of each kind of object that
// GitHub answers with, by the name of its schema.
//
//go:embed skeletons.json
var shapesText []byte

// An object is a JSON object under construction.
type object = map[string]any

// Shapes are shared and never changed.
type shapes map[string]object

func parseShapes(text []byte) (shapes, error) {
	out := shapes{}
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, fmt.Errorf("reading the shapes of objects: %w", err)
	}
	return out, nil
}

// make returns a new object of a schema with the given values set, and the
// addresses below url that are not among them.
func (s shapes) make(schema, url string, set object) object {
	out := maps.Clone(s[schema]) // what is nested is shared: replaced as a whole or left
	if out == nil {
		panic("githubtest: no shape " + schema) // a mistake in this package
	}
	maps.Copy(out, set)
	if url == "" {
		return out
	}
	out["url"] = url
	for k, v := range out {
		if v == "" && strings.HasSuffix(k, "_url") {
			out[k] = url + "/" + strings.TrimSuffix(k, "_url")
		}
	}
	return out
}

// stamp returns a date as GitHub writes it; nil if it is zero.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// node returns the identity of an object in GraphQL, such as "PR_12".
func node(kind string, id int64) string { return kind + "_" + strconv.FormatInt(id, 10) }

// nodeID is the inverse of node; 0 if the identity is of another kind.
func nodeID(kind, node string) int64 {
	rest, ok := strings.CutPrefix(node, kind+"_")
	if !ok {
		return 0
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	if err != nil {
		return 0
	}
	return id
}
