package prompt

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/internal/termtest"
	"smtp-wizard/wizard"
)

// guideEnv makes this test program the guide itself: a terminal and job control
// need a process of their own.
const guideEnv = "SMTP_WIZARD_TEST_PROMPT"

func TestMain(m *testing.M) {
	guide := steptest.Guide()
	switch os.Getenv(guideEnv) {
	case "":
		os.Exit(m.Run())
	case "everything":
		guide = everything()
	}
	ctx, cancel := signal.NotifyContext(context.Background(), unix.SIGTERM)
	defer cancel()
	g, err := Run(ctx, guide.Begin(steptest.Answers{}), Options{In: os.Stdin, Out: os.Stdout})
	a := wizard.StateOf[steptest.Answers](g).Answers
	fmt.Printf("ended: %v, %s:%d, %s, password %v\n", err, a.Host, a.Port, a.From, a.Password.Reveal() == "geheim")
	if err != nil {
		os.Exit(1)
	}
}

// onTerminal is the guide in a terminal of its own.
func onTerminal(t *testing.T, guide string, o termtest.Options) *termtest.Terminal {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TERM=dumb", guideEnv+"="+guide)
	return termtest.Start(t, cmd, o)
}

// toPassword answers what comes before the password.
func toPassword(w *termtest.Terminal) {
	w.T.Helper()
	for _, answer := range []struct{ at, keys string }{{"Provider [", "2\r"}, {"From [", "\r"}, {"User: ", "me\r"}} {
		w.Until(answer.at)
		w.Keys(answer.keys)
	}
	w.Until("Password (typing is not shown; Enter for none): ")
	echoTurns(w, false)
}

// comesAgain presses keys and waits until words are written once more.
func comesAgain(w *termtest.Terminal, words string, keys ...string) {
	w.T.Helper()
	before := strings.Count(w.Output(), words)
	w.Keys(keys...)
	eventually(w, words+" again", func() bool { return strings.Count(w.Output(), words) > before })
}

func echoTurns(w *termtest.Terminal, on bool) {
	w.T.Helper()
	eventually(w, fmt.Sprintf("the echo %v", on), func() bool { return echoes(w) == on })
}

func echoes(w *termtest.Terminal) bool {
	w.T.Helper()
	mode, err := unix.IoctlGetTermios(int(w.TTY.Fd()), getTermios)
	casetest.Must(w.T, err)
	return mode.Lflag&unix.ECHO != 0
}

func eventually(w *termtest.Terminal, what string, is func() bool) {
	w.T.Helper()
	for end := time.Now().Add(tooLong); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			w.T.Fatalf("never %s; the screen is\n%s", what, w.Screen())
		}
	}
}

func unseen(w *termtest.Terminal, words ...string) {
	w.T.Helper()
	for _, word := range words {
		if strings.Contains(w.Output(), word) {
			w.T.Errorf("%q was written:\n%s", word, w.Output())
		}
	}
}

func TestPasswordIsHidden(t *testing.T) {
	t.Parallel()
	w := onTerminal(t, "small", termtest.Options{})
	toPassword(w)
	// The terminal's own editing works, and its marks around a paste are no part of it.
	w.Keys("\x1b[200~gehx\x7feim\x1b[201~\r")
	w.Until("Next [1, Go on]: ")
	if !echoes(w) {
		t.Error("the echo is still off")
	}
	w.Keys("\r")
	w.Until("Press Enter to go on: ")
	w.Keys("\r")
	w.Ends(0)
	w.Until("ended: <nil>", "password true")
	unseen(w, "geh", "eim", "\x1b")
}

// A signal while the echo is off must not leave it off.
func TestEchoIsRestored(t *testing.T) {
	t.Parallel()
	w := onTerminal(t, "small", termtest.Options{})
	toPassword(w)
	w.Keys("half a passw")
	w.Settled() // the kernel takes it in on its own time, and only then with the echo off
	casetest.Must(t, w.Cmd.Process.Signal(unix.SIGTERM))
	echoTurns(w, true)
	w.Until("ended: context canceled")
	unseen(w, "half")
}

// A paste of many lines answers many questions, but none that comes after a wait:
// nobody can have read that when it was typed.
func TestPaste(t *testing.T) {
	t.Parallel()
	w := onTerminal(t, "small", termtest.Options{})
	w.Until("Provider [")
	w.Keys("1\nmx.example.com\n465\n\nid@example.org\n\n\n\n\n\n\n\n\n")
	w.Until("Next [1, Go on]: ")
	comesAgain(w, "Next [", "2\r") // it waits for an answer: a test once more
	w.Keys("\r")
	w.Until("Press Enter to go on: ")
	w.Keys("\r")
	w.Ends(0)
	w.Until("ended: <nil>, mx.example.com:465, id@example.org")
}

// Ctrl+D ends the input.
func TestEndOfTerminal(t *testing.T) {
	t.Parallel()
	w := onTerminal(t, "small", termtest.Options{})
	toPassword(w)
	w.Keys("\x04")
	w.Ends(1)
	w.Until("ended: the input ended before the last question")
}

func TestNarrowTerminal(t *testing.T) {
	t.Parallel()
	w := onTerminal(t, "everything", termtest.Options{Cols: 40, Rows: 12})
	w.Until("only a dot.")
	for _, l := range strings.Split(w.Output(), "\r\n") {
		if len([]rune(l)) > 39 {
			t.Errorf("%d wide: %q", len([]rune(l)), l)
		}
	}
}

// Ctrl+Z stops it for a shell, which can continue it, but not at the password.
func TestStopped(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	cmd := exec.Command(shell, "--norc", "--noediting", "-i")
	cmd.Env = append(os.Environ(), "PS1=shell> ", "HISTFILE=", "TERM=dumb", guideEnv+"=small")
	w := termtest.Start(t, cmd, termtest.Options{})
	w.Until("shell>")
	w.Keys(os.Args[0], termtest.Enter)
	w.Until("Provider [")
	comesAgain(w, "shell>", "\x1a")
	comesAgain(w, "Provider [", "fg", termtest.Enter)
	toPassword(w)
	w.Keys("\x1a", "geheim", termtest.Enter)
	w.Until("Next [1, Go on]: ")
	unseen(w, "geheim")
}
