package sandbox

import (
	"context"
	"io/fs"
	"path/filepath"
	"time"
)

// period is how often a running command is looked at. Between two looks it can
// write as much as the disk takes in that time.
const period = 200 * time.Millisecond

// guard stops the command when it uses more disk or processes than it may.
func guard(done <-chan struct{}, pid int, spaces bool, l Limits, folders []string, stop context.CancelCauseFunc) {
	if l.Disk == 0 && l.Processes == 0 {
		return
	}
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if l.Disk > 0 && Size(folders, l.Disk) > l.Disk {
			stop(ErrDisk)
			return
		}
		if l.Processes > 0 && spaces && processes(pid, l.Processes) > l.Processes {
			stop(ErrProcesses)
			return
		}
	}
}

// Size returns the bytes of the files below folders, or some number above enough as
// soon as there are more. What cannot be read counts as nothing.
func Size(folders []string, enough uint64) uint64 {
	var total uint64
	for _, dir := range folders {
		filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // gone while we look, or not ours to see
			}
			total += 256 // what an entry costs by itself, so that empty files are bounded too
			if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
				total += uint64(info.Size())
			}
			if total > enough {
				return fs.SkipAll
			}
			return nil
		})
	}
	return total
}
