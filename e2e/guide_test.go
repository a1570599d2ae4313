//go:build e2e

package e2e

import (
	"regexp"

	"smtp-wizard/internal/apptest"
)

// settings are what a test types into the guide, or writes into a .env.
type settings struct {
	apptest.Answers
	Name string // the identity; "" takes what is suggested
}

const appURL = "https://id.example.test"

// asAdmin are settings that Postfix takes, for a test to change.
func (p *postfix) asAdmin() settings {
	return settings{Name: "id.example.test", Answers: apptest.Answers{
		Version: "2.9.0", AppURL: appURL, Host: "localhost", Port: p.Submission, TLS: "starttls",
		From: "id@example.test", To: "admin@example.test",
	}}
}

// use sets the TLS mode and the port for it.
func (s *settings) use(p *postfix, mode string) {
	s.TLS, s.Port = mode, p.Submission
	if mode == "tls" {
		s.Port = p.TLS
	}
}

// toTest answers the pages up to the live test.
func (w *terminal) toTest(s settings) {
	w.T.Helper()
	w.ToIdentity(s.Answers)
	if s.Name != "" {
		w.Choose(s.Name)
	}
	w.Keys(enter)
}

var tokenShown = regexp.MustCompile(`took the test (\S+) for`)

// token is the word on the screen by which the message is known.
func (w *terminal) token() string {
	w.T.Helper()
	w.Opens("[Inbox]", "accepted. The relay took a message", "spam folder")
	m := tokenShown.FindStringSubmatch(w.Flat())
	if m == nil {
		w.T.Fatalf("no token on the screen\n%s", w.Screen())
	}
	return m[1]
}
