package screen

import (
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"

	"smtp-wizard/internal/casetest"
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
			casetest.Must(t, err)
			casetest.Must(t, s.Cmd.Process.Signal(c.signal))
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
	s.Keys(tab + tab + "x")
	s.Until("› APP_URL            x")
	s.Drops("z")
	if code := s.Exit(); code != 129 {
		t.Errorf("exit %d", code)
	}
	if !strings.Contains(s.kept(), "url:xz") {
		t.Errorf("what was typed is not in the draft: %q", s.kept())
	}
}

// gated is a terminal that is read only while the gate is open.
type gated struct {
	*os.File
	gate *sync.Mutex
}

func (g gated) Read(p []byte) (int, error) {
	g.gate.Lock()
	open := g.File
	g.gate.Unlock()
	return open.Read(p)
}

// A terminal that takes no more output must not keep the program from ending.
func TestStalledTerminal(t *testing.T) {
	t.Parallel()
	var gate sync.Mutex
	s := &session{Terminal: termtest.Start(t, itself(t, ""), termtest.Options{Cols: 200, Rows: 60,
		Line: func(tty *os.File) (io.Reader, io.Writer) { return gated{tty, &gate}, tty }})}
	s.Until(firstPage)
	gate.Lock()
	for range 50 { // each ctrl+l draws the whole screen again, and nobody reads it
		s.Keys("\x0c")
		time.Sleep(20 * time.Millisecond)
	}
	casetest.Must(t, s.Cmd.Process.Signal(syscall.SIGTERM))
	time.AfterFunc(runner.StopWait*3/2, gate.Unlock) // what the child says after Run needs a reader
	if code := s.Exit(); code != 143 {
		t.Errorf("exit %d", code)
	}
}

// The terminal may go away without a signal, when it is not the controlling
// one: then reading it fails.
func TestTerminalGoneWithoutSignal(t *testing.T) {
	t.Parallel()
	in, out, err := os.Pipe()
	casetest.Must(t, err)
	_ = out.Close()
	gone := false
	k := &keyboard{File: in, gone: func() { gone = true }}
	if _, err := k.Read(make([]byte, 80)); err != io.EOF || !gone {
		t.Errorf("%v, gone %v", err, gone)
	}
}

func TestPanicInStep(t *testing.T) {
	t.Parallel()
	s := open(t, 80, 24)
	s.Until(firstPage)
	s.Keys(ctrlU + "panic" + enter)
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
