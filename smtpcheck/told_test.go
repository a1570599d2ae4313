package smtpcheck_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/hostile"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

// A relay that was told the password once can put it into its certificate and into
// each reply, also before anybody logs in.
func TestWhatTheRelayWasTold(t *testing.T) {
	t.Parallel()
	const told = "Tr0ub4dor+3-zebra"
	forms := map[string]string{
		"plain":      told,
		"in base64":  base64.StdEncoding.EncodeToString([]byte(told)),
		"in a login": base64.StdEncoding.EncodeToString([]byte("\x00id@example.com\x00" + told)),
		"in hex":     hex.EncodeToString([]byte(told)),
	}
	for how, form := range forms {
		for _, host := range []string{"localhost", "elsewhere.example"} { // the second is a wrong name too
			t.Run(how+", "+host, func(t *testing.T) {
				t.Parallel()
				r := relay(t, "open", practice.Options{}, func(b *practice.Behavior) { tellAll(b, form, host) })
				masker := secret.NewMasker("id@example.com", told)
				p := plan(r, smtpcheck.TLSStartTLS)
				p.Masker = masker
				refused := smtpcheck.Run(context.Background(), p, nil)
				p.SkipVerify = true
				taken := smtpcheck.Run(context.Background(), p, nil)
				ports := smtpcheck.Ports(context.Background(), "127.0.0.1", []int{r.Port(), r.TLSPort()},
					smtpcheck.PortOptions{Masker: masker, Limits: p.Limits}, nil)
				if refused.Failure == nil || ports[0].Certificate == nil || ports[1].Certificate == nil || ports[0].Greeting == "" {
					t.Fatalf("%v, %+v", refused.Failure, ports)
				}
				for _, result := range []smtpcheck.Result{refused, taken} {
					seen(t, forms, fmt.Sprint(result.Failure, result.Stages, result.Transcript, result.Offered))
				}
				for _, port := range ports {
					seen(t, forms, fmt.Sprint(port.Greeting, port.Auth, *port.Certificate, port.Failure, port.Identities))
				}
			})
		}
	}
}

func seen(t *testing.T, forms map[string]string, text string) {
	t.Helper()
	for how, form := range forms {
		if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
			t.Errorf("the password %s in %s", how, text)
		}
	}
}

// tellAll puts a text wherever a relay can put one.
func tellAll(b *practice.Behavior, form, host string) {
	email := pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: form + "@example.com"}
	b.TLS = func(c *tls.Config) {
		hostile.Sign(c, &x509.Certificate{
			DNSNames: []string{form + ".example", host}, EmailAddresses: []string{form + "@example.com"},
			IPAddresses: map[string][]net.IP{"localhost": {net.IPv4(127, 0, 0, 1)}}[host],
			Subject:     pkix.Name{CommonName: strings.Repeat("x", 98) + form, ExtraNames: []pkix.AttributeTypeAndValue{email}},
			NotAfter:    time.Now().AddDate(0, 3, 0),
		})
	}
	b.Banner = &practice.Answer{Text: "220 relay says " + form + "\r\n"}
	b.Answers = map[string]practice.Answer{
		"EHLO": {Text: "250-relay " + form + "\r\n250-STARTTLS\r\n250-X" + form + "\r\n250 AUTH " + form + "\r\n"},
		"RCPT": {Text: "550 5.1.1 " + form + "\r\n"},
	}
}
