// Package sandbox runs a command of somebody else's in a box: it sees the files it
// is given, changes the folders it is given, has no network but a [Gate] that it is given, and ends in time.
//
// What a machine can enforce differs, so a [Box] tries it and says what holds
// ([Report]); nothing is claimed that was not tried.
//
// The program that uses a Box must call [Main] first thing: the box starts the
// program's own executable again, which locks itself in before it becomes the command.
package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// hidden is the argument that turns the program into the inside of a box.
const hidden = "currant-sandbox-exec"

// A Command is what runs in a box.
type Command struct {
	Args   []string
	Dir    string
	Env    []string // all of it: nothing is inherited
	Read   []string // files and folders it may read and execute; those that do not exist are passed over
	Write  []string // folders it may read and change
	Limits Limits
	Gate   *Gate // nil for no network at all
	Stdout io.Writer
	Stderr io.Writer
}

// A Gate is the only way out of a box: one address that the command can connect to, where this program listens.
type Gate struct {
	Env   func(address string) []string // variables that tell the command of the address, "host:port"
	Serve func(net.Listener)            // answers until the listener is closed, which is when the command has ended
}

// Limits bound what a command may use. A zero field is no limit.
type Limits struct {
	Time      time.Duration
	FileSize  uint64 // bytes of any one file it writes
	Disk      uint64 // bytes of all files below Command.Write, looked at while it runs
	Memory    uint64 // bytes of address space of any one process
	Processes int    // at a time; only where a Report says Processes
}

// A Report says what a box enforces on this machine.
type Report struct {
	Files     string // how reading and writing other files is denied; "" if it is not
	Network   string // how the network is denied; "" if it is not
	Gate      string // how the network is denied but for a gate; "" if it is not
	Processes string // how all processes of the command are found and ended
	Missing   []string
}

// Tight reports whether code that is not trusted may run in the box: it can neither
// change files outside nor reach the network.
func (r Report) Tight() bool { return r.Files != "" && r.Network != "" }

// String says in one line what holds and what does not.
func (r Report) String() string {
	var parts []string
	for _, p := range []struct{ what, how string }{{"files", r.Files}, {"network", r.Network}, {"processes", r.Processes}} {
		if p.how == "" {
			p.how = "not enforced"
		}
		parts = append(parts, p.what+": "+p.how)
	}
	if len(r.Missing) > 0 {
		parts = append(parts, "missing: "+strings.Join(r.Missing, ", "))
	}
	return strings.Join(parts, "; ")
}

// A Box runs commands. It may be used by several goroutines at once.
type Box struct {
	exe string

	once   sync.Once
	spaces bool // new user, network, process and IPC namespaces can be made
	report Report
	err    error
}

// New returns a box that starts exe, whose main function calls [Main].
func New(exe string) *Box { return &Box{exe: exe} }

// Report tries what the machine offers, once, and returns it. The error says
// that the box cannot be used at all.
func (b *Box) Report(ctx context.Context) (Report, error) {
	b.once.Do(func() { b.probe(ctx) })
	return b.report, b.err
}

// Why a command was stopped before its end.
var (
	ErrTime      = errors.New("it ran out of time")
	ErrDisk      = errors.New("it wrote more than it may")
	ErrProcesses = errors.New("it started more processes than it may")
)

// Run runs c to its end and returns its exit code. The error is [ErrTime],
// [ErrDisk] or [ErrProcesses] if it was stopped for that, and ctx's if ctx ended.
func (b *Box) Run(ctx context.Context, c Command) (exit int, err error) {
	if _, err := b.Report(ctx); err != nil {
		return -1, err
	}
	return b.start(ctx, c, b.spaces)
}

// request is what the outside tells the inside.
type request struct {
	Args, Env   []string
	Dir         string
	Read, Write []string
	Limits      Limits
	Probe       bool
	Gate        gateKind
	Port        int // of the gate
}

// probed is what the inside answers when asked what it can do.
type probed struct {
	Landlock int
	Seccomp  bool
}

func (b *Box) probe(ctx context.Context) {
	// What is found out holds for the process, so it must not hang on one caller's context.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	var inside probed
	ask := func(spaces bool) error {
		var out bytes.Buffer
		exit, err := b.exec(ctx, request{Probe: true}, spaces, &out, io.Discard, Limits{}, nil, nil)
		if err != nil {
			return err
		}
		if exit != 0 {
			return fmt.Errorf("starting %s in a box: exit code %d", b.exe, exit)
		}
		return json.Unmarshal(out.Bytes(), &inside)
	}
	b.spaces = true
	if err := ask(true); err != nil {
		b.spaces = false
		if b.err = ask(false); b.err != nil {
			b.err = fmt.Errorf("probing the sandbox: %w", b.err)
			return
		}
	}
	b.report = report(inside, b.spaces)
}

func report(p probed, spaces bool) Report {
	var r Report
	missing := func(what string) { r.Missing = append(r.Missing, what) }
	if p.Landlock > 0 {
		r.Files = fmt.Sprintf("Landlock (ABI %d)", p.Landlock)
	} else {
		missing("Landlock (Linux 5.13)")
	}
	r.Processes = "process group"
	if spaces {
		r.Network, r.Processes = "own network namespace", "own process namespace"
	} else {
		missing("user namespaces")
	}
	switch {
	case !p.Seccomp:
	case spaces:
		r.Gate = "own network namespace and seccomp"
	case p.Landlock >= 4:
		r.Gate = "Landlock, to one port, and seccomp"
	}
	if p.Seccomp {
		r.Network = strings.TrimPrefix(r.Network+" and seccomp", " and ")
	} else {
		missing("seccomp")
	}
	return r
}

func (b *Box) start(ctx context.Context, c Command, spaces bool) (int, error) {
	r := request{Args: c.Args, Env: c.Env, Dir: c.Dir, Read: c.Read, Write: c.Write, Limits: c.Limits}
	var open *gate
	if c.Gate != nil {
		if b.report.Gate == "" {
			return -1, ErrGate
		}
		var err error
		if open, err = openGate(c.Gate, spaces); err != nil {
			return -1, err
		}
		r.Gate, r.Port = open.kind, open.port
		r.Env = append(slices.Clone(r.Env), c.Gate.Env(open.address())...)
	}
	return b.exec(ctx, r, spaces, c.Stdout, c.Stderr, c.Limits, c.Write, open)
}

// ErrGate says that this machine cannot deny the network but for one address.
var ErrGate = errors.New("this machine can neither make network namespaces nor bound connections by Landlock (Linux 6.7) and seccomp")

func (b *Box) exec(ctx context.Context, r request, spaces bool, stdout, stderr io.Writer, l Limits, watch []string, open *gate) (int, error) {
	defer open.close()
	if l.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, l.Time, ErrTime)
		defer cancel()
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	text, err := json.Marshal(r)
	if err != nil {
		return -1, fmt.Errorf("telling the box what to run: %w", err)
	}
	cmd := exec.CommandContext(ctx, b.exe, hidden)
	cmd.Args[0] = "currant-sandbox"
	cmd.Env = []string{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = 5 * time.Second

	in, out, err := os.Pipe()
	if err != nil {
		return -1, fmt.Errorf("telling the box what to run: %w", err)
	}
	defer in.Close()
	cmd.ExtraFiles = append([]*os.File{in}, open.files()...)
	told := make(chan struct{})
	go func() {
		defer close(told)
		out.Write(text) // an inside that is gone is reported by its exit
		out.Close()
	}()
	exit, err := attend(ctx, stop, cmd, spaces, l, watch, open)
	in.Close()
	<-told
	return exit, err
}

// holdThread keeps the calling goroutine on its thread until the returned function is called: a
// command dies with the thread that started it (see confine).
func holdThread() func() {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
