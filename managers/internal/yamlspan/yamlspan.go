// Package yamlspan defines YAML documents whose scalars know their place in the
// file, so that a version can be changed by replacing its bytes.
//
// It reads what people keep in repositories, not only what a YAML parser
// accepts: one broken document of a file does not lose the others, and a
// document that only a template engine can read is read without its
// template tags. Aliases are never expanded, only followed one at a time.
package yamlspan

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/currant-bot/currant/managers"
)

// MaxSize is the size in bytes of the largest file that is read.
const MaxSize = 10 << 20

// maxNodes bounds the memory that a file can take: a node needs at least one
// of the characters in nodeMarks, and costs about 200 bytes.
const (
	maxNodes  = 1 << 20
	nodeMarks = "\n\r,:[{"
)

// maxProblems is how many broken documents of a file are reported one by one.
const maxProblems = 20

// A Doc is one document of a file, with its root. A document without content has the
// zero Node.
type Doc struct {
	Node
	// Template says that the document can only be read without its template tags,
	// or not even so: then it has the zero Node.
	Template bool
	// Start and End are the byte offsets of the document in its file,
	// including its "---" line.
	Start, End int
}

// Documents returns the documents of a file in order, leaving out those that
// are not valid YAML: these are problems. A document with template tags is no
// problem, as it is not meant to be YAML. All managers that read file share one
// parse of it. The documents may be used by several goroutines at once.
func Documents(file managers.File) ([]Doc, []managers.Problem) {
	p := managers.Once(file, "yaml", parse)
	var problems []managers.Problem
	for _, problem := range p.problems {
		problem.Path = file.Path
		problems = append(problems, problem)
	}
	return p.docs, problems
}

type parsed struct {
	docs     []Doc
	problems []managers.Problem
}

func parse(text string) parsed {
	var p parsed
	if why := tooBig(text); why != "" {
		p.problems = append(p.problems, managers.Problem{Text: why})
		return p
	}
	breaks, broken := newlines(text), 0
	for _, part := range split(text) {
		doc, err := parseDoc(text, breaks, part)
		if err != nil {
			if broken++; broken > maxProblems {
				continue
			}
			line, why := position(err)
			lines := strings.Count(strings.TrimSpace(text[part.start:part.end]), "\n")
			line = strings.Count(text[:part.start], "\n") + min(line, lines+1)
			p.problems = append(p.problems, managers.Problem{Line: line, Text: "document is not valid YAML: " + why})
			continue
		}
		p.docs = append(p.docs, doc)
		if strings.Contains(text[part.start:part.end], "*") {
			if why := bomb(doc.n); why != "" {
				p.problems = append(p.problems, managers.Problem{Line: strings.Count(text[:part.start], "\n") + 1, Text: why})
			}
		}
	}
	if more := broken - maxProblems; more > 0 {
		p.problems = append(p.problems, managers.Problem{Text: fmt.Sprintf("%d more documents are not valid YAML", more)})
	}
	return p
}

func tooBig(text string) string {
	if len(text) > MaxSize {
		return fmt.Sprintf("file is not read: it has %d bytes, more than %d", len(text), MaxSize)
	}
	nodes := 0
	for _, mark := range []byte(nodeMarks) {
		nodes += strings.Count(text, string(mark))
	}
	if nodes > maxNodes {
		return fmt.Sprintf("file is not read: it may have more than %d YAML nodes", maxNodes)
	}
	return ""
}

// A part is a stretch of a file that holds one document.
type part struct{ start, end int }

// split cuts text before each line that starts a document or comes after one's end.
// In YAML such a line ends whatever it stands in, even a block scalar, so no parsing
// is needed to find it. Directives and comments stay with the document after them.
func split(text string) []part {
	var parts []part
	start, content := 0, false
	cut := func(at int) {
		if content {
			parts = append(parts, part{start, at})
			start, content = at, false
		}
	}
	for at := 0; at < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := text[at:end]
		switch trimmed := strings.TrimSpace(line); {
		case isMarker(line, "---"):
			cut(at)
			content = true
		case isMarker(line, "..."):
			cut(end)
			start, content = end, false
		case trimmed != "" && trimmed[0] != '#' && trimmed[0] != '%':
			content = true
		}
		at = end
	}
	cut(len(text))
	return parts
}

func isMarker(line, marker string) bool {
	rest, ok := strings.CutPrefix(line, marker)
	return ok && (rest == "" || strings.IndexByte(" \t\r\n", rest[0]) >= 0)
}

// templateMark stands for what a template fills in where leaving it out is no YAML, as in
// "image: app:{{ .tag }}". As a variable, it keeps the value from being looked up.
const templateMark = "$"

func parseDoc(text string, breaks []int, p part) (Doc, error) {
	doc := Doc{Start: p.start, End: p.end}
	src := &source{text: text, breaks: breaks, parsed: text[p.start:p.end], shifts: []shift{{0, p.start}}}
	root, err := decode(src.parsed)
	if err != nil && isTemplate(src.parsed) {
		doc.Template = true
		for _, mark := range []string{"", templateMark} {
			src.parsed, src.shifts = stripTemplates(text[p.start:p.end], p.start, mark)
			if root, err = decode(src.parsed); err == nil {
				break
			}
		}
		if err != nil {
			return doc, nil
		}
	}
	if err != nil {
		return doc, err
	}
	src.index()
	if root != nil && strings.Contains(src.parsed, "&") {
		src.indexMappings(root)
	}
	doc.Node = Node{root, src}
	return doc, nil
}

// decode returns the content of a document; nil if it has none.
func decode(text string) (root *yaml.Node, err error) {
	// The parser reports mistakes by panicking inside, and has let such
	// panics out on broken input before.
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("yaml: parser gave up: %v", r)
		}
	}()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var doc, rest yaml.Node
	if err := decoder.Decode(&doc); err == io.EOF {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&rest); err != io.EOF {
		return nil, cmp.Or(err, errors.New("yaml: something follows the end of the document's value"))
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], nil
}

var errorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// position splits a parser's error into its line, 1 if it has none, and its text.
func position(err error) (line int, text string) {
	m := errorLine.FindStringSubmatch(err.Error())
	if m == nil {
		return 1, err.Error()
	}
	line, _ = strconv.Atoi(m[1])
	return max(line, 1), m[2]
}
