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
	w.Opens("Where is Pocket ID?", "There is none yet")
	w.Keys(keyEnter, keyEnter)
	w.Instead("2.9.0")
	w.Instead("https://id.example.com")
	w.Until("Who sends the mail?")
	w.Keys("another smtp")
	w.Until("1 of 71")
	w.Keys(keyEnter)
	w.Until("Where is the relay?")
	w.Instead("localhost")
	w.Instead(strconv.Itoa(r.TLSPort()))
	w.Choose("tls")
	w.Keys(keyEnter)
	w.Until("Who is the sender?")
	w.Instead("id@example.com")
	w.Instead(relayUser)
	w.Until("› Password")
	w.Keys(relayPassword, keyEnter)
	w.Instead("me@example.org")
	w.Opens("[Identity]", "accepted", "enter use this")
	return w, r
}

func trusting(dir string) []string { return []string{"SSL_CERT_FILE=" + filepath.Join(dir, "ca.pem")} }

// TestResumeAfterDroppedLine goes on where the line dropped: what was answered
// is shown, the password alone is asked again, and the mail is delivered.
func TestResumeAfterDroppedLine(t *testing.T) {
	t.Parallel()
	w, r := toIdentity(t)
	w.Drops("?") // the help
	w.Ends(130)
	w = at80x24(t, w.Cmd.Dir, trusting(w.Cmd.Dir))
	w.Opens("Continue where you left off just now?", "Your answers so far were kept, except the password.",
		"https://id.example.com", "localhost, port "+strconv.Itoa(r.TLSPort())+", tls", relayUser, "› Continue")
	w.Keys(keyEnter)
	w.Opens("[Sender]", "› Password", "Passwords are not saved; please enter it again.")
	w.Keys(relayPassword, keyEnter)
	w.Opens("[Identity]", "accepted", "enter use this")
	finish(w)
	if len(r.Delivered()) != 1 || !strings.Contains(w.Flat(), "Mail works: localhost took the test") {
		t.Errorf("%d messages; the screen is\n%s", len(r.Delivered()), w.Screen())
	}
	if strings.Contains(w.Output(), relayPassword) {
		t.Error("the password was shown")
	}
	if left, _ := filepath.Glob(filepath.Join(w.Cmd.Dir, "state", "smtp-wizard", "*")); len(left) > 1 {
		t.Errorf("after the end there is still %v", left)
	}
}

// TestResumeWithThePasswordOfTheFile asks for no password that the .env has.
func TestResumeWithThePasswordOfTheFile(t *testing.T) {
	t.Parallel()
	w, _ := toIdentity(t)
	finish(w)
	w = at80x24(t, w.Cmd.Dir, trusting(w.Cmd.Dir))
	w.Opens("Where is Pocket ID?", "enter next")
	w.Keys(keyEnter, keyEnter, keyEnter)
	w.Instead("https://sso.example.com")
	w.Until("› Keep localhost")
	w.Keys(ctrlC)
	w.Until("Leave before it is finished?")
	w.Keys("y")
	w.Ends(130)
	w = at80x24(t, w.Cmd.Dir, trusting(w.Cmd.Dir))
	w.Opens("Continue where you left off just now?", "https://sso.example.com")
	w.Keys(keyEnter)
	w.Opens("[Provider]", "› Keep localhost")
	w.Keys(keyEnter)
	w.Until("Where is the relay?")
	w.Keys(keyEnter, keyEnter, keyEnter)
	w.Until("kept as it is; type to change")
	w.Keys(keyEnter, keyEnter, keyEnter, keyEnter)
	w.Opens("[Identity]", "accepted", "enter use this")
}

// TestLoginIsGivenUp empties the user: the password of the .env goes too.
func TestLoginIsGivenUp(t *testing.T) {
	t.Parallel()
	w, _ := toIdentity(t)
	finish(w)
	w = at80x24(t, w.Cmd.Dir, trusting(w.Cmd.Dir))
	w.Opens("Where is Pocket ID?", "enter next")
	w.Keys(keyEnter, keyEnter, keyEnter, keyEnter)
	w.Until("› Keep localhost")
	w.Keys(keyEnter)
	w.Until("Where is the relay?")
	w.Keys(keyEnter, keyEnter, keyEnter)
	w.Until("Who is the sender?")
	w.Keys(keyEnter)
	w.Instead("")
	w.Until("Without a user there is no login, so the earlier password is dropped.")
	w.Keys(keyEnter, keyEnter)
	w.Opens("[Identity]", "The names could not be judged")
	w.Keys(keyEnter)
	w.Opens("[Test]", "Authentication required", "› Change User on the Sender page")
	w.Choose("Continue without a delivered message")
	w.Keys(keyEnter)
	w.Opens("[Write]", "- SMTP_USER="+relayUser, "- SMTP_PASSWORD=")
}

// finish goes from the identity to the end.
func finish(w *terminal) {
	w.T.Helper()
	w.Keys(keyEnter)
	w.Opens("Accepted", "› Continue")
	w.Keys(keyEnter)
	w.Opens("[Write]", "enter use this")
	w.Keys(keyEnter, keyEnter)
	w.Opens("Done", "› Finish")
	w.Keys(keyEnter)
	w.Ends(0)
}

// TestBeginAnew forgets the answers on demand.
func TestBeginAnew(t *testing.T) {
	t.Parallel()
	w := at80x24(t, t.TempDir(), nil)
	w.Opens("Where is Pocket ID?", "enter next")
	w.Keys(keyEnter, keyEnter, keyEnter)
	w.Instead("https://old.example.com")
	w.Until("Who sends the mail?")
	w.Keys(ctrlC)
	w.Until("Leave before it is finished?", "The answers so far are kept, without the password, and the same command offers to go on with them.", "/state/smtp-wizard/")
	w.Keys("y")
	w.Ends(130)
	w = at80x24(t, w.Cmd.Dir, nil)
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
			w.Until("Where is Pocket ID?")
			w.Settled()
			out := w.Output()
			if plain := !strings.Contains(out, "\x1b"); plain != c.plain {
				t.Errorf("plain: %v; %q", plain, out)
			}
			if c.plain && !strings.Contains(w.Flat(), "Page 1 of 7: Install") {
				t.Errorf("the screen is\n%s", w.Screen())
			}
			if !strings.Contains(out, c.with) || c.never != "" && strings.Contains(out, c.never) {
				t.Errorf("want %q and no %q in %q", c.with, c.never, out)
			}
		})
	}
}
