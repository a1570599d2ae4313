package command

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"math/big"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"smtp-wizard/asowner"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/internal/layouttest"
	"smtp-wizard/pocketid"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/steps"
)

// anyHost is a relay whose certificate is for every one of those names.
func anyHost(t *testing.T, names []string) (*practice.Relay, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	casetest.Must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: names, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	casetest.Must(t, err)
	leaf, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	relay := hostile.Start(t, practice.Behavior{TLS: func(c *tls.Config) {
		c.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	}}, practice.Options{AnyLogin: true})
	return relay, pool
}

// truth is what a layout wants.
type truth struct {
	values                  map[string]string
	version, kind, hostname string
	password, refused       bool
}

func truthOf(l layouttest.Layout) truth {
	out := truth{values: map[string]string{}}
	for line := range strings.Lines(l.Want) {
		line = strings.TrimSpace(line)
		key, rest, _ := strings.Cut(line, " ")
		words := strings.Fields(rest + " ? ?")
		switch key {
		case "version":
			out.version = words[0]
			if words[0] == "?" && words[1] != "?" {
				out.version = "0"
			}
		case "hostname":
			out.kind, out.hostname = words[0], words[1]
		case "refused":
			out.refused = true
		case "password":
			out.password = words[0] == "true" && words[2] == "true"
		}
		if assignment := valueLine.FindStringSubmatch(line); assignment != nil {
			out.values[assignment[1]] = assignment[2]
		}
	}
	return out
}

var valueLine = regexp.MustCompile(`^([A-Z_]+)=(.*), from `)

// checkLayout is what check --json prints of a layout, where each name leads to a
// relay, and the addresses that were dialed.
func checkLayout(t *testing.T, l layouttest.Layout, relay *practice.Relay, pool *x509.CertPool) (checkResult, string) {
	t.Helper()
	root := l.Unpack(t)
	world := steps.ThisHost()
	world.RootCAs = pool
	world.Look = func(_ *asowner.Files, planned map[string][]byte) (install.Install, error) {
		return install.Discover(install.Machine{Files: install.Planned{Files: install.Disk{Root: root}, Contents: planned},
			Home: l.Home, UID: l.UID, Hostname: l.Hostname, Dir: l.Dir, Env: l.Set}, l.EnvFile), nil
	}
	asked, dialed := make(chan string, 100), make(chan string, 100)
	world.Net.LookupHost = func(_ context.Context, host string) ([]string, error) {
		asked <- host
		return []string{"127.0.0.1"}, nil
	}
	world.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		dialed <- port
		at := relay.Port()
		if port == "465" {
			at = relay.TLSPort()
		}
		var d net.Dialer
		return d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", strconv.Itoa(at)))
	}
	var printed strings.Builder
	o := &options{IO: testIO(strings.NewReader(""), &printed, &printed), envFile: root + l.EnvFile, json: true}
	err := o.check(t.Context(), world, checkFlags{})
	var exit *exitError
	var r checkResult
	if parsed := json.Unmarshal([]byte(printed.String()), &r); parsed != nil {
		t.Fatalf("%v: %s", err, printed.String())
	}
	if errors.As(err, &exit) != (r.Exit != 0) {
		t.Errorf("%v, and exit %d in the JSON", err, r.Exit)
	}
	if r.Exit != 0 {
		return r, ""
	}
	return r, net.JoinHostPort(<-asked, <-dialed)
}

// TestCheckOfLayouts has check test what arrives in each layout, as the version and
// with the name that are there. Where nothing is sent, it says why.
func TestCheckOfLayouts(t *testing.T) {
	t.Parallel()
	layouts := layouttest.All(t, "../pocketid/install/testdata")
	var names []string
	for _, l := range layouts {
		names = append(names, truthOf(l).values["SMTP_HOST"])
	}
	names = slices.DeleteFunc(names, func(name string) bool { return smtpcheck.CheckHost(name) != nil })
	relay, pool := anyHost(t, names)
	sent := 0
	for _, l := range layouts {
		want := truthOf(l)
		r, dialed := checkLayout(t, l, relay, pool)
		if r.Verdict == steps.VerdictNotTested {
			if !want.stops(r.Diagnosis.ID, r.SpeaksAs) {
				t.Errorf("%s: not tested: %s %s", l.Name, r.Diagnosis.ID, r.Diagnosis.Cause)
			}
			continue
		}
		version := pocketid.NewestKnown()
		if want.version != "?" {
			version, _ = pocketid.ParseVersion(want.version)
		}
		if want.kind == "container-id" {
			want.hostname = pocketid.ExampleContainerID
		}
		names := pocketid.SpeechOf(version, smtpcheck.TLSMode(want.values["SMTP_TLS"]), want.hostname).Names
		if announced := []string{names.First, names.AfterTLS}; r.SpeaksAs != version.String() || !slices.Equal(announced[:len(r.Announced)], r.Announced) {
			t.Errorf("%s: as %s %v, want %s %v", l.Name, r.SpeaksAs, r.Announced, version, announced)
		}
		if r.Exit != 0 {
			continue
		}
		sent++
		all := relay.Delivered()
		mail := all[len(all)-1]
		if to := net.JoinHostPort(want.values["SMTP_HOST"], strings.TrimLeft(want.values["SMTP_PORT"], "0")); dialed != to ||
			mail.From != want.values["SMTP_FROM"] || mail.User != want.values["SMTP_USER"] {
			t.Errorf("%s: %s was sent %q by %q, want %v", l.Name, dialed, mail.From, mail.User, want.values)
		}
	}
	if sent < 30 {
		t.Errorf("only %d layouts were tested", sent)
	}
}

// stops reports whether nothing can be sent in a layout, for that reason.
func (w truth) stops(id, speaksAs string) bool {
	version, _ := pocketid.SpeaksAs(speaksAs)
	has := func(effect pocketid.Effect) bool {
		return slices.ContainsFunc(pocketid.Objections(w.values, version), func(o pocketid.Objection) bool { return o.Effect == effect })
	}
	host, port := w.values["SMTP_HOST"], w.values["SMTP_PORT"]
	_, notPort := strconv.Atoi(port)
	switch id {
	case "reader-refuses":
		return w.refused || host == ""
	case "not-handed-on":
		return host == ""
	case "password-unreadable":
		return !w.password
	case "only-inside":
		return !strings.Contains(host, ".")
	case "refuses-to-start":
		return has(pocketid.NoStart)
	case "settings-ignored":
		return has(pocketid.Ignored)
	case "cannot-send":
		return smtpcheck.CheckHost(host) != nil || notPort != nil || w.values["SMTP_FROM"] == "" ||
			!slices.Contains([]string{"none", "starttls", "tls"}, w.values["SMTP_TLS"])
	}
	return false
}
