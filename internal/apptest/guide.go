//go:build !windows

// Package apptest is what the tests of the command line and those of the real
// program share. It is for tests alone.
package apptest

import (
	"fmt"
	"strconv"
	"strings"

	"smtp-wizard/internal/termtest"
	"smtp-wizard/presets"
)

// Providers is what the filter of the provider page counts.
var Providers = len(presets.All())

// Checked is the JSON of check, as far as tests look at it.
type Checked struct {
	OK            bool
	Verdict, Note string
	TimedOut      bool `json:"timed_out"`
	Stage         string
	Exit          int
	SpeaksAs      string `json:"speaks_as"`
	Announced     []string
	Stages        []struct{ Name, Detail string }
	Identities    []struct {
		Name, Verdict, Stage, Reply string
		Origin                      []string
		Accepted                    bool
	}
	Diagnosis  struct{ ID, Cause, Fix, Step, Field, Confidence string }
	Token      string
	Transcript []string
}

// Guide is the program in a terminal, and what a test does on its pages.
type Guide struct{ *termtest.Terminal }

// Answers are what a test types into the guide.
type Answers struct {
	Version, AppURL string
	Host            string
	Port            int
	TLS             string // none, starttls or tls
	From, To        string
	User, Password  string
}

// ToIdentity answers the pages before the identity; no .env is there yet.
func (g Guide) ToIdentity(a Answers) {
	g.T.Helper()
	g.Opens("Where is Pocket ID?", "There is none yet")
	g.Until("› APP_URL")
	g.Keys(termtest.Up, termtest.CtrlU, a.Version, termtest.Down)
	g.Instead(a.AppURL)
	g.Until("Who sends the mail?")
	g.Keys("Another SMTP")
	g.Until(fmt.Sprintf("1 of %d", Providers))
	g.Keys(termtest.Enter)
	g.relay(a)
	g.Until("Who is the sender?")
	g.Keys(termtest.Up, termtest.Up, termtest.Up, termtest.Up) // wherever it began
	for _, text := range []string{a.From, a.User, a.Password, a.To} {
		g.Keys(termtest.CtrlU, text, termtest.Tab)
	}
	g.Keys(termtest.Enter)
	if a.User == "" {
		g.Until("› User")
		g.Keys(termtest.Enter)
	}
	g.Opens("[Identity]", "another name", "enter use this")
}

// relay answers the page of the relay; a warning about it is passed over.
func (g Guide) relay(a Answers) {
	g.T.Helper()
	g.Until("Where is the relay?")
	g.Keys(termtest.CtrlU, a.Host, termtest.Tab, termtest.CtrlU, strconv.Itoa(a.Port), termtest.Tab, termtest.Enter)
	g.UntilAny("› starttls ", "› tls ", "› none ") // the list is open
	g.Choose(a.TLS)
	g.Keys(termtest.Enter)
	g.UntilAny("Who is the sender?", "was found to speak", "Enter again keeps it")
	if !strings.Contains(g.Flat(), "Who is the sender?") {
		g.Keys(termtest.Enter)
	}
}

// PastInbox types no code.
func (g Guide) PastInbox() {
	g.T.Helper()
	g.Opens("[Inbox]", "accepted. The relay took a message", "› Code")
	g.Keys(termtest.Enter)
}

// Finish goes from a passed test to the end.
func (g Guide) Finish() {
	g.T.Helper()
	g.PastInbox()
	g.Opens("[Write]", "› Write it")
	g.Keys(termtest.Enter)
	g.Opens("Done", "read back by the rules of every reader", "enter finish")
	g.Keys(termtest.Enter)
	g.Ends(0)
}
