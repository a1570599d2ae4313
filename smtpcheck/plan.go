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

// Settings are a mail client's configuration: the relay, the login and the envelope.
type Settings struct {
	Host string  `json:"host,omitempty"` // name or address literal, without a port
	Port int     `json:"port,omitempty"`
	TLS  TLSMode `json:"tls,omitempty"`
	// SkipVerify accepts any certificate.
	SkipVerify bool `json:"skip_verify,omitempty"`

	User     string       `json:"user,omitempty"`
	Password secret.Value `json:"-"`

	// Bare addresses of the envelope (RFC 5321 section 2.3.1).
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Plan says with whom to talk, as whom, and how far to go.
type Plan struct {
	Settings

	Client

	// StopAfter ends the conversation early, with QUIT; "" means after the delivery.
	// StageEHLO is the first EHLO, StageStartTLS includes the handshake, and StageAuth
	// works without a login too.
	StopAfter Stage
	// Message is the mail with CRLF line endings; needed only for a delivery.
	Message []byte

	RootCAs *x509.CertPool // nil: the system's

	// Masker masks the relay's texts; Run adds the secrets of this plan to it.
	Masker *secret.Masker

	// Gate is shared by parallel sessions; nil is no limit.
	Gate *Gate

	Limits Limits
	Net    Network

	offersLegacyTLS bool // a second handshake, with every version and cipher of crypto/tls
}

// Limits bound every wait. Zero fields take their defaults, which grow with the
// client's own patience: up to a minute, and after the message without a limit.
type Limits struct {
	Connect  time.Duration // default 10 s, for the lookup and for each address of the host
	Greeting time.Duration // default 20 s
	Command  time.Duration // default 15 s, for each reply and for the TLS handshake
	// Final is for the reply to the message, which relays scan before they answer;
	// default two minutes (RFC 5321 section 4.5.3.2.6 recommends ten).
	Final time.Duration
	// Silence is how long to wait for a greeting before a second connection checks
	// for implicit TLS, while the first one still waits; default 3 s.
	Silence time.Duration
}

func (l Limits) withDefaults(client Waits) Limits {
	reply := min(max(client.Reply, client.BeforeTLS), time.Minute)
	if client.Reply == NoLimit {
		reply = time.Minute
	}
	l.Connect = cmp.Or(max(l.Connect, 0), 10*time.Second)
	l.Greeting = cmp.Or(max(l.Greeting, 0), max(20*time.Second, reply))
	l.Command = cmp.Or(max(l.Command, 0), max(15*time.Second, reply))
	l.Final = cmp.Or(max(l.Final, 0), max(2*time.Minute, client.Final))
	l.Silence = cmp.Or(max(l.Silence, 0), 3*time.Second)
	return l
}

// Patience is how long the plan waits for any reply except that to the message.
func (p Plan) Patience() time.Duration {
	l := p.Limits.withDefaults(p.Client.Waits)
	return max(l.Greeting, l.Command)
}

// of is the limit for each reply at a stage.
func (l Limits) of(stage Stage) time.Duration {
	switch stage {
	case StageDNS, StageConnect:
		return l.Connect
	case StageGreeting:
		return l.Greeting
	}
	return l.Command
}

// Network is how a plan reaches the world; the zero value is the real one.
type Network struct {
	// LookupHost resolves a name; nil means net.DefaultResolver.
	LookupHost func(ctx context.Context, host string) ([]string, error)
	// Dial opens a TCP connection to one address; nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// refusal validates what would be sent, before connecting: a line break in a name or
// an address would inject a command. It returns nil if all is well.
func (p *Plan) refusal() *Failure {
	const notAName = "%q cannot be announced with EHLO: it must be a name of ASCII characters without spaces"
	second := p.TLS == TLSStartTLS && p.reaches(StageAuth)
	for _, c := range []struct {
		stage Stage
		fine  bool
		err   error
	}{
		{StageSettings, !p.StrictLogin || p.User == "" || !p.Password.Empty(),
			invalid("there is a user without a password, with which this client refuses to send")},
		{StageDNS, CheckHost(strings.TrimSuffix(bareHost(p.Host), ".")) == nil,
			invalid("the host %q is not a host name or an address", text.Shorten(p.Host, 80))},
		{StageConnect, p.takesForm(p.Host), invalid("this client does not reach %q: it takes an IPv6 address %s",
			text.Shorten(p.Host, 80), [...]string{"in brackets only if it is one", "in brackets only", "without brackets only"}[p.IPv6])},
		{StageConnect, p.Port > 0 && p.Port < 65536, invalid("the port %d is not between 1 and 65535", p.Port)},
		{StageConnect, slices.Contains(TLSModes, p.TLS),
			invalid("the TLS mode %q is not one of none, starttls, tls", p.TLS)},
		{StageEHLO, validEHLOName(p.Names.First), invalid(notAName, text.Shorten(p.Names.First, 80))},
		{StageEHLO, !second || validEHLOName(p.Names.AfterTLS), invalid(notAName, text.Shorten(p.Names.AfterTLS, 80))},
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

func validEHLOName(name string) bool { return name != "" && len(name) <= 255 && printableASCII(name) }

// bareAddress reports whether an address can be put between angle brackets.
func bareAddress(address string) bool {
	return CheckAddress(address) == nil && printableASCII(address)
}

// printableASCII excludes spaces and line breaks.
func printableASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 33 || r > 126 }) < 0
}
