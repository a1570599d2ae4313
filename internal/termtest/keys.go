package termtest

import (
	"io"
	"strings"
	"time"

	"github.com/creack/pty"

	"smtp-wizard/internal/casetest"
)

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

// BytesPerKey presses keys one by one and counts what each of them draws.
func (w *Terminal) BytesPerKey(keys []string) []int {
	w.T.Helper()
	w.Settled()
	counts := make([]int, len(keys))
	for i, k := range keys {
		before := w.Written()
		w.Keys(k)
		w.Settled()
		counts[i] = w.Written() - before
	}
	return counts
}

// Choose moves the pointer of the focused list to the row that begins with
// words, behind its mark: up to the first row, then down.
func (w *Terminal) Choose(words string) {
	w.T.Helper()
	w.Until(words)
	for range 5 {
		w.Settled() // a key before may still be on its way
		if w.pointsAt(words) {
			return
		}
		for _, key := range []string{Up, Down} {
			for at := ""; !w.pointsAt(words) && w.pointer() != at; {
				at = w.pointer()
				w.Keys(key)
				eventually(time.Second, func() bool { return w.pointer() != at })
			}
		}
	}
	w.T.Fatalf("the pointer never came to %q; the screen is\n%s", words, w.Screen())
}

// pointer is the row that the pointer is at, without its mark.
func (w *Terminal) pointer() string {
	for line := range strings.Lines(w.Screen()) {
		if row, found := strings.CutPrefix(strings.TrimSpace(line), "› "); found {
			return strings.TrimSpace(strings.TrimLeft(row, "✓✗! "))
		}
	}
	return ""
}

func (w *Terminal) pointsAt(words string) bool {
	return w.pointer() == words || strings.HasPrefix(w.pointer(), words+" ")
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
