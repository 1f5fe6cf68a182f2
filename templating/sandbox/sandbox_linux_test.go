package sandbox_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/templating/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Main(os.Args)
	os.Exit(m.Run())
}

func box(t *testing.T) (*sandbox.Box, sandbox.Report) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b := sandbox.New(exe)
	r, err := b.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b, r
}

// system is what a shell script needs to run at all.
var system = []string{"/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache"}

func shell(dir, script string) sandbox.Command {
	return sandbox.Command{
		Args: []string{"/bin/sh", "-c", script}, Dir: dir, Env: []string{"PATH=/usr/bin:/bin"},
		Read: system, Write: []string{dir}, Limits: sandbox.Limits{Time: time.Minute},
	}
}

func TestRunGivesExitCodeAndOutput(t *testing.T) {
	b, r := box(t)
	t.Log(r)
	var out, errs bytes.Buffer
	c := shell(t.TempDir(), "echo hello; echo oops >&2; env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=; exit 7")
	c.Stdout, c.Stderr = &out, &errs
	exit, err := b.Run(t.Context(), c)
	if err != nil || exit != 7 {
		t.Fatalf("exit %d, error %v, want 7 and none", exit, err)
	}
	if out.String() != "hello\nPATH=/usr/bin:/bin\n" || errs.String() != "oops\n" {
		t.Errorf("stdout %q, stderr %q", out.String(), errs.String())
	}
}

func TestFilesOutsideAreOutOfReach(t *testing.T) {
	b, r := box(t)
	if r.Files == "" {
		t.Skip("this kernel has no Landlock")
	}
	outside, inside := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := shell(inside, `cat `+secret+`; echo x > `+secret+`; rm `+secret+`; ln -s `+secret+` l; cat l; cat /proc/1/environ /proc/$PPID/environ; ls /root; echo fine > mine`)
	c.Stdout = &out
	if _, err := b.Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Errorf("it read %q", out.String())
	}
	if got, err := os.ReadFile(secret); err != nil || string(got) != "token" {
		t.Errorf("the file outside is now %q (%v)", got, err)
	}
	if got, _ := os.ReadFile(filepath.Join(inside, "mine")); string(got) != "fine\n" {
		t.Errorf("the file inside is %q", got)
	}
}

func TestNoNetwork(t *testing.T) {
	b, r := box(t)
	if r.Network == "" {
		t.Skip("this machine can deny no network")
	}
	python, err := exec.LookPath("/usr/bin/python3")
	if err != nil {
		t.Skip("no /usr/bin/python3 to open sockets with")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	path := filepath.Join(t.TempDir(), "s")
	u, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	script := `
import socket
for make in (lambda: socket.create_connection(("127.0.0.1", ` + portOf(l) + `), 2),
             lambda: socket.socket(socket.AF_UNIX).connect("` + path + `"),
             lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53))):
    try:
        make()
        print("reached")
    except OSError as e:
        print("denied")
`
	var out bytes.Buffer
	dir := t.TempDir()
	c := shell(dir, "")
	c.Args = []string{python, "-I", "-c", script}
	c.Stdout, c.Stderr = &out, &out
	if _, err := b.Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if out.String() != "denied\ndenied\ndenied\n" {
		t.Errorf("output %q", out.String())
	}
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func TestLimits(t *testing.T) {
	b, r := box(t)
	for _, tt := range []struct {
		name, script string
		limits       sandbox.Limits
		want         error
		needs        bool
	}{
		{"time", "while :; do :; done", sandbox.Limits{Time: 300 * time.Millisecond}, sandbox.ErrTime, true},
		{"time of a child in the background", "(while :; do :; done) & wait", sandbox.Limits{Time: 300 * time.Millisecond}, sandbox.ErrTime, true},
		{"disk by many files", "i=0; while :; do i=$((i+1)); head -c 100000 /dev/zero > f$i; done", sandbox.Limits{Time: time.Minute, Disk: 1 << 20}, sandbox.ErrDisk, true},
		{"processes", "while :; do sleep 100 & done", sandbox.Limits{Time: time.Minute, Processes: 50}, sandbox.ErrProcesses, strings.Contains(r.Processes, "namespace")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !tt.needs {
				t.Skip("this machine has no user namespaces")
			}
			t.Parallel()
			dir := t.TempDir()
			c := shell(dir, tt.script)
			c.Limits = tt.limits
			if _, err := b.Run(context.Background(), c); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestFileSizeIsBounded(t *testing.T) {
	b, _ := box(t)
	dir := t.TempDir()
	c := shell(dir, "head -c 10000000 /dev/zero > big")
	c.Limits.FileSize = 1 << 20
	if exit, err := b.Run(t.Context(), c); err != nil || exit == 0 {
		t.Errorf("exit %d, error %v, want a failure of the command", exit, err)
	}
	if got := sandbox.Size([]string{dir}, 1<<30); got > 2<<20 {
		t.Errorf("it wrote %d bytes", got)
	}
}

func TestContextEndsTheCommand(t *testing.T) {
	b, _ := box(t)
	ctx, cancel := context.WithCancel(t.Context())
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := shell(dir, "echo ready; while :; do :; done")
	c.Stdout = w
	go func() {
		r.Read(make([]byte, 8))
		cancel()
	}()
	if _, err := b.Run(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	w.Close()
}

func TestARelativeCommandIsRefused(t *testing.T) {
	b, _ := box(t)
	dir := t.TempDir()
	var errs bytes.Buffer
	c := shell(dir, "")
	c.Args, c.Stderr = []string{"sh"}, &errs
	if exit, err := b.Run(t.Context(), c); err != nil || exit != 126 || !strings.Contains(errs.String(), "absolute") {
		t.Errorf("exit %d, error %v, stderr %q", exit, err, errs.String())
	}
}

// talk is run as a command in a box: it says what it could do.
const talk = `
import socket, os
def tried(what, f):
    try:
        f()
        print(what, "yes")
    except OSError as e:
        print(what, "no")
host, port = os.environ["GATE"].split(":")
s = socket.create_connection((host, int(port)))
s.sendall(b"hello\n")
print(s.makefile().readline().strip())
tried("other", lambda: socket.create_connection(("127.0.0.1", int(os.environ["OTHER"])), 5))
tried("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
tried("unix", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
tried("mptcp", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262))
tried("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
`

func TestAGateIsTheOnlyWayOut(t *testing.T) {
	b, r := box(t)
	if r.Gate == "" {
		t.Fatalf("nothing bounds the network here: %s", r)
	}
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	_, otherPort, _ := net.SplitHostPort(other.Addr().String())
	dir := t.TempDir()
	for _, spaces := range []bool{true, false} {
		var out, errs bytes.Buffer
		c := shell(dir, "")
		c.Args = []string{"/usr/bin/python3", "-c", talk}
		c.Env = append(c.Env, "OTHER="+otherPort)
		c.Stdout, c.Stderr = &out, &errs
		ended := false
		c.Gate = &sandbox.Gate{
			Env: func(address string) []string { return []string{"GATE=" + address} },
			Serve: func(l net.Listener) {
				defer func() { ended = true }()
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					line := make([]byte, 6)
					conn.Read(line)
					conn.Write([]byte("got " + string(line)))
					conn.Close()
				}
			},
		}
		exit, err := b.RunIn(t.Context(), c, spaces)
		if err != nil || exit != 0 {
			t.Fatalf("spaces %v: exit %d, error %v: %s", spaces, exit, err, errs.String())
		}
		want := "got hello\nother no\nudp no\nunix no\nmptcp no\npacket no\n"
		if out.String() != want {
			t.Errorf("spaces %v: it says %q, want %q", spaces, out.String(), want)
		}
		if !ended {
			t.Errorf("spaces %v: the gate is still open", spaces)
		}
	}
}
