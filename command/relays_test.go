package command

import (
	"strings"
	"testing"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/hostile"
)

// relayCase is how check must end at a relay of the catalogue. An exit code of 0
// is a delivered message.
type relayCase struct {
	relay, mode string
	login       bool
	args        string // besides --as none --hostname id.example.com
	exit        int
	stage       string
	step, field string // of the diagnosis
	says        string // part of the failed stage's detail
}

var relayCases = []relayCase{
	{relay: "google", mode: "starttls", stage: "data"},
	{relay: "google", mode: "starttls", args: "--as 2.9", exit: 13, stage: "ehlo", step: "identity", field: "hostname", says: "421 4.7.0 Try again later"},
	{relay: "postfix", mode: "tls", stage: "data"},
	{relay: "postfix", mode: "starttls", args: "--hostname box", exit: 18, stage: "rcpt", step: "identity", field: "hostname", says: "504 5.5.2 <box>"},
	{relay: "postfix-at-once", mode: "starttls", args: "--hostname box", exit: 13, stage: "ehlo", step: "identity", field: "hostname", says: "504 5.5.2 <box>"},
	{relay: "open", mode: "starttls", login: true, stage: "data"},
	{relay: "open", mode: "tls", login: true, stage: "data"},
	{relay: "open", mode: "none", stage: "data"},

	{relay: "slow-banner", mode: "starttls", args: "--timeout 4s", exit: 12, stage: "greeting", step: "relay", field: "tls", says: "ran out"},
	{relay: "mute", mode: "none", args: "--timeout 4s", exit: 12, stage: "greeting", step: "relay", field: "tls", says: "ran out"},
	{relay: "mute", mode: "tls", args: "--timeout 4s", exit: 15, stage: "tls", step: "relay", field: "tls", says: "ran out"},
	{relay: "drops-at-ehlo", mode: "starttls", exit: 13, stage: "ehlo", step: "identity", field: "hostname", says: "closed without a reply"},
	{relay: "closes-in-data", mode: "starttls", exit: 19, stage: "data", step: "none", says: "closed without a reply"},

	{relay: "long-line", mode: "none", exit: 13, stage: "ehlo", step: "relay", field: "port", says: "64 KiB"},
	{relay: "endless", mode: "tls", exit: 13, stage: "ehlo", step: "relay", field: "port", says: "64 KiB"},
	{relay: "junk", mode: "starttls", exit: 12, stage: "greeting", step: "relay", field: "port", says: "without a reply code"},
	{relay: "junk-words", mode: "starttls", stage: "data"},
	{relay: "escapes", mode: "starttls", exit: 18, stage: "rcpt", step: "sender", field: "to", says: "550 5.1.1 ?[2J"},
	{relay: "http", mode: "starttls", exit: 12, stage: "greeting", step: "relay", field: "port", says: "speaks HTTP"},
	{relay: "http", mode: "tls", exit: 15, stage: "tls", step: "relay", field: "port", says: "speaks HTTP"},
	{relay: "ssh", mode: "none", exit: 12, stage: "greeting", step: "relay", field: "port", says: "speaks SSH"},

	{relay: "stripped", mode: "starttls", exit: 14, stage: "starttls", step: "relay", field: "tls", says: "does not offer STARTTLS"},
	{relay: "injected", mode: "starttls", login: true, exit: 14, stage: "starttls", step: "relay", field: "tls", says: "injected.example"},
	{relay: "no-tls-now", mode: "starttls", exit: 14, stage: "starttls", step: "relay", field: "tls", says: "454 4.7.0"},
	{relay: "expired", mode: "starttls", exit: 15, stage: "tls", step: "relay", field: "host", says: "expired on"},
	{relay: "self-signed", mode: "tls", exit: 15, stage: "tls", step: "relay", field: "host", says: "self-signed"},
	{relay: "wrong-name", mode: "starttls", exit: 15, stage: "tls", step: "relay", field: "host", says: "for elsewhere.example"},
	{relay: "old-tls", mode: "tls", exit: 15, stage: "tls", step: "provider", field: "preset", says: "TLS 1.2 is needed"},

	{relay: "no-auth", mode: "starttls", login: true, exit: 16, stage: "auth", step: "sender", field: "user", says: "does not offer AUTH"},
	{relay: "login-only", mode: "starttls", login: true, stage: "data"},
	{relay: "login-only", mode: "tls", login: true, args: "--as 2.14", stage: "quit"},
	{relay: "xoauth2-only", mode: "starttls", login: true, exit: 16, stage: "auth", step: "provider", field: "preset", says: "XOAUTH2"},
	{relay: "auth-after-tls", mode: "starttls", login: true, stage: "data"},
	{relay: "auth-after-tls", mode: "none", login: true, exit: 16, stage: "auth", step: "relay", field: "tls", says: "does not offer AUTH"},
	{relay: "wrong-password", mode: "starttls", login: true, exit: 16, stage: "auth", step: "sender", field: "password", says: "535 5.7.8"},

	{relay: "drops-at-quit", mode: "tls", stage: "data"},
	{relay: "drops-at-quit", mode: "tls", args: "--as 2.9", stage: "data"},
	{relay: "drops-at-quit", mode: "tls", args: "--as 2.10", exit: 20, stage: "quit", step: "none", says: "closed without a reply"},
	{relay: "helo-only", mode: "none", args: "--as 2.9", exit: 13, stage: "ehlo", step: "identity", field: "hostname", says: "501 5.5.4"},
	{relay: "helo-only", mode: "none", args: "--as 2.10", stage: "quit"},
	{relay: "slow-ehlo", mode: "none", args: "--as 2.9", exit: 13, stage: "ehlo", step: "relay", field: "host", says: "answered after 10."},

	{relay: "sender-refused", mode: "starttls", exit: 17, stage: "mail", step: "sender", field: "from", says: "553 5.7.1"},
	{relay: "recipient-refused", mode: "tls", exit: 18, stage: "rcpt", step: "sender", field: "to", says: "User unknown"},
	{relay: "relay-denied", mode: "starttls", exit: 18, stage: "rcpt", step: "sender", field: "user", says: "Relay access denied"},
	{relay: "greylisting", mode: "starttls", exit: 18, stage: "rcpt", step: "none", says: "Greylisted"},
	{relay: "message-refused", mode: "starttls", exit: 19, stage: "data", step: "sender", field: "from", says: "rejected as spam"},
	{relay: "busy", mode: "starttls", exit: 17, stage: "mail", step: "none", says: "421 4.3.2"},
}

func TestEveryPracticeRelay(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for _, c := range relayCases {
		tried[c.relay] = true
		t.Run(strings.TrimSpace(c.relay+" "+c.mode+" "+c.args), func(t *testing.T) {
			t.Parallel()
			s := newSite(t, hostile.Named(t, c.relay), c.mode, c.login)
			got, exit := s.check(append([]string{"--as", "none", "--hostname", "id.example.com"}, strings.Fields(c.args)...)...)
			c.compare(t, got, exit)
		})
	}
	for _, b := range hostile.Relays {
		if !tried[b.Name] && b.Name != "slow-end" { // that one is in the end-to-end tests
			t.Errorf("no case for the relay %s", b.Name)
		}
	}
}

func (c relayCase) compare(t *testing.T, got apptest.Checked, exit int) {
	t.Helper()
	if exit != c.exit || got.Exit != c.exit || got.OK != (c.exit == 0) || got.Stage != c.stage {
		t.Fatalf("exit %d, ok %v, exit %d and stage %q in the JSON", exit, got.OK, got.Exit, got.Stage)
	}
	if last := got.Stages[len(got.Stages)-1]; last.Name != c.stage || !strings.Contains(last.Detail, c.says) {
		t.Errorf("the last stage is %+v", last)
	}
	d := got.Diagnosis
	if none := d.ID == "" && d.Cause == "" && d.Fix == ""; none != (c.exit == 0) || d.Step != c.step || d.Field != c.field {
		t.Errorf("diagnosis %+v", d)
	}
}

// A port of the other TLS mode: both sides would wait for each other forever.
func TestPortsOfTheOtherMode(t *testing.T) {
	t.Parallel()
	for _, c := range []relayCase{
		{mode: "tls", stage: "tls", says: "speaks SMTP in clear text first", exit: 15},
		{mode: "starttls", stage: "greeting", says: "speaks TLS from the first byte", exit: 12},
		{mode: "none", stage: "greeting", says: "speaks TLS from the first byte", exit: 12},
	} {
		t.Run(c.mode, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, hostile.Named(t, "open"), c.mode, true)
			port := s.relay.TLSPort()
			if c.mode == "tls" {
				port = s.relay.Port()
			}
			s.write(c.mode, port, true, "")
			got, exit := s.check("--as", "none", "--hostname", "id.example.com", "--timeout", "19s")
			c.step, c.field = "relay", "tls"
			c.compare(t, got, exit)
		})
	}
}
