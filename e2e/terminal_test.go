//go:build e2e

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// terminal is the program in a pseudo-terminal of 80 by 24, with a model of its
// screen. It answers no query, as many real ones do not.
type terminal struct {
	t   *testing.T
	tty *os.File
	cmd *exec.Cmd

	mu    sync.Mutex
	model vt10x.Terminal
	raw   []byte
	seen  chan struct{} // closed when there is nothing more to read
	quit  chan struct{} // closed to end the reading
}

const (
	enter, escape, ctrlC, ctrlU = "\r", "\x1b", "\x03", "\x15"
	up, down                    = "\x1b[A", "\x1b[B"
)

// deafness is longer than the program drops keys after a page has opened by
// itself.
const deafness = 450 * time.Millisecond

// patience is how long something may take to appear, on a machine that has much
// else to do.
const patience = 40 * time.Second

// open starts the program in a terminal.
func (h *home) open(args ...string) *terminal {
	h.t.Helper()
	return startIn(h.t, h.command(args...))
}

// command is the program with these arguments, in the home's directory.
func (h *home) command(args ...string) *exec.Cmd {
	cmd := exec.Command(wizardPath, args...)
	cmd.Dir, cmd.Env = h.Dir, h.environment()
	return cmd
}

func startIn(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	w := &terminal{t: t, cmd: cmd, model: vt10x.New(vt10x.WithSize(80, 24)), seen: make(chan struct{}), quit: make(chan struct{})}
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	check(t, err)
	w.tty = tty
	go w.read()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = tty.Close()
		<-w.seen
	})
	return w
}

func (w *terminal) read() {
	defer close(w.seen)
	buf := make([]byte, 4096)
	for {
		n, err := w.tty.Read(buf)
		w.mu.Lock()
		w.raw = append(w.raw, buf[:n]...)
		_, _ = w.model.Write(buf[:n])
		w.mu.Unlock()
		if err != nil {
			return
		}
		select {
		case <-w.quit:
			return
		default:
		}
	}
}

// keys types text, or presses keys.
func (w *terminal) keys(keys ...string) {
	w.t.Helper()
	for _, k := range keys {
		if _, err := w.tty.WriteString(k); err != nil {
			w.t.Fatalf("%v; the screen is\n%s", err, w.screen())
		}
	}
}

// instead types text in place of what is in the field, and goes on.
func (w *terminal) instead(text string) {
	w.t.Helper()
	w.keys(ctrlU, text, enter)
}

func (w *terminal) screen() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.model.String()
}

// flat is the screen as one line with single spaces: a sentence may have been
// wrapped anywhere.
func (w *terminal) flat() string { return strings.Join(strings.Fields(w.screen()), " ") }

func (w *terminal) output() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.raw)
}

// until waits for all these words on the screen.
func (w *terminal) until(words ...string) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if w.missing(words) == "" {
			return
		}
	}
	w.t.Fatalf("%q did not appear; the screen is\n%s", w.missing(words), w.screen())
}

func (w *terminal) missing(words []string) string {
	got := w.flat()
	for _, word := range words {
		if !strings.Contains(got, word) {
			return word
		}
	}
	return ""
}

// untilAny waits for any of these words.
func (w *terminal) untilAny(words ...string) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		for _, word := range words {
			if strings.Contains(w.flat(), word) {
				return
			}
		}
	}
	w.t.Fatalf("none of %q appeared; the screen is\n%s", words, w.screen())
}

// pageOpens waits for words of a page that opens by itself, and until the page
// takes keys.
func (w *terminal) pageOpens(words ...string) {
	w.t.Helper()
	w.until(words...)
	time.Sleep(deafness)
	w.until(words...)
}

// exit waits for the program to end and returns its exit code.
func (w *terminal) exit() int {
	w.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- w.cmd.Wait() }()
	select {
	case err := <-ended:
		<-w.seen
		var code *exec.ExitError
		if errors.As(err, &code) {
			return code.ExitCode()
		}
		check(w.t, err)
		return 0
	case <-time.After(patience):
		w.t.Fatalf("still running; the screen is\n%s", w.screen())
	}
	return -1
}

// ends checks the exit code.
func (w *terminal) ends(code int) {
	w.t.Helper()
	if got := w.exit(); got != code {
		w.t.Fatalf("exit code %d, not %d; the screen is\n%s", got, code, w.screen())
	}
}
