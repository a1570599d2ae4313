//go:build !windows

package command_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// terminal is the program in a pseudo-terminal that answers no query, with a
// model of its screen.
type terminal struct {
	t   *testing.T
	tty *os.File
	cmd *exec.Cmd
	in  io.Writer // the keyboard
	out io.Reader // what the program draws

	mu    sync.Mutex
	model vt10x.Terminal
	raw   []byte
	quit  chan struct{} // closed to end the reading
	seen  chan struct{} // closed when there is nothing more to read
}

const (
	keyEnter, keyEscape, keyTab, keyBack = "\r", "\x1b", "\t", "\x1b[Z"
	keyUp, keyDown                       = "\x1b[A", "\x1b[B"
	keyPageUp, keyPageDown               = "\x1b[5~", "\x1b[6~"
	ctrlC, ctrlO, ctrlR, ctrlU           = "\x03", "\x0f", "\x12", "\x15"
	pasteBegin, pasteEnd                 = "\x1b[200~", "\x1b[201~"
)

// deafness is longer than the program drops keys after a page has opened by
// itself.
const deafness = 450 * time.Millisecond

// at80x24 starts the program in a directory, in a terminal of the usual size.
func at80x24(t *testing.T, dir string, env []string, args ...string) *terminal {
	t.Helper()
	return openTerminal(t, dir, env, nil, args...)
}

// openTerminal starts the program; line, if it is there, stands between the
// terminal and its user.
func openTerminal(t *testing.T, dir string, env []string, line func(*os.File) (io.Reader, io.Writer), args ...string) *terminal {
	t.Helper()
	cmd := exec.Command("smtp-wizard", args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_STATE_HOME=" + dir + "/state",
		"TERM=xterm-256color", "LANG=C.UTF-8"}, env...)
	w := &terminal{t: t, cmd: cmd, model: vt10x.New(vt10x.WithSize(80, 24)), quit: make(chan struct{}), seen: make(chan struct{})}
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	w.tty, w.in, w.out = tty, tty, tty
	if line != nil {
		w.out, w.in = line(tty)
	}
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
		n, err := w.out.Read(buf)
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

func (w *terminal) keys(keys ...string) {
	w.t.Helper()
	for _, k := range keys {
		if _, err := io.WriteString(w.in, k); err != nil {
			w.t.Fatalf("%v; the screen is\n%s", err, w.screen())
		}
	}
}

// instead types text in place of what is in the field, and goes on.
func (w *terminal) instead(text string) {
	w.t.Helper()
	w.keys(ctrlU, text, keyEnter)
}

func (w *terminal) screen() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.model.String()
}

func (w *terminal) output() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.raw)
}

// flat is the screen as one line with single spaces: a sentence may have been
// wrapped anywhere.
func (w *terminal) flat() string { return strings.Join(strings.Fields(w.screen()), " ") }

// until waits for all these words on the screen.
func (w *terminal) until(words ...string) {
	w.t.Helper()
	missing := ""
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		got := w.flat()
		missing = ""
		for _, word := range words {
			if !strings.Contains(got, word) {
				missing = word
			}
		}
		if missing == "" {
			return
		}
	}
	w.t.Fatalf("%q did not appear; the screen is\n%s", missing, w.screen())
}

// opens waits for words of a page that opens by itself, and until the page
// takes keys.
func (w *terminal) opens(words ...string) {
	w.t.Helper()
	w.until(words...)
	time.Sleep(deafness)
	w.until(words...)
}

// settled is the screen when nothing has been drawn for a while.
func (w *terminal) settled() string {
	last, since := len(w.output()), time.Now()
	for time.Since(since) < 100*time.Millisecond {
		time.Sleep(10 * time.Millisecond)
		if n := len(w.output()); n != last {
			last, since = n, time.Now()
		}
	}
	return w.screen()
}

// choose moves the pointer of the focused list to the row that begins with
// words.
func (w *terminal) choose(words string) {
	w.t.Helper()
	for _, key := range []string{keyUp, keyDown} {
		for range 12 {
			if w.points(w.settled(), words) {
				return
			}
			w.keys(key)
		}
	}
	w.t.Fatalf("the pointer never came to %q; the screen is\n%s", words, w.screen())
}

func (w *terminal) points(screen, words string) bool {
	for line := range strings.Lines(screen) {
		if row, found := strings.CutPrefix(strings.TrimSpace(line), "› "); found {
			if strings.HasPrefix(strings.TrimSpace(strings.TrimLeft(row, "✓✗! ")), words) {
				return true
			}
		}
	}
	return false
}

func (w *terminal) resize(cols, rows int) {
	w.t.Helper()
	w.mu.Lock()
	w.model.Resize(cols, rows)
	w.mu.Unlock()
	if err := pty.Setsize(w.tty, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		w.t.Fatal(err)
	}
}

// drops closes the terminal, as sshd does when a line drops.
func (w *terminal) drops() {
	w.t.Helper()
	close(w.quit)
	w.keys("?") // the help that it draws lets the reader go
	<-w.seen
	if err := w.tty.Close(); err != nil {
		w.t.Fatal(err)
	}
}

// ends waits for the program to end and checks its exit code.
func (w *terminal) ends(code int) {
	w.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- w.cmd.Wait() }()
	select {
	case err := <-ended:
		<-w.seen
		var failed *exec.ExitError
		got := 0
		if errors.As(err, &failed) {
			got = failed.ExitCode()
		}
		if got != code {
			w.t.Fatalf("exit %d, want %d; the screen is\n%s", got, code, w.screen())
		}
	case <-time.After(15 * time.Second):
		w.t.Fatalf("still running; the screen is\n%s", w.screen())
	}
}
