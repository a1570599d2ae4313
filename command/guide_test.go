//go:build !windows

package command

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/termtest"
)

// toRelay opens the demo and goes to the page of the relay, looking round on the
// way: help, back and forth, the list of steps.
func toRelay(t *testing.T, env ...string) apptest.Guide {
	t.Helper()
	w := open(t, t.TempDir(), env, "demo")
	w.Opens("Where is Pocket ID?", "There is none yet", "https://id.example.com")
	w.Keys("?")
	w.Until("The file with Pocket ID's settings.", "Example", "Keys")
	w.Keys(keyEscape)
	w.Until("There is none yet")
	w.Keys(keyEnter)
	w.Until("Who sends the mail?", "› Practice relay")
	w.Keys(keyEscape)
	w.Until("[Install]", "› .env")
	w.Keys(keyEnter)
	w.Until("› Practice relay")
	w.Keys("google wo")
	w.Until("› Google Workspace SMTP relay", inDemoList(2))
	w.Keys(keyEscape)
	w.Until(inDemoList(apptest.Providers), "› Google Workspace SMTP relay")
	w.Keys(keyUp)
	w.Until("› Practice relay")
	w.Keys("?")
	w.Until("The company or program that takes the mail")
	w.Keys(keyEscape)
	w.Until(inDemoList(apptest.Providers))
	w.Keys(ctrlO)
	w.Until("Go to which step?", "› ✓ Install")
	w.Keys(keyEscape)
	w.Until(inDemoList(apptest.Providers))
	w.Keys(keyEnter)
	w.Opens("Where is the relay?", "open, tls", "open, starttls")
	return w
}

var portShown = regexp.MustCompile(`Port {3,}(\d+)`)

// TestWholeGuideByKeys goes through the guide with nothing but keys: every page,
// a refusal of each kind that the practice relay has, and what cures it.
func TestWholeGuideByKeys(t *testing.T) {
	t.Parallel()
	w := toRelay(t)
	port := portShown.FindStringSubmatch(w.Screen())[1]
	wrongAnswers(w, port)
	w.Opens("[Identity]", "The relay could not be asked about the names")
	w.Keys(keyEnter)
	w.Opens("✗ connect", "connection refused", "› Change Port on the Relay page")
	w.Keys(keyEnter)
	w.Until("[Relay]", "Then back to Test", "connection refused")
	w.Instead(port)
	w.Opens("accepted. The relay took a message", "› Continue")
	wrongName(w)
	wrongMode(w)
	otherSizes(w)
	w.Keys(ctrlC)
	w.Until("Leave before finishing?", "Your answers will not be saved.")
	w.Keys(keyEnter)
	w.Until("› Continue")
	w.Keys(keyEnter)
	w.Opens("[Write]", "SMTP_HOST=localhost", "Let this file decide?", "› Write it")
	w.Keys(keyDown, keyEnter)
	w.Until("Show only the changes")
	w.Choose("Write it")
	w.Keys(keyEnter)
	w.Opens("Done", "enter finish")
	w.Keys(keyEnter)
	w.Ends(0)
	out := w.Flat()
	if !strings.Contains(out, "localhost took the test") || !strings.Contains(out, "Run next:") {
		t.Errorf("no summary is left:\n%s", w.Screen())
	}
	env, err := os.ReadFile(filepath.Join(w.Cmd.Dir, "demo.env"))
	if err != nil || !strings.Contains(string(env), "SMTP_PORT="+port+"\n") {
		t.Errorf("%v\n%s", err, env)
	}
}

// wrongAnswers gives each answer wrong once on the way to the identity; the port
// stays wrong.
func wrongAnswers(w apptest.Guide, port string) {
	w.T.Helper()
	w.Keys(keyTab)
	w.Until("› Port")
	w.Keys(ctrlU, "70000", keyEnter)
	w.Until("70000 is not a port")
	w.Keys(ctrlU, "1", keyTab)
	w.Until("✗ 1 nothing listens there")
	w.Keys(keyBack, keyEnter)
	w.Until("Nothing listens on port 1 of localhost. Open: ")
	w.Keys(keyEnter)
	w.Until("Who is the sender?")
	w.Keys(ctrlU, "nobody", keyTab, "someone", keyEnter, keyEnter)
	w.Until("There is no @ in nobody")
	w.Instead("id@example.com")
	w.Until("✗ A user without a password cannot log in.")
	w.Keys(keyBack)
	w.Until("› User")
	w.Keys(ctrlU, keyTab, keyTab, ctrlU, "me@example.org", keyEnter)
}

// wrongName insists on localhost, and changes it where the refusal leads.
func wrongName(w apptest.Guide) {
	w.T.Helper()
	w.Keys(ctrlO)
	w.Choose("Identity")
	w.Keys(keyEnter)
	w.Opens("[Identity]", "Then back to Test", "421 at EHLO")
	w.Choose("localhost")
	w.Keys(keyEnter)
	w.UntilAny("› Use port", "[Test]")
	if strings.Contains(w.Flat(), "› Use port") {
		w.Keys(keyEnter)
	}
	w.Opens("[Test]", "✗ ehlo", "421 4.7.0 Try again later", "› Change Name on the Identity page")
	w.Keys(termtest.PageUp)
	w.Until("Live test")
	w.Keys(termtest.PageDown)
	w.Choose("Show the conversation")
	w.Keys(keyEnter)
	w.Until("C: EHLO localhost", "Hide the conversation")
	w.Choose("Change Name on the Identity page")
	w.Keys(keyEnter)
	w.Opens("[Identity]", "421 4.7.0")
	w.Choose("id.example.com")
	w.Keys(keyEnter)
	w.Opens("accepted. The relay took a message", "› Continue")
}

// wrongMode keeps a TLS mode that the port does not speak, against the warning.
func wrongMode(w apptest.Guide) {
	w.T.Helper()
	w.Keys(ctrlO)
	w.Until("Go to which step?")
	w.Choose("Relay")
	w.Keys(keyEnter)
	w.Opens("[Relay]", "open, tls", "open, starttls")
	w.Keys(keyTab, keyTab, keyEnter)
	w.Choose("starttls")
	w.Keys(keyEnter)
	w.Until("was found to speak tls. Enter again keeps it.")
	w.Keys(keyEnter)
	w.Opens("[Test]", "✗ greeting", "use implicit TLS", "› Change TLS on the Relay page")
	w.Keys(keyEnter)
	w.Until("[Relay]", "Then back to Test")
	w.Choose("tls")
	w.Keys(keyEnter)
	w.Opens("accepted. The relay took a message", "› Continue")
}

// otherSizes resizes the terminal in the middle of a page.
func otherSizes(w apptest.Guide) {
	w.T.Helper()
	w.Resize(40, 12)
	w.Until("Test 6 of 7", "› Continue", "more")
	w.Resize(38, 10)
	w.Until("smtp-wizard needs 40x12")
	w.Resize(120, 30)
	w.Until("[Test]", "› Continue", "id.example.com")
	w.Resize(80, 24)
	w.Until("[Test]", "› Continue")
}

// TestLeavingWhatIsDone leaves the last page in other ways than by Enter: the
// file is written, so the guide is done.
func TestLeavingWhatIsDone(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(apptest.Guide){
		"ctrl+c": func(w apptest.Guide) { w.Keys(ctrlC) },
		"esc":    func(w apptest.Guide) { w.Keys(keyEscape) },
		"steps":  func(w apptest.Guide) { w.Keys(ctrlO, keyEnter) }, // ctrl+o goes nowhere
		"SIGTERM": func(w apptest.Guide) {
			if err := w.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
				w.T.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &rider{t: t, dir: t.TempDir()}
			over("open", "tls", "2.9.0", true)(r)
			env, _ := os.ReadFile(filepath.Join(r.dir, ".env"))
			r.file(".env", strings.NewReplacer("UI_CONFIG_DISABLED=true\n", "", "SMTP_FROM=id@example.com\n", "").Replace(string(env)))
			var w apptest.Guide
			if name == "SIGTERM" {
				r.file("ca.pem", string(r.relay.CAPEM()))
				w = open(t, r.dir, trusting(r.dir))
			} else {
				w = r.start([]string{"--env-file", filepath.Join(r.dir, ".env")}, "")
			}
			_, err := r.enter(w, []typed{toInbox}, "! SMTP_ variables have no effect until UI_CONFIG_DISABLED=true is set. › Write it")
			casetest.Must(t, err)
			w.Keys(keyEnter)
			w.Opens("Done", "enter finish")
			leave(w)
			w.Ends(0)
			out := w.Flat()
			if len(r.relay.Delivered()) != 1 || !strings.Contains(out, "took the test") || !strings.Contains(out, "Run next:") {
				t.Errorf("the screen is\n%s", w.Screen())
			}
			if left, _ := filepath.Glob(filepath.Join(r.dir, "state", "smtp-wizard", "*.json")); len(left) > 0 {
				t.Errorf("a draft is left: %v", left)
			}
		})
	}
}
