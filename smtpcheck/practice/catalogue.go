package practice

import (
	"math"
	"strings"
	"time"
)

// Catalogue is every relay that can be had by name, the friendly ones first.
func Catalogue() []Behaviour {
	return append(friendly(), hostile()...)
}

// Named finds a relay of the catalogue.
func Named(name string) (Behaviour, bool) {
	for _, b := range Catalogue() {
		if b.Name == name {
			return b, true
		}
	}
	return Behaviour{}, false
}

func friendly() []Behaviour {
	return []Behaviour{
		{Name: "google", About: "hangs up on generic EHLO names, as smtp-relay.gmail.com does", Names: GoogleNames},
		{Name: "postfix", About: "refuses an EHLO name without a dot, but only at RCPT, as Postfix does", Names: PostfixNames},
		{Name: "postfix-at-once", About: "refuses an EHLO name without a dot at EHLO", Names: PostfixNamesAtOnce},
		{Name: "open", About: "accepts every name"},
	}
}

func hostile() []Behaviour {
	all := append(silent(), babbling()...)
	all = append(all, badTLS()...)
	all = append(all, badAuth()...)
	return append(all, refusing()...)
}

func silent() []Behaviour {
	return []Behaviour{
		{Name: "slow-banner", About: "greets after a minute", BannerDelay: time.Minute},
		{Name: "mute", About: "accepts connections and never speaks", Mute: true},
		{Name: "drops-at-ehlo", About: "hangs up at EHLO without a word", Answers: says("EHLO", Answer{HangUp: true})},
		{Name: "closes-in-data", About: "hangs up in the middle of DATA", Answers: says("BODY", Answer{HangUp: true})},
	}
}

func babbling() []Behaviour {
	junk := make([]byte, 0, 128)
	for b := byte(0x80); b != 0; b++ {
		junk = append(junk, b)
	}
	return []Behaviour{
		{Name: "long-line", About: "answers EHLO with 10 MB without a line end",
			Answers: says("EHLO", Answer{Text: "250-" + strings.Repeat("A", 65532), Times: 160})},
		{Name: "endless", About: "answers EHLO with a reply that never ends",
			Answers: says("EHLO", Answer{Text: strings.Repeat("250-AND ANOTHER THING\r\n", 100), Times: math.MaxInt})},
		{Name: "junk", About: "greets with 8-bit junk", Banner: &Answer{Text: string(junk) + "\r\n", HangUp: true}},
		{Name: "junk-words", About: "greets with 8-bit junk after a proper code",
			Banner: &Answer{Text: "220 " + string(junk) + "\r\n"}},
		{Name: "escapes", About: "puts escape sequences, BEL and CR into its replies",
			Answers: says("RCPT", Answer{Text: "550-5.1.1 \x1b[2J\x1b]0;owned\x07no\rsuch\x00 user\r\n550 5.1.1 \u202eesrever\u2066 \u009b31m\x9b31m\x7f\r\n"})},
		{Name: "http", About: "is a web server", HTTP: true},
		{Name: "ssh", About: "is an SSH server", Banner: &Answer{Text: "SSH-2.0-OpenSSH_9.9\r\n"}},
	}
}

func badTLS() []Behaviour {
	return []Behaviour{
		{Name: "stripped", About: "does not offer STARTTLS", NoStartTLS: true},
		{Name: "injected", About: "sends a reply behind the 220 of STARTTLS", Answers: says("STARTTLS",
			Answer{Text: "220 2.0.0 Ready to start TLS\r\n250-injected.example\r\n250 AUTH PLAIN\r\n"})},
		{Name: "no-tls-now", About: "answers STARTTLS with 454", Answers: says("STARTTLS",
			Answer{Text: "454 4.7.0 TLS not available due to local problem\r\n"})},
		{Name: "expired", About: "has an expired certificate", Certificate: ExpiredCertificate},
		{Name: "self-signed", About: "has a self-signed certificate", Certificate: SelfSignedCertificate},
		{Name: "wrong-name", About: "has the certificate of another host", Certificate: WrongNameCertificate},
		{Name: "old-tls", About: "has TLS 1.0 and 1.1 only", OldTLS: true},
	}
}

func badAuth() []Behaviour {
	return []Behaviour{
		{Name: "no-auth", About: "requires a login and does not offer AUTH", Mechanisms: []string{}},
		{Name: "login-only", About: "offers AUTH LOGIN only", Mechanisms: []string{"LOGIN"}},
		{Name: "xoauth2-only", About: "offers AUTH XOAUTH2 only", Mechanisms: []string{"XOAUTH2"}},
		{Name: "auth-after-tls", About: "offers AUTH only after TLS", AuthAfterTLS: true},
		{Name: "wrong-password", About: "refuses every password", Mechanisms: []string{"PLAIN", "LOGIN"},
			Answers: says("AUTH", Answer{Text: "535 5.7.8 Username and Password not accepted\r\n"})},
	}
}

func refusing() []Behaviour {
	return []Behaviour{
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
}

func says(verb string, answer Answer) map[string]Answer {
	return map[string]Answer{verb: answer}
}
