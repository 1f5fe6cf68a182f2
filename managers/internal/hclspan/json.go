package hclspan

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

// ReadJSON is Read for a file in the JSON form of HCL, such as main.tf.json. There only a schema tells how many labels
// the blocks of a type have, and which objects are blocks: here each is a block and an attribute, and labels says the rest.
func ReadJSON(file managers.File, labels func(kind string) int, want func(kind string, labels []string) bool) ([]Block, []managers.Problem) {
	root, problems := jsonspan.Read(file)
	var blocks []Block
	for key, value := range root.Members() {
		blocks = append(blocks, labelled(file.Text, Block{Type: key.Text, Line: key.Line}, value, labels(key.Text))...)
	}
	return slices.DeleteFunc(blocks, func(b Block) bool { return !want(b.Type, b.Labels) }), problems
}

// labelled returns the blocks of a type in an object that has objects for further labels.
func labelled(text string, b Block, v jsonspan.Value, labels int) []Block {
	var blocks []Block
	if v.Kind == jsonspan.Array {
		for _, item := range v.Items() {
			if item.Kind == jsonspan.Object {
				blocks = append(blocks, labelled(text, b, item, labels)...)
			}
		}
		return blocks
	}
	if v.Kind != jsonspan.Object {
		return nil
	}
	if labels == 0 {
		return []Block{content(text, b, v)}
	}
	for key, value := range v.Members() {
		next := Block{Type: b.Type, Labels: append(slices.Clone(b.Labels), key.Text), Line: key.Line}
		blocks = append(blocks, labelled(text, next, value, labels-1)...)
	}
	return blocks
}

func content(text string, b Block, v jsonspan.Value) Block {
	for key, value := range v.Members() {
		b.Attrs = append(b.Attrs, Attr{Name: key.Text, Line: key.Line, Value: jsonValue(text, value)})
		b.Blocks = append(b.Blocks, labelled(text, Block{Type: key.Text, Line: key.Line}, value, 0)...)
	}
	return b
}

func jsonValue(text string, j jsonspan.Value) Value {
	v := Value{Kind: Literal, Text: j.Text, Start: j.Start, Line: j.Line}
	switch j.Kind {
	case jsonspan.String:
		v.Kind, v.raw = String, text[j.Start:j.End]
		if strings.Contains(v.Text, "${") || strings.Contains(v.Text, "%{") { // strings are templates
			v.Kind = Expression
		}
	case jsonspan.Object:
		v.Kind = Object
		for key, value := range j.Members() {
			v.members = append(v.members, Attr{Name: key.Text, Line: key.Line, Value: jsonValue(text, value)})
		}
	case jsonspan.Array:
		v.Kind = List
		for _, item := range j.Items() {
			v.items = append(v.items, jsonValue(text, item))
		}
	}
	return v
}
