package reading

import (
	"slices"
	"strings"
	"testing"
)

// fixtures are what each dialect's programs write, and what is read from it.
var fixtures = []struct {
	dialect  string
	text     string
	code     int
	enhanced string
	stages   string
	kind     Kind
	host     string
	port     int
	reply    string // the beginning of the relay's own words
}{
	{dialect: "Pocket ID", text: `failed to send email: failed to set SMTP recipient: 504 "5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname"`, code: 504, enhanced: "5.5.2", stages: "rcpt", reply: "<localhost>: Helo"},
	{dialect: "Pocket ID", text: "failed to connect to SMTP server: failed to send HELO command: SMTP error 554: no access", code: 554, stages: "greeting", reply: "no access"},
	{dialect: "Postfix", text: "Nov 23 10:00:00 m postfix/smtp[1]: 4X: to=<a@example.org>, relay=relay.example.com[198.51.100.9]:587, dsn=5.7.1, status=bounced (host relay.example.com[198.51.100.9] said: 553 5.7.1 not yours (in reply to MAIL FROM command))", code: 553, enhanced: "5.7.1", stages: "mail", host: "relay.example.com", port: 587, reply: "not yours"},
	{dialect: "Exim", text: "2026-11-23 10:00:00 1tA ** a@example.org R=smarthost T=remote_smtp H=relay.example.com [198.51.100.9]: SMTP error from remote mail server after RCPT TO:<a@example.org>: 550 5.1.1 who", code: 550, enhanced: "5.1.1", stages: "rcpt", host: "relay.example.com", reply: "who"},
	{dialect: "mailio", text: "Mail sender rejection.", stages: "mail"},
	{dialect: "Sendmail", text: "Sep  2 15:53:53 home sm-mta[6679]: t82: to=a@example.com, mailer=esmtp, relay=mx.example.com. [198.51.100.9], dsn=4.7.1, stat=Deferred: 450 4.7.1 later", code: 450, enhanced: "4.7.1", host: "mx.example.com", reply: "later"},
	{dialect: "OpenSMTPD", text: "mta: 0xea: MTA_INIT -> MTA_BANNER\nmta: 0xea: <<< 554-no service\nmta: 0xea: <<< 554 here", code: 554, stages: "greeting"},
	{dialect: "bounce", text: "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 550 5.1.1 nobody", code: 550, enhanced: "5.1.1", host: "mx.example.org", reply: "nobody"},
	{dialect: "nodemailer", text: "Error: Mail command failed: 553 5.7.1 no\n    at SMTPConnection._formatError (/app/index.js:1:2) {\n  code: 'EENVELOPE',\n  responseCode: 553,\n  command: 'MAIL FROM'\n}", code: 553, enhanced: "5.7.1", stages: "mail", reply: "no"},
	{dialect: "nodemailer", text: "Error: queryA ETIMEOUT smtp.example.com\n  code: 'EDNS',\n  hostname: 'smtp.example.com',\n  command: 'CONN'", stages: "dns", kind: DNSTimeout, host: "smtp.example.com"},
	{dialect: "Python", text: "smtplib.SMTPSenderRefused: (501, b'5.1.7 bad address', 'x')", code: 501, enhanced: "5.1.7", stages: "mail", reply: "bad address"},
	{dialect: "Python", text: "  File \"/usr/lib/python3.11/smtplib.py\", line 398, in getreply\n    line = self.file.readline(_MAXLINE + 1)\nTimeoutError: timed out", stages: "greeting ehlo", kind: ReadTimeout},
	{dialect: "PHP", text: `Expected response code "235" but got code "535", with message "535 5.7.8 bad"`, code: 535, enhanced: "5.7.8", stages: "auth", reply: "bad"},
	{dialect: "JavaMail", text: "javax.mail.MessagingException: Could not connect to SMTP host: smtp.example.com, port: 587;\n  nested exception is:\n\tjavax.net.ssl.SSLException: Unable to parse TLS packet header", stages: "tls starttls", kind: NotTLS, host: "smtp.example.com", port: 587},
	{dialect: ".NET", text: "System.Net.Mail.SmtpException: Mailbox unavailable. The server response was: 5.7.1 Unable to relay", code: 550, enhanced: "5.7.1", reply: "Unable to relay"},
	{dialect: "Ruby", text: "Net::SMTPAuthenticationError 535 5.7.8 no", code: 535, enhanced: "5.7.8", stages: "auth", reply: "no"},
	{dialect: "lettre", text: "lettre::transport::smtp::Error { kind: Permanent(Code { severity: PermanentNegativeCompletion, category: Unspecified3, detail: Five }) }", code: 535, stages: "auth"},
	{dialect: "lettre", text: "SMTP 5xx error: permanent error (550): 5.7.1 no", code: 550, enhanced: "5.7.1", reply: "no"},
	{dialect: "gen_smtp", text: `{:no_more_hosts, {:permanent_failure, "relay.example.com", "550 5.7.1 no\r\n"}}`, code: 550, enhanced: "5.7.1", host: "relay.example.com", reply: "no"},
	{dialect: "gen_smtp", text: "{:network_failure, 'smtp.example.com', {:error, {:tls_alert, {:unexpected_message, 'x'}}}}", stages: "tls starttls", kind: NotTLS, host: "smtp.example.com"},
	{dialect: "Dovecot", text: "Aug 12 01:23:50 submission-login: Info: Disconnected for inactivity. (no auth attempts in 180 secs): lport=465, TLS handshaking", stages: "tls", kind: ReadTimeout},
	{text: "  553 Connecting to mx.example.com [192.0.2.7]:25 ... connected\n  553   SMTP<< 220 mx\n  553   SMTP>> EHLO 15b0717dc4c2\n  553   SMTP<< 550 no", code: 550, stages: "ehlo", reply: "no"},
	{dialect: "Momentum", text: "2019 Mar 29 18:51:24 PDT (info) ecelerity: [28256] ML-REJECT: Rejection on: 192.0.2.10:25,200, sent to host: 192.0.2.103:44561, Audit ID 0aa0f867, 554 IP mail loop detected", code: 554, reply: "IP mail loop"},
	{dialect: "Stalwart", text: "(host 'mx.example.com' rejected command 'DATA' with code 550 (5.7.1) 'no')", code: 550, enhanced: "5.7.1", stages: "data", host: "mx.example.com", reply: "no"},
	{dialect: "milter-regex", text: "Dec 29 18:51:08 mx milter-regex[2318]: mx [203.0.113.9]: REJECT: Spoofed HELO, HELO: [127.0.0.1], FROM: , RCPT: ", reply: "Spoofed HELO"},
	{dialect: "curl", text: "curl: (67) Login denied", stages: "auth"},
	{dialect: "msmtp", text: "msmtp: recipient address root not accepted by the server\nmsmtp: server message: 501 <root>: no domain\nmsmtp: could not send mail", code: 501, stages: "rcpt", reply: "<root>: no domain"},
	{dialect: "sSMTP", text: "sendmail: Server didn't like our AUTH LOGIN (504 5.3.3 not here)", code: 504, enhanced: "5.3.3", stages: "auth", reply: "not here"},
	{dialect: "Perl", text: "Net::SMTP: SMTP auth() command not supported at x.pm line 3", stages: "auth"},
	{dialect: "swaks", text: "=== Connected to relay.example.com.\n<-  220 hi\n -> EHLO id.example.com\n<** 550 5.7.1 no", code: 550, enhanced: "5.7.1", stages: "ehlo"},
	{dialect: "mutt", text: "<E> smtp_authenticate() No authenticators available", stages: "auth"},
	{dialect: "nginx", text: `2018/11/06 02:19:26 [info] 18#18: client was rejected: "MAIL FROM:<a@example.com>" while in auth state`, stages: "mail"},
	{dialect: "Dart", text: "After sending MAIL FROM:<a@example.com>, response did not start with any of: [2]. Response from server: > 550 5.7.1 no", code: 550, enhanced: "5.7.1", stages: "mail", reply: "no"},
	{dialect: "ESP Mail Client", text: "Error sending Email, could not handle SMTP server response", stages: "greeting ehlo"},
	{dialect: "JavaMail", text: "Sender refused\n\tat com.sun.mail.smtp.SMTPTransport.mailFrom(SMTPTransport.java:1823)", stages: "mail"},
	{text: "Connection error, Status Code: 0, Error Code: -401, Reason: response read timed out", kind: ReadTimeout},
	{text: "Sent: MAIL FROM:<>\nGot: 553 5.7.1 not yours", code: 553, enhanced: "5.7.1", stages: "mail", reply: "not yours"},
	{dialect: "OpenSSL", text: "error:1408F10B:SSL routines:ssl3_get_record:wrong version number", stages: "tls starttls", kind: NotTLS},
	{dialect: "Thunderbird", text: "An error occurred while sending mail. The mail server responded: 4.3.5 out of order.", enhanced: "4.3.5", stages: "", reply: "out of order"},
	{dialect: "Apple", text: `Error { code: -9816, message: "server closed session with no notification" }`, stages: "tls starttls", kind: Closed},
	{dialect: "compose", text: `The "SMTP_PASSWORD" variable is not set. Defaulting to a blank string.`, stages: "auth connect tls"},
	{text: "x509: certificate has expired or is not yet valid: current time 2026-11-23T00:00:00Z is after 2026-01-01T00:00:00Z", stages: "tls starttls", kind: Expired},
	{text: "dial tcp 192.0.2.1:587: connect: connection refused", stages: "connect", kind: Refused, host: "192.0.2.1", port: 587},
	{text: "250-STARTTLS\n250 ok\nMAIL FROM:<a@example.com>\nRCPT TO:<b@example.org>\nDATA\n250 ok\n550 5.1.1 nobody", code: 550, enhanced: "5.1.1", stages: "rcpt", reply: "nobody"},
}

func TestFixtures(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range fixtures {
		seen[f.dialect] = true
		messages := Read(f.text)
		if len(messages) == 0 {
			t.Errorf("%q: nothing read", f.text)
			continue
		}
		m := messages[len(messages)-1]
		var stages []string
		for _, s := range m.Stages {
			stages = append(stages, string(s))
		}
		if got := strings.Join(stages, " "); m.Code != f.code || m.Enhanced != f.enhanced || got != f.stages || m.Kind != f.kind ||
			f.host != "" && m.Host != f.host || f.port != 0 && m.Port != f.port || !strings.HasPrefix(m.Reply, f.reply) {
			t.Errorf("%q\n got %d %s at %q, %q, %s:%d, %q", f.text, m.Code, m.Enhanced, got, m.Kind, m.Host, m.Port, m.Reply)
		}
	}
	for _, d := range tables().Dialects {
		if d.Has != "" && !seen[d.Name] {
			t.Errorf("%s has no fixture", d.Name)
		}
		for _, s := range d.Signs {
			if s.Kind != "" && stagesOfKind[s.Kind] == "" && !slices.Contains([]Kind{ReadTimeout, Closed, OwnService, BadReply}, s.Kind) {
				t.Errorf("%s: there is no kind %s", d.Name, s.Kind)
			}
		}
	}
}
