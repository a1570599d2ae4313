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
	"slices"
	"strings"
	"syscall"
	"testing"

	"smtp-wizard/diagnosis/reading"
	"smtp-wizard/internal/casetest"
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

// A refusal beyond the catalogue, and its answer.
type refusal struct {
	name  string
	s     Situation
	id    string
	stage smtpcheck.Stage
	step  Step
	field string
	sure  Confidence
}

// refusals are in the words of Postfix, Exim, OpenSMTPD, Dovecot, Google and Microsoft as
// their sources and documentation have them, and in values of errors.
func refusals(t *testing.T) []refusal {
	t.Helper()
	all := slices.Clone(refusedByError)
	for _, c := range casetest.Read[[]struct {
		Name, Text, Provider, Reply, ID, Field string

		During, Stage smtpcheck.Stage
		Settings      smtpcheck.Settings
		Names         []string
		Step          Step
		Sure          Confidence
	}](t, "refusals") {
		s := Situation{Stage: c.During, Text: c.Text, Provider: c.Provider, Settings: c.Settings, Names: c.Names}
		if c.Reply != "" {
			s.Reply = replyOf(c.Reply)
		}
		all = append(all, refusal{c.Name, s, c.ID, c.Stage, c.Step, c.Field, c.Sure})
	}
	return all
}

var refusedByError = []refusal{
	{"Pocket ID, slow", Situation{Stage: "ehlo", Err: errors.New("the relay is slow: it answered after 12 s, and this client gives up after 10 s")}, "slow-relay", "ehlo", StepRelay, "host", Exact},
	{"Pocket ID, slow greeting", Situation{Stage: "greeting", Err: errors.New("the relay is slow: it answered after 12 s, and this client gives up after 10 s")}, "slow-relay", "greeting", StepRelay, "host", Exact},

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
	for _, r := range refusals(t) {
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
	for _, r := range refusals(t) {
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
