package prompt

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// terminal is a guide under way on a pseudo-terminal.
type terminal struct {
	screen
	keys, tty *os.File
	cancel    context.CancelFunc
	ended     chan error
	state     steptest.State
}

func onTerminal(t *testing.T, m steptest.Machine, size *pty.Winsize) *terminal {
	t.Helper()
	blocking, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	keys := unblocked(t, blocking)
	if err := pty.Setsize(tty, size); err != nil {
		t.Fatal(err)
	}
	g := &terminal{keys: keys, tty: tty, ended: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	g.cancel = cancel
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := keys.Read(b)
			_, _ = g.Write(b[:n])
			if err != nil {
				return
			}
		}
	}()
	go func() {
		last, err := Run(ctx, m.Begin(steptest.Answers{}), Options{In: tty, Out: tty})
		g.state = wizard.StateOf[steptest.Answers](last)
		g.ended <- err
	}()
	t.Cleanup(func() { cancel(); _ = keys.Close(); _ = tty.Close() })
	return g
}

// unblocked is the file with reads that end when it is closed, so that the other
// side sees the line drop.
func unblocked(t *testing.T, file *os.File) *os.File {
	t.Helper()
	fd, err := unix.Dup(int(file.Fd()))
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	return os.NewFile(uintptr(fd), "keys")
}

func (g *terminal) press(t *testing.T, keys string) {
	t.Helper()
	if _, err := g.keys.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

func (g *terminal) echoes(t *testing.T) bool {
	t.Helper()
	mode, err := unix.IoctlGetTermios(int(g.tty.Fd()), getTermios)
	if err != nil {
		t.Fatal(err)
	}
	return mode.Lflag&unix.ECHO != 0
}

func (g *terminal) end(t *testing.T) error {
	t.Helper()
	done := started{ended: g.ended}
	_, _ = done.Write([]byte(g.String()))
	return done.end(t)
}

var usual = &pty.Winsize{Rows: 24, Cols: 80}

func TestPasswordIsHidden(t *testing.T) {
	t.Parallel()
	g := onTerminal(t, steptest.Guide(), usual)
	for _, answer := range []struct{ at, keys string }{
		{"Provider [", "2\r"}, {"From [", "\r"}, {"User: ", "me\r"},
		{"Password (typing is not shown; Enter for none): ", ""},
	} {
		g.waitFor(t, answer.at)
		g.press(t, answer.keys)
	}
	for g.echoes(t) { // the prompt comes before the echo goes
		if strings.Contains(g.String(), "Next") {
			t.Fatal("the echo was never off")
		}
	}
	g.press(t, "gehx\x7feim\r") // the terminal's own editing works
	g.waitFor(t, "Next [1, Go on]: ")
	if !g.echoes(t) {
		t.Error("the echo is still off")
	}
	g.press(t, "\r")
	g.waitFor(t, "Press Enter to go on: ")
	g.press(t, "\r")
	if err := g.end(t); err != nil || g.state.Answers.Password.Reveal() != "geheim" || g.state.Ended != wizard.Done {
		t.Errorf("%v, ended %d", err, g.state.Ended)
	}
	if out := g.String(); strings.Contains(out, "geh") || strings.Contains(out, "eim") || strings.Contains(out, "\x1b") {
		t.Errorf("the password, or a control sequence, is on the screen:\n%q", out)
	}
}

// A signal while the echo is off must not leave it off.
func TestEchoIsRestored(t *testing.T) {
	t.Parallel()
	g := onTerminal(t, steptest.Guide(), usual)
	g.press(t, "2\r\rme\r")
	g.waitFor(t, "Password")
	for g.echoes(t) {
	}
	g.press(t, "half a passw")
	time.Sleep(100 * time.Millisecond) // the kernel takes it in on its own time, and only then with the echo off
	g.cancel()
	if err := g.end(t); !errors.Is(err, context.Canceled) || !g.echoes(t) {
		t.Errorf("%v, echo %v", err, g.echoes(t))
	}
	if strings.Contains(g.String(), "half") {
		t.Errorf("on the screen:\n%s", g.String())
	}
}

// A paste of many lines answers many questions, but none that comes after a wait:
// nobody can have read that when it was typed.
func TestPaste(t *testing.T) {
	t.Parallel()
	g := onTerminal(t, steptest.Guide(), usual)
	g.waitFor(t, "Provider [")
	g.press(t, "1\nmx.example.com\n465\n\nid@example.org\n\n\n\n\n\n\n\n\n")
	g.waitFor(t, "Next [1, Go on]: ")
	g.press(t, "2\r") // it waits for an answer: a test once more
	g.waitFor(t, "Next [1, Go on]: 2\r\nChosen: ")
	for end := time.Now().Add(tooLong); strings.Count(g.String(), "Next [") < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no second test in:\n%s", g.String())
		}
	}
	g.press(t, "\r")
	g.waitFor(t, "Press Enter to go on: ")
	g.press(t, "\r")
	if err := g.end(t); err != nil || g.state.Answers.Host != "mx.example.com" || g.state.Answers.Port != 465 ||
		g.state.Answers.From != "id@example.org" {
		t.Errorf("%v: %+v\n%s", err, g.state.Answers, g.String())
	}
}

// Ctrl+D ends the input, and so does a line that is dropped.
func TestTerminalEnds(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"ctrl+d", "dropped", "ctrl+d at the password"} {
		g := onTerminal(t, steptest.Guide(), usual)
		g.waitFor(t, "Provider [")
		switch how {
		case "ctrl+d":
			g.press(t, "\x04")
		case "dropped":
			_ = g.keys.Close()
		default:
			g.press(t, "2\r\rme\r")
			g.waitFor(t, "Password")
			g.press(t, "\x04")
		}
		// Where the line is gone, the first sign of it may be the writing.
		if err := g.end(t); err == nil || how != "dropped" && !errors.Is(err, ErrEOF) {
			t.Errorf("%s: %v", how, err)
		}
	}
}

func TestNarrowTerminal(t *testing.T) {
	t.Parallel()
	g := onTerminal(t, everything(), &pty.Winsize{Rows: 12, Cols: 40})
	g.waitFor(t, "Press Enter to go on: ")
	for _, l := range strings.Split(g.String(), "\r\n") {
		if len([]rune(l)) > 39 {
			t.Errorf("%d wide: %q", len([]rune(l)), l)
		}
	}
}
