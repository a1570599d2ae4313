//go:build e2e

package e2e

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// settings are the answers that a test types into the guide.
type settings struct {
	Host     string // "" is localhost
	Version  string
	Port     int
	TLS      string // none, starttls or tls
	User     string
	Password string
	From, To string
	Name     string // the identity; "" takes what is suggested
}

// asAdmin are settings that Postfix takes, for a test to change.
func (p *postfix) asAdmin() settings {
	return settings{Version: "2.9.0", Port: p.Submission, TLS: "starttls", From: "id@example.test", To: "admin@example.test", Name: "id.example.test"}
}

const appURL = "https://id.example.test"

// toTest answers the pages up to the live test.
func (w *terminal) toTest(s settings) {
	w.t.Helper()
	w.pageOpens("Where is Pocket ID?", "There is none yet")
	w.keys(enter, enter)
	w.instead(s.Version)
	w.instead(appURL)
	w.until("Who sends the mail?")
	w.keys("Another SMTP")
	w.until("1 of 71")
	w.keys(enter)
	w.relay("localhost", s.Port, s.TLS)
	w.until("Who is the sender?")
	w.instead(s.From)
	w.instead(s.User)
	w.keys(s.Password, enter)
	w.instead(s.To)
	w.identity(s.Name)
}

// relay answers the page of the relay; a warning about it is answered by going
// on.
func (w *terminal) relay(host string, port int, mode string) {
	w.t.Helper()
	w.until("Where is the relay?")
	w.instead(host)
	w.instead(strconv.Itoa(port))
	w.untilAny("› starttls ", "› tls ", "› none ") // the list has the focus
	w.choose(mode)
	w.keys(enter)
	w.untilAny("Who is the sender?", "was found to speak", "Enter again keeps it")
	if !strings.Contains(w.flat(), "Who is the sender?") {
		w.keys(enter)
	}
}

// identity chooses a name once the relay has judged all of them.
func (w *terminal) identity(name string) {
	w.t.Helper()
	w.pageOpens("[Identity]", "another name", "enter use this")
	if name != "" {
		w.choose(name)
	}
	w.keys(enter)
}

// choose moves the pointer of the focused list to the row that begins with
// words: up to the first row, then down.
func (w *terminal) choose(words string) {
	w.t.Helper()
	w.until(words)
	for _, key := range []string{up, down} {
		for !w.points(words) && w.moves(key) {
		}
	}
	if !w.points(words) {
		w.t.Fatalf("the pointer never came to %q; the screen is\n%s", words, w.screen())
	}
}

// moves presses a key and reports whether the pointer moved.
func (w *terminal) moves(key string) bool {
	w.t.Helper()
	before := w.pointer()
	w.keys(key)
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if w.pointer() != before {
			return true
		}
	}
	return false
}

// pointer is the row that the pointer is at, without its mark.
func (w *terminal) pointer() string {
	for line := range strings.Lines(w.screen()) {
		if row, found := strings.CutPrefix(strings.TrimSpace(line), "› "); found {
			return strings.TrimSpace(strings.TrimLeft(row, "✓✗! "))
		}
	}
	return ""
}

// points reports whether the pointer is at a row that begins with words.
func (w *terminal) points(words string) bool {
	return w.pointer() == words || strings.HasPrefix(w.pointer(), words+" ")
}

// writes goes from a passed test to the end.
func (w *terminal) writes() {
	w.t.Helper()
	w.pageOpens("Accepted", "› Go on")
	w.keys(enter)
	w.pageOpens("[Write]", "Lock the UI")
	w.keys(enter)
	w.until("› Write it")
	w.keys(enter)
	w.pageOpens("every reader reads them back", "› Finish")
	w.keys(enter)
	w.ends(0)
}

var tokenShown = regexp.MustCompile(`Look for the test (\S+) there`)

// token is the word on the screen by which the message is known.
func (w *terminal) token() string {
	w.t.Helper()
	w.until("Accepted", "there, in the spam folder too.")
	m := tokenShown.FindStringSubmatch(w.flat())
	if m == nil {
		w.t.Fatalf("no token on the screen\n%s", w.screen())
	}
	return m[1]
}
