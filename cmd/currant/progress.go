package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/mattn/go-isatty"

	"github.com/currant-bot/currant/updater"
)

// A progress tells people what is going on: on a terminal in one line that is
// written anew, elsewhere in plain lines.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	quiet    bool
	width    int // of the line on the terminal
	last     string
}

func newProgress(w io.Writer, quiet bool) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, quiet: quiet, terminal: ok && isatty.IsTerminal(f.Fd())}
}

// step reports that something has begun.
func (p *progress) step(s updater.Step) {
	p.line(strings.TrimSpace(s.Repository+" ") + ": " + s.Stage + ": " + s.Text)
}

func (p *progress) line(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quiet || text == p.last {
		return
	}
	p.last = text
	if !p.terminal {
		fmt.Fprintln(p.w, text)
		return
	}
	if len(text) > 100 {
		text = strings.ToValidUTF8(text[:99], "") + "…"
	}
	fmt.Fprintf(p.w, "\r%s%s", text, strings.Repeat(" ", max(0, p.width-len(text))))
	p.width = len(text)
}

// done clears the line on a terminal.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal && p.width > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width))
		p.width = 0
	}
}
