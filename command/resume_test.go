//go:build !windows

package command_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"smtp-wizard/smtpcheck/practice"
)

// toIdentity answers the pages before the identity for a relay that wants a
// login.
func toIdentity(t *testing.T) (*terminal, *practice.Relay) {
	t.Helper()
	b, _ := practice.Named("open")
	r, err := practice.Start(b, practice.Options{User: relayUser, Password: relayPassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), r.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	w := at80x24(t, dir, trusting(dir))
	w.opens("Where is Pocket ID?", "There is none yet")
	w.keys(keyEnter, keyEnter)
	w.instead("2.9.0")
	w.instead("https://id.example.com")
	w.until("Who sends the mail?")
	w.keys("another smtp")
	w.until("1 of 71")
	w.keys(keyEnter)
	w.until("Where is the relay?")
	w.instead("localhost")
	w.instead(strconv.Itoa(r.TLSPort()))
	w.choose("tls")
	w.keys(keyEnter)
	w.until("Who is the sender?")
	w.instead("id@example.com")
	w.instead(relayUser)
	w.until("› Password")
	w.keys(relayPassword, keyEnter)
	w.instead("me@example.org")
	w.opens("[Identity]", "accepted", "enter use this")
	return w, r
}

func trusting(dir string) []string { return []string{"SSL_CERT_FILE=" + filepath.Join(dir, "ca.pem")} }

// TestResumeAfterDroppedLine goes on where the line dropped: what was answered
// is shown, the password alone is asked again, and the mail is delivered.
func TestResumeAfterDroppedLine(t *testing.T) {
	t.Parallel()
	w, r := toIdentity(t)
	w.drops()
	w.ends(130)
	w = at80x24(t, w.cmd.Dir, trusting(w.cmd.Dir))
	w.opens("Continue where you left off just now?", "The answers so far were kept, but for the password.",
		"https://id.example.com", "localhost, port "+strconv.Itoa(r.TLSPort())+", tls", relayUser, "› Continue")
	w.keys(keyEnter)
	w.opens("[Sender]", "› Password", "The password is not part of what was kept; please give it again.")
	w.keys(relayPassword, keyEnter)
	w.opens("[Identity]", "accepted", "enter use this")
	w.keys(keyEnter)
	w.opens("Accepted", "› Go on")
	w.keys(keyEnter)
	w.opens("[Write]", "Lock the UI")
	w.keys(keyEnter, keyEnter)
	w.opens("Done", "› Finish")
	w.keys(keyEnter)
	w.ends(0)
	if len(r.Delivered()) != 1 || !strings.Contains(w.flat(), "Mail works: localhost took the test") {
		t.Errorf("%d messages; the screen is\n%s", len(r.Delivered()), w.screen())
	}
	if strings.Contains(w.output(), relayPassword) {
		t.Error("the password was shown")
	}
	if left, _ := filepath.Glob(filepath.Join(w.cmd.Dir, "state", "smtp-wizard", "*")); len(left) > 1 {
		t.Errorf("after the end there is still %v", left)
	}
}

// TestBeginAnew forgets the answers on demand.
func TestBeginAnew(t *testing.T) {
	t.Parallel()
	w := at80x24(t, t.TempDir(), nil)
	w.opens("Where is Pocket ID?")
	w.keys(keyEnter, keyEnter, keyEnter)
	w.instead("https://old.example.com")
	w.until("Who sends the mail?")
	w.keys(ctrlC)
	w.until("Leave before it is finished?", "The answers so far are kept, without the password; the same command offers to go on with them.")
	w.keys("y")
	w.ends(130)
	w = at80x24(t, w.cmd.Dir, nil)
	w.opens("Continue where you left off", "https://old.example.com")
	w.keys(keyDown, keyEnter)
	w.opens("Where is Pocket ID?", "[Install]")
	if strings.Contains(w.screen(), "old.example.com") {
		t.Errorf("the old answer is still there:\n%s", w.screen())
	}
}

// TestFaces is which face, and which signs and colours, the environment chooses.
func TestFaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		env         []string
		plain       bool
		with, never string
	}{
		{name: "screen", with: "\x1b[35;1m"},
		{name: "NO_COLOR", env: []string{"NO_COLOR=1"}, never: "\x1b[35;1m", with: "›"},
		{name: "CLICOLOR", env: []string{"CLICOLOR=0"}, never: "\x1b[35;1m", with: "›"},
		{name: "LANG=C", env: []string{"LANG=C"}, never: "›", with: "[Install]"},
		{name: "TERM=linux", env: []string{"TERM=linux"}, with: "[Install]", never: "\x1b[>1u"},
		{name: "ACCESSIBLE", env: []string{"ACCESSIBLE=1"}, plain: true},
		{name: "TERM=dumb", env: []string{"TERM=dumb"}, plain: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := at80x24(t, t.TempDir(), c.env)
			w.until("Where is Pocket ID?")
			w.settled()
			out := w.output()
			if plain := !strings.Contains(out, "\x1b"); plain != c.plain {
				t.Errorf("plain: %v; %q", plain, out)
			}
			if c.plain && !strings.Contains(w.flat(), "Page 1 of 7: Install") {
				t.Errorf("the screen is\n%s", w.screen())
			}
			if !strings.Contains(out, c.with) || c.never != "" && strings.Contains(out, c.never) {
				t.Errorf("want %q and no %q in %q", c.with, c.never, out)
			}
		})
	}
}
