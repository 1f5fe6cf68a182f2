package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// Open runs c without a box: with c's environment and limits of time and disk, but
// with the network and all files of this user.
func Open(ctx context.Context, c Command) (exit int, err error) {
	if c.Limits.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.Limits.Time, ErrTime)
		defer cancel()
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.Dir, c.Env, c.Stdout, c.Stderr
	cmd.WaitDelay = 5 * time.Second
	return attend(ctx, stop, cmd, false, c.Limits, c.Write, nil)
}

// attend runs cmd in a process group of its own, or in namespaces, and watches it.
func attend(ctx context.Context, stop context.CancelCauseFunc, cmd *exec.Cmd, spaces bool, l Limits, folders []string, open *gate) (int, error) {
	defer holdThread()()
	confine(cmd, spaces)
	open.prepare(cmd)
	err := cmd.Start()
	open.started()
	if err != nil {
		return -1, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	pid := cmd.Process.Pid
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		guard(done, pid, spaces, l, folders, stop)
	}()
	err = cmd.Wait()
	close(done)
	<-watched
	kill(pid)

	if cause := context.Cause(ctx); cause != nil {
		return -1, cause
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return -1, fmt.Errorf("waiting for %s: %w", cmd.Path, err)
	}
	return cmd.ProcessState.ExitCode(), nil
}
