package smtpcheck

import (
	"cmp"
	"context"
	"crypto/x509"
	"net"
	"slices"
	"strings"
	"time"

	"smtp-wizard/internal/text"
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
	// transaction is open, then QUIT); "" means up to the delivery. StageEHLO
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
	// first connection keeps waiting meanwhile.
	Silence time.Duration
}

func (l Limits) withDefaults() Limits {
	l.Connect = cmp.Or(max(l.Connect, 0), 10*time.Second)
	l.Greeting = cmp.Or(max(l.Greeting, 0), 20*time.Second)
	l.Command = cmp.Or(max(l.Command, 0), 15*time.Second)
	l.Silence = cmp.Or(max(l.Silence, 0), 3*time.Second)
	return l
}

// Network is how a plan reaches the world; the zero value is the real one.
type Network struct {
	// LookupHost resolves a name; nil means net.DefaultResolver.
	LookupHost func(ctx context.Context, host string) ([]string, error)
	// Dial opens a TCP connection to one address; nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// refusal checks what would go over the wire, before anything does: a line break
// in a name or an address would be a command of its own. It returns nil when all
// is well.
func (p *Plan) refusal() *Failure {
	const notAName = "%q cannot be announced with EHLO: it must be a name of ASCII characters without spaces"
	second := p.TLS == TLSStartTLS && p.reaches(StageAuth)
	for _, c := range []struct {
		stage Stage
		fine  bool
		err   error
	}{
		{StageDNS, CheckHost(strings.TrimSuffix(p.Host, ".")) == nil,
			invalid("the host %q is not a host name or an address", text.Shorten(p.Host, 80))},
		{StageConnect, p.Port > 0 && p.Port < 65536, invalid("the port %d is not between 1 and 65535", p.Port)},
		{StageConnect, slices.Contains([]TLSMode{TLSNone, TLSStartTLS, TLSImplicit}, p.TLS),
			invalid("the TLS mode %q is not one of none, starttls, tls", p.TLS)},
		{StageEHLO, fitForEHLO(p.Names.First), invalid(notAName, text.Shorten(p.Names.First, 80))},
		{StageEHLO, !second || fitForEHLO(p.Names.AfterTLS), invalid(notAName, text.Shorten(p.Names.AfterTLS, 80))},
		{StageAuth, !strings.ContainsRune(p.User+p.Password.Reveal(), 0),
			invalid("a user or password with a NUL character cannot be sent (RFC 4616)")},
		{StageMail, bareAddress(p.From), invalid("the sender %q is not a bare ASCII address", text.Shorten(p.From, 80))},
		{StageRcpt, bareAddress(p.To), invalid("the recipient %q is not a bare ASCII address", text.Shorten(p.To, 80))},
		{StageData, len(p.Message) > 0, invalid("there is no message to deliver")},
	} {
		if !c.fine && p.reaches(c.stage) {
			return &Failure{Stage: c.stage, Err: c.err}
		}
	}
	return nil
}

// reaches reports whether the plan goes as far as stage.
func (p *Plan) reaches(stage Stage) bool {
	return p.StopAfter == "" || order(stage) <= order(p.StopAfter)
}

func order(stage Stage) int { return slices.Index(Stages, stage) }

func fitForEHLO(name string) bool { return name != "" && len(name) <= 255 && printableASCII(name) }

// bareAddress reports whether an address can stand between angle brackets.
func bareAddress(address string) bool {
	return CheckAddress(address) == nil && printableASCII(address)
}

// printableASCII excludes spaces and line breaks.
func printableASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 33 || r > 126 }) < 0
}
