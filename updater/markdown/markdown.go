// Package markdown makes Markdown that somebody else wrote fit for a pull request: it notifies nobody, refers to no
// issue, loads nothing, and is no HTML.
//
// The text is parsed and written anew, so that it does not matter how its author meant to get around that: text is
// text, code is code, and a link leads only where it may.
package markdown

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Options say how a text is written.
type Options struct {
	Heading  int                   // how far its headings are moved down; none is higher than that
	Linkable func(url string) bool // whether a link may lead to url
}

const (
	maxText  = 256 << 10 // of what is read
	maxDepth = 40        // of what is within each other
)

// Quiet returns src written anew.
func Quiet(src string, o Options) string {
	if len(src) > maxText {
		src = strings.ToValidUTF8(src[:maxText], "")
	}
	src = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffd {
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(src, ""), "\r\n", "\n"))
	w := &writer{Options: o, src: []byte(src)}
	doc := reader().Parse(text.NewReader(w.src))
	return strings.Join(w.blocks(doc, 0), "\n")
}

// reader parses what GitHub parses: CommonMark, tables, strikethrough, task lists and plain addresses.
func reader() parser.Parser {
	p := parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	)
	p.AddOptions(
		parser.WithInlineParsers(
			util.Prioritized(extension.NewStrikethroughParser(), 500),
			util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
			util.Prioritized(extension.NewLinkifyParser(), 999),
		),
		parser.WithParagraphTransformers(util.Prioritized(extension.NewTableParagraphTransformer(), 200)),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
	return p
}

type writer struct {
	Options
	src []byte
}

// blocks returns the lines of n's children, with an empty line between two.
func (w *writer) blocks(n ast.Node, depth int) []string {
	var out []string
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		lines := w.block(c, depth+1)
		if len(lines) == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, "")
			if list, ok := c.(*ast.List); ok {
				if before, ok := c.PreviousSibling().(*ast.List); ok && before.IsOrdered() == list.IsOrdered() {
					out = append(out, "* * *", "") // else they would be one list
				}
			}
		}
		out = append(out, lines...)
	}
	return out
}

func (w *writer) block(n ast.Node, depth int) []string {
	if depth > maxDepth {
		return nil
	}
	switch n := n.(type) {
	case *ast.Heading:
		title := strings.Join(w.paragraph(n, depth), " ")
		if title == "" {
			return nil
		}
		return []string{strings.Repeat("#", min(6, n.Level+w.Heading)) + " " + title}
	case *ast.Blockquote:
		return prefixed(w.blocks(n, depth), "> ", "> ")
	case *ast.List:
		return w.list(n, depth)
	case *ast.CodeBlock:
		return w.code(n, "")
	case *ast.FencedCodeBlock:
		return w.code(n, string(n.Language(w.src)))
	case *ast.HTMLBlock:
		return w.html(n)
	case *ast.ThematicBreak:
		return []string{"* * *"}
	case *east.Table:
		return w.table(n, depth)
	}
	if n.Type() == ast.TypeBlock && n.FirstChild() != nil && n.FirstChild().Type() == ast.TypeBlock {
		return w.blocks(n, depth)
	}
	return w.paragraph(n, depth)
}

func prefixed(lines []string, first, rest string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		p := rest
		if i == 0 {
			p = first
		}
		out[i] = strings.TrimRight(p+l, " ")
	}
	return out
}

func (w *writer) list(n *ast.List, depth int) []string {
	var out []string
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if n.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		var lines []string
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			more := w.block(c, depth+1)
			if len(more) > 0 && len(lines) > 0 && !(n.IsTight && c.Kind() == ast.KindList) {
				lines = append(lines, "")
			}
			lines = append(lines, more...)
		}
		if len(lines) == 0 {
			continue
		}
		if len(out) > 0 && !n.IsTight {
			out = append(out, "")
		}
		out = append(out, prefixed(lines, mark, strings.Repeat(" ", len(mark)))...)
	}
	return out
}

var (
	language = regexp.MustCompile(`^[A-Za-z0-9+#.-]{1,20}$`)
	drawn    = map[string]bool{"mermaid": true, "geojson": true, "topojson": true, "stl": true, "math": true, "suggestion": true}
	ticks    = regexp.MustCompile("`+")
)

// code writes a block of code. What hosts draw, or offer to apply, stays code.
func (w *writer) code(n ast.Node, lang string) []string {
	var lines []string
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		lines = append(lines, strings.TrimRight(string(at.Value(w.src)), "\n"))
	}
	if len(lines) == 0 {
		return nil
	}
	if !language.MatchString(lang) || drawn[strings.ToLower(lang)] {
		lang = ""
	}
	mark := longer("``", strings.Join(lines, "\n"))
	return append(append([]string{mark + lang}, lines...), mark)
}

// longer returns more backticks than text has in a row, and more than least.
func longer(least, text string) string {
	for _, t := range ticks.FindAllString(text, -1) {
		if len(t) > len(least) {
			least = t
		}
	}
	return least + "`"
}

var (
	tag     = regexp.MustCompile(`(?s)<!--.*?(-->|$)|<[^>]*(>|$)`)
	hidden  = regexp.MustCompile(`(?is)<(script|style|template|svg|math)\b.*?(</(script|style|template|svg|math)\s*>|$)`)
	newline = regexp.MustCompile(`(?i)^<br\s*/?>$`)
)

// html keeps what a person would read of it.
func (w *writer) html(n *ast.HTMLBlock) []string {
	var raw strings.Builder
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		raw.Write(at.Value(w.src))
	}
	if n.HasClosure() {
		raw.Write(n.ClosureLine.Value(w.src))
	}
	plain := tag.ReplaceAllString(hidden.ReplaceAllString(raw.String(), ""), "")
	return clean(w.plain(plain))
}

func (w *writer) table(n *east.Table, depth int) []string {
	var out []string
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		line := "|"
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			line += " " + strings.ReplaceAll(strings.Join(w.paragraph(cell, depth), " "), "|", `\|`) + " |"
		}
		if out = append(out, line); len(out) == 1 {
			out = append(out, "|"+strings.Repeat("---|", len(n.Alignments)))
		}
	}
	return out
}

// paragraph returns the lines of a text.
func (w *writer) paragraph(n ast.Node, depth int) []string {
	var b strings.Builder
	w.inlines(&b, n, depth)
	return clean(b.String())
}

var blockStart = regexp.MustCompile(`^(\d{1,9})([.)])(\s|$)|^([-+=>:~]|#{1,6}(\s|$))`)

// clean makes lines of inline text none of which begins anything else.
func clean(s string) []string {
	var out []string
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if m := blockStart.FindStringSubmatch(line); m != nil && m[1] != "" {
			line = m[1] + `\` + line[len(m[1]):]
		} else if m != nil {
			line = `\` + line
		}
		out = append(out, line)
	}
	return out
}

var edge = regexp.MustCompile(`#\d|(?i:gh-)\d|://|(?i:www\.)`)

// put adds s to b so that what was harmless apart is harmless together.
func put(b *strings.Builder, s string) {
	was := b.String()
	before, after := was[max(0, len(was)-3):], s[:min(3, len(s))]
	if edge.MatchString(before+after) && !edge.MatchString(before) && !edge.MatchString(after) {
		b.WriteString("\u200b")
	}
	b.WriteString(s)
}

func (w *writer) inlines(b *strings.Builder, n ast.Node, depth int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.inline(b, c, depth+1)
	}
}

func (w *writer) inline(b *strings.Builder, n ast.Node, depth int) {
	if depth > 2*maxDepth {
		return
	}
	switch n := n.(type) {
	case *ast.Text:
		raw := n.Value(w.src)
		put(b, w.plain(string(util.UnescapePunctuations(raw))))
		if n.SoftLineBreak() || n.HardLineBreak() {
			b.WriteString("\n")
		}
	case *ast.String:
		put(b, w.plain(string(n.Value)))
	case *ast.CodeSpan:
		put(b, span(w.content(n)))
	case *ast.Emphasis:
		w.around(b, n, strings.Repeat("*", n.Level), depth)
	case *east.Strikethrough:
		w.around(b, n, "~~", depth)
	case *east.TaskCheckBox:
		if n.IsChecked {
			put(b, "☑ ")
		} else {
			put(b, "☐ ")
		}
	case *ast.AutoLink:
		w.address(b, string(n.URL(w.src)), string(n.Label(w.src)))
	case *ast.Link:
		w.link(b, n, depth)
	case *ast.Image:
		put(b, w.plain(w.content(n)))
	case *ast.RawHTML:
		var raw strings.Builder
		for i := range n.Segments.Len() {
			at := n.Segments.At(i)
			raw.Write(at.Value(w.src))
		}
		if newline.MatchString(raw.String()) {
			b.WriteString("\n")
		}
	default:
		w.inlines(b, n, depth)
	}
}

// around puts marks around what n holds, if that can be marked.
func (w *writer) around(b *strings.Builder, n ast.Node, mark string, depth int) {
	var in strings.Builder
	w.inlines(&in, n, depth)
	inner := in.String()
	if strings.TrimSpace(inner) != inner || inner == "" || strings.Contains(inner, "\n") {
		put(b, inner)
		return
	}
	put(b, mark+inner+mark)
}

func (w *writer) link(b *strings.Builder, n *ast.Link, depth int) {
	var in strings.Builder
	w.inlines(&in, n, depth)
	label := strings.Join(strings.Fields(in.String()), " ")
	url := string(n.Destination)
	if label == "" {
		return // of a picture without a text
	}
	if w.Linkable == nil || !w.Linkable(url) {
		put(b, label)
		return
	}
	put(b, "["+label+"]("+url+")")
}

// address writes an address that stands for itself.
func (w *writer) address(b *strings.Builder, url, label string) {
	if w.Linkable != nil && w.Linkable(url) {
		put(b, "<"+url+">")
		return
	}
	put(b, span(label))
}

// content is the text that n holds, without any form.
func (w *writer) content(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Value(w.src))
			if t.SoftLineBreak() {
				b.WriteString(" ")
			}
			continue
		}
		b.WriteString(w.content(c))
	}
	return b.String()
}

// span is text as code, on one line.
func span(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return ""
	}
	mark := longer("", s)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return mark + s + mark
}

var (
	special = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "$", `\$`)
	notify  = strings.NewReplacer("@", "@\u200b", "://", ":\u200b//")
	numbers = regexp.MustCompile(`#(\d)|(?i:\b(gh-))(\d)`)
	www     = regexp.MustCompile(`(?i)\bwww\.`)
	entity  = regexp.MustCompile(`&(#?[A-Za-z0-9]+;)`)
)

// plain is text that means nothing: no form, no mention, no issue, no address.
func (w *writer) plain(s string) string {
	s = string(util.ResolveEntityNames(util.ResolveNumericReferences([]byte(s))))
	s = notify.Replace(s)
	s = numbers.ReplaceAllStringFunc(s, func(m string) string { return m[:len(m)-1] + "\u200b" + m[len(m)-1:] })
	s = www.ReplaceAllStringFunc(s, func(m string) string { return m[:3] + "\u200b." })
	s = strings.ReplaceAll(entity.ReplaceAllString(special.Replace(s), `\&$1`), "<", "&lt;")
	if rest, ok := strings.CutSuffix(s, "!"); ok { // a link may follow, which must not become a picture
		s = rest + `\!`
	}
	return s
}
