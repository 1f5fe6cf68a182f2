package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/config"
	datasourcesall "github.com/currant-bot/currant/datasources/all"
	schemesall "github.com/currant-bot/currant/datasources/versioning/all"
	managersall "github.com/currant-bot/currant/managers/all"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/presettest"
)

func presetsCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "presets", Short: "test shared presets, and see what a change to them would do"}
	c.AddCommand(presetsTestCommand(w), presetsDiffCommand(w))
	return c
}

func presetsTestCommand(w world) *cobra.Command {
	var repository, format string
	c := &cobra.Command{
		Use:   "test [DIR]",
		Short: "run the cases of a repository of presets",
		Long: "Test runs the cases in DIR/" + presettest.Folder + " (default: this folder): each names a preset, a dependency, its\n" +
			"releases and a date, and what is to be decided. A case that fails names the rule that decided, with\n" +
			"file and line. Nothing is contacted: presets of other repositories are left out.\n\n" +
			"The exit code is 1 if a case fails.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"text", "json"}, format) {
				return fmt.Errorf("--format %s: there are text and json", format)
			}
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			if repository == "" {
				repository = remoteName(dir)
			}
			root, err := os.OpenRoot(dir) // a link out of the folder leads nowhere
			if err != nil {
				return err
			}
			defer root.Close()
			return testPresets(cmd, w, root.FS(), repository, format)
		},
	}
	c.Flags().StringVar(&repository, "repository", "", "name of the repository in references, such as acme/presets (default: from the git remote)")
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func testPresets(cmd *cobra.Command, w world, fsys fs.FS, repository, format string) error {
	started := time.Now()
	cases, bad, err := presettest.Load(fsys)
	if err != nil {
		return err
	}
	runner := presettest.Runner{
		Kit:     updater.Kit{Managers: managersall.Managers, Sources: datasourcesall.Sources, Schemes: schemesall.Schemes},
		Presets: &presettest.Source{Repository: repository, FS: fsys},
	}
	var results []presettest.Result
	for _, c := range cases {
		r, err := runner.Run(cmd.Context(), c)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	failed := 0
	for _, r := range results {
		if len(r.Failures) > 0 {
			failed++
		}
	}
	if format == "json" {
		err = writeTestsJSON(w.out, results, bad)
	} else {
		writeTests(w.out, results, bad, failed, time.Since(started))
	}
	if err == nil && (failed > 0 || len(bad) > 0) {
		err = exit(exitError)
	}
	return err
}

var remoteURL = regexp.MustCompile(`(?m)^\s*url\s*=\s*\S*?([\w.-]+/[\w.-]+?)(?:\.git)?/?\s*$`)

// remoteName returns the name that a checkout's remote has, such as
// "acme/presets", or one that nobody uses.
func remoteName(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, ".git", "config"))
	if m := remoteURL.FindSubmatch(data); err == nil && m != nil {
		return string(m[1])
	}
	return config.Self
}

func writeTests(w io.Writer, results []presettest.Result, bad []config.Diagnostic, failed int, took time.Duration) {
	for _, d := range bad {
		fmt.Fprintf(w, "%s: %s\n", d.Severity, d)
	}
	for _, r := range results {
		if len(r.Failures) == 0 {
			continue
		}
		fmt.Fprintf(w, "FAIL %s:%d: %s\n", r.Case.Origin.File, r.Case.Origin.Line, r.Case.Name)
		for _, f := range r.Failures {
			fmt.Fprintf(w, "  %s: want %s, got %s\n", f.Field, f.Want, f.Got)
			for _, rule := range f.Rules {
				fmt.Fprintf(w, "    %s\n", rule)
			}
		}
	}
	fmt.Fprintf(w, "%s, %d failed (%s)\n", count(len(results), "case"), failed, took.Round(time.Millisecond))
}

func writeTestsJSON(w io.Writer, results []presettest.Result, bad []config.Diagnostic) error {
	type failure struct {
		Field string   `json:"field"`
		Want  string   `json:"want"`
		Got   string   `json:"got"`
		Rules []string `json:"rules"`
	}
	type result struct {
		Name     string    `json:"name"`
		File     string    `json:"file"`
		Line     int       `json:"line"`
		OK       bool      `json:"ok"`
		Failures []failure `json:"failures"`
		Reasons  []string  `json:"reasons"`
	}
	out := struct {
		Cases  []result `json:"cases"`
		Errors []string `json:"errors"`
	}{[]result{}, []string{}}
	for _, d := range bad {
		out.Errors = append(out.Errors, d.String())
	}
	for _, r := range results {
		j := result{r.Case.Name, r.Case.Origin.File, r.Case.Origin.Line, len(r.Failures) == 0, []failure{}, append([]string{}, r.Reasons...)}
		for _, f := range r.Failures {
			j.Failures = append(j.Failures, failure{f.Field, f.Want, f.Got, append([]string{}, f.Rules...)})
		}
		out.Cases = append(out.Cases, j)
	}
	return writeJSON(w, out)
}

// folders lists the folders in dir that may be checkouts.
func folders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, nil
}
