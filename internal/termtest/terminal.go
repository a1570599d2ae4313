// Package termtest runs a program in a pseudo-terminal, with a model of its
// screen, and presses its keys. The terminal answers no query, as many real ones
// do not. It is for tests alone.
package termtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"smtp-wizard/internal/casetest"
)

// The bytes that terminals send for keys.
const (
	Enter, Escape, Tab, BackTab = "\r", "\x1b", "\t", "\x1b[Z"
	Up, Down                    = "\x1b[A", "\x1b[B"
	PageUp, PageDown            = "\x1b[5~", "\x1b[6~"
	CtrlC, CtrlO, CtrlU         = "\x03", "\x0f", "\x15"
	PasteBegin, PasteEnd        = "\x1b[200~", "\x1b[201~"
)

const (
	// patience is how long something may take to appear, on a machine that has
	// much else to do.
	patience = 40 * time.Second
	// ignored is longer than the program drops keys after a page has opened by
	// itself.
	ignored = 450 * time.Millisecond
	// stillness is how long nothing is drawn when the program has nothing to draw.
	stillness = 80 * time.Millisecond
	glance    = 30 * time.Millisecond
)

// Terminal is a program in a pseudo-terminal. Its methods fail the test when
// what they wait for does not come.
type Terminal struct {
	T   testing.TB
	TTY *os.File // the side of the user
	Cmd *exec.Cmd

	wait     func() (code int, err error)
	keyboard io.Writer
	screen   io.Reader

	mu    sync.Mutex
	model *vt.Emulator
	raw   []byte
	quit  chan struct{} // closed to end the reading
	seen  chan struct{} // closed when there is nothing more to read
}

// Options is the size of the terminal, and what stands between it and its user.
type Options struct {
	Cols, Rows int // 80 by 24 when 0
	Line       func(tty *os.File) (io.Reader, io.Writer)
}

func (o Options) filled() Options {
	if o.Cols == 0 {
		o.Cols, o.Rows = 80, 24
	}
	return o
}

// Start starts the program, and kills it at the end of the test.
func Start(t testing.TB, cmd *exec.Cmd, o Options) *Terminal {
	t.Helper()
	o = o.filled()
	tty, err := pty.StartWithSize(cmd, size(o.Cols, o.Rows))
	casetest.Must(t, err)
	w := watch(t, tty, o)
	w.Cmd = cmd
	w.wait = func() (int, error) {
		err := cmd.Wait()
		if code := (&exec.ExitError{}); errors.As(err, &code) {
			err = nil
		}
		return cmd.ProcessState.ExitCode(), err
	}
	t.Cleanup(func() {
		// What a shell has started keeps the terminal open where hang-ups are ignored.
		if group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP); err == nil && group > 1 {
			_ = unix.Kill(-group, unix.SIGKILL)
		}
		_ = cmd.Process.Kill()
		_ = tty.Close()
		<-w.seen
	})
	return w
}

// over is what a program that is a function writes last: its terminal stays open.
const over = "\x1b]777;over\x07"

// Play runs a program that is a function of this process, which costs less than to start
// one. It gets no signals, and no size but the first.
func Play(t testing.TB, program func(ctx context.Context, tty *os.File) (code int)) *Terminal {
	t.Helper()
	o := Options{}.filled()
	user, tty, err := pty.Open()
	if err == nil {
		err = pty.Setsize(user, size(o.Cols, o.Rows))
	}
	casetest.Must(t, err)
	w := watch(t, user, o)
	var code int
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		code = program(t.Context(), tty)
		_, _ = tty.WriteString(over)
	}()
	w.wait = func() (int, error) { <-ended; return code, nil }
	t.Cleanup(func() {
		<-ended
		_ = tty.Close()
		_ = user.Close()
		<-w.seen
	})
	return w
}

// watch reads what a terminal shows.
func watch(t testing.TB, tty *os.File, o Options) *Terminal {
	w := &Terminal{
		T: t, TTY: tty, keyboard: tty, screen: tty,
		model: vt.NewEmulator(o.Cols, o.Rows), quit: make(chan struct{}), seen: make(chan struct{}),
	}
	// The model's own replies to queries go nowhere.
	go func() { _, _ = io.Copy(io.Discard, w.model) }()
	if o.Line != nil {
		w.screen, w.keyboard = o.Line(tty)
	}
	go w.read()
	return w
}

func size(cols, rows int) *pty.Winsize {
	return &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}
}

func (w *Terminal) read() {
	defer close(w.seen)
	buf := make([]byte, 4096)
	for {
		n, err := w.screen.Read(buf)
		w.mu.Lock()
		w.raw = append(w.raw, buf[:n]...)
		_, _ = w.model.Write(buf[:n])
		var ended bool
		w.raw, ended = bytes.CutSuffix(w.raw, []byte(over))
		w.mu.Unlock()
		if err != nil || ended {
			return
		}
		select {
		case <-w.quit:
			return
		default:
		}
	}
}

// Keys types text, or presses keys.
func (w *Terminal) Keys(keys ...string) {
	w.T.Helper()
	for _, k := range keys {
		if _, err := io.WriteString(w.keyboard, k); err != nil {
			w.T.Fatalf("%v; the screen is\n%s", err, w.Screen())
		}
	}
}

// Instead types text in place of what is in the field, and goes on.
func (w *Terminal) Instead(text string) {
	w.T.Helper()
	w.Keys(CtrlU, text, Enter)
}

// Screen is what is on the screen, a line a row, each as wide as the screen.
func (w *Terminal) Screen() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := strings.Split(w.model.String(), "\n")
	for i, line := range lines {
		lines[i] = line + strings.Repeat(" ", max(w.model.Width()-ansi.StringWidthWc(line), 0))
	}
	return strings.Join(lines, "\n")
}

// Flat is the screen as one line with single spaces: a sentence may have been
// wrapped anywhere, with a bar at its left.
func (w *Terminal) Flat() string {
	return strings.Join(strings.Fields(strings.ReplaceAll(w.Screen(), "▌", " ")), " ")
}

// Cursor is the cell of the cursor, from 0.
func (w *Terminal) Cursor() (x, y int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.model.CursorPosition()
	return p.X, p.Y
}

// Output is all that the program has written.
func (w *Terminal) Output() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.raw)
}

// Written is the number of bytes that the program has written.
func (w *Terminal) Written() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.raw)
}

// Resize changes the size of the terminal.
func (w *Terminal) Resize(cols, rows int) {
	w.T.Helper()
	w.mu.Lock()
	w.model.Resize(cols, rows)
	w.mu.Unlock()
	casetest.Must(w.T, pty.Setsize(w.TTY, size(cols, rows)))
}

// Drops closes the terminal, as sshd does when a line drops. The key that it
// presses before must be one that makes the program draw: with that the reader
// lets go of the terminal.
func (w *Terminal) Drops(key string) {
	w.T.Helper()
	close(w.quit)
	w.Keys(key)
	<-w.seen
	casetest.Must(w.T, w.TTY.Close())
}

// Exit waits until the program has ended and all that it wrote is on the screen,
// and returns its exit code.
func (w *Terminal) Exit() int {
	w.T.Helper()
	var code int
	ended := make(chan error, 1)
	go func() {
		var err error
		code, err = w.wait()
		ended <- err
	}()
	select {
	case err := <-ended:
		casetest.Must(w.T, err)
	case <-time.After(patience):
		w.T.Fatalf("still running; the screen is\n%s", w.Screen())
	}
	<-w.seen
	return code
}

// Ends checks the exit code.
func (w *Terminal) Ends(code int) {
	w.T.Helper()
	if got := w.Exit(); got != code {
		w.T.Fatalf("exit code %d, not %d; the screen is\n%s", got, code, w.Screen())
	}
}
