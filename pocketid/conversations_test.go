package pocketid

import (
	"context"
	"crypto/x509"
	_ "embed"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
)

// conversations are runs of the real mail code of two versions against relays with
// one quirk each: quirk, version, TLS modes, login, how it ended (ok, or the stages
// that its error can mean), and what the relay heard.
//
//go:embed testdata/conversations.tsv
var conversations string

// TestConversations has each of those conversations in its own bubble of time, and
// compares how it ends and what the relay hears.
func TestConversations(t *testing.T) {
	t.Parallel()
	quirks := casetest.Read[map[string]quirk](t, "quirks")
	cert, roots := relayCertificate(t)
	for line := range strings.Lines(conversations) {
		field := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		for mode := range strings.SplitSeq(field[2], ",") {
			t.Run(strings.Join([]string{field[0], field[1], mode, field[3]}, " "), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					relay := &quirkRelay{quirk: quirks[field[0]], mode: mode, cert: cert}
					trusted := roots
					if relay.StrangeCA {
						trusted = x509.NewCertPool()
					}
					result := converse(t, relay, field[1], field[3], trusted)
					relay.done.Wait()
					ending := "ok"
					if result.Failure != nil {
						ending = string(result.Failure.Stage)
					}
					stages := strings.Split(field[4], "|")
					if field[4] == "any" && ending == "ok" || field[4] != "any" && !slices.Contains(stages, ending) {
						t.Errorf("ends with %s, not %s: %v", ending, field[4], result.Failure)
					}
					if heard := strings.Join(relay.heard, " / "); heard != field[5] {
						t.Errorf("the relay heard %s\nnot            %s\n%v", heard, field[5], result.Failure)
					}
				})
			})
		}
	}
}

// converse sends one message through a relay as a version of Pocket ID does.
func converse(t *testing.T, relay *quirkRelay, version, login string, roots *x509.CertPool) smtpcheck.Result {
	t.Helper()
	settings := smtpcheck.Settings{Host: "localhost", Port: 587, TLS: smtpcheck.TLSMode(relay.mode),
		From: "noreply@id.example.com", To: "ada@example.com"}
	if login == "yes" || login == "user" {
		settings.User = "ada"
	}
	if login == "yes" || login == "pw" {
		settings.Password = secret.New("pass word")
	}
	return smtpcheck.Run(t.Context(), smtpcheck.Plan{
		Settings: settings, Client: SpeechOf(must(t, version), settings.TLS, "HOSTNAME").Client,
		Message: []byte("Subject: x\r\n\r\nx\r\n"), RootCAs: roots,
		Net: smtpcheck.Network{
			LookupHost: func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil },
			Dial:       func(context.Context, string, string) (net.Conn, error) { return relay.dial(), nil },
		},
	}, nil)
}
