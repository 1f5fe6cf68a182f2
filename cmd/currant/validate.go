package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/config"
	datasourcesall "github.com/currant-bot/currant/datasources/all"
	schemesall "github.com/currant-bot/currant/datasources/versioning/all"
	managersall "github.com/currant-bot/currant/managers/all"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/presettest"
)

// validation is what the command is asked to do.
type validation struct {
	kind    string
	format  string
	fix     bool
	strict  bool
	noFetch bool
}

func validateCommand(w world) *cobra.Command {
	var o options
	var v validation
	c := &cobra.Command{
		Use:   "validate [FILE...]",
		Short: "check configuration files and presets",
		Long: "Validate reads configuration files and presets (\"-\": standard input; without any, the configuration\n" +
			"of this folder) and prints what is wrong with them: errors, probable mistakes, old spellings, and\n" +
			"options that Currant does not act on, each with its place.\n\n" +
			"The exit code is 1 if there are errors, with --strict also if anything is unsupported.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"text", "json"}, v.format) {
				return fmt.Errorf("--format %s: there are text and json", v.format)
			}
			if !slices.Contains([]string{"", "repository", "preset", "operator"}, v.kind) {
				return fmt.Errorf("--kind %s: there are repository, preset and operator", v.kind)
			}
			return v.run(cmd.Context(), w, o, args)
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&v.kind, "kind", "", "what the files are: repository, preset or operator (default: told from their names)")
	c.Flags().StringVar(&v.format, "format", "text", "text, or json: one object a file")
	c.Flags().BoolVar(&v.fix, "fix", false, "write old spellings as today's, and leave every other byte as it is")
	c.Flags().BoolVar(&v.strict, "strict", false, "also fail if anything is unsupported")
	c.Flags().BoolVar(&v.noFetch, "no-fetch", false, "contact nothing: presets that are not built in are left out")
	return c
}

func (v validation) run(ctx context.Context, w world, o options, args []string) error {
	if len(args) == 0 {
		name, ok := ownConfiguration()
		if !ok {
			return errors.New("there is no configuration in this folder: name a file")
		}
		args = []string{name}
	}
	in, err := v.input(ctx, w, o)
	if err != nil {
		return err
	}
	var checked []checkedFile
	for _, name := range args {
		c, err := v.file(ctx, w, in, name)
		if err != nil {
			return err
		}
		checked = append(checked, c)
	}
	if v.format == "json" {
		enc := json.NewEncoder(w.out)
		enc.SetEscapeHTML(false)
		for _, c := range checked {
			if err := enc.Encode(c); err != nil {
				return err
			}
		}
	} else {
		writeChecked(w.out, checked, v.fix)
	}
	for _, c := range checked {
		if len(c.Errors) > 0 || v.strict && len(c.Unsupported) > 0 {
			return exit(exitError)
		}
	}
	return nil
}

// ownConfiguration returns the configuration file of this folder.
func ownConfiguration() (string, bool) {
	for _, name := range config.FileNames() {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			return name, true
		}
	}
	return "", false
}

// withheld is a source of presets that has none, on purpose.
type withheld struct{}

func (withheld) Preset(context.Context, config.Ref) ([]byte, string, error) {
	return nil, "", config.ErrNotFetched
}

// input returns what checking needs to know, with presets only if they may be fetched.
func (v validation) input(ctx context.Context, w world, o options) (config.Input, error) {
	nothing := func(string) ([]byte, bool) { return nil, false }
	if v.noFetch {
		e := &updater.Engine{
			Kit:     updater.Kit{Managers: managersall.Managers, Sources: datasourcesall.Sources, Schemes: schemesall.Schemes},
			Presets: withheld{},
		}
		return e.Input("", nothing), nil
	}
	p := newProgress(w.err, o.quiet)
	defer p.done()
	e, err := newEngine(ctx, w, o, p)
	if err != nil {
		return config.Input{}, err
	}
	if err := e.reachPresets(); err != nil {
		return config.Input{}, err
	}
	return e.Input("", nothing), nil
}

// A checkedFile is what is known of one file. Names are part of the interface.
type checkedFile struct {
	File        string        `json:"file"`
	Kind        string        `json:"kind"`
	Errors      []findingJSON `json:"errors"`
	Warnings    []findingJSON `json:"warnings"`
	Migrations  []findingJSON `json:"migrations"`
	Unsupported []findingJSON `json:"unsupported"`
	Fixed       bool          `json:"fixed,omitempty"`
}

type findingJSON struct {
	File   string `json:"file,omitempty"` // if it is about a preset that the file takes over
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Option string `json:"option,omitempty"`
	Text   string `json:"message"`
}

// maxConfigFile is more than configuration may be: what is larger is not read.
const maxConfigFile = 16 << 20

func (v validation) file(ctx context.Context, w world, in config.Input, name string) (checkedFile, error) {
	shown := filepath.ToSlash(name)
	data, err := readInput(w, name)
	if err != nil {
		return checkedFile{}, err
	}
	if name == "-" {
		shown = "standard-input.json5"
	}
	text := string(data)
	kind := config.FileKind(cmp.Or(v.kind, string(config.KindOf(shown))))
	if name == "-" && v.kind == "" {
		kind = config.RepositoryFile
	}
	out := checkedFile{File: shown, Kind: string(kind)}
	if v.fix {
		fixed, _, err := config.Fix(shown, text)
		switch {
		case err != nil:
			fmt.Fprintf(w.err, "not rewritten: %v\n", err)
		case name == "-":
			_, err = io.WriteString(w.out, fixed)
			return out, err
		case fixed != text:
			if err := replaceFile(name, fixed); err != nil {
				return out, err
			}
			out.Fixed = true
			text = fixed
		}
	}
	f := config.File{Name: shown, Text: text, Kind: kind}
	if kind == config.PresetFile && name != "-" {
		root, inside, err := repositoryOf(name)
		if err != nil {
			return out, err
		}
		defer root.Close()
		f.Path, in.Presets = inside, &presettest.Source{Repository: config.Self, FS: root.FS(), Next: in.Presets}
	}
	ds, err := config.Check(ctx, in, f)
	if err != nil {
		return out, err
	}
	out.sort(ds)
	return out, nil
}

// repositoryOf returns the repository that a file is in, or its folder, and its
// path there. A link out of it leads nowhere.
func repositoryOf(name string) (*os.Root, string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, "", err
	}
	top := filepath.Dir(abs)
	for dir := top; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			top = dir
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	inside, err := filepath.Rel(top, abs)
	if err != nil {
		return nil, "", err
	}
	root, err := os.OpenRoot(top)
	return root, filepath.ToSlash(inside), err
}

func readInput(w world, name string) ([]byte, error) {
	r := w.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, maxConfigFile))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return data, nil
}

// replaceFile writes a file so that there is always the old or the new one.
func replaceFile(name, text string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(real), ".currant-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Close()); err == nil {
		err = os.Rename(f.Name(), real)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", name, err), os.Remove(f.Name()))
	}
	return nil
}

func (c *checkedFile) sort(ds []config.Diagnostic) {
	c.Errors, c.Warnings, c.Migrations, c.Unsupported = []findingJSON{}, []findingJSON{}, []findingJSON{}, []findingJSON{}
	lists := map[config.Severity]*[]findingJSON{
		config.Error: &c.Errors, config.Warning: &c.Warnings, config.Migration: &c.Migrations, config.Unsupported: &c.Unsupported,
	}
	for _, d := range ds {
		f := findingJSON{Line: d.Line, Column: d.Column, Option: d.Option, Text: d.Text}
		if d.File != c.File {
			f.File = d.File
		}
		*lists[d.Severity] = append(*lists[d.Severity], f)
	}
}

func writeChecked(w io.Writer, files []checkedFile, fix bool) {
	var errs, unsupported, old int
	for _, c := range files {
		for _, l := range []struct {
			what  string
			found []findingJSON
		}{{"error", c.Errors}, {"warning", c.Warnings}, {"old spelling", c.Migrations}, {"unsupported", c.Unsupported}} {
			for _, f := range l.found {
				fmt.Fprintf(w, "%s: %s: %s\n", f.place(c.File), l.what, f.Text)
			}
		}
		errs, unsupported, old = errs+len(c.Errors), unsupported+len(c.Unsupported), old+len(c.Migrations)
		if c.Fixed {
			fmt.Fprintf(w, "%s: rewritten\n", c.File)
		}
	}
	fmt.Fprintf(w, "%s: %s, %s, %s", count(len(files), "file"), count(errs, "error"), count(old, "old spelling"), count(unsupported, "unsupported option"))
	if old > 0 && !fix {
		fmt.Fprint(w, " (--fix rewrites old spellings)")
	}
	fmt.Fprintln(w)
}

func (f findingJSON) place(file string) string {
	file = cmp.Or(f.File, file)
	if f.Line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, f.Line, f.Column)
}

// count says how many of something there are.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
