package sandbox

import (
	"errors"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errNoFilter says that system calls cannot be filtered on this machine.
var errNoFilter = errors.New("no system call filter for this architecture")

// architectures maps Go's names to the kernel's numbers, from linux/audit.h.
func architecture() (uint32, bool) {
	switch runtime.GOARCH {
	case "amd64":
		return unix.AUDIT_ARCH_X86_64, true
	case "arm64":
		return unix.AUDIT_ARCH_AARCH64, true
	}
	return 0, false
}

// refused are the system calls that lead out of the box: sockets of every family,
// io_uring (which can make sockets), other processes' memory, the kernel's keys and programs.
func refused() []uint32 {
	return []uint32{
		unix.SYS_SOCKET, unix.SYS_IO_URING_SETUP, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV,
		unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN,
		unix.SYS_MOUNT, unix.SYS_UNSHARE, unix.SYS_SETNS,
	}
}

// filterSockets makes the refused system calls fail with EPERM, in this thread and in
// what it becomes. With tcp, sockets of TCP are none of them. A call made as for another architecture ends the process.
func filterSockets(tcp bool) error {
	arch, ok := architecture()
	if !ok {
		return errNoFilter
	}
	runtime.LockOSThread()
	const (
		load = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		eq   = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		ge   = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
		ret  = unix.BPF_RET | unix.BPF_K

		numberAt, archAt             = 0, 4       // in struct seccomp_data
		familyAt, kindAt, protocolAt = 16, 24, 32 // socket's arguments there: the low halves, on the little-endian architectures above

		allow, kill = 0x7fff0000, 0x80000000 // SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS
		deny        = 0x00050000 | uint32(unix.EPERM)
		x32         = 0x40000000 // calls of amd64's 32-bit pointer ABI have this bit
	)
	program := []unix.SockFilter{
		{Code: load, K: archAt},
		{Code: eq, K: arch, Jt: 1},
		{Code: ret, K: kill},
		{Code: load, K: numberAt},
		{Code: ge, K: x32, Jf: 1},
		{Code: ret, K: deny},
	}
	if tcp {
		const and = unix.BPF_ALU | unix.BPF_AND | unix.BPF_K
		program = append(program,
			unix.SockFilter{Code: eq, K: unix.SYS_SOCKET, Jf: 10},
			unix.SockFilter{Code: load, K: familyAt},
			unix.SockFilter{Code: eq, K: unix.AF_INET, Jt: 1},
			unix.SockFilter{Code: eq, K: unix.AF_INET6, Jf: 6},
			unix.SockFilter{Code: load, K: kindAt},
			unix.SockFilter{Code: and, K: 0xf}, // without SOCK_NONBLOCK and SOCK_CLOEXEC
			unix.SockFilter{Code: eq, K: unix.SOCK_STREAM, Jf: 3},
			unix.SockFilter{Code: load, K: protocolAt}, // Landlock bounds TCP alone
			unix.SockFilter{Code: eq, K: 0, Jt: 2},
			unix.SockFilter{Code: eq, K: unix.IPPROTO_TCP, Jt: 1},
			unix.SockFilter{Code: ret, K: deny},
			unix.SockFilter{Code: load, K: numberAt})
	}
	for _, number := range refused() {
		if tcp && number == unix.SYS_SOCKET {
			continue
		}
		program = append(program,
			unix.SockFilter{Code: eq, K: number, Jf: 1},
			unix.SockFilter{Code: ret, K: deny})
	}
	program = append(program, unix.SockFilter{Code: ret, K: allow})
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&filter)), 0, 0)
}
