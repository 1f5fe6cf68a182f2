package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// confine makes cmd lead a process group that is killed as one, and die with this thread. With
// spaces it gets namespaces of its own, in which it keeps its user's number.
func confine(cmd *exec.Cmd, spaces bool) {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if spaces {
		uid, gid := os.Geteuid(), os.Getegid()
		attr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID |
			syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	}
	cmd.SysProcAttr = attr
	cmd.Cancel = func() error { kill(cmd.Process.Pid); return nil }
}

// kill ends the process group that pid leads. What is gone already is no error.
func kill(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }

// processes counts the processes in the process namespace of pid, up to a few more than enough.
func processes(pid, enough int) int {
	space, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid_for_children", pid))
	if err != nil {
		return 0
	}
	dirs, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	count := 0
	for _, d := range dirs {
		if _, err := strconv.Atoi(d.Name()); err != nil {
			continue
		}
		if other, err := os.Readlink(filepath.Join("/proc", d.Name(), "ns/pid")); err == nil && other == space {
			if count++; count > enough {
				break
			}
		}
	}
	return count
}

// Main makes this process the inside of a box if it was started as one, and then
// never returns. Otherwise it does nothing.
func Main(args []string) {
	if len(args) != 2 || args[1] != hidden {
		return
	}
	if err := enter(); err != nil {
		fmt.Fprintln(os.Stderr, "entering the sandbox:", err)
	}
	os.Exit(126)
}

// enter reads what to run, gives up all else, and becomes it.
func enter() error {
	var r request
	pipe := os.NewFile(3, "request")
	if err := json.NewDecoder(pipe).Decode(&r); err != nil {
		return fmt.Errorf("reading what to run: %w", err)
	}
	pipe.Close()
	if r.Probe {
		return answer()
	}
	if err := os.Chdir(r.Dir); err != nil {
		return err
	}
	if err := limit(r.Limits); err != nil {
		return err
	}
	if err := handOut(r); err != nil {
		return fmt.Errorf("opening the gate: %w", err)
	}
	if err := lockFiles(r); err != nil {
		return err
	}
	return becomeWithoutSockets(r)
}

// answer tells what this machine can do, after having done it.
func answer() error {
	var p probed
	if abi, err := ll.LandlockGetABIVersion(); err == nil && abi > 0 {
		if err := lockFiles(request{}); err == nil {
			p.Landlock = abi
		}
	}
	p.Seccomp = filterSockets(false) == nil
	if err := json.NewEncoder(os.Stdout).Encode(p); err != nil {
		return err
	}
	os.Exit(0)
	return nil
}

// limit sets what the kernel itself bounds.
func limit(l Limits) error {
	set := func(resource int, value uint64) error {
		if value == 0 {
			return nil
		}
		return unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value})
	}
	none := unix.Rlimit{}
	return errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, &none),
		set(unix.RLIMIT_FSIZE, l.FileSize),
		set(unix.RLIMIT_AS, l.Memory),
		set(unix.RLIMIT_CPU, uint64(l.Time.Seconds())+1), // of each process; the outside ends them all
		set(unix.RLIMIT_NOFILE, 1024),
	)
}

func becomeWithoutSockets(r request) error {
	path, err := lookup(r)
	if err != nil {
		return err
	}
	if err := filterSockets(r.Gate != noGate); err != nil && !errors.Is(err, errNoFilter) {
		return err
	}
	if err := syscall.Exec(path, r.Args, r.Env); err != nil {
		return fmt.Errorf("starting %s: %w", r.Args[0], err)
	}
	return nil
}

// lookup finds the executable; it must be named by its whole path, since a relative
// one could be a file of the repository.
func lookup(r request) (string, error) {
	if len(r.Args) == 0 || !filepath.IsAbs(r.Args[0]) {
		return "", errors.New("the command is not an absolute path")
	}
	return r.Args[0], nil
}
