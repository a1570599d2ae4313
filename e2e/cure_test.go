//go:build e2e

package e2e

import (
	"strconv"
	"testing"
)

// A cure is a refusal in the guide, and the one correction that it asks for.
type cure struct {
	lines  []string                      // of main.cf
	wrong  func(p *postfix, s *settings) // spoils the settings
	stage  string
	said   string // the server's words, or what happened
	choice string // that Enter takes
	page   string // where that leads
	fix    func(w *terminal, p *postfix)
}

// into types the right answer into the field that the pointer is at.
func into(text func(p *postfix) string) func(*terminal, *postfix) {
	return func(w *terminal, p *postfix) { w.Instead(text(p)) }
}

func always(text string) func(*postfix) string { return func(*postfix) string { return text } }

var cures = map[string]cure{
	"password": {
		lines: saslLines,
		wrong: func(p *postfix, s *settings) { s.User, s.Password = saslUser, "not-it" },
		stage: "auth", said: "535 5.7.8 Error: authentication failed", choice: "Change Password on the Sender page", page: "[Sender]",
		fix: func(w *terminal, p *postfix) { w.Keys(saslPassword, enter) },
	},
	"port": {
		wrong: func(p *postfix, s *settings) { s.Port = p.Nobody },
		stage: "connect", said: "connection refused", choice: "Change Port on the Relay page", page: "[Relay]",
		fix: into(func(p *postfix) string { return strconv.Itoa(p.Submission) }),
	},
	"implicit TLS on a plain port": {
		wrong: func(p *postfix, s *settings) { s.TLS = "tls" },
		stage: "tls", said: "port speaks SMTP in clear text first: use STARTTLS", choice: "Change TLS on the Relay page", page: "[Relay]",
		fix: func(w *terminal, p *postfix) { w.Choose("starttls"); w.Keys(enter) },
	},
	"STARTTLS on an implicit port": {
		wrong: func(p *postfix, s *settings) { s.Port = p.TLS },
		stage: "greeting", said: "port speaks TLS from the first byte: use implicit TLS", choice: "Change TLS on the Relay page", page: "[Relay]",
		fix: func(w *terminal, p *postfix) { w.Choose("tls"); w.Keys(enter) },
	},
	"name at RCPT": {
		lines: []string{"smtpd_helo_required = yes", "smtpd_helo_restrictions = reject_non_fqdn_helo_hostname"},
		wrong: func(p *postfix, s *settings) { s.Name = "localhost" },
		stage: "rcpt", said: "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
		choice: "Change Name on the Identity page", page: "[Identity]",
		fix: func(w *terminal, p *postfix) { w.Choose("id.example.test"); w.Keys(enter) },
	},
	"name at EHLO": {
		lines: []string{"smtpd_helo_required = yes", "smtpd_helo_restrictions = reject_non_fqdn_helo_hostname", "smtpd_delay_reject = no"},
		wrong: func(p *postfix, s *settings) { s.Port, s.TLS, s.Name = p.TLS, "tls", "localhost" },
		stage: "ehlo", said: "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
		choice: "Change Name on the Identity page", page: "[Identity]",
		fix: func(w *terminal, p *postfix) { w.Choose("id.example.test"); w.Keys(enter) },
	},
	"sender": {
		lines: []string{"smtpd_sender_restrictions = check_sender_access inline:{stranger@example.test=REJECT}"},
		wrong: func(p *postfix, s *settings) { s.From = "stranger@example.test" },
		stage: "rcpt", said: "554 5.7.1 <stranger@example.test>: Sender address rejected: Access denied", choice: "Change From on the Sender page", page: "[Sender]",
		fix: into(always("id@example.test")),
	},
	"sender of another": {
		lines: append([]string{"smtpd_sender_login_maps = inline:{boss@example.test=boss, id@example.test=id@example.test}",
			"smtpd_sender_restrictions = reject_sender_login_mismatch"}, saslLines...),
		wrong: func(p *postfix, s *settings) {
			s.User, s.Password, s.From = saslUser, saslPassword, "boss@example.test"
		},
		stage: "rcpt", said: "553 5.7.1 <boss@example.test>: Sender address rejected: not owned by user id@example.test", choice: "Change From on the Sender page", page: "[Sender]",
		fix: into(always("id@example.test")),
	},
	"recipient": {
		lines: []string{"smtpd_sasl_auth_enable = yes", "smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination"},
		wrong: func(p *postfix, s *settings) { s.To = elsewhere },
		stage: "rcpt", said: "554 5.7.1 <someone@elsewhere.test>: Relay access denied", choice: "Change User on the Sender page", page: "[Sender]",
		fix: func(w *terminal, p *postfix) {
			w.Instead(saslUser)
			w.Until("› Password")
			w.Keys(saslPassword, enter)
		},
	},
}

const elsewhere = "someone@elsewhere.test"

// TestCures meets each refusal in the guide: the page says the stage and the
// server's words, Enter goes to the answer to change, and with that alone
// changed the test passes and the file is written.
func TestCures(t *testing.T) {
	t.Parallel()
	for name, c := range cures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPostfix(t, c.lines...)
			s := p.asAdmin()
			c.wrong(p, &s)
			h := newHome(t, p.CAFile)
			w := h.open()
			w.toTest(s)
			w.Opens("[Test]", "Why", "Do this", "✗ "+c.stage, c.said, "› "+c.choice)
			w.Keys(enter)
			w.Opens(c.page, c.said)
			c.fix(w, p)
			token := w.token()
			w.Finish()
			if s.To == elsewhere {
				p.took(t, s.To)
			} else {
				p.inbox(t, token)
			}
			h.has(map[string]string{"APP_URL": appURL, "SMTP_HOST": "localhost"})
		})
	}
}
