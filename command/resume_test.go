//go:build !windows

package command

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/internal/termtest"
	"smtp-wizard/smtpcheck/practice"
)

const (
	keyEnter, keyEscape, keyTab, keyBack = termtest.Enter, termtest.Escape, termtest.Tab, termtest.BackTab
	keyUp, keyDown                       = termtest.Up, termtest.Down
	ctrlC, ctrlO, ctrlU                  = termtest.CtrlC, termtest.CtrlO, termtest.CtrlU
)

// open starts the program in a directory, in a terminal of 80 by 24.
func open(t *testing.T, dir string, env []string, args ...string) apptest.Guide {
	t.Helper()
	return apptest.Guide{Terminal: termtest.Start(t, command(dir, env, args...), termtest.Options{})}
}

func command(dir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command("smtp-wizard", args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_STATE_HOME=" + dir + "/state",
		"TERM=xterm-256color", "LANG=C.UTF-8"}, env...)
	return cmd
}

// toIdentity answers the pages before the identity for a relay that wants a
// login.
func toIdentity(t *testing.T) (apptest.Guide, *practice.Relay) {
	t.Helper()
	s := newSite(t, hostile.Named(t, "open"), "tls", true)
	casetest.Must(t, os.Remove(filepath.Join(s.dir, ".env")))
	w := open(t, s.dir, trusting(s.dir))
	w.ToIdentity(apptest.Answers{Version: "2.9.0", AppURL: "https://id.example.com",
		Host: "localhost", Port: s.relay.TLSPort(), TLS: "tls",
		From: "id@example.com", User: relayUser, Password: relayPassword, To: "me@example.org"})
	w.Opens("accepted")
	return w, s.relay
}

func trusting(dir string) []string { return []string{"SSL_CERT_FILE=" + filepath.Join(dir, "ca.pem")} }

// TestResumeAfterDroppedLine goes on where the line dropped: what was answered
// is shown, the password alone is asked again, and the mail is delivered.
func TestResumeAfterDroppedLine(t *testing.T) {
	t.Parallel()
	w, r := toIdentity(t)
	w.Drops("?") // the help
	w.Ends(130)
	w = open(t, w.Cmd.Dir, trusting(w.Cmd.Dir))
	w.Opens("Continue where you left off just now?", "Your answers so far were kept, except the password.",
		"https://id.example.com", "localhost, port "+strconv.Itoa(r.TLSPort())+", tls", relayUser, "› Continue")
	w.Keys(keyEnter)
	w.Opens("[Sender]", "› Password", "Passwords are not saved; please enter it again.")
	w.Keys(relayPassword, keyEnter)
	w.Opens("[Identity]", "accepted", "enter use this")
	finish(w)
	if len(r.Delivered()) != 1 || !strings.Contains(w.Flat(), "localhost took the test") {
		t.Errorf("%d messages; the screen is\n%s", len(r.Delivered()), w.Screen())
	}
	if strings.Contains(w.Output(), relayPassword) {
		t.Error("the password was shown")
	}
	if left, _ := filepath.Glob(filepath.Join(w.Cmd.Dir, "state", "smtp-wizard", "*")); len(left) > 1 {
		t.Errorf("after the end there is still %v", left)
	}
}

// inDemoList is how the demo's list of providers says how many it shows.
func inDemoList(n int) string { return fmt.Sprintf("%d of %d", n, apptest.Providers) }

// finish goes from the identity to the end.
func finish(w apptest.Guide) {
	w.T.Helper()
	w.Keys(keyEnter)
	w.Finish()
}

// TestBeginAnew forgets the answers on demand.
func TestBeginAnew(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), nil)
	w.Opens("Where is Pocket ID?", "› APP_URL")
	w.Instead("https://old.example.com")
	w.Until("Who sends the mail?")
	w.Keys(ctrlC)
	w.Until("Leave before finishing?", "/state/smtp-wizard/", "Your answers so far are saved, without the password, "+
		"and the same command offers to continue with them.")
	second := open(t, w.Cmd.Dir, nil)
	second.Ends(exitFile)
	if !strings.Contains(second.Flat(), "is working on this file") {
		t.Errorf("the second wizard said %s", second.Flat())
	}
	w.Keys("y")
	w.Ends(130)
	if !strings.Contains(w.Flat(), "Nothing was written.") {
		t.Errorf("the screen is\n%s", w.Screen())
	}
	w = open(t, w.Cmd.Dir, nil)
	w.Opens("Continue where you left off", "https://old.example.com")
	w.Keys(keyDown, keyEnter)
	w.Opens("Where is Pocket ID?", "[Install]")
	if strings.Contains(w.Screen(), "old.example.com") {
		t.Errorf("the old answer is still there:\n%s", w.Screen())
	}
}

// TestFaces is which face, and which signs and colours, the environment chooses.
func TestFaces(t *testing.T) {
	t.Parallel()
	for _, c := range casetest.Read[[]struct {
		Name        string
		Env         []string
		Plain       bool
		With, Never string
	}](t, "faces") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			w := open(t, t.TempDir(), c.Env)
			w.Until("Where is Pocket ID?")
			w.Settled()
			out := w.Output()
			if plain := !strings.Contains(out, "\x1b"); plain != c.Plain {
				t.Errorf("plain: %v; %q", plain, out)
			}
			if c.Name == "TERM=linux" && strings.IndexFunc(w.Screen(), func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
				t.Errorf("not in that console's font:\n%s", w.Screen())
			}
			if c.Plain && !strings.Contains(w.Flat(), "Page 1 of 8: Install") {
				t.Errorf("the screen is\n%s", w.Screen())
			}
			if !strings.Contains(out, c.With) || c.Never != "" && strings.Contains(out, c.Never) {
				t.Errorf("want %q and no %q in %q", c.With, c.Never, out)
			}
		})
	}
}
