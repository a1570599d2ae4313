//go:build !windows

package command_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// toRelay opens the demo and goes to the page of the relay, looking round on the
// way: help, back and forth, the list of steps.
func toRelay(t *testing.T, env ...string) *terminal {
	t.Helper()
	w := at80x24(t, t.TempDir(), env, "demo")
	w.opens("Where is Pocket ID?", "There is none yet", "https://id.example.com")
	w.keys("?")
	w.until("The file with Pocket ID's settings.", "Example", "Keys")
	w.keys(keyEscape)
	w.until("enter next")
	w.keys(keyEnter, keyEnter, keyEnter, keyEnter)
	w.until("Who sends the mail?", "› Practice relay")
	w.keys(keyEscape)
	w.until("[Install]", "› .env")
	w.keys(keyEnter, keyEnter, keyEnter, keyEnter)
	w.until("› Practice relay")
	w.keys("google wo")
	w.until("› Google Workspace SMTP relay", "2 of 72")
	w.keys(keyEscape)
	w.until("72 of 72", "› Google Workspace SMTP relay")
	w.keys(keyUp)
	w.until("› Practice relay")
	w.keys("?")
	w.until("The company or program that takes the mail")
	w.keys(keyEscape)
	w.until("72 of 72")
	w.keys(ctrlO)
	w.until("Go to which step?", "› ✓ Install alt+1")
	w.keys(keyEscape)
	w.until("72 of 72")
	w.keys(keyEnter)
	w.opens("Where is the relay?", "open, tls", "open, starttls")
	return w
}

var portShown = regexp.MustCompile(`Port {3,}(\d+)`)

// TestWholeGuideByKeys goes through the guide with nothing but keys: every page,
// a refusal of each kind that the practice relay has, and what cures it.
func TestWholeGuideByKeys(t *testing.T) {
	t.Parallel()
	w := toRelay(t)
	port := portShown.FindStringSubmatch(w.screen())[1]
	wrongAnswers(w, port)
	w.opens("[Identity]", "The names could not be judged", "ask the relay again")
	w.keys(keyEnter)
	w.opens("✗ connect", "connection refused", "› Change the port")
	w.keys(keyEnter)
	w.until("[Relay]", "Then back to Test", "connection refused")
	w.instead(port)
	w.opens("Accepted", "› Go on")
	wrongName(w)
	wrongMode(w)
	otherSizes(w)
	w.keys(ctrlC)
	w.until("Leave before it is finished?", "Your answers are not kept.")
	w.keys(keyEnter)
	w.until("› Go on")
	w.keys(keyEnter)
	w.opens("[Write]", "SMTP_HOST=localhost", "Lock the UI")
	w.keys(keyEnter)
	w.until("› Write it")
	w.keys(keyDown, keyEnter)
	w.until("Show the changes alone")
	w.choose("Write it")
	w.keys(keyEnter)
	w.opens("Done", "› Finish")
	w.keys(keyEnter)
	w.ends(0)
	if out := w.flat(); !strings.Contains(out, "Mail works: localhost took the test") || !strings.Contains(out, "Run next:") {
		t.Errorf("no summary is left:\n%s", w.screen())
	}
	if env, err := os.ReadFile(filepath.Join(w.cmd.Dir, "demo.env")); err != nil || !strings.Contains(string(env), "SMTP_PORT="+port+"\n") {
		t.Errorf("%v\n%s", err, env)
	}
}

// wrongAnswers gives each answer wrong once on the way to the identity; the port
// stays wrong.
func wrongAnswers(w *terminal, port string) {
	w.t.Helper()
	w.keys(keyEnter)
	w.until("› Port")
	w.keys(ctrlU, "70000", keyEnter, keyEnter)
	w.until("70000 is no port")
	w.keys(ctrlU, "1", keyTab)
	w.until("✗ 1 nothing listens there")
	w.keys(keyEnter)
	w.until("Nothing listens on port 1. Enter again keeps it.")
	w.keys(keyEnter)
	w.until("Who is the sender?")
	w.keys(ctrlU, "nobody", keyEnter, "someone", keyEnter, keyEnter, keyEnter)
	w.until("There is no @ in nobody")
	w.instead("Pocket ID <id@example.com>")
	w.until("SMTP_FROM is a bare address, so id@example.com was taken.")
	w.keys(keyEnter)
	w.until("✗ A user without a password cannot log in.")
	w.keys(keyBack)
	w.until("› User")
	w.keys(ctrlU, keyTab, keyTab, ctrlU, "me@example.org", keyEnter)
}

// wrongName insists on localhost, and changes it where the refusal leads.
func wrongName(w *terminal) {
	w.t.Helper()
	w.keys("\x1b5")
	w.opens("[Identity]", "Then back to Test", "421 at EHLO")
	w.choose("localhost")
	w.keys(keyEnter)
	if strings.Contains(w.settled(), "› Use port") {
		w.keys(keyEnter)
	}
	w.opens("[Test]", "✗ ehlo", "421 4.7.0 Try again later", "› Change the identity")
	w.keys(keyPageUp)
	w.until("Live test")
	w.keys(keyPageDown, keyDown)
	w.choose("Show the conversation")
	w.keys(keyEnter)
	w.until("C: EHLO localhost", "Hide the conversation")
	w.choose("Change the identity")
	w.keys(keyEnter)
	w.opens("[Identity]", "421 4.7.0")
	w.choose("id.example.com")
	w.keys(keyEnter)
	w.opens("Accepted", "› Go on")
}

// wrongMode keeps a TLS mode that the port does not speak, against the warning.
func wrongMode(w *terminal) {
	w.t.Helper()
	w.keys(ctrlO)
	w.until("Go to which step?")
	w.choose("Relay")
	w.keys(keyEnter)
	w.opens("[Relay]", "open, tls", "open, starttls")
	w.keys(keyTab, keyTab)
	w.choose("starttls")
	w.keys(keyEnter)
	w.until("was found to speak tls. Enter again keeps it.")
	w.keys(keyEnter)
	w.opens("[Test]", "✗ greeting", "use implicit TLS", "› Change the TLS mode")
	w.keys(keyEnter)
	w.until("[Relay]", "Then back to Test")
	w.choose("tls")
	w.keys(keyEnter)
	w.opens("Accepted", "› Go on")
}

// otherSizes resizes the terminal in the middle of a page.
func otherSizes(w *terminal) {
	w.t.Helper()
	w.resize(40, 12)
	w.until("Test 6 of 7", "› Go on", "more, pgup")
	w.resize(38, 10)
	w.until("smtp-wizard needs 40x12")
	w.resize(120, 30)
	w.until("[Test]", "› Go on", "id.example.com")
	w.resize(80, 24)
	w.until("[Test]", "› Go on")
}

// TestLinuxConsole goes a part of the way on a terminal that is called linux:
// nothing of what that console would show as text is sent.
func TestLinuxConsole(t *testing.T) {
	t.Parallel()
	w := toRelay(t, "TERM=linux")
	for name, sequence := range map[string]string{"kitty keyboard": "\x1b[>", "DECRQM": "$p", "OSC": "\x1b]"} {
		if strings.Contains(w.output(), sequence) {
			t.Errorf("%s is sent: %q", name, w.output())
		}
	}
}
