package smtpcheck

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/netip"
	"strings"

	"smtp-wizard/internal/text"
)

// startTLS asks for TLS (RFC 3207). Nothing may follow the 220: what does was put
// there by somebody who hopes that it is taken for an answer under TLS.
func (s *session) startTLS() (string, *Failure) {
	if _, offered := s.result.Extension("STARTTLS"); !offered {
		return "", &Failure{Err: &NotOfferedError{"STARTTLS", s.result.Offered, ErrNotOffered}}
	}
	reply, failure := s.ask("STARTTLS", "STARTTLS", "STARTTLS", 220)
	if failure != nil {
		return "", failure
	}
	if s.wire.unasked() {
		said, _ := s.wire.in.Peek(s.wire.in.Buffered())
		return "", &Failure{Doing: "STARTTLS", Err: s.injected(said)}
	}
	return reply.String(), nil
}

func (s *session) injected(said []byte) error {
	words := text.Shorten(s.wire.show(strings.TrimSpace(string(said))), 80)
	return &kindError{ErrInjected, "the relay, or somebody in between, sent clear text behind its answer, where TLS must begin: \"" + words + "\"", nil}
}

// secure does the TLS handshake and checks the certificate against the host.
func (s *session) secure() (string, *Failure) {
	config := &tls.Config{
		ServerName:         serverName(s.plan.Host),
		RootCAs:            s.plan.RootCAs,
		InsecureSkipVerify: s.plan.SkipVerify, // only when the admin said so
		MinVersion:         tls.VersionTLS12,
	}
	if err := s.wire.handshake(config); err != nil {
		return "", &Failure{Err: s.handshakeError(err)}
	}
	state := s.wire.conn.(*tls.Conn).ConnectionState()
	s.result.TLS = &state
	s.result.Offered = nil // what was offered in clear text counts no more (RFC 3207 section 4.2)
	detail := tls.VersionName(state.Version)
	if len(state.PeerCertificates) > 0 {
		cert := state.PeerCertificates[0]
		detail += ", " + s.wire.show(subject(cert)) + ", valid until " + cert.NotAfter.UTC().Format("2006-01-02")
	}
	if s.plan.SkipVerify {
		detail += ", not verified"
	}
	s.wire.note(SpeakerNote, detail)
	return detail, nil
}

// serverName is the host as a certificate is checked against it.
func serverName(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.WithZone("").String()
	}
	return strings.TrimSuffix(host, ".")
}

// handshakeError says why there is no TLS, from the error and from what the other
// side sent in its place.
func (s *session) handshakeError(err error) error {
	var record tls.RecordHeaderError
	var bad *tls.CertificateVerificationError
	first := s.wire.raw.first
	switch {
	case s.ctx.Err() != nil:
		return s.wire.explain(err, s.wire.limit)
	case errors.As(err, &bad):
		return &CertificateError{s.plan.Host, firstOf(bad.UnverifiedCertificates), bad.Err}
	case errors.As(err, &record) || !startsTLS(first) && len(first) > 0:
		return s.notTLS(first, err)
	case strings.Contains(err.Error(), "protocol version"):
		return &kindError{ErrOldTLS, "the relay has only TLS 1.0 or 1.1, which is too old: TLS 1.2 is needed", err}
	case strings.Contains(err.Error(), "handshake failure"):
		return &kindError{ErrProtocol, "the relay broke off the TLS handshake: it has no cipher or protocol version in common with this program", err}
	}
	explained := s.wire.explain(err, s.wire.limit)
	if errors.Is(explained, ErrClosed) {
		return &kindError{ErrClosed, "closed in the middle of the TLS handshake", err}
	}
	if errors.Is(explained, ErrTimeout) {
		return &kindError{ErrTimeout, "no TLS handshake within " + seconds(s.wire.limit), err}
	}
	return explained
}

func (s *session) notTLS(first []byte, err error) error {
	if other := foreign(first, s.wire.show); other != nil {
		return other
	}
	if s.plan.TLS == TLSStartTLS {
		return s.injected(first)
	}
	if line, bad := parseLine(text.Clean(strings.TrimSpace(string(first)))); bad == "" && line.code != 0 {
		return ErrPlaintextPort
	}
	return &kindError{ErrNotSMTP, "the port does not speak TLS; its first bytes: \"" + text.Shorten(s.wire.show(string(first)), 60) + "\"", err}
}

func firstOf(certs []*x509.Certificate) *x509.Certificate {
	if len(certs) == 0 {
		return nil
	}
	return certs[0]
}
