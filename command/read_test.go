package command_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// endless are commands that wait for a pipe that says nothing, or for a FIFO in
// dir that nobody writes to.
func endless(t *testing.T, dir string) map[string][]string {
	t.Helper()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	apply := []string{"apply", "--host", "relay.example.com", "--from", "id@example.com", "--no-check", "--dry-run"}
	return map[string][]string{
		"explain":        {"explain"},
		"password stdin": append(apply[:len(apply):len(apply)], "--password-stdin"),
		"password file":  append(apply[:len(apply):len(apply)], "--password-file", fifo),
		"certificates":   {"check", "--ca", fifo},
	}
}

// A wait for what is to be read ends with Ctrl+C.
func TestInterruptReading(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, args := range endless(t, dir) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Nothing tells from outside when it waits. Before it listens to signals
			// SIGINT itself is its end, so that one is given more time.
			for wait := time.Second; ; wait *= 2 {
				ended, said := interruptAfter(t, wait, dir, args)
				early := ended.Signaled() && ended.Signal() == syscall.SIGINT
				if early && wait < patience/2 {
					continue
				}
				if ended.ExitStatus() != 130 || !strings.Contains(said, "interrupted") {
					t.Errorf("SIGINT after %s: exit code %d, signal %v: %s", wait, ended.ExitStatus(), ended.Signal(), said)
				}
				return
			}
		})
	}
}

// interruptAfter sends SIGINT to a command that has run for that long.
func interruptAfter(t *testing.T, wait time.Duration, dir string, args []string) (ended syscall.WaitStatus, said string) {
	t.Helper()
	cmd := exec.Command("smtp-wizard", args...)
	errs := untold(t, cmd, dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(wait+patience, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	time.Sleep(wait)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Errorf("it did not wait: %v", err)
	}
	_ = cmd.Wait()
	return cmd.ProcessState.Sys().(syscall.WaitStatus), errs.String()
}

// untold gives a command a standard input that never says a word, and returns what
// it will say on standard error.
func untold(t *testing.T, cmd *exec.Cmd, dir string) *bytes.Buffer {
	t.Helper()
	var errs bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &errs
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return &errs
}

// It ends with --timeout too, with the code that this has everywhere.
func TestTimeoutReading(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, args := range endless(t, dir) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "smtp-wizard", append(args, "--timeout", "300ms")...)
			errs := untold(t, cmd, dir)
			_ = cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(errs.String(), "the time given with --timeout is over") {
				t.Errorf("exit code %d: %s", code, errs.String())
			}
		})
	}
}

// What has no end is not read to its end.
func TestReadingIsBounded(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"password":     {"apply", "--host", "relay.example.com", "--from", "id@example.com", "--no-check", "--dry-run", "--password-file", "/dev/zero"},
		"certificates": {"probe", "localhost", "--ca", "/dev/zero"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("smtp-wizard", args...)
			cmd.Dir = t.TempDir()
			late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
			defer late.Stop()
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "too long") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// A terminal would show the password as it is typed.
func TestPasswordStdinIsNoTerminal(t *testing.T) {
	t.Parallel()
	master, slave, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	defer master.Close()
	defer slave.Close()
	cmd := exec.Command("smtp-wizard", "apply", "--host", "relay.example.com", "--from", "id@example.com",
		"--app-url", "https://id.example.com", "--no-check", "--dry-run", "--password-stdin")
	cmd.Dir, cmd.Stdin = t.TempDir(), slave
	late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "is a terminal") {
		t.Errorf("%s: %s", cmd.ProcessState, out)
	}
}
