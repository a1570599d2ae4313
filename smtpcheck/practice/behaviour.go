// Package practice plays SMTP relays in process, on the loopback: well-behaved
// ones to practise on, ones that refuse as well-known relays do, and hostile ones
// to test a client against. It never keeps a password that a client sends.
package practice

import "time"

// Behaviour is what one relay does differently from a plain, friendly one.
type Behaviour struct {
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
