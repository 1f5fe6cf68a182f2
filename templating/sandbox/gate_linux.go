package sandbox

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// A gateKind says who listens at a gate's address.
type gateKind int

const (
	noGate      gateKind = iota
	insideGate           // the inside, in a network namespace where nothing else is; it hands the listener out
	outsideGate          // this program; Landlock keeps the inside from all other ports
)

// insidePort is free in a network namespace that was just made.
const insidePort = 3128

// A gate is what stands behind a [Gate] while a command runs. Its methods do nothing on nil.
type gate struct {
	kind  gateKind
	port  int
	serve func(net.Listener)

	listener  net.Listener // at the outside
	theirs    *os.File     // where the inside sends its listener
	ours      *os.File
	served    sync.WaitGroup
	mu        sync.Mutex
	closed    bool
	handedOut net.Listener
}

func openGate(g *Gate, spaces bool) (*gate, error) {
	o := &gate{serve: g.Serve}
	if !spaces {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("opening the gate: %w", err)
		}
		o.kind, o.listener, o.port = outsideGate, l, l.Addr().(*net.TCPAddr).Port
		return o, nil
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("opening the gate: %w", err)
	}
	o.kind, o.port = insideGate, insidePort
	o.ours, o.theirs = os.NewFile(uintptr(pair[0]), "gate"), os.NewFile(uintptr(pair[1]), "gate")
	return o, nil
}

func (o *gate) address() string { return "127.0.0.1:" + strconv.Itoa(o.port) }

// files are what the inside inherits.
func (o *gate) files() []*os.File {
	if o == nil || o.theirs == nil {
		return nil
	}
	return []*os.File{o.theirs}
}

// prepare lets the inside bring up its network's loopback, whoever its user is.
func (o *gate) prepare(cmd *exec.Cmd) {
	if o != nil && o.kind == insideGate {
		cmd.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN}
	}
}

// started begins to serve, once the command's process has what it inherits or could not be started.
func (o *gate) started() {
	if o == nil {
		return
	}
	if o.kind == outsideGate {
		o.served.Go(func() { o.serve(o.listener) })
		return
	}
	o.theirs.Close()
	o.served.Go(func() {
		if l := o.receive(); l != nil {
			o.serve(l)
		}
	})
}

// receive waits for the inside's listener; nil if the inside ends before it sends one.
func (o *gate) receive() net.Listener {
	buf, control := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	var n, controls int
	var err error
	conn, rawErr := o.ours.SyscallConn()
	if rawErr != nil {
		return nil
	}
	readErr := conn.Read(func(fd uintptr) bool {
		n, controls, _, _, err = unix.Recvmsg(int(fd), buf, control, unix.MSG_CMSG_CLOEXEC)
		return err != unix.EAGAIN && err != unix.EINTR
	})
	if readErr != nil || err != nil || n == 0 {
		return nil
	}
	messages, err := unix.ParseSocketControlMessage(control[:controls])
	if err != nil || len(messages) == 0 {
		return nil
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) == 0 {
		return nil
	}
	f := os.NewFile(uintptr(fds[0]), "listener")
	defer f.Close()
	l, err := net.FileListener(f)
	if err != nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		l.Close()
		return nil
	}
	o.handedOut = l
	return l
}

// close ends serving, and waits for that.
func (o *gate) close() {
	if o == nil {
		return
	}
	o.mu.Lock()
	o.closed = true
	for _, l := range []net.Listener{o.listener, o.handedOut} {
		if l != nil {
			l.Close()
		}
	}
	o.mu.Unlock()
	for _, f := range o.files() {
		f.Close() // again, unless the command was never started
	}
	if o.ours != nil {
		o.ours.Close()
	}
	o.served.Wait()
}

// handOut listens at the gate's address inside the namespace and gives the
// listener to the outside.
func handOut(r request) error {
	if r.Gate != insideGate {
		return nil
	}
	outside := os.NewFile(4, "gate")
	defer outside.Close()
	if err := loopbackUp(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("giving up privileges: %w", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(r.Port))
	if err != nil {
		return err
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Sendmsg(int(outside.Fd()), []byte{0}, unix.UnixRights(int(f.Fd())), nil, 0)
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request); err != nil && !errors.Is(err, syscall.EALREADY) {
		return fmt.Errorf("bringing up the loopback network: %w", err)
	}
	return nil
}
