//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// TestSignals ends the program from outside, in the middle of an answer: the
// terminal is as it was, the answers are kept, and nothing is written.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			h := newHome(t, "")
			before, w := h.midway()
			if modes(t, w.TTY) == before {
				t.Fatal("the terminal's modes were not changed, so restoring them proves nothing")
			}
			check(t, w.Cmd.Process.Signal(signal))
			w.Ends(130)
			if after := modes(t, w.TTY); after != before {
				t.Errorf("terminal modes:\nbefore %+v\nafter  %+v", before, after)
			}
			if raw := w.Output(); strings.LastIndex(raw, "\x1b[?1049l") < strings.LastIndex(raw, "\x1b[?1049h") ||
				strings.LastIndex(raw, "\x1b[?25h") < strings.LastIndex(raw, "\x1b[?25l") {
				t.Error("the alternate screen, or the hidden cursor, is left behind")
			}
			h.keptAndResumes()
		})
	}
}

// TestLineDrops closes the terminal, as sshd does.
func TestLineDrops(t *testing.T) {
	t.Parallel()
	h := newHome(t, "")
	_, w := h.midway()
	w.Drops("z")
	w.Ends(130)
	h.keptAndResumes()
}

// midway opens the guide, answers the first page and types a part of the next
// answers. The modes are the terminal's own.
func (h *home) midway() (unix.Termios, *terminal) {
	h.t.Helper()
	master, slave, err := pty.Open()
	check(h.t, err)
	before := modes(h.t, master)
	check(h.t, slave.Close())
	check(h.t, master.Close())
	w := h.open()
	w.Opens("Where is Pocket ID?", "There is none yet")
	w.Keys(enter, enter)
	w.Instead("2.9.0")
	w.Instead(appURL)
	w.Until("Who sends the mail?")
	w.Keys("Another SMTP")
	w.Until("1 of 71")
	w.Keys(enter)
	w.Until("Where is the relay?")
	w.Keys("smtp.half-typed.test")
	w.Until("smtp.half-typed.test")
	return before, w
}

func modes(t *testing.T, tty *os.File) unix.Termios {
	t.Helper()
	m, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	check(t, err)
	return *m
}

// keptAndResumes checks that the answers are in a draft, that no .env is there,
// and that the next start offers to go on where the last one ended.
func (h *home) keptAndResumes() {
	h.t.Helper()
	if d := h.draft(); !strings.Contains(d, appURL) || !strings.Contains(d, "smtp.half-typed.test") {
		h.t.Errorf("the draft has not all answers:\n%s", d)
	}
	if _, err := os.Stat(h.envFile()); err == nil {
		h.t.Error("a .env was written")
	}
	w := h.open()
	w.Opens("Continue where you left off", appURL, "› Continue")
	w.Keys(enter)
	w.Until("Where is the relay?", "smtp.half-typed.test")
}

// TestSecondInstance refuses to work on a file that another wizard has open.
func TestSecondInstance(t *testing.T) {
	t.Parallel()
	h := newHome(t, "")
	w := h.open()
	w.Until("Where is Pocket ID?")
	o := h.open()
	o.Ends(3)
	if want := fmt.Sprintf("another smtp-wizard (process %d) is working on this file", w.Cmd.Process.Pid); !strings.Contains(o.Flat(), want) {
		t.Errorf("it said %s", o.Flat())
	}
}

// TestNoTerminal names the two ways that need none.
func TestNoTerminal(t *testing.T) {
	t.Parallel()
	o := newHome(t, "").run("")
	if o.Code != 4 || !strings.Contains(o.Err, "--plain") || !strings.Contains(o.Err, "apply") {
		t.Errorf("exit %d: %s", o.Code, o.Err)
	}
}

// TestPlainThroughPipe answers line by line, each after its question, without a
// terminal.
func TestPlainThroughPipe(t *testing.T) {
	t.Parallel()
	p := startPostfix(t, saslLines...)
	h := newHome(t, p.CAFile)
	in := []string{
		"", "", "2.9.0", appURL, // install
		"another SMTP server",
		"localhost", strconv.Itoa(p.TLS), "tls",
		"id@example.test", saslUser, saslPassword, "admin@example.test",
		"id.example.test",
		"go-on",
		"yes", "write", "",
	}
	o := runCommand(t, h.command("--plain"), strings.Join(in, "\n")+"\n")
	if o.Code != 0 || strings.Contains(o.Out+o.Err, saslPassword) || strings.Contains(o.Out, "\x1b") {
		t.Fatalf("exit %d\n%s%s", o.Code, o.Out, o.Err)
	}
	h.has(map[string]string{"SMTP_PASSWORD": saslPassword, "SMTP_TLS": "tls", "SMTP_PORT": strconv.Itoa(p.TLS)})
	m := regexp.MustCompile(`took the test (\S+) for`).FindStringSubmatch(o.Out)
	if m == nil {
		t.Fatalf("no token\n%s", o.Out)
	}
	p.inbox(t, m[1])
}
