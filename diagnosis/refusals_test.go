package diagnosis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/smtpcheck"
)

// replyOf is a reply as a conversation hands it over.
func replyOf(text string) *smtpcheck.Reply {
	code, enhanced, words := 0, "", ""
	if _, err := fmt.Sscanf(text, "%3d", &code); err == nil {
		words = strings.TrimSpace(text[3:])
	}
	enhanced = reading.Of(text, nil).Enhanced
	return &smtpcheck.Reply{Code: code, Enhanced: enhanced, Lines: []string{words}}
}

// inOtherWords is an error as package smtpcheck puts it.
type inOtherWords struct{ error }

func (inOtherWords) Error() string   { return "something happened" }
func (e inOtherWords) Unwrap() error { return e.error }

// refusals are those beyond the catalogue: the words of Postfix, Exim, OpenSMTPD,
// Dovecot, Google and Microsoft as their sources and documentation have them.
var refusals = []struct {
	name  string
	s     Situation
	id    string
	stage smtpcheck.Stage
	step  Step
	field string
	sure  Confidence
}{
	{"Google, generic name", Situation{Stage: "ehlo", Reply: replyOf("421 4.7.0 Try again later, closing connection. (EHLO) x-20020a.9 - gsmtp"), Names: []string{"localhost"}}, "ehlo-generic-name", "ehlo", StepIdentity, "hostname", Exact},
	{"Google, own name", Situation{Stage: "ehlo", Reply: replyOf("421 4.7.0 Try again later, closing connection. (EHLO) x-20020a.9 - gsmtp"), Names: []string{"localhost", "id.example.com"}}, "google-relay-ehlo-421", "ehlo", StepIdentity, "hostname", Likely},
	{"Google, no SPF", Situation{Text: "550-5.7.26 This mail has been blocked because the sender is unauthenticated."}, "google-unauthenticated-sender", "data", StepSender, "from", Exact},
	{"Google, browser", Situation{Text: "534-5.7.14 Please log in via your web browser and then try again."}, "gmail-web-login-required", "auth", StepSender, "password", Exact},
	{"Microsoft, mailbox", Situation{Text: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information."}, "ms-535-139-mailbox", "auth", StepProvider, "preset", Exact},
	{"Microsoft, defaults", Situation{Text: "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator."}, "ms-security-defaults", "auth", StepProvider, "preset", Exact},
	{"Microsoft, login", Situation{Text: "535 5.7.3 Authentication unsuccessful [FR3P281CA0001.DEUP281.PROD.OUTLOOK.COM]"}, "ms-535-credentials", "auth", StepSender, "password", Likely},
	{"Microsoft, address", Situation{Text: "550 5.7.606 Access denied, banned sending IP [203.0.113.9]"}, "ms-ip-blocked", "rcpt", StepProvider, "preset", Likely},
	{"Brevo, address", Situation{Text: "525 5.7.1 Unauthorized IP address", Provider: "brevo"}, "brevo-unauthorized-ip", "auth", StepProvider, "preset", Exact},
	{"Postmark", Situation{Text: "550 Sender signature not found"}, "postmark-sender", "data", StepSender, "from", Likely},
	{"Fastmail", Situation{Text: "535 5.7.0 Incorrect username or password: you need to use an app password", Provider: "fastmail"}, "fastmail-app-password", "auth", StepSender, "password", Exact},

	{"Postfix, helo unknown", Situation{Text: "450 4.7.1 <id.example.com>: Helo command rejected: Host not found"}, "postfix-helo-not-found", "rcpt", StepIdentity, "hostname", Likely},
	{"Postfix, helo syntax", Situation{Text: "501 5.5.2 <pocket_id>: Helo command rejected: Invalid name"}, "postfix-helo-invalid", "rcpt", StepIdentity, "hostname", Likely},
	{"Postfix, helo access", Situation{Text: "554 5.7.1 <mx.example.com>: Helo command rejected: You are not me"}, "postfix-helo-rejected", "rcpt", StepIdentity, "hostname", Likely},
	{"Postfix, DNSBL", Situation{Text: "554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using zen.spamhaus.org"}, "blocklist", "rcpt", StepProvider, "preset", Likely},
	{"Postfix, PTR", Situation{Text: "450 4.7.1 Client host rejected: cannot find your reverse hostname, [203.0.113.9]"}, "no-reverse-dns", "rcpt", StepProvider, "preset", Likely},
	{"Postfix, submission", Situation{Text: "554 5.7.1 <unknown[203.0.113.9]>: Client host rejected: Access denied"}, "client-rejected", "rcpt", StepSender, "user", Likely},
	{"Postfix, login", Situation{Text: "553 5.7.1 <id@example.com>: Sender address rejected: not logged in"}, "sender-not-logged-in", "rcpt", StepSender, "user", Likely},
	{"Postfix, domain", Situation{Text: "450 4.1.8 <id@example.invalid>: Sender address rejected: Domain not found"}, "sender-domain-not-found", "rcpt", StepSender, "from", Likely},
	{"Postfix, sender", Situation{Text: "554 5.7.1 <id@example.com>: Sender address rejected: Access denied"}, "sender-rejected", "rcpt", StepSender, "from", Likely},
	{"Postfix, SASL down", Situation{Text: "454 4.7.0 Temporary authentication failure: Connection lost to authentication server"}, "auth-backend-down", "auth", StepNone, "", Likely},
	{"Postfix, no SASL", Situation{Text: "503 5.5.1 Error: authentication not enabled"}, "auth-not-offered", "auth", StepRelay, "tls", Likely},
	{"Postfix, no SASL under TLS", Situation{Settings: smtpcheck.Settings{TLS: smtpcheck.TLSImplicit}, Stage: "auth", Reply: replyOf("502 5.5.1 Error: authentication not enabled")}, "auth-not-offered", "auth", StepSender, "user", Likely},
	{"Postfix, mechanism", Situation{Text: "535 5.7.8 Error: authentication failed: Invalid authentication mechanism"}, "auth-mechanism", "auth", StepProvider, "preset", Likely},
	{"Postfix, storage", Situation{Text: "452 4.3.1 Insufficient system storage"}, "relay-storage", "mail", StepNone, "", Likely},
	{"Postfix, size", Situation{Text: "552 5.3.4 Error: message file too big: Message size exceeds fixed limit"}, "message-too-big", "data", StepNone, "", Likely},
	{"Postfix, localhost at EHLO", Situation{Stage: "ehlo", Reply: replyOf("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname")}, "postfix-504-localhost", "ehlo", StepIdentity, "hostname", Exact},
	{"Postfix, size after DATA", Situation{Stage: "data", Reply: replyOf("552 5.3.4 Error: message file too big")}, "message-too-big", "data", StepNone, "", Likely},
	{"size, other words", Situation{Text: "523 the message too large for this server"}, "message-too-big", "data", StepNone, "", Likely},
	{"Postfix, user", Situation{Stage: "rcpt", Reply: replyOf("550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown in local recipient table")}, "recipient-unknown", "rcpt", StepSender, "to", Likely},
	{"Postfix, STARTTLS", Situation{Text: "530 5.7.0 Must issue a STARTTLS command first"}, "gmail-530-starttls", "mail", StepRelay, "tls", Likely},
	{"Exim, relay", Situation{Text: "550 relay not permitted"}, "relay-denied", "rcpt", StepSender, "user", Likely},
	{"Exim, verify", Situation{Text: "550 Sender verify failed"}, "sender-verify-failed", "rcpt", StepSender, "from", Likely},
	{"Exim, login", Situation{Text: "535 Incorrect authentication data"}, "auth-refused", "auth", StepSender, "password", Likely},
	{"Exim, AUTH", Situation{Text: "503 AUTH command used when not advertised"}, "auth-not-offered", "auth", StepRelay, "tls", Likely},
	{"Exim, mechanism", Situation{Text: "504 5.5.4 Unrecognized authentication type"}, "auth-mechanism", "auth", StepProvider, "preset", Likely},
	{"Exim, TLS", Situation{Text: "454 TLS currently unavailable"}, "postfix-454-tls", "starttls", StepRelay, "tls", Likely},
	{"OpenSMTPD, AUTH", Situation{Text: "530 5.5.1 Invalid command: Must issue an AUTH command first"}, "auth-required", "mail", StepSender, "user", Likely},
	{"OpenSMTPD, TLS", Situation{Text: "530 5.5.1 Invalid command: Must issue a STARTTLS command first"}, "gmail-530-starttls", "mail", StepRelay, "tls", Likely},
	{"OpenSMTPD, user", Situation{Stage: "rcpt", Reply: replyOf("550 Invalid recipient: <nobody@example.com>")}, "recipient-unknown", "rcpt", StepSender, "to", Likely},
	{"encryption", Situation{Text: "538 5.7.11 Encryption required for requested authentication mechanism"}, "auth-not-offered", "auth", StepRelay, "tls", Likely},
	{"TLS before mail", Situation{Text: "550 5.7.10 Encryption required, session encryption is required"}, "login-then-starttls", "mail", StepRelay, "tls", Likely},

	{"163, rate of a sender", Situation{Text: "554 MI:SFQ 163 smtp9,123 http://mail.163.com/help/help_spam_16.htm?ip=203.0.113.9"}, "coremail-limit", "mail", StepNone, "", Likely},
	{"account", Situation{Text: "535 5.7.13 user account disabled by the administrator"}, "account-disabled", "auth", StepProvider, "preset", Likely},
	{"SHA-1", Situation{Text: `tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure algorithm SHA1-RSA" while trying to verify candidate authority certificate "Old CA")`}, "x509-sha1", "tls", StepRelay, "host", Exact},
	{"negative serial", Situation{Text: "tls: failed to parse certificate from server: x509: negative serial number"}, "x509-negative-serial", "tls", StepRelay, "host", Exact},
	{"huge key", Situation{Text: "tls: server sent certificate containing RSA key larger than 8192 bits"}, "tls-huge-key", "tls", StepRelay, "host", Exact},
	{"small key", Situation{Text: "postfix/smtp[1]: warning: TLS library problem: error:141A318A:SSL routines:tls_process_ske_dhe:dh key too small:../ssl/statem/statem_clnt.c:2149:"}, "tls-small-key", "tls", StepRelay, "host", Likely},
	{"key usage", Situation{Text: "tls: failed to verify certificate: x509: certificate specifies an incompatible key usage"}, "x509-key-usage", "tls", StepRelay, "host", Exact},
	{"no names", Situation{Text: "tls: failed to verify certificate: x509: certificate is not valid for any names, but wanted to match smtp.example.com"}, "x509-no-names", "tls", StepRelay, "host", Exact},
	{"clock", Situation{Text: "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:00Z is before 2026-01-01T00:00:00Z"}, "x509-not-yet-valid", "tls", StepRelay, "host", Likely},
	{"antivirus", Situation{Text: "535 no: self signed certificate in certificate chain"}, "auth-refused", "auth", StepSender, "password", Likely},
	{"antivirus, issuer", Situation{Text: "SSL_connect error: certificate verify failed: unable to get local issuer certificate (issuer: Avast Web/Mail Shield Root)"}, "tls-intercepted", "tls", StepRelay, "host", Likely},
	{"old TLS of the client", Situation{Text: "553 5.7.4 This domain requires TLS version 1.2"}, "tls-needed", "mail", StepRelay, "tls", Likely},
	{"test mode", Situation{Text: "550 5.7.1 This key is for sandbox use and can only send to your own address"}, "test-recipients-only", "data", StepSender, "from", Likely},
	{"loop", Situation{Text: "554 5.4.14 Hop count exceeded - possible mail loop"}, "mail-loop", "data", StepNone, "", Likely},
	{"Postfix, name", Situation{Text: "Nov 23 10:00:00 mail postfix/smtp[1]: 4Xy: to=<a@example.org>, relay=none, delay=0, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=smtp type=AAAA: Host not found)"}, "go-no-such-host", "dns", StepRelay, "host", Likely},
	{"log in", Situation{Text: "550 5.7.1 Please log in before you send"}, "auth-required", "rcpt", StepSender, "user", Likely},
	{"555", Situation{Text: "failed to set sender: SMTP error 555: qwertz"}, "address-syntax", "mail", StepSender, "from", Likely},
	{"501", Situation{Text: "failed to set recipient: SMTP error 501: qwertz"}, "address-syntax", "rcpt", StepSender, "from", Likely},
	{"milter", Situation{Text: "Nov 23 10:00:00 mail postfix/smtpd[1]: warning: connect to Milter service inet:localhost:8891: Connection refused"}, "relay-misconfigured", "rcpt", StepNone, "", Likely},
	{"DNS of the relay", Situation{Text: "451 DNS temporary failure (#4.3.0)"}, "relay-dns", "mail", StepNone, "", Likely},
	{"HELO, odd words", Situation{Text: "554 Hostname supplied in EHLO is invalid"}, "helo-refused", "ehlo", StepIdentity, "hostname", Likely},
	{"a certificate", Situation{Text: "554 Configuration is invalid for this certificate"}, "certificate-refused", "tls", StepRelay, "host", Likely},
	{"too many tries", Situation{Text: "421 4.7.0 Too many login failures from this address"}, "auth-too-many", "auth", StepNone, "", Likely},
	{"bare 535", Situation{Text: "535 no"}, "auth-refused", "auth", StepSender, "password", Likely},
	{"5.7.8 at AUTH", Situation{Stage: "auth", Reply: replyOf("550 5.7.8 no")}, "auth-refused", "auth", StepSender, "password", Likely},
	{"504 at AUTH", Situation{Stage: "auth", Reply: replyOf("504 no")}, "auth-mechanism", "auth", StepProvider, "preset", Likely},
	{"full", Situation{Text: "552 5.2.2 The mailbox is full and can't accept messages now"}, "mailbox-full", "rcpt", StepSender, "to", Likely},
	{"verified", Situation{Text: "550 5.7.1 Sender not verified for this account"}, "domain-not-verified", "mail", StepSender, "from", Likely},
	{"SPF", Situation{Text: "550 5.7.23 The message was rejected because of SPF fail"}, "spf-failed", "mail", StepSender, "from", Likely},
	{"DMARC", Situation{Text: "550 5.7.1 rejected by the DMARC policy of example.com"}, "dmarc-failed", "data", StepSender, "from", Likely},
	{"spam", Situation{Text: "554 5.7.1 Spam message rejected"}, "spam-refused", "data", StepSender, "from", Likely},
	{"limit, 4yz", Situation{Text: "450 4.7.1 Error: too much mail from 203.0.113.9"}, "limit-reached", "rcpt", StepNone, "", Likely},
	{"limit, 5yz", Situation{Text: "550 5.7.1 hourly limit of this plan"}, "limit-reached", "rcpt", StepNone, "", Likely},
	{"greeting 554", Situation{Stage: "greeting", Reply: replyOf("554 no")}, "no-service-here", "greeting", StepProvider, "preset", Likely},
	{"UTF-8", Situation{Text: "553 5.6.7 SMTPUTF8 not enabled"}, "non-ascii-address", "mail", StepSender, "from", Likely},
	{"From with a name", Situation{Stage: "mail", Reply: replyOf("501 5.1.7 Bad sender address syntax")}, "address-syntax", "mail", StepSender, "from", Likely},
	{"shutdown", Situation{Text: "421 4.3.2 Service shutting down"}, "server-shutdown", "greeting", StepNone, "", Likely},
	{"EHLO, no reason", Situation{Stage: "ehlo", Reply: replyOf("550 5.7.1 no"), Names: []string{"3f9c2a71b0de"}}, "ehlo-generic-name", "ehlo", StepIdentity, "hostname", Likely},
	{"EHLO, underscore", Situation{Stage: "ehlo", Reply: replyOf("501 no"), Names: []string{"pocket_id.example.com"}}, "ehlo-bad-name", "ehlo", StepIdentity, "hostname", Likely},

	{"502 at AUTH", Situation{Stage: "auth", Reply: replyOf("502 5.5.1 no")}, "auth-not-offered", "auth", StepRelay, "tls", Likely},
	{"500 at AUTH under TLS", Situation{Stage: "auth", Settings: smtpcheck.Settings{TLS: smtpcheck.TLSStartTLS}, Reply: replyOf("500 5.5.1 what?")}, "auth-not-offered", "auth", StepSender, "user", Likely},
	{"Pocket ID, QUIT", Situation{Stage: "quit", Reply: replyOf("500 what")}, "quit-counts", "quit", StepNone, "", Exact},
	{"Pocket ID, slow", Situation{Stage: "ehlo", Err: errors.New("the relay is slow: it answered after 12 s, and this client gives up after 10 s")}, "slow-relay", "ehlo", StepRelay, "host", Exact},
	{"Pocket ID, key", Situation{Text: "ENCRYPTION_KEY must be at least 16 bytes long"}, "pocketid-encryption-key", "", StepInstall, "env_file", Likely},
	{"Pocket ID, host", Situation{Text: "failed to send email: SMTP host is not configured"}, "pocketid-no-host", "settings", StepInstall, "env_file", Likely},
	{"Pocket ID, TLS", Situation{Text: "invalid SMTP TLS setting: ssl"}, "pocketid-bad-tls", "tls", StepRelay, "tls", Likely},

	{"AUTH, hidden", Situation{Text: "failed to authenticate: SMTP server does not support AUTH"}, "gokit-auth-hidden-421", "auth", StepIdentity, "hostname", Likely},
	{"STARTTLS, foreign log", Situation{Text: "smtp: server doesn't support STARTTLS"}, "no-starttls", "starttls", StepRelay, "tls", Likely},
	{"STARTTLS, hidden", Situation{Text: "failed to start TLS: EOF", Stage: "starttls"}, "starttls-hidden", "starttls", StepRelay, "tls", Likely},

	{"own, a bad value", Situation{Stage: "mail", Err: smtpcheck.ErrInvalid}, "bad-value", "mail", StepSender, "from", Exact},
	{"own, implicit", Situation{Stage: "greeting", Err: smtpcheck.ErrImplicitTLSPort}, "implicit-tls-port", "greeting", StepRelay, "tls", Exact},
	{"own, plain", Situation{Stage: "tls", Err: smtpcheck.ErrPlaintextPort}, "go-tls-first-record", "tls", StepRelay, "tls", Exact},
	{"own, no SMTP", Situation{Stage: "greeting", Err: fmt.Errorf("x: %w", smtpcheck.ErrNotSMTP)}, "not-smtp", "greeting", StepRelay, "port", Exact},
	{"own, unencrypted", Situation{Stage: "auth", Err: smtpcheck.ErrUnencrypted}, "go-plain-unencrypted", "auth", StepRelay, "tls", Likely},
	{"own, mechanism", Situation{Stage: "auth", Err: smtpcheck.ErrMechanism}, "auth-mechanism", "auth", StepProvider, "preset", Exact},
	{"own, injected", Situation{Stage: "starttls", Err: smtpcheck.ErrInjected}, "starttls-injection", "starttls", StepRelay, "tls", Exact},
	{"own, endless", Situation{Stage: "greeting", Err: smtpcheck.ErrTooLong}, "bad-reply", "greeting", StepRelay, "port", Likely},
	{"own, garbage", Situation{Stage: "ehlo", Err: smtpcheck.ErrProtocol}, "bad-reply", "ehlo", StepRelay, "port", Likely},
	{"own, no cipher", Situation{Stage: "tls", Err: smtpcheck.ErrProtocol}, "tls-handshake", "tls", StepRelay, "tls", Likely},
	{"own, RSA exchange", Situation{Stage: "tls", Err: smtpcheck.ErrRSAExchange}, "tls-rsa-exchange", "tls", StepRelay, "host", Exact},
	{"own, old TLS", Situation{Stage: "tls", Err: smtpcheck.ErrOldTLS}, "openssl-alert-70", "tls", StepProvider, "preset", Likely},
	{"own, lookup", Situation{Stage: "dns", Settings: smtpcheck.Settings{Host: "smtp.example.invalid"}, Err: smtpcheck.ErrNoSuchHost}, "go-no-such-host", "dns", StepRelay, "host", Exact},
	{"own, refused", Situation{Stage: "connect", Err: smtpcheck.ErrConnRefused}, "go-refused", "connect", StepRelay, "port", Exact},
	{"own, unreachable", Situation{Stage: "connect", Err: smtpcheck.ErrUnreachable}, "conn-no-route", "connect", StepRelay, "port", Exact},
	{"own, DNS slow", Situation{Stage: "dns", Err: smtpcheck.ErrTimeout}, "dns-timeout", "dns", StepRelay, "host", Exact},
	{"own, port 25 slow", Situation{Stage: "connect", Settings: smtpcheck.Settings{Port: 25}, Err: smtpcheck.ErrTimeout}, "port25-timeout", "connect", StepRelay, "port", Likely},
	{"own, 587 slow", Situation{Stage: "connect", Settings: smtpcheck.Settings{Port: 587}, Err: smtpcheck.ErrTimeout}, "conn-timeout-587-cloud", "connect", StepRelay, "port", Likely},
	{"own, other slow", Situation{Stage: "connect", Settings: smtpcheck.Settings{Port: 2525}, Err: smtpcheck.ErrTimeout}, "connect-timeout", "connect", StepRelay, "port", Likely},
	{"read at connect", Situation{Stage: "connect", Text: "read: i/o timeout"}, "connect-timeout", "connect", StepRelay, "port", Likely},
	{"own, greeting slow", Situation{Stage: "greeting", Err: smtpcheck.ErrTimeout}, "go-read-timeout-greeting", "greeting", StepRelay, "tls", Likely},
	{"own, handshake slow", Situation{Stage: "tls", Err: smtpcheck.ErrTimeout}, "handshake-timeout", "tls", StepRelay, "tls", Likely},
	{"own, EHLO slow", Situation{Stage: "ehlo", Err: smtpcheck.ErrTimeout}, "reply-timeout", "ehlo", StepNone, "", Likely},
	{"own, EHLO closed, generic", Situation{Stage: "ehlo", Err: smtpcheck.ErrClosed, Names: []string{"localhost"}}, "ehlo-generic-name", "ehlo", StepIdentity, "hostname", Likely},
	{"own, EHLO closed", Situation{Stage: "ehlo", Err: smtpcheck.ErrClosed, Names: []string{"id.example.com"}}, "ehlo-closed", "ehlo", StepIdentity, "hostname", Likely},
	{"own, MAIL closed", Situation{Stage: "mail", Err: smtpcheck.ErrClosed, Names: []string{"vps"}}, "hangup-generic-name", "mail", StepIdentity, "hostname", Likely},
	{"own, greeting closed", Situation{Stage: "greeting", Err: smtpcheck.ErrClosed}, "greeting-closed", "greeting", StepRelay, "tls", Likely},
	{"own, TLS closed", Situation{Stage: "tls", Err: io.EOF}, "handshake-closed", "tls", StepRelay, "tls", Likely},
	{"own, AUTH closed", Situation{Stage: "auth", Err: io.ErrUnexpectedEOF}, "auth-closed", "auth", StepSender, "password", Likely},
	{"own, DATA closed", Situation{Stage: "data", Err: syscall.ECONNRESET}, "data-closed", "data", StepNone, "", Likely},
	{"timeout, no stage", Situation{Text: "failed to send email: context deadline exceeded"}, "timeout", "greeting", StepRelay, "port", Likely},
	{"nodemailer, greeting", Situation{Text: "Error: Greeting never received"}, "go-read-timeout-greeting", "greeting", StepRelay, "tls", Likely},
	{"PHPMailer, login", Situation{Text: "SMTP Error: Could not authenticate."}, "auth-refused", "auth", StepSender, "password", Likely},
	{"a program on app passwords", Situation{Text: "App password required for SMTP login"}, "auth-refused", "auth", StepSender, "password", Likely},
	{"a program on a full mailbox", Situation{Text: "The recipient's mailbox is over its quota"}, "mailbox-full", "rcpt", StepSender, "to", Likely},
	{"a program on a blocked port", Situation{Text: "SMTP port 25 is blocked by your provider"}, "layer5-hidden", "connect", StepRelay, "port", Likely},
	{"a program that says nothing, in French", Situation{Text: "Erreur lors de l'envoi de l'email"}, "says-nothing", "connect", StepNone, "", Class},
	{"PHPMailer, connect", Situation{Text: "SMTP connect() failed."}, "layer5-hidden", "connect", StepRelay, "port", Likely},
	{"Postfix client, STARTTLS", Situation{Text: "TLS is required, but was not offered by host relay.example.com[198.51.100.9]"}, "no-starttls", "starttls", StepRelay, "tls", Likely},
	{"Postfix, table", Situation{Text: "451 4.3.0 <a@example.org>: Temporary lookup failure"}, "relay-misconfigured", "rcpt", StepNone, "", Likely},
	{"Postfix, recipient's domain", Situation{Text: "450 4.1.2 <a@example.invalid>: Recipient address rejected: Domain not found"}, "recipient-domain", "rcpt", StepSender, "to", Likely},
	{"Postfix, recipient's syntax", Situation{Text: "501 5.1.3 Bad recipient address syntax"}, "recipient-syntax", "rcpt", StepSender, "to", Exact},
	{"Microsoft, recipient", Situation{Text: "550 5.4.1 Recipient address rejected: Access denied."}, "recipient-rejected", "rcpt", StepSender, "to", Likely},
	{"Postfix, idle", Situation{Text: "421 4.4.2 relay.example.com Error: timeout exceeded"}, "idle-timeout", "data", StepNone, "", Likely},
	{"qmail", Situation{Text: "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"}, "relay-denied", "rcpt", StepSender, "user", Likely},
	{"Google, DMARC", Situation{Text: "550-5.7.1 Unauthenticated email from example.com is not accepted due to domain's DMARC policy."}, "google-unauthenticated-sender", "data", StepSender, "from", Exact},
	{"Microsoft, DMARC", Situation{Text: "550 5.7.515 Access denied, sending domain example.com doesn't meet the required authentication level."}, "dmarc-failed", "data", StepSender, "from", Likely},
	{"cancelled", Situation{Stage: "data", Err: inOtherWords{context.Canceled}}, "cancelled", "data", StepNone, "", Exact},

	{"DNS, not found", Situation{Stage: "dns", Err: &net.DNSError{Err: "no such host", Name: "smtp.example.invalid", Server: "9.9.9.9:53", IsNotFound: true}}, "dns-typo", "dns", StepRelay, "host", Exact},
	{"DNS, service name", Situation{Stage: "dns", Err: &net.DNSError{Err: "no such host", Name: "mail", Server: "127.0.0.11:53", IsNotFound: true}}, "dns-docker-nohost", "dns", StepRelay, "host", Exact},
	{"DNS, timeout", Situation{Stage: "dns", Err: &net.DNSError{Err: "i/o timeout", Name: "smtp.example.com", IsTimeout: true}}, "dns-timeout", "dns", StepRelay, "host", Exact},
	{"DNS, failure", Situation{Stage: "dns", Err: &net.DNSError{Err: "server misbehaving", Name: "smtp.example.com"}}, "dns-failed", "dns", StepRelay, "host", Likely},
	{"dial refused", Situation{Stage: "connect", Err: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}}, "go-refused", "connect", StepRelay, "port", Exact},
	{"dial, no network", Situation{Stage: "connect", Err: inOtherWords{os.NewSyscallError("connect", syscall.ENETUNREACH)}}, "go-net-unreachable", "connect", StepRelay, "host", Exact},
	{"dial, no address", Situation{Stage: "connect", Err: inOtherWords{syscall.EADDRNOTAVAIL}}, "v6-cannot-assign", "connect", StepRelay, "host", Exact},
	{"dial, no route", Situation{Stage: "connect", Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)}, "conn-no-route", "connect", StepRelay, "port", Exact},
	{"dial, deadline", Situation{Stage: "connect", Settings: smtpcheck.Settings{Port: 25}, Err: &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}}, "port25-timeout", "connect", StepRelay, "port", Likely},
	{"read, deadline", Situation{Stage: "greeting", Err: &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}}, "go-read-timeout-greeting", "greeting", StepRelay, "tls", Likely},
	{"x509, authority", Situation{Stage: "tls", Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}, "go-x509-unknown-ca", "tls", StepRelay, "host", Likely},
	{"x509, expired", Situation{Stage: "tls", Err: x509.CertificateInvalidError{Reason: x509.Expired}}, "go-x509-expired", "tls", StepRelay, "host", Exact},
	{"x509, other", Situation{Stage: "tls", Err: x509.CertificateInvalidError{Reason: x509.TooManyIntermediates}}, "certificate-refused", "tls", StepRelay, "host", Likely},
	{"x509, name", Situation{Stage: "tls", Err: x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"mx.example.com"}}, Host: "smtp.example.com"}}, "go-x509-name", "tls", StepRelay, "host", Exact},
	{"x509, address", Situation{Stage: "tls", Err: x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"mx.example.com"}}, Host: "192.0.2.7"}}, "go-x509-ipsan", "tls", StepRelay, "host", Exact},
	{"TLS, record", Situation{Stage: "tls", Err: tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}}, "go-tls-first-record", "tls", StepRelay, "tls", Exact},
	{"TLS, alert", Situation{Stage: "tls", Err: errors.New("remote error: tls: handshake failure")}, "tls-handshake", "tls", StepRelay, "tls", Likely},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, r := range refusals {
		got := explain(r.s)
		if got.ID != r.id || got.Stage != r.stage || got.Step != r.step || got.Field != r.field || got.Confidence != r.sure {
			t.Errorf("%s:\n got %s at %q: %s/%s, %s\nwant %s at %q: %s/%s, %s", r.name,
				got.ID, got.Stage, got.Step, got.Field, got.Confidence, r.id, r.stage, r.step, r.field, r.sure)
		}
	}
}

// TestNotOffered has its own table, since only a conversation can make the error.
func TestNotOffered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind reading.Kind
		tls  smtpcheck.TLSMode
		id   string
		step Step
	}{
		{reading.NoSTARTTLS, smtpcheck.TLSStartTLS, "starttls-not-offered", StepRelay},
		{reading.NoAUTH, smtpcheck.TLSNone, "auth-not-offered", StepRelay},
		{reading.NoAUTH, smtpcheck.TLSImplicit, "auth-not-offered", StepSender},
	} {
		got, _ := judge(notOffered(c.kind, c.tls))
		if got.ID != c.id || got.Step != c.step || got.Confidence != Exact {
			t.Errorf("%s with TLS %s: %s, %s, %s", c.kind, c.tls, got.ID, got.Step, got.Confidence)
		}
	}
}

func notOffered(k reading.Kind, mode smtpcheck.TLSMode) evidence {
	return evidence{Situation: Situation{Settings: smtpcheck.Settings{TLS: mode}}, kind: k}
}

// TestEveryRuleIsTested demands a refusal in some table for each rule.
func TestEveryRuleIsTested(t *testing.T) {
	t.Parallel()
	tested := map[*rule]bool{}
	mark := func(e evidence) {
		r, _ := ruleFor(e)
		tested[r] = true
	}
	for _, c := range corpus(t) {
		for _, m := range reading.Read(c.Text) {
			mark(evidenceOf(m, Situation{}))
		}
	}
	for _, k := range catalogue(t) {
		mark(newEvidence(Situation{Text: k.Text}))
		mark(newEvidence(Situation{Text: k.Text, Provider: k.With}))
	}
	for _, r := range refusals {
		mark(newEvidence(r.s))
	}
	mark(notOffered(reading.NoSTARTTLS, ""))
	mark(notOffered(reading.NoAUTH, smtpcheck.TLSNone))
	mark(notOffered(reading.NoAUTH, smtpcheck.TLSImplicit))
	for i := range rules() {
		if r := &rules()[i]; !tested[r] {
			t.Errorf("no refusal in the tables is answered by rule %d, %s (%s)", i, r.ID, r.Says)
		}
	}
}

// TestARuleIsOneEntry adds one, and looks for it in everything that explains. It
// runs alone, because it changes the table.
func TestARuleIsOneEntry(t *testing.T) {
	before := rules
	t.Cleanup(func() { rules = before })
	all := append([]rule{{
		ID: "pigeon", Stage: "rcpt", Says: "coop is full", Sure: Exact, Step: StepSender, Field: "to",
		Cause: "The coop of {to} is full.", Fix: "Wait for {host}.",
	}}, before()...)
	rules = func() []rule { return all }
	want := Diagnosis{ID: "pigeon", Stage: smtpcheck.StageRcpt, Stages: []smtpcheck.Stage{"rcpt"}, Step: StepSender, Field: "to", Confidence: Exact,
		Cause: "The coop of the recipient is full.", Fix: "Wait for the relay."}
	const text = "550 5.2.2 The coop is full"
	pasted, matched, line := ExplainText("C: RCPT TO:<a@example.com>\nS: " + text)
	for by, got := range map[string]Diagnosis{
		"a pasted log":   pasted,
		"a situation":    explain(Situation{Text: text}),
		"a conversation": FromFailure(&smtpcheck.Failure{Stage: smtpcheck.StageRcpt, Reply: replyOf(text)}, Situation{}),
		"capitals":       explain(Situation{Text: strings.ToUpper(text)}),
	} {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", by, got, want)
		}
	}
	if !matched || line != text {
		t.Errorf("matched %v by %q", matched, line)
	}
}
