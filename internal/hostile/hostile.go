// Package hostile has the relays that tests play against a client: mute ones,
// ones that say too much or no SMTP at all, and ones that refuse.
package hostile

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"smtp-wizard/smtpcheck/practice"
)

// Relays are the hostile relays by name.
var Relays = []practice.Behavior{
	// Relays that say nothing.
	{Name: "slow-banner", About: "greets after a minute", BannerDelay: time.Minute},
	{Name: "mute", About: "accepts connections and never speaks", Mute: true},
	{Name: "drops-at-ehlo", About: "hangs up at EHLO without a word", Answers: says("EHLO", practice.Answer{HangUp: true})},
	{Name: "closes-in-data", About: "hangs up in the middle of DATA", Answers: says("BODY", practice.Answer{HangUp: true})},

	// Relays that say too much, or not what is SMTP.
	{Name: "long-line", About: "answers EHLO with 10 MB without a line end",
		Answers: says("EHLO", practice.Answer{Text: "250-" + strings.Repeat("A", 65532), Times: 160})},
	{Name: "endless", About: "answers EHLO with a reply that never ends",
		Answers: says("EHLO", practice.Answer{Text: strings.Repeat("250-AND ANOTHER THING\r\n", 100), Times: math.MaxInt})},
	{Name: "junk", About: "greets with 8-bit junk", Banner: &practice.Answer{Text: eightBit + "\r\n", HangUp: true}},
	{Name: "junk-words", About: "greets with 8-bit junk after a proper code",
		Banner: &practice.Answer{Text: "220 " + eightBit + "\r\n"}},
	{Name: "escapes", About: "puts escape sequences, BEL and CR into its replies",
		Answers: says("RCPT", practice.Answer{Text: "550-5.1.1 \x1b[2J\x1b]0;owned\x07no\rsuch\x00 user\r\n" +
			"550 5.1.1 \u202eesrever\u2066 \u009b31m\x9b31m\x7f\r\n"})},
	{Name: "http", About: "is a web server", NoTLS: true, Banner: &practice.Answer{}, Answers: says("*",
		practice.Answer{Text: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request", HangUp: true})},
	{Name: "ssh", About: "is an SSH server", Banner: &practice.Answer{Text: "SSH-2.0-OpenSSH_9.9\r\n"}},

	// Relays whose TLS is at fault.
	{Name: "stripped", About: "does not offer STARTTLS", NoStartTLS: true},
	{Name: "injected", About: "sends a reply behind the 220 of STARTTLS", Answers: says("STARTTLS",
		practice.Answer{Text: "220 2.0.0 Ready to start TLS\r\n250-injected.example\r\n250 AUTH PLAIN\r\n"})},
	{Name: "no-tls-now", About: "answers STARTTLS with 454", Answers: says("STARTTLS",
		practice.Answer{Text: "454 4.7.0 TLS not available due to local problem\r\n"})},
	{Name: "expired", About: "has an expired certificate", TLS: expired},
	{Name: "self-signed", About: "has a self-signed certificate", TLS: selfSigned},
	{Name: "wrong-name", About: "has the certificate of another host", TLS: wrongName},
	{Name: "old-tls", About: "has TLS 1.0 and 1.1 only", TLS: oldTLS},

	// Relays whose login is at fault.
	{Name: "no-auth", About: "requires a login and does not offer AUTH", Mechanisms: []string{}},
	{Name: "login-only", About: "offers AUTH LOGIN only", Mechanisms: []string{"LOGIN"}},
	{Name: "xoauth2-only", About: "offers AUTH XOAUTH2 only", Mechanisms: []string{"XOAUTH2"}},
	{Name: "auth-after-tls", About: "offers AUTH only after TLS", AuthAfterTLS: true},
	{Name: "wrong-password", About: "refuses every password", Mechanisms: []string{"PLAIN", "LOGIN"},
		Answers: says("AUTH", practice.Answer{Text: "535 5.7.8 Username and Password not accepted\r\n"})},

	// Relays that clients take differently.
	{Name: "drops-at-quit", About: "hangs up at QUIT", Answers: says("QUIT", practice.Answer{HangUp: true})},
	{Name: "helo-only", About: "refuses EHLO and takes HELO", NoStartTLS: true, Answers: map[string]practice.Answer{
		"EHLO": {Text: "501 5.5.4 Invalid domain name\r\n"}, "HELO": {Text: "250 relay.practice.example\r\n"}}},
	{Name: "slow-ehlo", About: "takes 10.5 s to answer EHLO", Answers: says("EHLO",
		practice.Answer{Text: "250 relay.practice.example\r\n", Delay: 10500 * time.Millisecond})},
	{Name: "slow-end", About: "takes 20 s to answer the message", Answers: says(".",
		practice.Answer{Text: "250 2.0.0 Ok\r\n", Delay: 20 * time.Second})},

	// Relays that refuse.
	{Name: "sender-refused", About: "refuses the sender", Answers: says("MAIL",
		practice.Answer{Text: "553 5.7.1 Sender address rejected: not owned by user\r\n"})},
	{Name: "recipient-refused", About: "refuses the recipient", Answers: says("RCPT",
		practice.Answer{Text: "550 5.1.1 Recipient address rejected: User unknown\r\n"})},
	{Name: "relay-denied", About: "does not relay", Answers: says("RCPT",
		practice.Answer{Text: "554 5.7.1 Relay access denied\r\n"})},
	{Name: "greylisting", About: "greylists at RCPT", Answers: says("RCPT",
		practice.Answer{Text: "450 4.2.0 Recipient address rejected: Greylisted, try again in 300 seconds\r\n"})},
	{Name: "message-refused", About: "refuses the message after its final dot", Answers: says(".",
		practice.Answer{Text: "554 5.7.1 Message rejected as spam\r\n"})},
	{Name: "busy", About: "answers MAIL with 421 and hangs up", Answers: says("MAIL",
		practice.Answer{Text: "421 4.3.2 Service shutting down\r\n", HangUp: true})},
}

// Named is a relay of this list or of package practice.
func Named(t interface{ Fatalf(string, ...any) }, name string) practice.Behavior {
	i := slices.IndexFunc(Relays, func(b practice.Behavior) bool { return b.Name == name })
	if i >= 0 {
		return Relays[i]
	}
	b, ok := practice.Named(name)
	if !ok {
		t.Fatalf("no practice relay %q", name)
	}
	return b
}

// Start plays a relay for one test.
func Start(t testing.TB, b practice.Behavior, o practice.Options) *practice.Relay {
	t.Helper()
	r, err := practice.Start(b, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// eightBit is every byte from 0x80 on.
var eightBit = func() string {
	var all [128]byte
	for i := range all {
		all[i] = 0x80 + byte(i)
	}
	return string(all[:])
}()

func says(verb string, answer practice.Answer) map[string]practice.Answer {
	return map[string]practice.Answer{verb: answer}
}

func oldTLS(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }

func expired(c *tls.Config) {
	Sign(c, &x509.Certificate{
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().AddDate(0, 0, -1),
	})
}

func selfSigned(c *tls.Config) {
	Sign(c, &x509.Certificate{
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().AddDate(0, 3, 0),
	})
}

func wrongName(c *tls.Config) {
	Sign(c, &x509.Certificate{DNSNames: []string{"elsewhere.example"}, NotAfter: time.Now().AddDate(0, 3, 0)})
}

// Sign shows a certificate that has signed itself. A client looks at its time and
// its names before it looks for its issuer.
func Sign(c *tls.Config, template *x509.Certificate) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template.SerialNumber = big.NewInt(1)
	if template.Subject.CommonName == "" {
		template.Subject = pkix.Name{CommonName: template.DNSNames[0]}
	}
	template.NotBefore = time.Now().AddDate(0, 0, -30)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	c.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
}
