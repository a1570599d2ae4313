package diagnosis

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"regexp"
	"strings"
	"syscall"

	"smtp-wizard/smtpcheck"
)

// kind is what went wrong below the protocol.
type kind string

const (
	noHost      kind = "no-host"
	dnsTimeout  kind = "dns-timeout"
	dnsFailed   kind = "dns-failed"
	refused     kind = "refused"
	noNetwork   kind = "no-network" // no route for this address family
	noRoute     kind = "no-route"   // rejected on the way
	noAddress   kind = "no-address" // no source address of this family
	dialTimeout kind = "dial-timeout"
	readTimeout kind = "read-timeout"
	closed      kind = "closed"
	notTLS      kind = "not-tls"
	unknownCA   kind = "unknown-ca"
	wrongName   kind = "wrong-name"
	ipName      kind = "ip-name"
	expired     kind = "expired"
	legacyCN    kind = "legacy-cn"
	badCert     kind = "bad-cert"
	tlsVersion  kind = "tls-version"
	tlsAlert    kind = "tls-alert"
	cancelled   kind = "cancelled"

	implicitPort kind = "implicit-port" // TLS from the first byte where clear text was expected
	notSMTP      kind = "not-smtp"
	noSTARTTLS   kind = "no-starttls"
	noAUTH       kind = "no-auth"
	noMechanism  kind = "no-mechanism"
	unencrypted  kind = "unencrypted"
	injected     kind = "injected"
	badReply     kind = "bad-reply"
	badValue     kind = "bad-value" // refused before anything was sent
)

// ownErrors are those that say more than their words; most are package smtpcheck's.
var ownErrors = []struct {
	err  error
	kind kind
}{
	{context.Canceled, cancelled}, {syscall.ENETUNREACH, noNetwork}, {syscall.EADDRNOTAVAIL, noAddress},
	{smtpcheck.ErrPlaintextPort, notTLS}, {smtpcheck.ErrImplicitTLSPort, implicitPort}, {smtpcheck.ErrNotSMTP, notSMTP},
	{smtpcheck.ErrMechanism, noMechanism}, {smtpcheck.ErrUnencrypted, unencrypted}, {smtpcheck.ErrInjected, injected},
	{smtpcheck.ErrOldTLS, tlsVersion}, {smtpcheck.ErrNoSuchHost, noHost}, {smtpcheck.ErrConnRefused, refused},
	{smtpcheck.ErrInvalid, badValue}, {smtpcheck.ErrTooLong, badReply}, {smtpcheck.ErrClosed, closed},
}

// kindOf reads an error value: the particular errors of package smtpcheck, then the
// words, and then its general ones.
func kindOf(err error, stage smtpcheck.Stage) kind {
	words := strings.ToLower(err.Error())
	return cmp.Or(ownKind(err, stage), certificateKind(err), kindOfWords(words), lateKind(err, stage))
}

// ownKind reads a particular error of package smtpcheck. A timeout means another
// thing at each stage.
func ownKind(err error, stage smtpcheck.Stage) kind {
	var missing *smtpcheck.NotOfferedError
	if errors.Is(err, smtpcheck.ErrNotOffered) && errors.As(err, &missing) {
		if missing.What == "STARTTLS" {
			return noSTARTTLS
		}
		return noAUTH
	}
	for _, own := range ownErrors {
		if errors.Is(err, own.err) {
			return own.kind
		}
	}
	if errors.Is(err, smtpcheck.ErrTimeout) {
		switch stage {
		case smtpcheck.StageDNS:
			return dnsTimeout
		case smtpcheck.StageConnect:
			return dialTimeout
		}
		return readTimeout
	}
	return ""
}

// certificateKind reads a certificate that was refused, whatever words package
// smtpcheck has for it.
func certificateKind(err error) kind {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &authority):
		return unknownCA
	case errors.As(err, &host):
		return cmp.Or(kindOfWords(strings.ToLower(err.Error())), wrongName)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return expired
	case errors.As(err, &invalid), errors.As(err, &verify):
		return badCert
	}
	return ""
}

// lateKind reads the errors of package smtpcheck that say less than their words.
func lateKind(err error, stage smtpcheck.Stage) kind {
	switch {
	case errors.Is(err, smtpcheck.ErrUnreachable):
		return noRoute
	case errors.Is(err, smtpcheck.ErrProtocol) && stage == smtpcheck.StageTLS:
		return tlsAlert
	case errors.Is(err, smtpcheck.ErrProtocol):
		return badReply
	}
	return ""
}

// wordings are how programs put these errors, Go's own error values among them, the particular before the general.
// They are those of Go, OpenSSL, GnuTLS, glibc, Node.js, Python, PHP, Postfix,
// Exim and swaks.
var wordings = []struct {
	kind kind
	says string
}{
	{dnsTimeout, "lookup *i/o timeout|temporary failure in name resolution|eai_again|getaddrinfo: try again"},
	{noHost, "no such host|enotfound|name or service not known|nodename nor servname|could not resolve host|getaddrinfo failed|host or domain name not found|php_network_getaddresses"},
	{dnsFailed, "lookup *server misbehaving|lookup *connection refused|servfail"},
	{refused, "connection refused|econnrefused|actively refused"},
	{noNetwork, "network is unreachable|enetunreach"},
	{noRoute, "no route to host|ehostunreach|host is unreachable"},
	{noAddress, "cannot assign requested address|eaddrnotavail"},
	{ipName, "doesn't contain any ip sans|cannot validate certificate for"},
	{legacyCN, "relies on legacy common name"},
	{expired, "certificate has expired|certificate is expired|certificate expired|cert_has_expired|not yet valid"},
	{wrongName, "certificate is valid for * not |certificate is not valid for any names|altname_invalid|hostname/ip does not match|hostname mismatch|does not match target host name|hostname verification failed|peer certificate cn"},
	{unknownCA, "signed by unknown authority|unable to get local issuer|self-signed certificate|self signed certificate|unable_to_verify_leaf|self_signed_cert|unable to verify the first certificate|unknown ca|issuer is unknown|certificate not trusted"},
	{badCert, "failed to verify certificate|certificate verify failed|certificate verification failed|bad certificate"},
	{notTLS, "first record does not look like a tls handshake|wrong version number|unknown protocol|packet length too long|record overflow|record layer failure|unexpected tls packet|oversized record received|wrong_version_number"},
	{tlsVersion, "protocol version not supported|alert protocol version|unsupported protocol|no protocols available|protocol version mismatch|unsupported version|tlsv1 alert protocol|version too low|minimum tls"},
	{tlsAlert, "handshake failure|no cipher|no shared cipher|tls handshake failed|tls handshake error|ssl handshake failed|could not negotiate"},
	{readTimeout, "read tcp *i/o timeout|awaiting response timed out|greeting never received|timed out while *initial server greeting|read timeout|timed out while receiving|timed out while sending|timeout waiting for"},
	{dialTimeout, "dial *i/o timeout|connection timed out|timeouterror|connection timeout|etimedout|connect timeout|connect: timeout|connect: operation timed out|operation timed out|timed out while connecting|connection attempt timed out|no response from remote host"},
	{readTimeout, "i/o timeout|deadline exceeded|timed out"},
	{closed, "unexpected eof|connection reset|econnreset|broken pipe|empty response|closed without a reply|connection unexpectedly closed|connection closed unexpectedly|unexpected socket close|socket closed|remote host closed connection|connection closed by|lost connection with|lost connection while|server closed the connection|server dropped connection|got eof|use of closed network connection"},
	{cancelled, "context canceled"},
}

var endsInEOF = regexp.MustCompile(`(?:^|: | |=|")eof"?$|: eof[ "]|=eof `)

// kindOfWords reads the kind out of lower-case words.
func kindOfWords(words string) kind {
	for _, w := range wordings {
		if says(words, w.says) {
			return w.kind
		}
	}
	if endsInEOF.MatchString(words) {
		return closed
	}
	return ""
}
