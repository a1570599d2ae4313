package smtpcheck

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"time"

	"smtp-wizard/internal/text"
)

// Certificate is what an admin needs to know of a relay's certificate. All texts
// are safe to show.
type Certificate struct {
	Subject  string // common name, or the first DNS name
	Names    []string
	Issuer   string
	NotAfter time.Time
	// Verified tells whether it proves the host; Problem says why not.
	Verified bool
	Problem  string
}

// CertificateOf checks the certificate of a connection against a host at a time.
// roots nil means the system's. It returns nil where there is no certificate.
func CertificateOf(state *tls.ConnectionState, host string, roots *x509.CertPool, now time.Time) *Certificate {
	if state == nil || len(state.PeerCertificates) == 0 {
		return nil
	}
	cert := state.PeerCertificates[0]
	between := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		between.AddCert(c)
	}
	_, err := cert.Verify(x509.VerifyOptions{DNSName: serverName(host), Roots: roots, Intermediates: between, CurrentTime: now})
	facts := &Certificate{
		Subject: subject(cert), Names: names(cert), Issuer: issuer(cert),
		NotAfter: cert.NotAfter, Verified: err == nil,
	}
	if err != nil {
		facts.Problem = certificateProblem(cert, host, err)
	}
	return facts
}

// names are the host names and addresses a certificate is for.
func names(cert *x509.Certificate) []string {
	var all []string
	for _, name := range cert.DNSNames {
		all = append(all, text.Shorten(text.Clean(name), 100))
	}
	for _, ip := range cert.IPAddresses {
		all = append(all, ip.String())
	}
	return all[:min(len(all), 20)]
}

func subject(cert *x509.Certificate) string {
	if cert.Subject.CommonName != "" {
		return text.Shorten(text.Clean(cert.Subject.CommonName), 100)
	}
	if all := names(cert); len(all) > 0 {
		return all[0]
	}
	return "a certificate without a name"
}

func issuer(cert *x509.Certificate) string {
	name := cert.Issuer.CommonName
	if name == "" {
		name = cert.Issuer.String()
	}
	return text.Shorten(text.Clean(name), 100)
}

// certificateProblem says in plain words why a certificate does not prove host.
func certificateProblem(cert *x509.Certificate, host string, err error) string {
	var invalid x509.CertificateInvalidError
	var wrongName x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && cert != nil:
		if time.Now().Before(cert.NotBefore) {
			return "the certificate is not valid before " + cert.NotBefore.UTC().Format("2006-01-02 15:04 UTC") + "; is this machine's clock right?"
		}
		return "the certificate expired on " + cert.NotAfter.UTC().Format("2006-01-02")
	case errors.As(err, &wrongName) && cert != nil:
		valid := strings.Join(names(cert), ", ")
		if valid == "" {
			valid = "no host name at all (only the outdated common name " + subject(cert) + ")"
		}
		return "the certificate is for " + text.Shorten(valid, 200) + ", not for " + host
	case errors.As(err, &unknown) && cert != nil && cert.Issuer.String() == cert.Subject.String():
		return "the certificate is self-signed (" + subject(cert) + ")"
	case errors.As(err, &unknown) && cert != nil:
		return "the certificate is signed by " + issuer(cert) + ", which this machine does not trust"
	}
	return "the certificate does not verify: " + text.Clean(err.Error())
}
