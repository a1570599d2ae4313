// Package practice has SMTP relays that run in process on the loopback interface:
// well-behaved ones, and ones that refuse the way well-known relays do. It never keeps
// a password that a client sends.
package practice

import (
	"crypto/tls"
	"slices"
	"time"
)

// Behavior is how a relay differs from one that accepts everything.
type Behavior struct {
	Name  string // in the catalogue
	About string // one line for an admin

	// Host is the name that the relay uses for itself; "" is relay.practice.example.
	Host  string
	Names NamePolicy

	Banner      *Answer // in place of the greeting
	BannerDelay time.Duration
	ReplyDelay  time.Duration // before each reply and the greeting
	// Mute accepts connections and never says a word.
	Mute bool
	// NoTLS speaks clear text on the port with implicit TLS.
	NoTLS bool

	// Answers replace the reply to a command. The keys are the verbs (EHLO also covers
	// HELO), BODY for the first line after the 354, "." for the reply to the message,
	// and * for any line.
	Answers map[string]Answer

	// MaxMessage is the largest message accepted, in bytes; 0 is 25 MiB.
	MaxMessage int

	NoStartTLS bool
	// Mechanisms are offered with AUTH; nil is PLAIN and LOGIN if the relay has a
	// login, else no AUTH. An empty list offers none but still requires a login.
	Mechanisms []string
	// AuthAfterTLS offers AUTH only on an encrypted connection.
	AuthAfterTLS bool

	// TLS modifies the server's configuration, such as its certificate, if not nil.
	TLS func(*tls.Config)
}

// Answer is sent instead of a reply, byte for byte.
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

var catalogue = []Behavior{
	{Name: "google", About: "hangs up on generic EHLO names, as smtp-relay.gmail.com does", Names: GoogleNames},
	{Name: "postfix", About: "refuses an EHLO name without a dot, but only at RCPT, as Postfix does", Names: PostfixNames},
	{Name: "postfix-at-once", About: "refuses an EHLO name without a dot at EHLO", Names: PostfixNamesAtOnce},
	{Name: "open", About: "accepts every name"},
}

// Named finds a behavior in the catalogue.
func Named(name string) (Behavior, bool) {
	i := slices.IndexFunc(catalogue, func(b Behavior) bool { return b.Name == name })
	if i < 0 {
		return Behavior{}, false
	}
	return catalogue[i], true
}
