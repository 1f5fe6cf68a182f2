package templating

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/source"
)

// A Link is what an answers file says: which template a project was made from, and how.
type Link struct {
	Source   string // as written; it may hold credentials
	Commit   string
	Checkout string            // branch or tag that cruft and cookiecutter were told to take; "" for none
	Answers  map[string]string // the others, as YAML, each on its own
}

// maxAnswers bounds an answers file.
const maxAnswers = 64 << 10

// ReadLink reads an answers file.
func ReadLink(text string) (Link, error) {
	if len(text) > maxAnswers {
		return Link{}, fmt.Errorf("it has more than %d bytes", maxAnswers)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return Link{}, err
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return Link{}, fmt.Errorf("it is not a map of answers")
	}
	l := Link{Answers: make(map[string]string)}
	content := doc.Content[0].Content
	for i := 0; i+1 < len(content); i += 2 {
		key, value := content[i].Value, content[i+1]
		switch {
		case key == "_src_path":
			l.Source = value.Value
		case key == "_commit":
			l.Commit = value.Value
		case !strings.HasPrefix(key, "_"):
			l.Answers[key] = encode(value)
		}
	}
	return l, nil
}

// encode writes a value in one form, so that quotes and spacing are no difference.
func encode(n *yaml.Node) string {
	n = plain(n, 0)
	text, err := yaml.Marshal(n)
	if err != nil {
		return "?"
	}
	return strings.TrimSpace(string(text))
}

// plain copies n without styles, comments and aliases.
func plain(n *yaml.Node, depth int) *yaml.Node {
	if n.Kind == yaml.AliasNode || depth > 50 {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "*" + n.Value}
	}
	c := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value}
	for _, child := range n.Content {
		c.Content = append(c.Content, plain(child, depth+1))
	}
	return c
}

// answerChanges compares two answers files, by key.
func answerChanges(before, after Link) []AnswerChange {
	var all []AnswerChange
	for key, old := range before.Answers {
		if value, ok := after.Answers[key]; !ok || value != old {
			all = append(all, AnswerChange{Key: key, Old: old, New: value})
		}
	}
	for key, value := range after.Answers {
		if _, ok := before.Answers[key]; !ok {
			all = append(all, AnswerChange{Key: key, New: value})
		}
	}
	slices.SortFunc(all, func(a, b AnswerChange) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// Identity returns the identity of the template at an address, such as that of a clone's remote.
func Identity(address string) (string, error) {
	src, err := source.Parse(address)
	if errors.Is(err, source.ErrNotGit) {
		src, err = source.Parse("git+" + address)
	}
	if err != nil {
		return "", fmt.Errorf("the address %s of a template: %w", git.Redact(address), err)
	}
	return src.ID, nil
}
