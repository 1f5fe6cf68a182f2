//go:build linux || darwin

package doctor

import "syscall"

// space returns how many bytes this user may still write in a folder.
func space(dir string) (free uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
