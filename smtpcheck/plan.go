package smtpcheck

import (
	"context"
	"crypto/x509"
	"net"
	"time"

	"smtp-wizard/secret"
)

// Names are the EHLO names of one session. They differ where a client greets
// once before STARTTLS and once after it, as Pocket ID 0.35.6 to 2.9 does.
// Without STARTTLS only First is spoken.
type Names struct {
	First    string // in clear text before STARTTLS, or the only one
	AfterTLS string // after STARTTLS
}

// SameName announces one name everywhere.
func SameName(name string) Names { return Names{First: name, AfterTLS: name} }

// AuthStyle is which SASL mechanism a client tries, and when.
type AuthStyle int

const (
	// AuthOffered takes PLAIN when it is offered, else LOGIN; neither offered is an
	// error.
	AuthOffered AuthStyle = iota
	// AuthPlainThenLogin sends PLAIN without looking at the offer, and LOGIN
	// only after a 504.
	AuthPlainThenLogin
	// AuthPlain sends PLAIN without looking at the offer, and nothing else.
	AuthPlain
)

// Settings are what a mail client is set up with: the relay, the login and the
// envelope.
type Settings struct {
	Host string  `json:"host,omitempty"` // name or address literal, without brackets or port
	Port int     `json:"port,omitempty"`
	TLS  TLSMode `json:"tls,omitempty"`
	// SkipVerify takes any certificate.
	SkipVerify bool `json:"skip_verify,omitempty"`

	User     string       `json:"user,omitempty"`
	Password secret.Value `json:"-"`

	// Bare addresses of the envelope (RFC 5321 section 2.3.1).
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Client is how a mail client speaks.
type Client struct {
	Names Names

	Auth AuthStyle
	// PlainNeedsTLS refuses AUTH in clear text to a host other than localhost,
	// as net/smtp does.
	PlainNeedsTLS bool

	// Body8Bit adds BODY=8BITMIME to MAIL FROM when the relay offers 8BITMIME.
	Body8Bit bool
	// HELOFallback tries HELO after an EHLO refused with 5xx (RFC 5321 section
	// 3.2), on the same connection.
	HELOFallback bool
}

// Plan says with whom to talk, as whom, and how far to go.
type Plan struct {
	Settings

	Client

	// StopAfter ends the conversation early and in order (RSET where a
	// transaction is open, then QUIT); "" means go on to the delivery. StageEHLO
	// is the first EHLO, StageStartTLS includes the handshake, and StageAuth is also
	// right where there is nobody to log in.
	StopAfter Stage
	// Message is the mail with CRLF line endings; needed only for a delivery.
	Message []byte

	RootCAs *x509.CertPool // nil: the system's

	// Gate is shared by sessions that run side by side; nil is no limit.
	Gate *Gate

	Limits Limits
	Net    Network
}

// Limits bound every wait and every amount. A zero field takes its default.
type Limits struct {
	Connect  time.Duration // default 10 s, for the look-up and for each address of the host
	Greeting time.Duration // default 20 s
	Command  time.Duration // default 15 s, for each reply and for the TLS handshake
	// Silence is how long to wait for a greeting before a second connection
	// finds out whether the port speaks TLS from the first byte; default 3 s. The
	// first connection goes on waiting meanwhile.
	Silence time.Duration
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		field    *time.Duration
		standard time.Duration
	}{
		{&l.Connect, 10 * time.Second},
		{&l.Greeting, 20 * time.Second},
		{&l.Command, 15 * time.Second},
		{&l.Silence, 3 * time.Second},
	} {
		if *d.field <= 0 {
			*d.field = d.standard
		}
	}
	return l
}

// Network is how a plan reaches the world; the zero value is the real one.
type Network struct {
	// LookupHost resolves a name; nil means net.DefaultResolver.
	LookupHost func(ctx context.Context, host string) ([]string, error)
	// Dial opens a TCP connection to one address; nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}
