// Package dockerfile finds the images that a Dockerfile builds on and the
// system packages that it installs.
package dockerfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
)

// Manager reads Dockerfiles and Containerfiles. It needs no valid one: a
// template for one, or an instruction that does not exist yet, loses nothing else.
var Manager = &managers.Manager{
	Name: "dockerfile",
	Doc: `images and system packages in Dockerfiles

Images are found in FROM, COPY --from, RUN --mount=from and "# syntax="; a
variable is resolved to the default of its ARG, which is then what is updated.`,
	Files: []string{
		`/(^|/|\.)([Dd]ocker|[Cc]ontainer)file$/`,
		`/(^|/)([Dd]ocker|[Cc]ontainer)file[^/]*$/`,
	},
	Categories:  []string{"docker"},
	Limits:      "A tag that is made of several variables; images that a build argument without default names.",
	Datasources: []string{"apk", "deb", "docker"},
	Extract:     extract,
}

// maxSize is the size in bytes of the largest file that is read.
const maxSize = 512 << 10

func extract(file managers.File) managers.Result {
	if len(file.Text) > maxSize {
		text := fmt.Sprintf("file is not read: it has %d bytes, more than %d", len(file.Text), maxSize)
		return managers.Result{Problems: []managers.Problem{{Path: file.Path, Text: text}}}
	}
	b := build{text: file.Text, stages: map[string]bool{}, global: args{}}
	rest, escape := b.directives(file.Text)
	for in := range instructions(file.Text, rest, escape) {
		b.read(in)
	}
	if b.last >= 0 {
		b.deps[b.last].Kind = "final"
	}
	b.share()
	return managers.Result{Deps: b.deps}
}

// A build is what is known of a Dockerfile up to some line.
type build struct {
	text   string
	deps   []managers.Dep
	last   int // index of the last image in deps, -1 before any
	count  int // of stages
	stages map[string]bool
	global args // before the first FROM
	stage  args // in the current stage; nil before the first FROM
	refs   []use
}

var directive = regexp.MustCompile(`^[ \t]*#[ \t]*([A-Za-z]+)[ \t]*=[ \t]*(\S+)[ \t]*\r?\n?$`)

// directives reads the parser directives: comments "# key=value" at the very top. It returns
// where the instructions begin, and the escape character.
func (b *build) directives(text string) (rest int, escape byte) {
	b.last, escape = -1, '\\'
	for line := range strings.Lines(text) {
		at := directive.FindStringSubmatchIndex(line)
		if at == nil {
			break
		}
		value := managers.Field{Text: line[at[4]:at[5]], Start: rest + at[4]}
		switch strings.ToLower(line[at[2]:at[3]]) {
		case "syntax":
			d := image.Dep(value)
			d.Kind, d.Line = "syntax", b.line(rest)
			b.deps = append(b.deps, d)
		case "escape":
			if value.Text == "`" {
				escape = '`'
			}
		}
		rest += len(line)
	}
	return rest, escape
}

func (b *build) line(at int) int { return 1 + strings.Count(b.text[:at], "\n") }

// read takes in one instruction.
func (b *build) read(in instruction) {
	if in.keyword == "ONBUILD" {
		line := in.line
		in = newInstruction(in.rest)
		in.line = line
	}
	flags, words := in.rest.flags()
	switch in.keyword {
	case "ARG":
		b.arg(words)
	case "FROM":
		b.from(in, words)
	case "COPY", "ADD":
		for _, flag := range flags {
			if ref, ok := flag.cutPrefix("--from="); ok {
				b.image(in, ref, b.stage)
			}
		}
	case "RUN":
		for _, flag := range flags {
			if mount, ok := flag.cutPrefix("--mount="); ok {
				b.mount(in, mount)
			}
		}
		b.deps = append(b.deps, installs(in.rest, in.line)...)
	}
}

func (b *build) arg(words []origin) {
	for _, w := range words {
		i := strings.IndexByte(w.text, '=')
		switch {
		case i < 0: // in a stage, this lets the global one in
		case b.stage == nil:
			b.global[w.text[:i]] = w.slice(i+1, len(w.text)).unquote()
		default:
			b.stage[w.text[:i]] = w.slice(i+1, len(w.text)).unquote()
		}
	}
}

func (b *build) from(in instruction, words []origin) {
	if len(words) == 0 {
		return
	}
	if !strings.EqualFold(words[0].text, "scratch") {
		b.image(in, words[0], b.global)
	}
	if len(words) >= 3 && strings.EqualFold(words[1].text, "as") {
		b.stages[strings.ToLower(words[2].text)] = true
	}
	b.stages[strconv.Itoa(b.count)] = true
	b.count++
	b.stage = b.global.clone()
}

// mount reads the value of a --mount flag, such as "type=bind,from=golang:1.24,target=/go".
func (b *build) mount(in instruction, mount origin) {
	start := 0
	for option := range strings.SplitSeq(mount.text, ",") {
		part := mount.slice(start, start+len(option))
		if ref, ok := part.cutPrefix("from="); ok {
			b.image(in, ref, b.stage)
		}
		start += len(option) + 1
	}
}

// image adds the dependency on the image that word names, unless it is a stage of this file.
func (b *build) image(in instruction, word origin, vars args) {
	word = word.unquote()
	ref := vars.resolve(word)
	if ref.text == "" {
		return
	}
	if b.stages[strings.ToLower(ref.text)] {
		b.refs = append(b.refs, use{dep: -1, ref: ref, name: ref})
		return
	}
	d := image.Dep(managers.Field{Text: ref.text})
	d.Kind, d.Line = "stage", in.line
	name := ref
	for _, f := range []managers.Field{d.Value, d.Digest} {
		if f.Text != "" {
			name = ref.slice(0, min(f.Start, len(name.text)))
		}
	}
	b.refs = append(b.refs, use{len(b.deps), ref, name})
	d = place(d, ref, word)
	b.last = len(b.deps)
	b.deps = append(b.deps, d)
}

// place moves the fields of d, which count from the start of ref, to where they stand in the
// file. A field that is put together from several places cannot be updated. A digest goes where the
// reference is written, or into the default of the variable that is the whole of it.
func place(d managers.Dep, ref, word origin) managers.Dep {
	composed := d.Value.Text
	at := d.NameAt
	if d.NameAt = (managers.Field{}); at.Text != "" {
		d.NameAt, _ = ref.slice(at.Start, at.End()).field() // else it cannot be renamed
	}
	for _, f := range []*managers.Field{&d.Value, &d.Digest} {
		if f.Text == "" {
			continue
		}
		from, ok := ref.slice(f.Start, f.End()).field()
		if !ok {
			d.Composed = composed
			d.Value, d.Digest, d.Pin = managers.Field{}, managers.Field{}, nil
			d.Skip, d.Note = managers.ContainsVariable, "the tag of "+word.text+" is put together from several places"
			return d
		}
		*f = from
	}
	if d.Pin != nil {
		end := word.end()
		if whole, ok := ref.field(); ok {
			end = whole.End()
		}
		d.Pin = []managers.Piece{{Start: end, End: end, New: "@{digest}"}}
	}
	return d
}
