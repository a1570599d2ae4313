//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// opensslFaults are what openssl s_server shows and takes, and how check has to
// read it. Nothing is said behind a handshake that fails, so that it need be no
// mail server.
var opensslFaults = map[string]struct {
	cert    func(t *testing.T, cert, key string)
	args    []string
	unknown bool // the program does not trust the certificate
	want    verdict
}{
	"expired": {
		cert: func(t *testing.T, cert, key string) {
			makeCertificate(t, cert, key, time.Now().Add(-time.Hour), "localhost")
		},
		want: verdict{"tls", "go-x509-expired", "relay", "host"},
	},
	"wrong name": {
		cert: func(t *testing.T, cert, key string) {
			makeCertificate(t, cert, key, time.Now().Add(time.Hour), "mail.example.org")
		},
		want: verdict{"tls", "go-x509-name", "relay", "host"},
	},
	"self-signed":      {cert: rsaCertificate("-addext", "subjectAltName=DNS:localhost"), unknown: true, want: verdict{"tls", "go-x509-unknown-ca", "relay", "host"}},
	"no name but a CN": {cert: rsaCertificate(), want: verdict{"tls", "x509-legacy-cn", "relay", "host"}},
	"TLS 1.0 only": {
		cert: rsaCertificate("-addext", "subjectAltName=DNS:localhost"), args: []string{"-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"},
		want: verdict{"tls", "openssl-alert-70", "provider", "preset"},
	},
	"RSA key exchange only": {
		cert: rsaCertificate("-addext", "subjectAltName=DNS:localhost"), args: []string{"-tls1_2", "-cipher", "AES128-GCM-SHA256"},
		want: verdict{"tls", "tls-rsa-exchange", "relay", "host"},
	},
}

// rsaCertificate makes a certificate of openssl's own, which has no names but what
// is asked for.
func rsaCertificate(more ...string) func(t *testing.T, cert, key string) {
	return func(t *testing.T, cert, key string) {
		run(t, "openssl", append([]string{"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert}, more...)...)
	}
}

func TestOpenSSLFaults(t *testing.T) {
	t.Parallel()
	for name, f := range opensslFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, port := t.TempDir(), freePort(t)
			cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
			f.cert(t, cert, key)
			args := append([]string{"s_server", "-quiet", "-accept", fmt.Sprintf("127.0.0.1:%d", port), "-cert", cert, "-key", key}, f.args...)
			foreground(t, program(t, need(t, "openssl"), args...))
			waitForPort(t, port)
			h := newHome(t, cert)
			if f.unknown {
				h.CAFile = ""
			}
			s := (&postfix{Submission: port}).asAdmin()
			s.TLS = "tls"
			judge(t, h.check(s, "--as", "2.9.0", "--hostname", s.Name, "--to", s.To), f.want)
		})
	}
}
