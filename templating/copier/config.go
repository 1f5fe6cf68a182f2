package copier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"

	"github.com/currant-bot/currant/datasources/versioning"
)

// A Config is what a template's copier.yml says, as far as it can be known without rendering. Where
// a piece comes in a form that is not understood, it counts as being there: a template is never
// taken for more harmless than it is.
type Config struct {
	AnswersFile string // "" for Copier's default; may be a Jinja expression
	Folder      string // of the template's files, "" for all; may be a Jinja expression
	Suffix      string // of files that are rendered
	MinCopier   string
	Extensions  bool
	Tasks       bool
	Migrations  []Migration
	External    map[string]string // other answers files that it reads
	Questions   []Question
	Files       []string // that make up the configuration
	Secrets     []string
	Keep        []string // _skip_if_exists: patterns of files that are written only where they are missing
	Exclude     []string // _exclude: patterns of files that are not written
}

// A Migration is code that runs when a version is passed.
type Migration struct {
	Version string // "" for every update
	Command string // as written, for people
}

// A Question is asked when a repository is made or updated.
type Question struct {
	Name, Type, Help string
	Choices          []string
	Default          bool // it has one
	When             string
}

// A Tree is the files of a version of a template.
type Tree interface {
	List(ctx context.Context) ([]string, error)
	Read(ctx context.Context, path string) (string, error) // fs.ErrNotExist if there is none
}

var configName = regexp.MustCompile(`^copier\.(?i:ya?ml)$`)

// ErrConfig says that a template's configuration cannot be read.
var ErrConfig = errors.New("copier.yml cannot be read")

// ReadConfig reads the configuration of a template. A template without one has the
// zero configuration, with Copier's defaults.
func ReadConfig(ctx context.Context, t Tree) (Config, error) {
	files, err := t.List(ctx)
	if err != nil {
		return Config{}, err
	}
	c := Config{Suffix: ".jinja"}
	for _, f := range files {
		if configName.MatchString(f) {
			c.Files = append(c.Files, f)
		}
	}
	switch len(c.Files) {
	case 0:
		return c, nil
	case 1:
	default:
		return c, fmt.Errorf("%w: there are %s", ErrConfig, strings.Join(c.Files, " and "))
	}
	r := reader{ctx: ctx, tree: t, files: files, config: &c}
	if err := r.read(c.Files[0], 0); err != nil {
		return c, err
	}
	return c, nil
}

type reader struct {
	ctx    context.Context
	tree   Tree
	files  []string
	config *Config
	count  int
	merges int
}

const (
	maxInclude = 10  // deep
	maxFiles   = 200 // all in all
	maxMerges  = 2000
	maxYAML    = 1 << 20
)

// read takes in all documents of a file.
func (r *reader) read(name string, depth int) error {
	if r.count++; depth > maxInclude || r.count > maxFiles {
		return fmt.Errorf("%w: it includes too many files", ErrConfig)
	}
	text, err := r.tree.Read(r.ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s is not there", ErrConfig, name)
	}
	if err != nil {
		return err
	}
	if len(text) > maxYAML {
		return fmt.Errorf("%w: %s has more than %d bytes", ErrConfig, name, maxYAML)
	}
	d := yaml.NewDecoder(strings.NewReader(text))
	for {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrConfig, name, err)
		}
		if err := r.document(&doc, depth); err != nil {
			return err
		}
	}
}

func (r *reader) document(doc *yaml.Node, depth int) error {
	root := resolve(doc.Content[0])
	if root.Tag == "!include" {
		for _, f := range r.files {
			if ok, err := doublestar.Match(path.Clean(root.Value), f); err == nil && ok {
				if err := r.read(f, depth+1); err != nil {
					return err
				}
				r.config.Files = append(r.config.Files, f)
			}
		}
		return nil
	}
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("%w: it is not a map", ErrConfig)
	}
	return r.mapping(root, 0)
}

// mapping takes in keys, those merged in by "<<" too.
func (r *reader) mapping(m *yaml.Node, depth int) error {
	if r.merges++; depth > maxInclude || r.merges > maxMerges {
		return fmt.Errorf("%w: it is nested too deep", ErrConfig)
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := resolve(m.Content[i]), resolve(m.Content[i+1])
		if key.Tag == "!!merge" {
			merged := []*yaml.Node{value}
			if value.Kind == yaml.SequenceNode {
				merged = value.Content
			}
			for _, v := range merged {
				if err := r.mapping(resolve(v), depth+1); err != nil {
					return err
				}
			}
			continue
		}
		r.config.set(key.Value, value)
	}
	return nil
}

// resolve follows an alias. Aliases of aliases do not exist in YAML.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// some reports whether a list has, or may have, members.
func some(n *yaml.Node) bool {
	return n.Tag != "!!null" && !(n.Kind == yaml.SequenceNode && len(n.Content) == 0)
}

func (c *Config) set(key string, v *yaml.Node) {
	switch key {
	case "_answers_file":
		c.AnswersFile = v.Value
	case "_subdirectory":
		c.Folder = v.Value
	case "_templates_suffix":
		c.Suffix = v.Value
	case "_min_copier_version":
		c.MinCopier = v.Value
	case "_jinja_extensions":
		c.Extensions = c.Extensions || some(v)
	case "_tasks":
		c.Tasks = c.Tasks || some(v)
	case "_migrations":
		c.Migrations = append(c.Migrations, migrations(v)...)
	case "_secret_questions":
		c.Secrets = append(c.Secrets, texts(v)...)
	case "_skip_if_exists":
		c.Keep = append(c.Keep, texts(v)...)
	case "_exclude":
		c.Exclude = append(c.Exclude, texts(v)...)
	case "_external_data":
		if c.External == nil {
			c.External = make(map[string]string)
		}
		for i := 0; i+1 < len(v.Content); i += 2 {
			c.External[v.Content[i].Value] = resolve(v.Content[i+1]).Value
		}
	default:
		if !strings.HasPrefix(key, "_") {
			c.Questions = append(slices.DeleteFunc(c.Questions, func(q Question) bool { return q.Name == key }), question(key, v))
			if secret := field(v, "secret"); secret != nil && secret.Value != "false" {
				c.Secrets = append(c.Secrets, key)
			}
		}
	}
}

// texts returns the members of a list.
func texts(list *yaml.Node) []string {
	var all []string
	for _, n := range list.Content {
		all = append(all, resolve(n).Value)
	}
	return all
}

func field(m *yaml.Node, name string) *yaml.Node {
	if m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return resolve(m.Content[i+1])
		}
	}
	return nil
}

func migrations(v *yaml.Node) []Migration {
	if !some(v) {
		return nil
	}
	if v.Kind != yaml.SequenceNode {
		return []Migration{{Command: v.Value}}
	}
	var all []Migration
	for _, n := range v.Content {
		n = resolve(n)
		m := Migration{Command: n.Value}
		if version := field(n, "version"); version != nil {
			m.Version = version.Value
		}
		if command := field(n, "command"); command != nil {
			m.Command = command.Value
		}
		all = append(all, m)
	}
	return all
}

func question(name string, v *yaml.Node) Question {
	q := Question{Name: name, Default: true}
	if v.Kind != yaml.MappingNode {
		return q // the short form is the default
	}
	q.Default = field(v, "default") != nil
	for key, to := range map[string]*string{"type": &q.Type, "help": &q.Help, "when": &q.When} {
		if f := field(v, key); f != nil {
			*to = f.Value
		}
	}
	choices := field(v, "choices")
	if choices == nil {
		return q
	}
	step, at := 1, 0
	if choices.Kind == yaml.MappingNode {
		step, at = 2, 1 // from what is shown to the value
	}
	for i := at; i < len(choices.Content) && len(q.Choices) < 100; i += step {
		choice := resolve(choices.Content[i])
		if value := field(choice, "value"); value != nil {
			choice = value
		}
		if choice.Kind == yaml.SequenceNode && len(choice.Content) == 2 {
			choice = choice.Content[1] // [what is shown, value]
		}
		q.Choices = append(q.Choices, choice.Value)
	}
	return q
}

// Applicable returns the migrations that run between two versions; versions that cannot be compared
// count as passed.
func (c Config) Applicable(from, to string, s versioning.Scheme) []Migration {
	var all []Migration
	for _, m := range c.Migrations {
		known := m.Version != "" && s.Valid(m.Version)
		if known && s.Valid(to) && s.Compare(to, m.Version) < 0 {
			continue
		}
		if known && s.Valid(from) && s.Compare(m.Version, from) <= 0 {
			continue
		}
		all = append(all, m)
	}
	return all
}

// Outside reports whether it reads data from outside the repository, or may.
func (c Config) Outside() bool {
	for _, p := range c.External {
		if path.IsAbs(p) || strings.Contains(p, "{") || strings.HasPrefix(path.Clean(p), "..") {
			return true
		}
	}
	return false
}
