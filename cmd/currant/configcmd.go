package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/config"
)

func configCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "look at configuration"}
	c.AddCommand(configShowCommand(w))
	return c
}

func configShowCommand(w world) *cobra.Command {
	var o options
	var option, format string
	var all bool
	c := &cobra.Command{
		Use:   "show [DIR|REPOSITORY]",
		Short: "print the resolved configuration, each value with where it was written",
		Long: "Show prints the configuration that holds for DIR (default: this folder) or for a repository of the\n" +
			"platform after presets, the operator's and the repository's own are merged. Each value comes with its\n" +
			"file and line, and the presets through which it came. Secrets are not shown.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"text", "json"}, format) {
				return fmt.Errorf("--format %s: there are text and json", format)
			}
			arg := ""
			if len(args) > 0 {
				arg = args[0]
			}
			p := newProgress(w.err, o.quiet)
			t, err := openTarget(cmd.Context(), w, o, p, arg)
			if err != nil {
				return err
			}
			defer t.close()
			c, ds, err := t.engine.Resolve(cmd.Context(), t.tree)
			p.done()
			if err != nil {
				return err
			}
			for _, d := range ds {
				if d.Severity != config.Migration {
					fmt.Fprintf(w.err, "%s: %s\n", d.Severity, d)
				}
			}
			shown, err := choose(c, option, all)
			if err != nil {
				return err
			}
			if format == "json" {
				return writeShownJSON(w.out, c, shown)
			}
			writeShown(w.out, c, shown, option == "" && !all)
			return nil
		},
	}
	o.flags(c.Flags())
	c.Flags().StringVar(&option, "option", "", "only this option, or this manager's block")
	c.Flags().StringVar(&format, "format", "text", "text or json")
	c.Flags().BoolVar(&all, "all", false, "also what nobody set, and the rules of built-in presets")
	return c
}

// choose returns what is to be shown.
func choose(c *config.Config, option string, all bool) ([]config.Shown, error) {
	shown := c.Show(all || option != "")
	if option == "" {
		return shown, nil
	}
	shown = slices.DeleteFunc(shown, func(s config.Shown) bool {
		return s.Option != option && !strings.HasPrefix(s.Option, option+"[") && !strings.HasPrefix(s.Option, option+".")
	})
	if len(shown) > 0 || slices.Contains(config.OptionNames(), option) {
		return shown, nil
	}
	if guess := config.Closest(option, config.OptionNames()); guess != "" {
		return nil, fmt.Errorf("there is no option %q: did you mean %q?", option, guess)
	}
	return nil, fmt.Errorf("there is no option %q", option)
}

func writeShown(w io.Writer, c *config.Config, shown []config.Shown, brief bool) {
	if c.File() == "" {
		fmt.Fprintln(w, "The repository has no configuration of its own.")
	}
	hidden := 0
	for _, s := range shown {
		if brief && s.Builtin && strings.HasPrefix(s.Option, "packageRules[") {
			hidden++
			continue
		}
		if brief && s.Option == "description" {
			continue
		}
		list, isList := s.Value.([]any)
		if !isList || len(list) != len(s.Items) || len(list) == 0 {
			fmt.Fprintf(w, "%s = %s\n    %s\n", s.Option, compact(s.Value), source(s.Origin, s.Default))
			continue
		}
		fmt.Fprintf(w, "%s =\n", s.Option)
		for i, item := range list {
			fmt.Fprintf(w, "  - %s\n    %s\n", compact(item), source(s.Items[i], s.Default))
		}
	}
	if hidden > 0 {
		fmt.Fprintf(w, "and %d rules of built-in presets (--all shows them)\n", hidden)
	}
	if why, stale := c.Stale(); stale {
		fmt.Fprintf(w, "nothing merges by itself on this configuration: %s\n", strings.Join(why, "; "))
	}
	if len(shown) == 0 {
		fmt.Fprintln(w, "Nobody set it, and it has no default.")
	}
}

// source says where a value was written.
func source(o config.Origin, isDefault bool) string {
	switch {
	case isDefault || o.File == "default" && len(o.Presets) == 0:
		return "default"
	case o.IsZero():
		return "unknown"
	}
	return o.String()
}

// compact is JSON on one line.
func compact(x any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(x); err != nil {
		return fmt.Sprint(x)
	}
	return strings.TrimSpace(b.String())
}

// The JSON form of a place. Names are part of the interface.
type originJSON struct {
	File    string   `json:"file"`
	Line    int      `json:"line,omitempty"`
	Column  int      `json:"column,omitempty"`
	Presets []string `json:"presets,omitempty"`
	Option  string   `json:"option,omitempty"`
}

func originOf(o config.Origin) *originJSON {
	if o.IsZero() {
		return nil
	}
	return &originJSON{o.File, o.Line, o.Column, o.Presets, o.Option}
}

func writeShownJSON(w io.Writer, c *config.Config, shown []config.Shown) error {
	type entry struct {
		Option  string        `json:"option"`
		Value   any           `json:"value"`
		Origin  *originJSON   `json:"origin"`
		Items   []*originJSON `json:"items,omitempty"`
		Default bool          `json:"default,omitempty"`
	}
	out := struct {
		File    string   `json:"file"`
		Stale   []string `json:"stale,omitempty"`
		Options []entry  `json:"options"`
	}{File: c.File(), Options: []entry{}}
	out.Stale, _ = c.Stale()
	for _, s := range shown {
		e := entry{Option: s.Option, Value: s.Value, Origin: originOf(s.Origin), Default: s.Default}
		for _, o := range s.Items {
			e.Items = append(e.Items, originOf(o))
		}
		out.Options = append(out.Options, e)
	}
	return writeJSON(w, out)
}

func writeJSON(w io.Writer, x any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(x)
}
