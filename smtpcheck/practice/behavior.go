// Package practice plays SMTP relays in process, on the loopback: well-behaved
// ones to practice on, ones that refuse as well-known relays do, and hostile ones
// to test a client against. It never keeps a password that a client sends.
package practice

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Behavior is what one relay does differently from a plain, friendly one.
type Behavior struct {
	Name  string // in the catalogue
	About string // one line for an admin

	// Host is the name that the relay gives itself; "" is relay.practice.example.
	Host string
	// Names is which EHLO names are refused, and when.
	Names NamePolicy

	Banner      *Answer // in place of the greeting
	BannerDelay time.Duration
	ReplyDelay  time.Duration // before each reply and the greeting
	// Mute accepts connections and never says a word.
	Mute bool
	// HTTP answers any line as a web server does, and hangs up.
	HTTP bool

	// Answers replace the reply to a command. The keys are the verbs (EHLO also
	// stands for HELO), BODY for the moment after the 354, and "." for the reply to
	// the message.
	Answers map[string]Answer

	// MaxMessage is the largest message accepted, in bytes; 0 is 25 MiB.
	MaxMessage int

	NoStartTLS bool
	// Mechanisms are offered with AUTH; nil is PLAIN and LOGIN where the relay has
	// a login, else no AUTH. An empty list offers none and still requires it.
	Mechanisms []string
	// AuthAfterTLS offers AUTH only on an encrypted connection.
	AuthAfterTLS bool

	Certificate CertificateKind
	// OldTLS speaks TLS 1.0 and 1.1 only.
	OldTLS bool
}

// Answer is what is written in place of a reply, byte for byte.
type Answer struct {
	Text   string
	Times  int  // how often; 0 is once
	HangUp bool // closes the connection after it
}

// NamePolicy is which EHLO names a relay refuses.
type NamePolicy int

const (
	// AnyName is accepted.
	AnyName NamePolicy = iota
	// GoogleNames refuses generic names with a 421 at EHLO and hangs up, as
	// smtp-relay.gmail.com does.
	GoogleNames
	// PostfixNames refuses a name without a dot at RCPT, as Postfix does with
	// reject_non_fqdn_helo_hostname and its default smtpd_delay_reject=yes.
	PostfixNames
	// PostfixNamesAtOnce is the same with smtpd_delay_reject=no: at EHLO.
	PostfixNamesAtOnce
)

// CertificateKind is which certificate a relay shows.
type CertificateKind int

const (
	GoodCertificate CertificateKind = iota // for localhost, 127.0.0.1 and ::1, by the practice CA
	ExpiredCertificate
	SelfSignedCertificate
	WrongNameCertificate // for elsewhere.example
)

// catalogue is every relay that can be had by name, the friendly ones first.
var catalogue = []Behavior{
	{Name: "google", About: "hangs up on generic EHLO names, as smtp-relay.gmail.com does", Names: GoogleNames},
	{Name: "postfix", About: "refuses an EHLO name without a dot, but only at RCPT, as Postfix does", Names: PostfixNames},
	{Name: "postfix-at-once", About: "refuses an EHLO name without a dot at EHLO", Names: PostfixNamesAtOnce},
	{Name: "open", About: "accepts every name"},

	// Relays that say nothing.
	{Name: "slow-banner", About: "greets after a minute", BannerDelay: time.Minute},
	{Name: "mute", About: "accepts connections and never speaks", Mute: true},
	{Name: "drops-at-ehlo", About: "hangs up at EHLO without a word", Answers: says("EHLO", Answer{HangUp: true})},
	{Name: "closes-in-data", About: "hangs up in the middle of DATA", Answers: says("BODY", Answer{HangUp: true})},

	// Relays that say too much, or not what is SMTP.
	{Name: "long-line", About: "answers EHLO with 10 MB without a line end",
		Answers: says("EHLO", Answer{Text: "250-" + strings.Repeat("A", 65532), Times: 160})},
	{Name: "endless", About: "answers EHLO with a reply that never ends",
		Answers: says("EHLO", Answer{Text: strings.Repeat("250-AND ANOTHER THING\r\n", 100), Times: math.MaxInt})},
	{Name: "junk", About: "greets with 8-bit junk", Banner: &Answer{Text: eightBit + "\r\n", HangUp: true}},
	{Name: "junk-words", About: "greets with 8-bit junk after a proper code",
		Banner: &Answer{Text: "220 " + eightBit + "\r\n"}},
	{Name: "escapes", About: "puts escape sequences, BEL and CR into its replies",
		Answers: says("RCPT", Answer{Text: "550-5.1.1 \x1b[2J\x1b]0;owned\x07no\rsuch\x00 user\r\n" +
			"550 5.1.1 \u202eesrever\u2066 \u009b31m\x9b31m\x7f\r\n"})},
	{Name: "http", About: "is a web server", HTTP: true},
	{Name: "ssh", About: "is an SSH server", Banner: &Answer{Text: "SSH-2.0-OpenSSH_9.9\r\n"}},

	// Relays whose TLS is at fault.
	{Name: "stripped", About: "does not offer STARTTLS", NoStartTLS: true},
	{Name: "injected", About: "sends a reply behind the 220 of STARTTLS", Answers: says("STARTTLS",
		Answer{Text: "220 2.0.0 Ready to start TLS\r\n250-injected.example\r\n250 AUTH PLAIN\r\n"})},
	{Name: "no-tls-now", About: "answers STARTTLS with 454", Answers: says("STARTTLS",
		Answer{Text: "454 4.7.0 TLS not available due to local problem\r\n"})},
	{Name: "expired", About: "has an expired certificate", Certificate: ExpiredCertificate},
	{Name: "self-signed", About: "has a self-signed certificate", Certificate: SelfSignedCertificate},
	{Name: "wrong-name", About: "has the certificate of another host", Certificate: WrongNameCertificate},
	{Name: "old-tls", About: "has TLS 1.0 and 1.1 only", OldTLS: true},

	// Relays whose login is at fault.
	{Name: "no-auth", About: "requires a login and does not offer AUTH", Mechanisms: []string{}},
	{Name: "login-only", About: "offers AUTH LOGIN only", Mechanisms: []string{"LOGIN"}},
	{Name: "xoauth2-only", About: "offers AUTH XOAUTH2 only", Mechanisms: []string{"XOAUTH2"}},
	{Name: "auth-after-tls", About: "offers AUTH only after TLS", AuthAfterTLS: true},
	{Name: "wrong-password", About: "refuses every password", Mechanisms: []string{"PLAIN", "LOGIN"},
		Answers: says("AUTH", Answer{Text: "535 5.7.8 Username and Password not accepted\r\n"})},

	// Relays that refuse.
	{Name: "sender-refused", About: "refuses the sender", Answers: says("MAIL",
		Answer{Text: "553 5.7.1 Sender address rejected: not owned by user\r\n"})},
	{Name: "recipient-refused", About: "refuses the recipient", Answers: says("RCPT",
		Answer{Text: "550 5.1.1 Recipient address rejected: User unknown\r\n"})},
	{Name: "relay-denied", About: "does not relay", Answers: says("RCPT",
		Answer{Text: "554 5.7.1 Relay access denied\r\n"})},
	{Name: "greylisting", About: "greylists at RCPT", Answers: says("RCPT",
		Answer{Text: "450 4.2.0 Recipient address rejected: Greylisted, try again in 300 seconds\r\n"})},
	{Name: "message-refused", About: "refuses the message after its final dot", Answers: says(".",
		Answer{Text: "554 5.7.1 Message rejected as spam\r\n"})},
	{Name: "busy", About: "answers MAIL with 421 and hangs up", Answers: says("MAIL",
		Answer{Text: "421 4.3.2 Service shutting down\r\n", HangUp: true})},
}

// eightBit is every byte from 0x80 on.
var eightBit = func() string {
	var all [128]byte
	for i := range all {
		all[i] = 0x80 + byte(i)
	}
	return string(all[:])
}()

func says(verb string, answer Answer) map[string]Answer { return map[string]Answer{verb: answer} }

// Catalogue is every relay that can be had by name, the friendly ones first.
func Catalogue() []Behavior { return slices.Clone(catalogue) }

// Named finds a relay of the catalogue.
func Named(name string) (Behavior, bool) {
	i := slices.IndexFunc(catalogue, func(b Behavior) bool { return b.Name == name })
	if i < 0 {
		return Behavior{}, false
	}
	return catalogue[i], true
}
