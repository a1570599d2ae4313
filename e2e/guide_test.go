//go:build e2e

package e2e

import (
	"regexp"
	"strconv"
	"strings"
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
	w.T.Helper()
	w.Opens("Where is Pocket ID?", "There is none yet")
	w.Keys(enter, enter)
	w.Instead(s.Version)
	w.Instead(appURL)
	w.Until("Who sends the mail?")
	w.Keys("Another SMTP")
	w.Until("1 of 71")
	w.Keys(enter)
	w.relay("localhost", s.Port, s.TLS)
	w.Until("Who is the sender?")
	w.Instead(s.From)
	w.Instead(s.User)
	w.Keys(s.Password, enter)
	w.Instead(s.To)
	w.identity(s.Name)
}

// relay answers the page of the relay; a warning about it is answered by going
// on.
func (w *terminal) relay(host string, port int, mode string) {
	w.T.Helper()
	w.Until("Where is the relay?")
	w.Instead(host)
	w.Instead(strconv.Itoa(port))
	w.UntilAny("› starttls ", "› tls ", "› none ") // the list has the focus
	w.Choose(mode)
	w.Keys(enter)
	w.UntilAny("Who is the sender?", "was found to speak", "Enter again keeps it")
	if !strings.Contains(w.Flat(), "Who is the sender?") {
		w.Keys(enter)
	}
}

// identity chooses a name once the relay has judged all of them.
func (w *terminal) identity(name string) {
	w.T.Helper()
	w.Opens("[Identity]", "another name", "enter use this")
	if name != "" {
		w.Choose(name)
	}
	w.Keys(enter)
}

// writes goes from a passed test to the end.
func (w *terminal) writes() {
	w.T.Helper()
	w.Opens("Accepted", "› Continue")
	w.Keys(enter)
	w.Opens("[Write]", "Lock the UI")
	w.Keys(enter)
	w.Until("› Write it")
	w.Keys(enter)
	w.Opens("read back by the rules of every reader", "› Finish")
	w.Keys(enter)
	w.Ends(0)
}

var tokenShown = regexp.MustCompile(`Look for the test (\S+) there`)

// token is the word on the screen by which the message is known.
func (w *terminal) token() string {
	w.T.Helper()
	w.Until("Accepted", "there, in the spam folder too.")
	m := tokenShown.FindStringSubmatch(w.Flat())
	if m == nil {
		w.T.Fatalf("no token on the screen\n%s", w.Screen())
	}
	return m[1]
}
