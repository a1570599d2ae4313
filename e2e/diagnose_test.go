//go:build e2e

package e2e

import (
	"slices"
	"strings"
	"testing"
)

// A verdict is what check has to say of a server that refuses.
type verdict struct {
	Stage, ID, Step, Field string
}

// judge compares, and requires that the diagnosis was for this very refusal or
// its pattern, not only for the class of its code.
func judge(t *testing.T, got checked, want verdict) {
	t.Helper()
	d := got.Diagnosis
	if have := (verdict{got.Stage, d.ID, d.Step, d.Field}); have != want || got.OK {
		t.Errorf("%+v, want %+v; the end of the conversation:\n%s", have, want, strings.Join(got.Transcript[max(0, len(got.Transcript)-4):], "\n"))
	}
	if !slices.Contains([]string{"exact", "likely"}, d.Confidence) || d.Cause == "" || d.Fix == "" {
		t.Errorf("%+v", d)
	}
}

// Misconfigurations of Postfix, and how check has to take them.
var postfixFaults = map[string]struct {
	lines []string
	wrong func(p *postfix, s *settings)
	want  verdict
}{
	"name": {
		lines: []string{"smtpd_helo_required = yes", "smtpd_helo_restrictions = reject_non_fqdn_helo_hostname"},
		wrong: func(_ *postfix, s *settings) { s.Name = "bare" },
		want:  verdict{"rcpt", "postfix-504-helo", "identity", "hostname"},
	},
	"name by a rule": {
		lines: []string{"smtpd_helo_required = yes", "smtpd_helo_restrictions = check_helo_access inline:{id.example.test=REJECT}"},
		want:  verdict{"rcpt", "postfix-helo-rejected", "identity", "hostname"},
	},
	"relay denied": {
		wrong: func(_ *postfix, s *settings) { s.To = elsewhere },
		want:  verdict{"rcpt", "postfix-554-relay", "sender", "user"},
	},
	"wrong password": {
		lines: saslLines,
		wrong: func(_ *postfix, s *settings) { s.User, s.Password = saslUser, "wrong" },
		want:  verdict{"auth", "postfix-535-ugf", "sender", "password"},
	},
	"no login": {
		lines: []string{"smtpd_sasl_auth_enable = yes", "smtpd_client_restrictions = permit_sasl_authenticated, reject"},
		want:  verdict{"rcpt", "client-rejected", "sender", "user"},
	},
	"TLS required": {
		lines: []string{"smtpd_tls_security_level = encrypt"},
		wrong: func(_ *postfix, s *settings) { s.TLS = "none" },
		want:  verdict{"mail", "gmail-530-starttls", "relay", "tls"},
	},
	"no STARTTLS": {
		lines: []string{"smtpd_tls_security_level = none"},
		want:  verdict{"starttls", "starttls-not-offered", "relay", "tls"},
	},
	"size": {
		lines: []string{"message_size_limit = 300"},
		want:  verdict{"data", "message-too-big", "none", ""},
	},
	"greylisting": {
		lines: []string{"smtpd_recipient_restrictions = check_recipient_access inline:{{admin@example.test=450 4.2.0 Greylisted, see http://postgrey.schweikert.ch/help/example.test.html}}"},
		want:  verdict{"rcpt", "greylisted", "none", ""},
	},
	"unknown recipient": {
		lines: []string{"virtual_mailbox_maps = inline:{id@example.test=inbox}"},
		want:  verdict{"rcpt", "recipient-unknown", "sender", "to"},
	},
}

func TestPostfixFaults(t *testing.T) {
	t.Parallel()
	for name, f := range postfixFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPostfix(t, f.lines...)
			s := p.asAdmin()
			if f.wrong != nil {
				f.wrong(p, &s)
			}
			judge(t, newHome(t, p.CAFile).check(s, "--as", "2.9.0", "--hostname", s.Name, "--to", s.To), f.want)
		})
	}
}
