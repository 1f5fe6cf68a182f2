package spec

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

//go:embed github.graphql
var schemaText string

var loadSchema = sync.OnceValues(func() (*ast.Schema, error) {
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "github.graphql", Input: schemaText})
	if err != nil {
		return nil, fmt.Errorf("reading GitHub's GraphQL schema: %w", err)
	}
	return s, nil
})

// Query returns what is wrong with a GraphQL query by the part of GitHub's
// schema that types.txt names.
func Query(text string) []string {
	schema, err := loadSchema()
	if err != nil {
		return []string{err.Error()}
	}
	_, problems := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	var out []string
	for _, p := range problems {
		out = append(out, p.Message)
	}
	return out
}
