package diagnosis_test

import (
	"bufio"
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"smtp-wizard/diagnosis"
	"smtp-wizard/smtpcheck"
)

// chain is a certificate chain to show, with the authority to trust.
type chain struct {
	show  tls.Certificate
	roots *x509.CertPool
}

type change func(leaf, parent *x509.Certificate)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// chainOf makes a leaf for 127.0.0.1 below an authority, after a change to either.
func chainOf(alter change, rsaKeys bool) chain {
	var caKey, key crypto.Signer = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	if rsaKeys {
		caKey, key = must(rsa.GenerateKey(rand.Reader, 2048)), must(rsa.GenerateKey(rand.Reader, 2048))
	}
	now := time.Now()
	parent := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(0x7f01020304050607), Subject: pkix.Name{CommonName: "relay"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 1, 0),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	alter(leaf, parent)
	ca := must(x509.CreateCertificate(rand.Reader, parent, parent, caKey.Public(), caKey))
	var public any = key.Public()
	if leaf.PublicKey != nil {
		public = leaf.PublicKey
	}
	der := must(x509.CreateCertificate(rand.Reader, leaf, must(x509.ParseCertificate(ca)), public, caKey))
	c := chain{tls.Certificate{Certificate: [][]byte{der, ca}, PrivateKey: key}, x509.NewCertPool()}
	c.roots.AddCert(must(x509.ParseCertificate(ca)))
	return c
}

// tlsRelay greets under TLS from the first byte, and takes EHLO and QUIT.
func tlsRelay(t *testing.T, config *tls.Config) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(tls.Server(conn, config))
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func serve(conn *tls.Conn) {
	defer func() { _ = conn.Close() }()
	if conn.Handshake() != nil {
		return
	}
	fmt.Fprint(conn, "220 relay.example.com ESMTP\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		fmt.Fprint(conn, "250 ok\r\n")
	}
}

func nothing(_, _ *x509.Certificate) {}

// tlsCases are relays that a Go program such as Pocket ID refuses, or that refuse it.
var tlsCases = []struct {
	name    string
	alter   change
	rsaKeys bool
	distort func(*chain)
	config  func(*tls.Config)
	id      string
	says    string // in cause and fix
	host    string // when not the address
}{
	{name: "expired", alter: func(leaf, _ *x509.Certificate) { leaf.NotAfter = time.Now().Add(-time.Minute) }, id: "go-x509-expired", says: time.Now().Add(-time.Minute).UTC().Format("2006-01-02")},
	{name: "expired issuer", alter: func(_, parent *x509.Certificate) { parent.NotAfter = time.Now().AddDate(0, 0, -3) }, id: "go-x509-expired", says: time.Now().AddDate(0, 0, -3).UTC().Format("2006-01-02")},
	{name: "not yet valid", alter: func(leaf, _ *x509.Certificate) {
		leaf.NotBefore = time.Now().AddDate(0, 0, 2)
	}, id: "x509-not-yet-valid", says: "clock"},
	{name: "SHA-1", alter: func(leaf, _ *x509.Certificate) { leaf.SignatureAlgorithm = x509.SHA1WithRSA }, rsaKeys: true, id: "x509-sha1", says: "x509sha1"},
	{name: "negative serial", alter: nothing, distort: negativeSerial, id: "x509-negative-serial", says: "GODEBUG=x509negativeserial=1 (Go 1.23"},
	{name: "client's key usage", alter: func(leaf, _ *x509.Certificate) { leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, id: "x509-key-usage", says: "serverAuth"},
	{name: "other name", alter: func(leaf, _ *x509.Certificate) {
		leaf.IPAddresses, leaf.DNSNames = []net.IP{net.IPv4(192, 0, 2, 1)}, []string{"mail.example.org"}
	}, id: "go-x509-name", says: "mail.example.org"},
	{name: "no name but a CN", alter: func(leaf, _ *x509.Certificate) { leaf.IPAddresses, leaf.Subject.CommonName = nil, "localhost" }, id: "x509-legacy-cn", says: "subject alternative name", host: "localhost"},
	{name: "unknown authority", alter: nothing, distort: func(c *chain) { c.roots = x509.NewCertPool() }, id: "go-x509-unknown-ca", says: "private CA"},
	{name: "self-signed", alter: nothing, distort: selfSigned, id: "go-x509-unknown-ca", says: "self-signed: nobody"},
	{name: "virus scanner", alter: func(_, parent *x509.Certificate) { parent.Subject.CommonName = "Avast Web/Mail Shield Root" }, distort: func(c *chain) { c.roots = x509.NewCertPool() }, id: "tls-intercepted", says: "scanner"},
	{name: "huge key", alter: func(leaf, _ *x509.Certificate) {
		leaf.PublicKey = &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 9000, 1), E: 65537}
	}, id: "tls-huge-key", says: "tlsmaxrsasize"},
	{name: "RSA key exchange only", alter: nothing, rsaKeys: true, config: func(c *tls.Config) {
		c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}
	}, id: "tls-rsa-exchange", says: "GODEBUG=tlsrsakex=1 (Go 1.22"},
	{name: "TLS 1.0 only", alter: nothing, rsaKeys: true, config: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }, id: "openssl-alert-70", says: "TLS 1.2"},
}

// negativeSerial turns the serial number, which is the first integer of eight bytes.
func negativeSerial(c *chain) {
	der := c.show.Certificate[0]
	at := strings.Index(string(der), "\x02\x08\x7f\x01\x02\x03")
	der[at+2] = 0xff
}

func selfSigned(c *chain) {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := must(x509.ParseCertificate(c.show.Certificate[0]))
	template.PublicKey = nil
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	c.show = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestLiveTLS has a conversation with each relay, under TLS from the first byte.
func TestLiveTLS(t *testing.T) {
	t.Parallel()
	for _, c := range tlsCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			made := chainOf(c.alter, c.rsaKeys)
			if c.distort != nil {
				c.distort(&made)
			}
			config := &tls.Config{Certificates: []tls.Certificate{made.show}}
			if c.config != nil {
				c.config(config)
			}
			plan := smtpcheck.Plan{
				Settings: smtpcheck.Settings{Host: cmp.Or(c.host, "127.0.0.1"), Port: tlsRelay(t, config), TLS: smtpcheck.TLSImplicit, From: "id@example.com", To: "a@example.com"},
				Client:   smtpcheck.Client{Names: smtpcheck.SameName("id.example.com")}, RootCAs: made.roots, StopAfter: smtpcheck.StageEHLO,
				Limits: smtpcheck.Limits{Connect: 30 * time.Second, Greeting: 30 * time.Second, Command: 30 * time.Second},
			}
			result := smtpcheck.Run(context.Background(), plan, nil)
			if result.Failure == nil {
				t.Fatalf("the conversation went well: %v", result.Transcript)
			}
			got := diagnosis.FromFailure(result.Failure, diagnosis.Situation{Settings: plan.Settings})
			if got.ID != c.id || got.Stage != smtpcheck.StageTLS || !strings.Contains(got.Cause+got.Fix, c.says) {
				t.Errorf("%v\n got %s at %s: %s / %s\nwant %s with %q", result.Failure, got.ID, got.Stage, got.Cause, got.Fix, c.id, c.says)
			}
		})
	}
}
