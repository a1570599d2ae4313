package prompt

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/internal/termtest"
)

// guideEnv makes this test program the guide itself: job control needs a process
// that can be stopped.
const guideEnv = "SMTP_WIZARD_TEST_PROMPT"

func TestMain(m *testing.M) {
	if os.Getenv(guideEnv) == "" {
		os.Exit(m.Run())
	}
	guide := steptest.Guide()
	if _, err := Run(context.Background(), guide.Begin(steptest.Answers{}), Options{In: os.Stdin, Out: os.Stdout}); err != nil {
		os.Exit(1)
	}
}

// inShell is the guide in the foreground of a shell with job control.
func inShell(t *testing.T, shell ...string) *termtest.Terminal {
	t.Helper()
	path, err := exec.LookPath(shell[0])
	if err != nil {
		t.Skipf("no %s here", shell[0])
	}
	cmd := exec.Command(path, shell[1:]...)
	cmd.Env = append(os.Environ(), "PS1=shell> ", "ENV=", "HISTFILE=", "TERM=dumb", guideEnv+"=1")
	w := termtest.Start(t, cmd, termtest.Options{})
	w.Until("shell>")
	w.Keys(os.Args[0], termtest.Enter)
	return w
}

func toPassword(w *termtest.Terminal) {
	w.T.Helper()
	for _, answer := range []struct{ at, keys string }{{"Provider [", "2\r"}, {"From [", "\r"}, {"User: ", "me\r"}} {
		w.Until(answer.at)
		w.Keys(answer.keys)
	}
	w.Until("Password (typing is not shown")
	echoTurns(w, false)
}

// comesAgain presses keys and waits until words are written once more.
func comesAgain(w *termtest.Terminal, words string, keys ...string) {
	w.T.Helper()
	before := strings.Count(w.Output(), words)
	w.Keys(keys...)
	for end := time.Now().Add(tooLong); strings.Count(w.Output(), words) == before; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.T.Fatalf("%q does not come again; the screen is\n%s", words, w.Screen())
		}
	}
}

func echoTurns(w *termtest.Terminal, on bool) {
	w.T.Helper()
	for end := time.Now().Add(tooLong); ; time.Sleep(5 * time.Millisecond) {
		mode, err := unix.IoctlGetTermios(int(w.TTY.Fd()), getTermios)
		if err != nil {
			w.T.Fatal(err)
		}
		if (mode.Lflag&unix.ECHO != 0) == on {
			return
		}
		if time.Now().After(end) {
			w.T.Fatalf("the echo stays %v; the screen is\n%s", !on, w.Screen())
		}
	}
}

// A password stays unseen when Ctrl+Z and fg come between, and a shell that does
// not set the terminal itself finds its echo on.
func TestStoppedAtThePassword(t *testing.T) {
	t.Parallel()
	for _, shell := range [][]string{{"bash", "--norc", "--noediting", "-i"}, {"dash", "-i"}} {
		t.Run(shell[0], func(t *testing.T) {
			t.Parallel()
			w := inShell(t, shell...)
			toPassword(w)
			for range 2 {
				comesAgain(w, "shell>", "\x1a")
				echoTurns(w, true)
				comesAgain(w, "Password (", "fg", termtest.Enter)
				echoTurns(w, false)
			}
			w.Keys("geheim", termtest.Enter)
			w.Until("Next [1, Go on]: ")
			if strings.Contains(w.Output(), "geheim") {
				t.Errorf("the password is on the screen:\n%s", w.Screen())
			}
		})
	}
}

// Where no shell could continue it, Ctrl+Z neither stops it nor shows anything.
func TestNoShellToStopFor(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TERM=dumb", guideEnv+"=1")
	w := termtest.Start(t, cmd, termtest.Options{})
	toPassword(w)
	w.Keys("\x1a", "geheim", termtest.Enter)
	w.Until("Next [1, Go on]: ")
	if strings.Contains(w.Output(), "geheim") {
		t.Errorf("the password is on the screen:\n%s", w.Screen())
	}
}
