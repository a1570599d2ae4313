package smtpcheck

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Client describes how a mail client behaves. The zero value, with names, is an ideal
// one: it accepts whatever the standards allow, and ends with QUIT.
type Client struct {
	Names Names
	HELO  HELORule
	// Textproto reads replies like Go's net/textproto and the clients based on it:
	// no bare code such as "250"; within a reply any line is text until one with its
	// code ends it; an unsolicited reply answers the next command; keywords only in
	// capitals, only the last AUTH line, and not the old form AUTH=PLAIN.
	Textproto bool

	Auth  AuthStyle
	Abort AuthAbort
	// StrictLogin drops a password without a user, and refuses to send where there
	// is a user without a password; otherwise half a login is sent as it is.
	StrictLogin bool
	// PlainNeedsTLS refuses AUTH in clear text except to localhost, like net/smtp.
	PlainNeedsTLS bool

	Body8Bit bool // adds BODY=8BITMIME to MAIL FROM when the relay offers 8BITMIME
	SMTPUTF8 bool // adds SMTPUTF8 when the relay offers it (RFC 6531)

	Quit  QuitRule
	Waits Waits
	// MaxLine is the longest line that it takes, in bytes; 0 is no limit of its own.
	MaxLine int
	IPv6    IPv6Form
}

// Names are the EHLO names of one session. They differ where a client greets
// once before STARTTLS and once after it, as Pocket ID 0.35.6 to 2.9 does.
// Without STARTTLS only First is spoken.
type Names struct {
	First    string // in clear text before STARTTLS, or the only one
	AfterTLS string // after STARTTLS
}

// SameName announces one name everywhere.
func SameName(name string) Names { return Names{First: name, AfterTLS: name} }

// HELORule is when a client tries HELO after EHLO (RFC 5321 section 3.2).
type HELORule int

const (
	HELONever HELORule = iota
	// HELOAfter500 is only after 500 or 502: the relay does not know EHLO.
	HELOAfter500
	// HELOAfterAny is after any failed EHLO except the one after STARTTLS.
	HELOAfterAny
)

// AuthStyle is which SASL mechanism a client tries, and when.
type AuthStyle int

const (
	// AuthOffered uses PLAIN if it is offered, else LOGIN, answering its prompts; if
	// neither is offered, it fails.
	AuthOffered AuthStyle = iota
	// AuthPlainThenLogin sends PLAIN whatever is offered and, only after a 504, LOGIN
	// with the user as initial response.
	AuthPlainThenLogin
	// AuthPlain sends PLAIN whatever is offered, and nothing else.
	AuthPlain
)

// AuthAbort is what a client says after a refused login.
type AuthAbort int

const (
	AbortSilent AuthAbort = iota
	AbortStar             // "*" (RFC 4954 section 4)
	AbortQuit             // "*" and QUIT
)

// QuitRule is how a client ends a session.
type QuitRule int

const (
	QuitAlways   QuitRule = iota // QUIT, also after a failure
	QuitNoWait                   // the same, without waiting for the reply
	QuitNever                    // hangs up
	QuitRequired                 // QUIT after the delivery; if that fails, sending fails
)

// IPv6Form is how an IPv6 address must be written for a client to reach it.
type IPv6Form int

const (
	IPv6Any IPv6Form = iota
	IPv6Bracketed
	IPv6Bare
)

// Waits are how long a client waits for a reply; zero leaves it to Limits, NoLimit is a
// client that waits forever.
type Waits struct {
	BeforeTLS time.Duration // for each reply in clear text before STARTTLS; zero is Reply
	Reply     time.Duration // for each other reply
	Final     time.Duration // for the reply to the message
}

// NoLimit is a client that waits until the connection ends.
const NoLimit time.Duration = -1

// logsIn reports whether the client authenticates with these settings.
func (p *Plan) logsIn() bool {
	if p.StrictLogin {
		return p.User != ""
	}
	return p.User != "" || !p.Password.Empty()
}

// bareHost is the host without the brackets of an IPv6 address.
func bareHost(host string) string {
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// takesForm reports whether the client accepts the host as it is written.
func (c Client) takesForm(host string) bool {
	addr, err := netip.ParseAddr(bareHost(host))
	bracketed := strings.HasPrefix(host, "[")
	switch {
	case err != nil || addr.Is4():
		return !bracketed
	case bracketed:
		return c.IPv6 != IPv6Bare
	}
	return c.IPv6 != IPv6Bracketed
}

// offers looks up a keyword in the last EHLO reply as the client does: the last line
// that has it, in its raw form, since the displayed one may be masked.
func (s *session) offers(keyword string) (line string, offered bool) {
	for _, line := range slices.Backward(s.keywords) {
		name, _, _ := strings.Cut(line, " ")
		if name == keyword || !s.plan.Textproto && strings.EqualFold(strings.Fields(line + " -")[0], keyword) {
			return line, true
		}
	}
	return "", false
}

// usable are the SASL mechanisms in the last EHLO reply that the client can see.
func (s *session) usable() []string {
	if line, offered := s.offers("AUTH"); s.plan.Textproto {
		if !offered {
			return nil
		}
		return mechanisms([]string{line})
	}
	return mechanisms(s.keywords)
}
