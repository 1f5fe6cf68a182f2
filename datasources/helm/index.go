package helm

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/currant-bot/currant/datasources/internal/jsonstream"
)

// What is held of an index at a time.
const (
	maxLine  = 1 << 20 // bytes of one line
	maxEntry = 4 << 20 // bytes of one release of the chart
)

// seen is what was met in an index.
type seen struct {
	entries bool // the key "entries"
	chart   bool // the wanted chart
	after   bool // a top-level key after the entries: they were whole
}

// readIndex calls add for each release of the chart called name in an
// index.yaml, which is read to its end.
//
// An index is a mapping in block style: a line that is not indented deeper than a
// chart's name ends that chart. So the other charts need not be parsed, and each
// release is parsed by itself. An index in JSON is read value by value.
func readIndex(r io.Reader, name string, add func(chartVersion)) (seen, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	if first, err := firstByte(br); err == nil && first == '{' {
		return readJSON(br, name, add)
	}
	x := &indexReader{name: name, add: add, chartIndent: -1}
	var line []byte
	for {
		piece, err := br.ReadSlice('\n')
		if x.wanted || len(line) < 4096 {
			line = append(line, piece...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			if len(line) > maxLine {
				return x.seen, fmt.Errorf("a line is longer than %d bytes", maxLine)
			}
			continue
		}
		if err != nil && err != io.EOF {
			return x.seen, err
		}
		if lerr := x.line(bytes.TrimRight(line, "\r\n")); lerr != nil {
			return x.seen, lerr
		}
		line = line[:0]
		if err == io.EOF {
			return x.seen, x.flush()
		}
	}
}

// firstByte returns the first byte that is not white space, without reading it.
func firstByte(r *bufio.Reader) (byte, error) {
	for n := 1; n < 1024; n++ {
		b, err := r.Peek(n)
		if err != nil {
			return 0, err
		}
		if c := b[n-1]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, nil
		}
	}
	return 0, errors.New("only white space")
}

// An indexReader finds the wanted chart's releases line by line.
type indexReader struct {
	seen
	name string
	add  func(chartVersion)

	inEntries   bool
	chartIndent int // of the keys below entries; -1 until the first
	wanted      bool
	itemIndent  int // of the dashes of the wanted chart's list; -1 until the first
	item        strings.Builder
}

// line reads a line, which is the caller's to use again.
func (x *indexReader) line(line []byte) error {
	rest := bytes.TrimLeft(line, " ")
	indent := len(line) - len(rest)
	if len(rest) == 0 {
		return x.hold(line)
	}
	if rest[0] == '#' && indent <= max(0, x.chartIndent) {
		return nil // a comment; deeper it may be a scalar's text
	}
	dash := rest[0] == '-' && (len(rest) == 1 || rest[1] == ' ')
	switch {
	case indent == 0 && !dash:
		return x.topLevel(string(rest))
	case !x.inEntries:
		return nil
	}
	if x.chartIndent < 0 && !dash {
		x.chartIndent = indent
	}
	if indent <= x.chartIndent && !dash {
		return x.chartKey(string(rest))
	}
	if !x.wanted {
		return nil
	}
	if dash && x.itemIndent < 0 {
		x.itemIndent = indent
	}
	if dash && indent == x.itemIndent {
		if err := x.flush(); err != nil {
			return err
		}
	}
	return x.hold(line)
}

// topLevel reads a line that begins a top-level key.
func (x *indexReader) topLevel(rest string) error {
	if err := x.flush(); err != nil {
		return err
	}
	x.wanted = false
	if rest == "---" || rest == "..." || rest[0] == '%' {
		return nil
	}
	key, value, _ := splitKey(rest)
	if key != "entries" {
		x.after = x.after || x.inEntries
		x.inEntries = false
		return nil
	}
	if x.entries {
		return errors.New("it has entries twice")
	}
	x.entries, x.inEntries = true, true
	if value != "" && value != "{}" && value != "null" && value != "~" && value[0] != '#' {
		return errors.New("its entries are not in block style")
	}
	return nil
}

// chartKey reads a line that begins a chart.
func (x *indexReader) chartKey(rest string) error {
	if err := x.flush(); err != nil {
		return err
	}
	key, value, ok := splitKey(rest)
	x.wanted = ok && key == x.name
	x.itemIndent = -1
	if !x.wanted {
		return nil
	}
	if x.chart {
		return errors.New("it has the chart twice")
	}
	x.chart = true
	if value != "" && value != "[]" && value[0] != '#' {
		return errors.New("the chart's releases are not in block style")
	}
	return nil
}

// splitKey splits a line "key: value", of which the key may be quoted.
func splitKey(rest string) (key, value string, ok bool) {
	if rest[0] == '"' || rest[0] == '\'' {
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return "", "", false
		}
		key, rest = rest[1:1+end], strings.TrimLeft(rest[2+end:], " ")
		value, ok = strings.CutPrefix(rest, ":")
		return key, strings.TrimSpace(value), ok
	}
	key, value, ok = strings.Cut(rest, ":")
	return strings.TrimSpace(key), strings.TrimSpace(value), ok
}

// hold keeps a line of the wanted chart.
func (x *indexReader) hold(line []byte) error {
	if !x.wanted || x.itemIndent < 0 {
		return nil
	}
	if x.item.Len()+len(line) > maxEntry {
		return fmt.Errorf("a release is longer than %d bytes", maxEntry)
	}
	x.item.Write(line)
	x.item.WriteByte('\n')
	return nil
}

// flush parses the release that is held, if any.
func (x *indexReader) flush() error {
	if x.item.Len() == 0 {
		return nil
	}
	var vs []chartVersion
	err := yaml.Unmarshal([]byte(x.item.String()), &vs)
	x.item.Reset()
	var odd *yaml.TypeError // a field of another type counts as absent
	if err != nil && !errors.As(err, &odd) {
		return fmt.Errorf("a release of the chart is not valid: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	for _, v := range vs {
		x.add(v)
	}
	return nil
}

// readJSON reads an index that is JSON.
func readJSON(r io.Reader, name string, add func(chartVersion)) (seen, error) {
	var s seen
	d := json.NewDecoder(r)
	err := jsonstream.Object(d, func(key string) error {
		if key != "entries" {
			return jsonstream.Skip(d)
		}
		s.entries = true
		return jsonstream.Object(d, func(chart string) error {
			if chart != name {
				return jsonstream.Skip(d)
			}
			s.chart = true
			var vs []chartVersion
			err := d.Decode(&vs)
			for _, v := range vs {
				add(v)
			}
			return err
		})
	})
	s.after = err == nil
	if err != nil {
		return s, err
	}
	_, err = io.Copy(io.Discard, r)
	return s, err
}
