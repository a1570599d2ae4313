package diagnosis_test

import (
	"context"
	"testing"
	"time"

	"smtp-wizard/diagnosis"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

// live are conversations with practice relays that go wrong, over real sockets.
var live = []struct {
	relay string
	name  string // to announce; "" is id.example.com
	mode  smtpcheck.TLSMode
	login bool
	id    string
	step  diagnosis.Step
}{
	{relay: "google", name: "localhost", mode: "starttls", id: "ehlo-generic-name", step: diagnosis.StepIdentity},
	{relay: "google", name: "[127.0.0.1]", mode: "tls", id: "ehlo-generic-name", step: diagnosis.StepIdentity},
	{relay: "postfix", name: "3f9c2a71b0de", mode: "starttls", id: "postfix-504-helo", step: diagnosis.StepIdentity},
	{relay: "postfix-at-once", name: "localhost", mode: "none", id: "postfix-504-localhost", step: diagnosis.StepIdentity},
	{relay: "drops-at-ehlo", name: "localhost", mode: "none", id: "ehlo-generic-name", step: diagnosis.StepIdentity},
	{relay: "drops-at-ehlo", mode: "none", id: "ehlo-closed", step: diagnosis.StepIdentity},
	{relay: "closes-in-data", mode: "none", id: "data-closed", step: diagnosis.StepNone},
	{relay: "http", mode: "none", id: "not-smtp", step: diagnosis.StepRelay},
	{relay: "ssh", mode: "none", id: "not-smtp", step: diagnosis.StepRelay},
	{relay: "stripped", mode: "starttls", id: "starttls-not-offered", step: diagnosis.StepRelay},
	{relay: "injected", mode: "starttls", id: "starttls-injection", step: diagnosis.StepRelay},
	{relay: "no-tls-now", mode: "starttls", id: "postfix-454-tls", step: diagnosis.StepRelay},
	{relay: "expired", mode: "starttls", id: "go-x509-expired", step: diagnosis.StepRelay},
	{relay: "self-signed", mode: "tls", id: "go-x509-unknown-ca", step: diagnosis.StepRelay},
	{relay: "wrong-name", mode: "starttls", id: "go-x509-ipsan", step: diagnosis.StepRelay},
	{relay: "old-tls", mode: "tls", id: "openssl-alert-70", step: diagnosis.StepProvider},
	{relay: "no-auth", mode: "starttls", login: true, id: "auth-not-offered", step: diagnosis.StepSender},
	{relay: "xoauth2-only", mode: "starttls", login: true, id: "auth-mechanism", step: diagnosis.StepProvider},
	{relay: "auth-after-tls", mode: "none", login: true, id: "auth-not-offered", step: diagnosis.StepRelay},
	{relay: "wrong-password", mode: "starttls", login: true, id: "gmail-535-578", step: diagnosis.StepSender},
	{relay: "sender-refused", mode: "none", id: "postfix-553-owner", step: diagnosis.StepSender},
	{relay: "recipient-refused", mode: "none", id: "recipient-unknown", step: diagnosis.StepSender},
	{relay: "relay-denied", mode: "none", id: "postfix-554-relay", step: diagnosis.StepSender},
	{relay: "greylisting", mode: "none", id: "greylisted", step: diagnosis.StepNone},
	{relay: "message-refused", mode: "none", id: "spam-refused", step: diagnosis.StepSender},
	{relay: "busy", mode: "none", id: "server-shutdown", step: diagnosis.StepNone},
}

func TestLiveConversations(t *testing.T) {
	t.Parallel()
	for _, c := range live {
		t.Run(c.relay+" "+c.name, func(t *testing.T) {
			t.Parallel()
			options := practice.Options{}
			if c.login {
				options.User, options.Password = "user", "right"
			}
			relay := hostile.Start(t, hostile.Named(t, c.relay), options)
			plan := planFor(relay, c.name, c.mode, c.login)
			result := smtpcheck.Run(context.Background(), plan, func(smtpcheck.Event) {})
			if result.Failure == nil {
				t.Fatalf("the conversation went well: %v", result.Transcript)
			}
			got := diagnosis.FromFailure(result.Failure, diagnosis.Situation{
				Settings: smtpcheck.Settings{Host: "relay.example.com", Port: plan.Port, TLS: plan.TLS, From: plan.From, To: plan.To}, Names: result.Announced,
			})
			if got.ID != c.id || got.Step != c.step || got.Stage != result.Failure.Stage {
				t.Errorf("%v\n got %s at %s, step %s\nwant %s, step %s", result.Failure, got.ID, got.Stage, got.Step, c.id, c.step)
			}
		})
	}
}

func planFor(relay *practice.Relay, name string, mode smtpcheck.TLSMode, login bool) smtpcheck.Plan {
	if name == "" {
		name = "id.example.com"
	}
	p := smtpcheck.Plan{
		Settings: smtpcheck.Settings{Host: "127.0.0.1", Port: relay.Port(), TLS: mode, From: "id@example.com", To: "someone@example.com"}, Client: smtpcheck.Client{Names: smtpcheck.SameName(name)},
		RootCAs: relay.CA(),
		Message: []byte("Subject: test\r\n\r\ntest\r\n"),
		Limits:  smtpcheck.Limits{Connect: 30 * time.Second, Greeting: 30 * time.Second, Command: 30 * time.Second},
	}
	if mode == smtpcheck.TLSImplicit {
		p.Port = relay.TLSPort()
	}
	if login {
		p.User, p.Password = "user", secret.New("wrong")
	}
	return p
}

// TestWrongPair tries the TLS modes on the ports of the other mode.
func TestWrongPair(t *testing.T) {
	t.Parallel()
	behaviour, _ := practice.Named("open")
	relay, err := practice.Start(behaviour, practice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(relay.Close)
	for mode, id := range map[smtpcheck.TLSMode]string{smtpcheck.TLSStartTLS: "implicit-tls-port", smtpcheck.TLSImplicit: "go-tls-first-record"} {
		plan := planFor(relay, "", mode, false)
		if plan.Port = relay.TLSPort(); mode == smtpcheck.TLSImplicit {
			plan.Port = relay.Port()
		}
		result := smtpcheck.Run(context.Background(), plan, func(smtpcheck.Event) {})
		got := diagnosis.FromFailure(result.Failure, diagnosis.Situation{Settings: smtpcheck.Settings{Port: plan.Port, TLS: mode}})
		if got.ID != id || got.Step != diagnosis.StepRelay || got.Field != "tls" {
			t.Errorf("TLS %s on the other's port: %v: %+v", mode, result.Failure, got)
		}
	}
}
