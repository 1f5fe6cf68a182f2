package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

const (
	readAccess = ll.AccessFSExecute | ll.AccessFSReadFile | ll.AccessFSReadDir

	// What a right is about other than folders; the kernel refuses the others for a file.
	fileAccess = ll.AccessFSExecute | ll.AccessFSReadFile | ll.AccessFSWriteFile | ll.AccessFSTruncate
)

// rights returns all that a version of Landlock can deny.
func rights(abi int) ll.RulesetAttr {
	all := ll.RulesetAttr{HandledAccessFS: ll.AccessFSMakeSym<<1 - 1}
	if abi >= 2 {
		all.HandledAccessFS |= ll.AccessFSRefer
	}
	if abi >= 3 {
		all.HandledAccessFS |= ll.AccessFSTruncate
	}
	if abi >= 4 {
		all.HandledAccessNet = ll.AccessNetBindTCP | ll.AccessNetConnectTCP
	}
	if abi >= 5 {
		all.HandledAccessFS |= ll.AccessFSIoctlDev
	}
	if abi >= 6 {
		all.Scoped = ll.ScopeAbstractUnixSocket | ll.ScopeSignal
	}
	return all
}

// lockFiles denies all files but those that r names, and TCP. It holds for this thread
// and what it becomes: go-landlock's own Restrict goes through all threads by way of /proc, which
// is another namespace's here. Without Landlock it does nothing; the probe has told so.
func lockFiles(r request) error {
	abi, err := ll.LandlockGetABIVersion()
	if err != nil || abi < 1 {
		return nil
	}
	runtime.LockOSThread()
	all := rights(abi)
	set, err := ll.LandlockCreateRuleset(&all, 0)
	if err != nil {
		return fmt.Errorf("making a Landlock rule set: %w", err)
	}
	defer unix.Close(set)
	for _, rule := range []struct {
		access uint64
		paths  []string
	}{
		{all.HandledAccessFS &^ ll.AccessFSIoctlDev, r.Write},
		{readAccess | ll.AccessFSWriteFile, []string{"/dev/null", "/dev/zero", "/dev/full"}},
		{readAccess, []string{"/dev/urandom", "/dev/random"}},
		{readAccess, r.Read},
	} {
		for _, path := range rule.paths {
			if err := admit(set, path, rule.access&all.HandledAccessFS); err != nil {
				return fmt.Errorf("admitting %s: %w", path, err)
			}
		}
	}
	if r.Gate != noGate && all.HandledAccessNet != 0 {
		rule := ll.NetPortAttr{AllowedAccess: ll.AccessNetConnectTCP, Port: uint64(r.Port)}
		if err := ll.LandlockAddNetPortRule(set, &rule, 0); err != nil {
			return fmt.Errorf("admitting port %d: %w", r.Port, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("giving up privileges: %w", err)
	}
	if err := ll.LandlockRestrictSelf(set, 0); err != nil {
		return fmt.Errorf("locking files away: %w", err)
	}
	return nil
}

// admit adds a rule for what is below path; a path that does not exist needs none.
func admit(set int, path string, access uint64) error {
	fd, err := syscall.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	var stat syscall.Stat_t
	if err := syscall.Fstat(fd, &stat); err != nil {
		return err
	}
	if stat.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		access &= fileAccess
	}
	return ll.LandlockAddPathBeneathRule(set, &ll.PathBeneathAttr{AllowedAccess: access, ParentFd: fd}, 0)
}
