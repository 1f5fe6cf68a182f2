package templating

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// errData says that an answers file is written in a way that cannot be taken apart.
var errData = errors.New("the answers are not written one after the other, each on lines of its own")

// answersData makes a data file of an answers file: its lines as they are, since another writer of YAML could
// change what they mean, without Copier's own keys, and with more in place of what it says.
func answersData(text string, more map[string]any) (string, error) {
	kept, err := answersLines(text, more)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(kept)
	for _, key := range slices.Sorted(maps.Keys(more)) {
		line, err := json.Marshal(map[string]any{key: more[key]}) // JSON is YAML, but between braces
		if err != nil {
			return "", fmt.Errorf("writing answers: %w", err)
		}
		name, _ := json.Marshal(key) // a string always can be
		fmt.Fprintf(&b, "%s: %s\n", name, line[len(name)+2:len(line)-1])
	}
	data := cmp.Or(b.String(), "{}\n")
	return data, same(text, data, more)
}

// same checks that data says what the answers file text does, but for what is in more. It does not where, say, an
// answer is an alias of something that was left out.
func same(text, data string, more map[string]any) error {
	was, err := ReadLink(text)
	if err != nil {
		return fmt.Errorf("reading the answers: %w", err)
	}
	is, err := ReadLink(data)
	if err != nil {
		return errData
	}
	for key := range more {
		if _, ok := is.Answers[key]; !ok && !strings.HasPrefix(key, "_") {
			return errData
		}
		delete(is.Answers, key)
		delete(was.Answers, key)
	}
	if !maps.Equal(was.Answers, is.Answers) {
		return errData
	}
	return nil
}

// answersLines returns the lines of the answers that are neither Copier's own nor in without.
func answersLines(text string, without map[string]any) (string, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return "", fmt.Errorf("reading the answers: %w", err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return "", errData
	}
	lines := strings.SplitAfter(text, "\n")
	var b strings.Builder
	content := doc.Content[0].Content
	for i := 0; i+1 < len(content); i += 2 {
		from, end := content[i].Line-1, len(lines)
		if i+2 < len(content) {
			end = content[i+2].Line - 1
		}
		if from < 0 || from >= end || end > len(lines) {
			return "", errData
		}
		if _, given := without[content[i].Value]; !given && !strings.HasPrefix(content[i].Value, "_") {
			b.WriteString(strings.TrimSuffix(strings.Join(lines[from:end], ""), "\n") + "\n")
		}
	}
	return b.String(), nil
}
