package reading

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"smtp-wizard/smtpcheck"
)

// Kind is what went wrong below the protocol.
type Kind string

// The kinds: names and addresses, the connection, TLS, and what package smtpcheck
// finds out before it sends anything.
const (
	NoHost      Kind = "no-host"
	DNSTimeout  Kind = "dns-timeout"
	DNSFailed   Kind = "dns-failed"
	Refused     Kind = "refused"
	NoNetwork   Kind = "no-network" // no route for this address family
	NoRoute     Kind = "no-route"   // rejected on the way
	NoAddress   Kind = "no-address" // no source address of this family
	Forbidden   Kind = "forbidden"  // by the own system
	DialTimeout Kind = "dial-timeout"
	ReadTimeout Kind = "read-timeout"
	Closed      Kind = "closed"
	LoginDown   Kind = "login-down"  // the server did not reach its own login service
	OwnService  Kind = "own-service" // nor another service of its own
	Canceled    Kind = "canceled"

	NotTLS      Kind = "not-tls"
	UnknownCA   Kind = "unknown-ca"
	SelfSigned  Kind = "self-signed"
	WrongName   Kind = "wrong-name"
	Expired     Kind = "expired"
	NotYet      Kind = "not-yet-valid"
	SHA1        Kind = "sha1"
	KeyUsage    Kind = "key-usage"
	BadCert     Kind = "bad-cert"
	TLSVersion  Kind = "tls-version"
	RSAExchange Kind = "rsa-exchange"
	TLSAlert    Kind = "tls-alert"

	ImplicitPort Kind = "implicit-port" // TLS from the first byte where clear text was expected
	NotSMTP      Kind = "not-smtp"
	NoSTARTTLS   Kind = "no-starttls"
	NoAUTH       Kind = "no-auth"
	NoMechanism  Kind = "no-mechanism"
	Unencrypted  Kind = "unencrypted"
	Injected     Kind = "injected"
	BadReply     Kind = "bad-reply"
	BadValue     Kind = "bad-value" // refused before anything was sent
)

// stagesOfKind are the stages at which alone a kind can happen, between spaces.
func stagesOfKind(k Kind) string { return tables().stagesOf[k] }

// vague are the kinds that a program names for want of a better one.
var vague = map[Kind]bool{TLSAlert: true, BadCert: true}

// ownErrors are those of package smtpcheck that say more than the network's.
var ownErrors = []struct {
	err  error
	kind Kind
}{
	{smtpcheck.ErrPlaintextPort, NotTLS}, {smtpcheck.ErrImplicitTLSPort, ImplicitPort}, {smtpcheck.ErrNotSMTP, NotSMTP},
	{smtpcheck.ErrMechanism, NoMechanism}, {smtpcheck.ErrUnencrypted, Unencrypted}, {smtpcheck.ErrInjected, Injected},
	{smtpcheck.ErrOldTLS, TLSVersion}, {smtpcheck.ErrRSAExchange, RSAExchange}, {smtpcheck.ErrNoSuchHost, NoHost}, {smtpcheck.ErrConnRefused, Refused},
	{smtpcheck.ErrInvalid, BadValue}, {smtpcheck.ErrTooLong, BadReply}, {smtpcheck.ErrClosed, Closed},
}

// ownKind reads an error of package smtpcheck. A timeout means another thing at
// each stage.
func ownKind(err error, stage smtpcheck.Stage) Kind {
	var missing *smtpcheck.NotOfferedError
	if errors.Is(err, smtpcheck.ErrNotOffered) && errors.As(err, &missing) {
		if missing.What == "STARTTLS" {
			return NoSTARTTLS
		}
		return NoAUTH
	}
	for _, own := range ownErrors {
		if errors.Is(err, own.err) {
			return own.kind
		}
	}
	if errors.Is(err, smtpcheck.ErrTimeout) {
		switch stage {
		case smtpcheck.StageDNS:
			return DNSTimeout
		case smtpcheck.StageConnect:
			return DialTimeout
		}
		return ReadTimeout
	}
	return ""
}

// KindOf reads an error value; "" means that only its words can tell.
func KindOf(err error, stage smtpcheck.Stage) Kind {
	if err == nil {
		return ""
	}
	if k := cmp.Or(ownKind(err, stage), certificateKind(err), networkKind(err)); k != "" {
		return k
	}
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &record):
		return NotTLS
	case errors.As(err, &alert):
		if k := kindOfWords(strings.ToLower(err.Error())); k != "" {
			return k
		}
		return TLSAlert
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return Closed
	case errors.Is(err, smtpcheck.ErrUnreachable):
		return NoRoute
	}
	if !errors.Is(err, smtpcheck.ErrProtocol) {
		return ""
	}
	if stage == smtpcheck.StageTLS {
		return cmp.Or(kindOfWords(strings.ToLower(err.Error())), TLSAlert)
	}
	return BadReply
}

func networkKind(err error) Kind {
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		switch {
		case lookup.IsNotFound:
			return NoHost
		case lookup.IsTimeout:
			return DNSTimeout
		}
		return DNSFailed
	}
	for _, known := range []struct {
		number syscall.Errno
		kind   Kind
	}{
		{syscall.ECONNREFUSED, Refused}, {syscall.ENETUNREACH, NoNetwork}, {syscall.EHOSTUNREACH, NoRoute}, {syscall.EACCES, Forbidden}, {syscall.EPERM, Forbidden},
		{syscall.EADDRNOTAVAIL, NoAddress}, {syscall.ECONNRESET, Closed}, {syscall.EPIPE, Closed}, {syscall.ETIMEDOUT, DialTimeout},
	} {
		if errors.Is(err, known.number) {
			return known.kind
		}
	}
	var timed net.Error
	if errors.As(err, &timed) && timed.Timeout() {
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return DialTimeout
		}
		return ReadTimeout
	}
	return ""
}

// certificateKind is the verifier's own reason, with the certificate that it
// looked at where the reason alone leaves it open.
func certificateKind(err error) Kind {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		insecure  x509.InsecureAlgorithmError
	)
	var shown *smtpcheck.CertificateError // which has words of its own
	var leaf *x509.Certificate
	if errors.As(err, &shown) {
		err, leaf = shown.Err, shown.Cert
	} else if errors.As(err, &verify) && len(verify.UnverifiedCertificates) > 0 {
		leaf = verify.UnverifiedCertificates[0]
	}
	words := kindOfWords(strings.ToLower(err.Error()))
	switch {
	case errors.As(err, &insecure):
		return SHA1
	case errors.As(err, &authority) && words == UnknownCA && isSelfSigned(leaf):
		return SelfSigned
	case errors.As(err, &authority):
		return cmp.Or(words, UnknownCA)
	case errors.As(err, &host):
		return cmp.Or(words, WrongName)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil && time.Now().Before(invalid.Cert.NotBefore):
		return NotYet
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Expired
	case errors.As(err, &invalid), errors.As(err, &verify):
		return cmp.Or(words, BadCert)
	}
	return ""
}

// isSelfSigned: a server's own certificate that names itself as its issuer, as
// against one of a private authority.
func isSelfSigned(cert *x509.Certificate) bool {
	return cert != nil && bytes.Equal(cert.RawIssuer, cert.RawSubject)
}

// kindOfWords reads the kind out of lower-case words. A relay's own reply is no
// network error, whatever its words.
func kindOfWords(words string) Kind {
	if words == "" {
		return ""
	}
	for _, w := range tables().Wordings {
		if Says(words, w.Says) {
			return w.Kind
		}
	}
	if words == "eof" || strings.HasSuffix(words, ": eof") || strings.HasSuffix(words, " eof") || Says(words, `: eof |: eof"|=eof |(eof)|: eof,|=(eof`) || strings.HasSuffix(words, `"eof"`) || strings.HasSuffix(words, "=eof") {
		return Closed
	}
	return ""
}
