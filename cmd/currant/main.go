// Currant keeps a fleet of repositories current: it finds what is newer for
// every version that their files name, opens pull requests under shared
// presets, really runs template updates, and merges what policy and checks
// allow.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // schedules name timezones, and small images have no database of them

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/templating/sandbox"
)

func main() {
	sandbox.Main(os.Args) // does not return where this process was started as the inside of a sandbox
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // whoever asks twice to stop does not want to wait
	code := run(ctx, world{args: os.Args[1:], in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, environ: os.Environ})
	stop()
	os.Exit(code)
}

// A world is what a command has of the process around it.
type world struct {
	args    []string
	in      io.Reader
	out     io.Writer
	err     io.Writer
	getenv  func(string) string
	environ func() []string
}

// with returns w with variables added, or in the place of those that are there.
func (w world) with(set map[string]string) world {
	if len(set) == 0 {
		return w
	}
	getenv, environ := w.getenv, w.environ
	w.getenv = func(name string) string {
		if v, ok := set[name]; ok {
			return v
		}
		return getenv(name)
	}
	w.environ = func() []string {
		out := slices.DeleteFunc(slices.Clone(environ()), func(kv string) bool {
			name, _, _ := strings.Cut(kv, "=")
			_, ok := set[name]
			return ok
		})
		for _, name := range slices.Sorted(maps.Keys(set)) {
			out = append(out, name+"="+set[name])
		}
		return out
	}
	return w
}

// An exit ends the program with a code and no further message.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Exit codes of plan and its like.
const (
	exitNothing = 0 // nothing to do
	exitError   = 1
	exitUpdates = 2 // updates are available
)

// run executes one command line and returns the exit code.
func run(ctx context.Context, w world) int {
	root := &cobra.Command{
		Use:               "currant",
		Short:             "keeps a fleet of repositories current",
		Long:              "Currant finds what is newer for every version that a repository names, opens pull\nrequests under shared presets, runs template updates, and merges what policy\nand checks allow. It reads Renovate's configuration as it is.",
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetArgs(w.args)
	root.SetIn(w.in)
	root.SetOut(w.out)
	root.SetErr(w.err)
	root.AddCommand(extractCommand(w), planCommand(w), runCommand(w), webhookCommand(w), validateCommand(w), configCommand(w), explainCommand(w), presetsCommand(w), takeoverCommand(w), githubCommand(w), doctorCommand(w), demoCommand(w), docsCommand(w), versionCommand(w))
	root.AddCommand(templatesCommand(w))
	err := root.ExecuteContext(ctx)
	var code exit
	switch {
	case err == nil:
		return exitNothing
	case errors.As(err, &code):
		return int(code)
	case errors.Is(ctx.Err(), context.Canceled):
		fmt.Fprintln(w.err, "currant: interrupted")
		return exitError
	}
	fmt.Fprintln(w.err, "currant:", err)
	return exitError
}
