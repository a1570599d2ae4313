package smtpcheck

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/netip"
	"strings"
	"time"

	"smtp-wizard/internal/text"
	"smtp-wizard/secret"
)

// startTLS asks for TLS (RFC 3207). Nothing may follow the 220: clear text after it may
// have been injected to pass for a reply under TLS. Clients based on textproto discard
// it and continue.
func (s *session) startTLS() (string, *Failure) {
	if _, offered := s.offers("STARTTLS"); !offered {
		return "", &Failure{Err: &NotOfferedError{"STARTTLS", s.result.Offered, ErrNotOffered}}
	}
	reply, failure := s.ask("STARTTLS", 220)
	if failure != nil {
		return "", failure
	}
	if s.wire.unsolicited() {
		said, _ := s.wire.in.Peek(s.wire.in.Buffered())
		found := s.injected(said)
		if !s.plan.Textproto {
			return "", &Failure{Doing: "STARTTLS", Err: found}
		}
		return reply.String() + "; " + found.Error() + ". It is discarded, as this client does.", nil
	}
	return reply.String(), nil
}

func (s *session) injected(said []byte) error {
	words := text.Shorten(s.wire.show(strings.TrimSpace(string(said))), 80)
	return &kindError{ErrInjected, "the relay, or somebody in between, sent clear text after its answer, " +
		"where TLS must begin: \"" + words + "\"", nil}
}

// secure does the TLS handshake and verifies the certificate.
func (s *session) secure() (string, *Failure) {
	config := &tls.Config{
		ServerName:         serverName(s.plan.Host),
		RootCAs:            s.plan.RootCAs,
		InsecureSkipVerify: s.plan.SkipVerify, // only when the admin said so
		MinVersion:         tls.VersionTLS12,
	}
	if s.plan.offersLegacyTLS {
		config.InsecureSkipVerify, config.MinVersion, config.CipherSuites = true, tls.VersionTLS10, allCipherSuites() // #nosec: nothing is sent over it
	}
	if err := s.wire.handshake(config); err != nil {
		return "", &Failure{Err: s.handshakeError(err)}
	}
	s.wire.clientLimit = s.plan.Waits.Reply
	state := s.wire.conn.(*tls.Conn).ConnectionState()
	s.result.TLS = &state
	s.result.Offered, s.keywords = nil, nil // RFC 3207 section 4.2: discard what was offered in clear text
	detail := tls.VersionName(state.Version)
	if len(state.PeerCertificates) > 0 {
		cert := state.PeerCertificates[0]
		detail += ", " + subject(cert, s.plan.Masker) + ", valid until " + cert.NotAfter.UTC().Format("2006-01-02")
	}
	if s.plan.SkipVerify {
		detail += ", not verified"
	}
	s.wire.note(SpeakerNote, detail)
	return detail, nil
}

// serverName is the host as it is compared with a certificate.
func serverName(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.WithZone("").String()
	}
	return strings.TrimSuffix(host, ".")
}

// handshakeError says why the handshake failed, judging by the error and by the first
// bytes from the relay.
func (s *session) handshakeError(err error) error {
	var record tls.RecordHeaderError
	var bad *tls.CertificateVerificationError
	first := s.wire.raw.first
	switch {
	case s.ctx.Err() != nil:
		return s.wire.explain(err, s.wire.limit)
	case errors.As(err, &bad):
		certs := append(bad.UnverifiedCertificates, nil) // nil where the relay showed none
		return &CertificateError{s.plan.Host, certs[0], bad.Err, s.plan.Masker}
	case errors.As(err, &record) || !startsTLS(first) && len(first) > 0:
		return s.notTLS(first, err)
	case strings.Contains(err.Error(), "protocol version"):
		return &kindError{ErrOldTLS, oldTLS, err}
	case strings.Contains(err.Error(), "handshake failure"):
		if old := s.retryWithLegacyTLS(err); old != nil {
			return old
		}
		return &kindError{ErrProtocol, "the relay broke off the TLS handshake: it has no cipher or protocol version " +
			"in common with this program", err}
	}
	explained := s.wire.explain(err, s.wire.limit)
	if errors.Is(explained, ErrClosed) {
		return &kindError{ErrClosed, "closed in the middle of the TLS handshake", err}
	}
	if errors.Is(explained, ErrTimeout) {
		return &kindError{ErrTimeout, "no TLS handshake within " + Seconds(s.wire.limit), err}
	}
	return explained
}

const oldTLS = "the relay has only TLS 1.0 or 1.1, which is too old: TLS 1.2 is needed"

// retryWithLegacyTLS finds out why a relay aborted the handshake: it offers obsolete
// versions and ciphers on a new connection, and sees which the relay picks.
func (s *session) retryWithLegacyTLS(err error) error {
	if s.plan.offersLegacyTLS {
		return nil
	}
	again := s.plan
	again.offersLegacyTLS, again.StopAfter = true, StageTLS
	state := Run(s.ctx, again, nil).TLS
	switch {
	case state == nil:
		return nil
	case state.Version < tls.VersionTLS12:
		return &kindError{ErrOldTLS, oldTLS, err}
	case strings.HasPrefix(tls.CipherSuiteName(state.CipherSuite), "TLS_RSA_"):
		return &kindError{ErrRSAExchange, "the relay has only ciphers with RSA key exchange, which are no longer offered", err}
	}
	return nil
}

func allCipherSuites() (ids []uint16) {
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, suite.ID)
	}
	return ids
}

func (s *session) notTLS(first []byte, err error) error {
	if other := foreign(first, s.wire.show); other != nil {
		return other
	}
	if s.plan.TLS == TLSStartTLS {
		return s.injected(first)
	}
	if line, bad := (Client{}).parseLine(strings.TrimSpace(string(first))); bad == "" && line.code != 0 {
		return ErrPlaintextPort
	}
	words := text.Shorten(s.wire.show(string(first)), 60)
	return &kindError{ErrNotSMTP, "the port does not speak TLS; its first bytes: \"" + words + "\"", err}
}

// Certificate is what an admin needs to know about a relay's certificate. All texts
// are safe to show.
type Certificate struct {
	Subject  string    `json:"subject"` // common name, or the first DNS name
	Names    []string  `json:"names"`
	Issuer   string    `json:"issuer"`
	NotAfter time.Time `json:"not_after"`
	// Verified: it is valid for the host; Problem says why it is not.
	Verified bool   `json:"verified"`
	Problem  string `json:"problem"`
}

// certificateOf verifies the certificate of a connection for a host at a given time.
// roots nil means the system's. It returns nil if there is no certificate.
func certificateOf(state *tls.ConnectionState, host string, roots *x509.CertPool, now time.Time, m *secret.Masker) *Certificate {
	if state == nil || len(state.PeerCertificates) == 0 {
		return nil
	}
	cert := state.PeerCertificates[0]
	intermediates := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		intermediates.AddCert(c)
	}
	_, err := cert.Verify(x509.VerifyOptions{
		DNSName: serverName(host), Roots: roots, Intermediates: intermediates, CurrentTime: now,
	})
	facts := &Certificate{
		Subject: subject(cert, m), Names: names(cert, m), Issuer: issuer(cert, m),
		NotAfter: cert.NotAfter, Verified: err == nil,
	}
	if err != nil {
		facts.Problem = certificateProblem(cert, m, host, err)
	}
	return facts
}

// names are the host names and addresses a certificate is for.
func names(cert *x509.Certificate, m *secret.Masker) []string {
	all := []string{} // never null in JSON
	for _, name := range cert.DNSNames[:min(len(cert.DNSNames), mostNames)] {
		all = append(all, text.CleanForeign(name))
	}
	for _, ip := range cert.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) > 0 {
		all = m.MaskAll(all[:min(len(all), mostNames)])
	}
	for i, name := range all {
		all[i] = text.Shorten(name, mostOfName)
	}
	return all
}

// How many names of a certificate are shown, and how many characters of each.
const mostNames, mostOfName = 20, 100

func subject(cert *x509.Certificate, m *secret.Masker) string {
	if cert.Subject.CommonName != "" {
		return shownName(cert.Subject.CommonName, m)
	}
	if all := names(cert, m); len(all) > 0 {
		return all[0]
	}
	return "a certificate without a name"
}

func shownName(name string, m *secret.Masker) string {
	return text.Shorten(m.Mask(text.CleanForeign(name)), mostOfName)
}

func issuer(cert *x509.Certificate, m *secret.Masker) string {
	return shownName(cmp.Or(cert.Issuer.CommonName, cert.Issuer.String()), m)
}

// certificateProblem says in plain words why a certificate is not valid for host.
func certificateProblem(cert *x509.Certificate, m *secret.Masker, host string, err error) string {
	var invalid x509.CertificateInvalidError
	var wrongName x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && cert != nil:
		if time.Now().Before(cert.NotBefore) {
			from := cert.NotBefore.UTC().Format("2006-01-02 15:04 UTC")
			return "the certificate is not valid before " + from + "; is this machine's clock right?"
		}
		which := "the certificate"
		if invalid.Cert != nil && !invalid.Cert.Equal(cert) {
			which, cert = "the certificate of its issuer, "+subject(invalid.Cert, m)+",", invalid.Cert
		}
		return which + " expired on " + cert.NotAfter.UTC().Format("2006-01-02")
	case errors.As(err, &wrongName) && cert != nil:
		valid := strings.Join(names(cert, m), ", ")
		if valid == "" {
			valid = "no host name at all (only the outdated common name " + subject(cert, m) + ")"
		}
		return "the certificate is for " + text.Shorten(valid, 200) + ", not for " + host
	case errors.As(err, &unknown) && cert != nil && cert.Issuer.String() == cert.Subject.String():
		return "the certificate is self-signed (" + subject(cert, m) + ")"
	case errors.As(err, &unknown) && cert != nil:
		return "the certificate is signed by " + issuer(cert, m) + ", which this machine does not trust"
	}
	return "the certificate does not verify: " + m.Mask(text.CleanForeign(err.Error()))
}
