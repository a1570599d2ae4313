package screen

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"smtp-wizard/internal/termtest"
	"smtp-wizard/wizard/runner"
)

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		signal syscall.Signal
		exit   int
		how    string
	}{
		{syscall.SIGHUP, 129, "the terminal hung up"},
		{syscall.SIGTERM, 143, "terminated"},
		{syscall.SIGINT, 130, "interrupted"},
	} {
		t.Run(c.signal.String(), func(t *testing.T) {
			t.Parallel()
			s := open(t, 80, 24)
			s.Until(firstPage)
			s.Keys(ctrlU + "half-typed")
			s.Until("half-typed")
			raw, err := term.GetState(s.TTY.Fd())
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Cmd.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			if code := s.Exit(); code != c.exit {
				t.Errorf("exit %d", code)
			}
			if cooked, err := term.GetState(s.TTY.Fd()); err == nil && *cooked == *raw {
				t.Error("the terminal is still in raw mode")
			}
			s.ended(c.how)
			if !strings.Contains(s.kept(), "typed=map[env:half-typed]") {
				t.Errorf("what was typed is not in the draft: %s", s.kept())
			}
			if raw := s.Output(); strings.LastIndex(raw, "\x1b[?1049l") < strings.LastIndex(raw, "\x1b[?1049h") {
				t.Error("still on the alternate screen")
			}
		})
	}
}

func TestLineDrops(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Keys(enter + enter + "x")
	s.Until("› APP_URL            x")
	s.Drops("z")
	if code := s.Exit(); code != 129 {
		t.Errorf("exit %d", code)
	}
	if !strings.Contains(s.kept(), "url:xz") {
		t.Errorf("what was typed is not in the draft: %q", s.kept())
	}
}

// withoutModel is the guide in a pseudo-terminal that nobody reads but the test.
func withoutModel(t *testing.T, size pty.Winsize, attr syscall.SysProcAttr) (master *os.File, cmd *exec.Cmd, draft string) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	_ = pty.Setsize(master, &size)
	draft = filepath.Join(t.TempDir(), "draft")
	cmd = itself(t, draft)
	cmd.Stdin, cmd.Stdout, cmd.SysProcAttr = slave, slave, &attr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = master.Close() })
	_ = slave.Close()
	waitFor(t, master, firstPage)
	return master, cmd, draft
}

// The terminal may go away without a signal, when it is not the controlling
// one: then reading it fails.
func TestTerminalGoneWithoutSignal(t *testing.T) {
	t.Parallel()
	master, cmd, draft := withoutModel(t, pty.Winsize{Cols: 80, Rows: 24}, syscall.SysProcAttr{Setsid: true})
	_, _ = master.WriteString("y")
	waitFor(t, master, "y")
	_ = master.Close()
	if code := termtest.Exit(t, cmd, unseen); code != 129 {
		t.Errorf("exit %d", code)
	}
	if kept, _ := os.ReadFile(draft); !strings.Contains(string(kept), "env:y") {
		t.Errorf("what was typed is not in the draft: %q", kept)
	}
}

// unseen is the screen of a program whose terminal has no model.
func unseen() string { return "unknown" }

// waitFor reads the terminal up to these words.
func waitFor(t *testing.T, f *os.File, words string) {
	t.Helper()
	const patience = 40 * time.Second
	var got strings.Builder
	buf := make([]byte, 4096)
	for late := time.After(patience); !strings.Contains(got.String(), words); {
		var n int
		read := make(chan error, 1) // a pseudo-terminal that blocks takes no notice of a deadline
		go func() {
			var err error
			n, err = f.Read(buf)
			read <- err
		}()
		select {
		case err := <-read:
			if err != nil {
				t.Fatalf("%q did not appear: %v; got %q", words, err, got.String())
			}
			got.Write(buf[:n])
		case <-late:
			t.Fatalf("%q did not appear within %s; got %q", words, patience, got.String())
		}
	}
}

// A terminal that takes no more output must not keep the program from ending.
func TestStalledTerminal(t *testing.T) {
	t.Parallel()
	master, cmd, _ := withoutModel(t, pty.Winsize{Cols: 200, Rows: 60}, syscall.SysProcAttr{Setsid: true, Setctty: true})
	_, _ = master.WriteString(enter + enter)
	for range 50 { // each ctrl+l draws the whole screen again, and nobody reads it
		_, _ = master.WriteString("\x0c")
		time.Sleep(20 * time.Millisecond)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	go func() { // what the child says after Run needs a reader
		time.Sleep(runner.StopWait + runner.StopWait/2)
		buf := make([]byte, 4096)
		for {
			if _, err := master.Read(buf); err != nil {
				return
			}
		}
	}()
	if code := termtest.Exit(t, cmd, unseen); code != 143 {
		t.Errorf("exit %d", code)
	}
}

func TestPanicInStep(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Keys(ctrlU + "panic" + enter + enter + enter)
	if code := s.Exit(); code != 1 {
		t.Errorf("exit %d", code)
	}
	s.ended("a bug in smtp-wizard: the step is broken, at=install")
	if raw := s.Output(); strings.Contains(raw, "goroutine") || strings.Contains(raw, "Caught panic") {
		t.Errorf("a stack trace was shown: %q", raw)
	}
	if !strings.Contains(s.kept(), "env:panic") {
		t.Errorf("the draft is not there: %q", s.kept())
	}
}

// Started by ssh itself, it has no shell that could continue it: ctrl+z then
// neither stops it nor takes its screen away, and help does not list it.
func TestNoShellToStopFor(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Keys("\x1a" + "abc")
	s.Until("Environment file   abc ")
	s.Keys("\x1b[11~") // F1
	s.Until("Keys", "redraw")
	if strings.Contains(s.Screen(), "suspend") {
		t.Errorf("a key that does nothing is listed:\n%s", s.Screen())
	}
}
