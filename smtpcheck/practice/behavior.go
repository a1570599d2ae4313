// Package practice plays SMTP relays in process, on the loopback: well-behaved
// ones to practice on, and ones that refuse as well-known relays do. It never
// keeps a password that a client sends.
package practice

import (
	"crypto/tls"
	"slices"
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
	// NoTLS speaks clear text on the port with implicit TLS.
	NoTLS bool

	// Answers replace the reply to a command. The keys are the verbs (EHLO also
	// stands for HELO where that has none), BODY for the moment after the 354, "." for the reply to the
	// message, and * for any line.
	Answers map[string]Answer

	// MaxMessage is the largest message accepted, in bytes; 0 is 25 MiB.
	MaxMessage int

	NoStartTLS bool
	// Mechanisms are offered with AUTH; nil is PLAIN and LOGIN where the relay has
	// a login, else no AUTH. An empty list offers none and still requires it.
	Mechanisms []string
	// AuthAfterTLS offers AUTH only on an encrypted connection.
	AuthAfterTLS bool

	// TLS changes the server's TLS, such as its certificate; nil leaves it.
	TLS func(*tls.Config)
}

// Answer is what is written in place of a reply, byte for byte.
type Answer struct {
	Text   string
	Delay  time.Duration
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

// catalogue is every relay that can be had by name.
var catalogue = []Behavior{
	{Name: "google", About: "hangs up on generic EHLO names, as smtp-relay.gmail.com does", Names: GoogleNames},
	{Name: "postfix", About: "refuses an EHLO name without a dot, but only at RCPT, as Postfix does", Names: PostfixNames},
	{Name: "postfix-at-once", About: "refuses an EHLO name without a dot at EHLO", Names: PostfixNamesAtOnce},
	{Name: "open", About: "accepts every name"},
}

// Named finds a relay of the catalogue.
func Named(name string) (Behavior, bool) {
	i := slices.IndexFunc(catalogue, func(b Behavior) bool { return b.Name == name })
	if i < 0 {
		return Behavior{}, false
	}
	return catalogue[i], true
}
