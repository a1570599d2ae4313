package diagnosis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
)

func TestWholeLogs(t *testing.T) {
	t.Parallel()
	logs := casetest.Read[map[string]string](t, "logs")
	for _, c := range []struct {
		name, log, id, line string
		stage               smtpcheck.Stage
		sure                Confidence
	}{
		{"swaks", logs["swaks"], "brevo-535", "535 5.7.8 Authentication failed", "auth", Likely},
		{"telnet", logs["telnet"], "postfix-504-helo", "504 5.5.2 <15b0717dc4c2>: Helo command rejected: need fully-qualified hostname", "rcpt", Exact},
		{"Pocket ID", logs["Pocket ID"], "google-relay-pocketid-eof", "failed to set sender: EOF", "mail", Likely},
		{"Postfix", logs["Postfix"], "postfix-553-owner", "not owned by user admin@example.com", "rcpt", Exact},
		{"nodemailer", logs["nodemailer"], "gmail-535-578", "Invalid login: 535-5.7.8 Username and Password not accepted.", "auth", Exact},
		{"the newest session, its first refusal", logs["two sessions"], "postfix-554-relay", "Relay access denied", "rcpt", Likely},
		{"hung up at a generic name", "220 relay ESMTP\nEHLO localhost\n421 4.7.0 Try again later, closing connection.", "ehlo-generic-name", "421 4.7.0 Try again later", "ehlo", Exact},
		{"noise before and after", strings.Repeat("2026-11-23T10:00:00Z INFO GET /healthz 200\n", 4000) + "2026-11-23T10:00:00Z ERR 535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6\n" + strings.Repeat("2026-11-23T10:00:00Z INFO GET /healthz 200\n", 1000), "postfix-535-ugf", "535 5.7.8 Error", "auth", Exact},
		{"much noise about mail", strings.Repeat("Nov 23 10:00:00 mail postfix/qmgr[12]: 4XyZ0A1b2c: from=<a@example.com>, size=700, nrcpt=1 (queue active)\n", 3000) + logs["telnet"], "postfix-504-helo", "504 5.5.2", "rcpt", Exact},
	} {
		got, matched, line := ExplainText(c.log)
		if !matched || got.ID != c.id || got.Stage != c.stage || got.Confidence != c.sure || !strings.Contains(line, c.line) {
			t.Errorf("%s: matched %v, %s at %q, %s, by %q", c.name, matched, got.ID, got.Stage, got.Confidence, line)
		}
	}
}

func TestTelling(t *testing.T) {
	t.Parallel()
	s, ok := telling("220 relay ESMTP\nEHLO first.example.com\n250 STARTTLS\nSTARTTLS\n220 go\nEHLO second.example.com\n550-5.7.1 no\n550 5.7.1 entry")
	if !ok || !slices.Equal(s.Stages, []smtpcheck.Stage{"ehlo"}) || s.TLS != smtpcheck.TLSStartTLS || !slices.Equal(s.Names, []string{"first.example.com", "second.example.com"}) {
		t.Errorf("%v, %+v", ok, s)
	}
	if s.Code != 550 || s.Enhanced != "5.7.1" {
		t.Errorf("reply %+v", s)
	}
	if _, ok := telling("all is well"); ok {
		t.Error("found something in nothing")
	}
}

// TestFailureNamesTheGreeting: the name in the failed command is the one judged.
func TestFailureNamesTheGreeting(t *testing.T) {
	t.Parallel()
	f := &smtpcheck.Failure{Stage: "ehlo", Doing: "EHLO localhost", Err: smtpcheck.ErrClosed}
	if got := FromFailure(f, Situation{Settings: smtpcheck.Settings{Host: "relay.example.com"}}); got.ID != "ehlo-generic-name" || !strings.Contains(got.Cause, `"localhost"`) {
		t.Errorf("%s: %s", got.ID, got.Cause)
	}
	f.Reply = replyOf("421 4.3.2 no")
	if got := FromFailure(f, Situation{}); got.ID != "ehlo-generic-name" || strings.Contains(got.Cause, "without a word") {
		t.Errorf("a word before the hang-up: %s: %s", got.ID, got.Cause)
	}
	f = &smtpcheck.Failure{Stage: "ehlo", Doing: "EHLO id.example.com", Reply: replyOf("550 no")}
	if got := FromFailure(f, Situation{Names: []string{"localhost"}}); got.ID == "ehlo-generic-name" {
		t.Errorf("the name before STARTTLS was accepted and is blamed: %s", got.Cause)
	}
	if got := FromFailure(nil, Situation{Stage: "mail"}); got.Stage != "mail" {
		t.Errorf("no failure: %+v", got)
	}
}

// hostile is what no relay or log may get onto a screen.
func hostile(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || r == unicode.ReplacementChar
	})
}

func TestNothingHostileComesThrough(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"550 5.7.1 <a\x1b]0;owned\x07@example.com>: Relay access denied\x1b[2J\x9b31m",
		"550 5.7.1 \u202egnp.exe\u2066 Relay\x00 access denied \ufeff\u2028x",
		"504 5.5.2 <evil\x1b[31m\x7f\xff>: Helo command rejected: need fully-qualified hostname",
		"dial tcp: lookup evil\x1b[1m.example on 9.9.9.9:53: no such host",
		"553 5.7.1 <a@b.example>: Sender address rejected: not owned by user \x1b[5mx@y.example",
	} {
		got, matched, line := ExplainText(text)
		if !matched || hostile(line+got.Cause+got.Fix) {
			t.Errorf("%q: matched %v, %q / %q / %q", text, matched, line, got.Cause, got.Fix)
		}
		live := explain(Situation{Stage: "rcpt", Reply: &smtpcheck.Reply{Code: 550, Lines: []string{text}}, Names: []string{text}, Settings: smtpcheck.Settings{From: text, User: text, To: text, Host: text}})
		if hostile(live.Cause + live.Fix + live.ID + live.Field) {
			t.Errorf("%q: %q / %q", text, live.Cause, live.Fix)
		}
	}
}

func FuzzExplainText(f *testing.F) {
	for _, k := range catalogue(f) {
		f.Add(k.Text)
	}
	for _, log := range casetest.Read[map[string]string](f, "logs") {
		f.Add(log)
	}
	for _, s := range []string{`{"a":{"b":[{"error":"EOF"}]}}`, "334 \nAA==\n535 x", "\x1b[", "{", "550-\n550 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, matched, line := ExplainText(text)
		if hostile(got.Cause+got.Fix+line+got.Provider) || len([]rune(line)) > 300 {
			t.Errorf("%q comes through: %q / %q / %q", text, line, got.Cause, got.Fix)
		}
		if got.ID == "" || got.Cause == "" || got.Fix == "" || !validStep(got.Step, got.Field) {
			t.Errorf("%q: incomplete: %+v", text, got)
		}
		if len([]rune(got.Cause)) > 500 || len([]rune(got.Fix)) > 500 {
			t.Errorf("%q: too long: %s / %s", text, got.Cause, got.Fix)
		}
		if _, ok := telling(text); ok != matched || matched != (line != "") {
			t.Errorf("%q: Find %v, matched %v, line %q", text, ok, matched, line)
		}
	})
}

// FuzzExplain takes words, names and addresses that a stranger chose.
func FuzzExplain(f *testing.F) {
	f.Add(504, "<localhost>: Helo command rejected: need fully-qualified hostname", "localhost", "2.9.0", "rcpt")
	f.Add(421, "Try again later, closing connection. (EHLO)", "[127.0.0.1]", "2.10", "ehlo")
	f.Fuzz(func(t *testing.T, code int, words, name, version, stage string) {
		speaksAs, _ := pocketid.ParseVersion(version)
		got := explain(Situation{
			Stage: smtpcheck.Stage(stage), Reply: &smtpcheck.Reply{Code: code, Lines: []string{words}}, Names: []string{name},
			SpeaksAs: speaksAs, Settings: smtpcheck.Settings{From: name, User: name, To: name, Host: name, TLS: smtpcheck.TLSStartTLS},
		})
		if hostile(got.Cause + got.Fix) {
			t.Errorf("%q / %q", got.Cause, got.Fix)
		}
	})
}

// TestLongLogs: a log is read in a time that grows with its length, and its newest
// refusal is found.
func TestLongLogs(t *testing.T) {
	const last = "Nov 23 10:00:01 mail postfix/smtp[1]: 4Xy: to=<a@example.org>, relay=relay.example.com[198.51.100.9]:587, dsn=5.7.8, status=bounced (SASL authentication failed; server relay.example.com[198.51.100.9] said: 535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6)\n"
	for _, form := range []string{
		"Nov 23 10:00:00 mail postfix/smtp[%d]: 4XyZ: to=<a@example.org>, dsn=5.7.1, status=bounced (host relay.example.com[198.51.100.9] said: 559 5.7.99 qwertz %d (in reply to RCPT TO command))\n",
		"2026-11-23T10:00:00Z INFO GET /healthz/%d 200 %d\n",
		"smtp mail %d sender timed out %d helo helo helo helo\n",
	} {
		casetest.GrowsEvenly(t, form, 64<<10, func(size int) {
			var log strings.Builder
			for i := 0; log.Len() < size-len(last)-300; i++ {
				fmt.Fprintf(&log, form, i, i)
			}
			if got, matched, _ := ExplainText(log.String() + last); !matched || got.ID != "postfix-535-ugf" {
				t.Errorf("%s: %s", form, got.ID)
			}
		})
	}
}
