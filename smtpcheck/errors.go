package smtpcheck

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"smtp-wizard/internal/text"
	"smtp-wizard/secret"
)

// Kinds of failure, for errors.Is. The errors that wrap them say more, and are safe to
// show.
var (
	ErrInvalid     = errors.New("not a valid value")        // refused before anything went over the wire
	ErrNoSuchHost  = errors.New("no such host")             // the name has no address
	ErrConnRefused = errors.New("connection refused")       // nothing listens on that port
	ErrUnreachable = errors.New("host unreachable")         // no route, or a firewall that says so
	ErrTimeout     = errors.New("no answer in time")        // also a port that a firewall drops
	ErrClosed      = errors.New("closed without a reply")   // the other side hung up
	ErrTooLong     = errors.New("more than SMTP allows")    // a line or a reply without an end
	ErrProtocol    = errors.New("not an SMTP reply")        // bad code, mixed codes, unasked replies
	ErrNotOffered  = errors.New("not offered")              // STARTTLS or AUTH is missing: see NotOfferedError
	ErrMechanism   = errors.New("no common AUTH mechanism") // AUTH is offered, but neither PLAIN nor LOGIN
	ErrUnencrypted = errors.New("unencrypted connection")   // AUTH was held back: see Plan.PlainNeedsTLS
	ErrRSAExchange = errors.New("RSA key exchange only")    // which Go has not offered since 1.22
	ErrOldTLS      = errors.New("TLS too old")              // only TLS 1.0 or 1.1
	ErrInjected    = errors.New("clear text after STARTTLS")

	// errSlow is an ErrTimeout of a relay that did answer, later than the client waits.
	errSlow = errors.New("a late reply")

	// errUnended is an ErrProtocol after which a client waits for the rest of a reply.
	errUnended = errors.New("a reply without its last line")

	// ErrLoginHeld means that the same credentials were refused in another session of
	// the Gate, so they were not tried again.
	ErrLoginHeld = errors.New("not tried again")

	// The port speaks, but not as the TLS mode expects.
	ErrPlaintextPort   = errors.New("this port speaks SMTP in clear text first: use STARTTLS")
	ErrImplicitTLSPort = errors.New("this port speaks TLS from the first byte: use implicit TLS")
	ErrNotSMTP         = errors.New("not an SMTP server")
)

// kindError is one of the kinds above with the details of one case.
type kindError struct {
	kind  error
	text  string
	cause error
}

func (e *kindError) Error() string { return e.text }

func (e *kindError) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

func tooLong(what, said string) error {
	return &kindError{ErrTooLong, fmt.Sprintf("the relay sent %s: %q", what, text.Shorten(said, 60)), nil}
}

func protocolError(what, said string) error {
	return &kindError{ErrProtocol, fmt.Sprintf("the relay sent %s: %q", what, text.Shorten(said, 120)), nil}
}

func invalid(format string, args ...any) error {
	return &kindError{ErrInvalid, text.CleanForeign(fmt.Sprintf(format, args...)), nil}
}

func timedOut(limit time.Duration, cause error) error {
	return &kindError{ErrTimeout, "no answer within " + Seconds(limit), cause}
}

// Seconds writes a limit as an admin would: "15 s", "0.25 s".
func Seconds(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", d.Seconds()), "0"), ".") + " s"
}

// NotOfferedError is ErrNotOffered or, if AUTH is offered without a usable mechanism,
// ErrMechanism.
type NotOfferedError struct {
	What    string   // "STARTTLS", "AUTH", "AUTH PLAIN or LOGIN"
	Offered []string // what the relay offered instead: extensions or mechanisms
	kind    error
}

func (e *NotOfferedError) Error() string {
	offered := text.Shorten(cmp.Or(strings.Join(e.Offered, ", "), "nothing"), 200)
	return fmt.Sprintf("the relay does not offer %s; it offers %s", e.What, offered)
}

func (e *NotOfferedError) Unwrap() error { return e.kind }

// CertificateError is a certificate that is not valid for the host. It unwraps to the
// x509 error.
type CertificateError struct {
	Host string
	Cert *x509.Certificate // what the relay showed; nil if it showed none
	Err  error

	masker *secret.Masker
}

func (e *CertificateError) Error() string { return certificateProblem(e.Cert, e.masker, e.Host, e.Err) }

func (e *CertificateError) Unwrap() error { return e.Err }

// Error says what happened, in one line that is safe to show, cut after maxWords
// characters.
func (f *Failure) Error() string {
	switch {
	case f.Err == nil && f.Reply == nil:
		return "failed at " + string(f.Stage)
	case f.Err == nil && f.Doing == "":
		return f.Reply.String()
	case f.Err == nil:
		return f.Reply.String() + " (in reply to " + f.Doing + ")"
	}
	text := errorText(f.Err)
	if f.Doing != "" {
		text += " at " + f.Doing
	}
	if f.Reply != nil {
		text += "; its last words: " + f.Reply.String()
	}
	return text
}

func errorText(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ErrTimeout):
		return "the time for the whole check ran out"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	}
	return text.Shorten(text.CleanForeign(err.Error()), maxWords)
}

func (f *Failure) Unwrap() error { return f.Err }
