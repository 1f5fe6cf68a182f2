package xmlspan

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

const (
	maxDepth = 100     // of nested elements; deeper text is refused
	maxSize  = 8 << 20 // bytes of text
	maxTags  = 200_000 // elements; more are refused
)

// An Error says where text is not XML.
type Error struct {
	Line int // from 1
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Parse reads a document and returns its root element.
func Parse(text string) (*Element, *Error) {
	if len(text) > maxSize {
		return nil, &Error{1, fmt.Sprintf("file is larger than %d MiB", maxSize>>20)}
	}
	b := builder{text: text}
	for i := range len(text) {
		if text[i] == '\n' {
			b.breaks = append(b.breaks, i)
		}
	}
	d := xml.NewDecoder(strings.NewReader(text))
	// Files are read as UTF-8, whatever their declaration says.
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		start := int(d.InputOffset())
		token, err := d.RawToken()
		if err == io.EOF {
			return b.finish()
		}
		if err == nil {
			err = b.add(token, start, int(d.InputOffset()))
		}
		if err != nil {
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) {
				return nil, &Error{syntax.Line, "not valid XML: " + syntax.Msg}
			}
			return nil, &Error{b.line(start), "not valid XML: " + err.Error()}
		}
	}
}

// A builder turns tokens into a tree.
type builder struct {
	text   string
	breaks []int // where lines end
	root   *Element
	open   []*Element
	names  []xml.Name // of the open elements, with prefixes
	tags   int
}

func (b *builder) line(at int) int {
	before, _ := slices.BinarySearch(b.breaks, at)
	return before + 1
}

func (b *builder) finish() (*Element, *Error) {
	if len(b.open) > 0 {
		last := b.open[len(b.open)-1]
		return nil, &Error{last.Line, fmt.Sprintf("not valid XML: element <%s> is not closed", last.Name)}
	}
	if b.root == nil {
		return nil, &Error{1, "not valid XML: there is no element"}
	}
	return b.root, nil
}

// add takes the token that stands from start to end.
func (b *builder) add(token xml.Token, start, end int) error {
	switch t := token.(type) {
	case xml.StartElement:
		return b.start(t, start, end)
	case xml.EndElement:
		if len(b.open) == 0 || b.names[len(b.names)-1] != t.Name {
			return fmt.Errorf("end tag </%s> closes nothing", t.Name.Local)
		}
		last := len(b.open) - 1
		b.open[last].End = end
		b.open, b.names = b.open[:last], b.names[:last]
	case xml.CharData:
		b.chars(string(t), start, end)
	}
	return nil
}

func (b *builder) start(t xml.StartElement, start, end int) error {
	if b.tags++; b.tags > maxTags {
		return fmt.Errorf("there are more than %d elements", maxTags)
	}
	if len(b.open) >= maxDepth {
		return fmt.Errorf("nested more than %d deep", maxDepth)
	}
	e := &Element{Name: t.Name.Local, Start: start, End: end, Line: b.line(start)}
	places := attrPlaces(b.text[start:end])
	for i, a := range t.Attr {
		if a.Name.Space == "" && a.Name.Local == "xmlns" {
			e.Space = a.Value
		}
		v := Value{Text: strings.TrimSpace(a.Value), Line: e.Line}
		if i < len(places) {
			from, to := start+places[i][0], start+places[i][1]
			v = b.value(a.Value, from, to)
		}
		e.Attrs = append(e.Attrs, Attr{a.Name.Local, v})
	}
	switch {
	case len(b.open) > 0:
		parent := b.open[len(b.open)-1]
		parent.Children = append(parent.Children, e)
	case b.root != nil:
		return errors.New("there is a second root element")
	default:
		b.root = e
	}
	b.open, b.names = append(b.open, e), append(b.names, t.Name)
	return nil
}

// chars adds text to the open element. Only one piece of it that is not white space counts as a value.
func (b *builder) chars(decoded string, start, end int) {
	if len(b.open) == 0 || strings.TrimSpace(decoded) == "" {
		return
	}
	if strings.HasPrefix(b.text[start:end], "<![CDATA[") {
		start, end = start+len("<![CDATA["), end-len("]]>")
	}
	e := b.open[len(b.open)-1]
	v := b.value(decoded, start, end)
	if e.text.Text != "" || e.textTwice {
		e.textTwice = true
		e.text = Value{Text: e.text.Text + v.Text, Line: e.text.Line}
		return
	}
	e.text = v
}

// value returns what stands from start to end and reads decoded, without the white space around it.
func (b *builder) value(decoded string, start, end int) Value {
	text := strings.TrimSpace(decoded)
	raw := b.text[start:end]
	trimmed := strings.TrimLeft(raw, " \t\r\n")
	start += len(raw) - len(trimmed)
	trimmed = strings.TrimRight(trimmed, " \t\r\n")
	return Value{Text: text, Start: start, Line: b.line(start), plain: trimmed == text}
}

// attrPlaces returns where the values of a start tag's attributes stand in it, without their quotes.
func attrPlaces(tag string) (places [][2]int) {
	for i := 0; ; {
		eq := strings.IndexByte(tag[i:], '=')
		if eq < 0 {
			return places
		}
		i += eq + 1
		i += len(tag[i:]) - len(strings.TrimLeft(tag[i:], " \t\r\n"))
		if i >= len(tag) || tag[i] != '"' && tag[i] != '\'' {
			return places
		}
		n := strings.IndexByte(tag[i+1:], tag[i])
		if n < 0 {
			return places
		}
		places = append(places, [2]int{i + 1, i + 1 + n})
		i += n + 2
	}
}
