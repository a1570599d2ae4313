package smtpcheck_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

func TestPorts(t *testing.T) {
	t.Parallel()
	good := relay(t, "google", practice.Options{User: user, Password: password})
	bare := relay(t, "stripped", practice.Options{})
	expired := relay(t, "expired", practice.Options{})
	old := relay(t, "old-tls", practice.Options{})
	web := relay(t, "http", practice.Options{})
	refusedPort := refusing(t)
	const filtered = 2525
	o := smtpcheck.PortOptions{
		Names: []string{"localhost", "id.example.com"}, RootCAs: good.CA(),
		Limits: smtpcheck.Limits{Connect: 300 * time.Millisecond, Silence: 100 * time.Millisecond},
	}
	o.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasSuffix(address, fmt.Sprint(":", filtered)) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		// The limit is for that port: a busy machine may take longer over the others.
		return (&net.Dialer{}).DialContext(context.WithoutCancel(ctx), network, address)
	}
	ports := []int{good.Port(), good.TLSPort(), bare.Port(), expired.Port(), web.Port(), refusedPort, filtered, old.Port(), old.TLSPort()}
	var reported []int
	got := smtpcheck.Ports(context.Background(), "127.0.0.1", ports, o, func(p smtpcheck.Port) { reported = append(reported, p.Port) })
	want := []string{
		"open starttls verified PLAIN,LOGIN 26214400", "open tls verified PLAIN,LOGIN 26214400",
		"open none nothing  26214400", "open starttls the certificate expired  26214400",
		"open  nothing  0", "refused  nothing  0", "filtered  nothing  0",
		"open starttls nothing  26214400", "open tls nothing  0",
	}
	for i, port := range got {
		if port.Port != ports[i] || describe(port) != want[i] {
			t.Errorf("port %d of %v: %s, want %s (%v)", i, ports, describe(port), want[i], port.Failure)
		}
	}
	if slices.Sort(reported); len(reported) != len(ports) {
		t.Errorf("reported %v", reported)
	}
	if !errors.Is(got[4].Failure, smtpcheck.ErrNotSMTP) {
		t.Errorf("web server: %v", got[4].Failure)
	}
	if !slices.Contains(got[0].Certificate.Names, "localhost") || got[0].Certificate.Issuer != "smtp-wizard practice CA" {
		t.Errorf("certificate %+v", got[0].Certificate)
	}
}

func describe(p smtpcheck.Port) string {
	certificate := "nothing"
	if c := p.Certificate; c != nil {
		certificate = "verified"
		if !c.Verified {
			certificate = c.Problem[:strings.LastIndex(c.Problem, " on ")]
		}
	}
	return fmt.Sprintf("%s %s %s %s %d", p.State, p.TLS, certificate, strings.Join(p.Auth, ","), p.Size)
}

func TestPortsWithIdentities(t *testing.T) {
	t.Parallel()
	r := relay(t, "google", practice.Options{})
	got := smtpcheck.Ports(context.Background(), "127.0.0.1", []int{r.Port(), r.TLSPort()}, smtpcheck.PortOptions{
		Names: []string{"localhost", "id.example.com"}, Probe: true, From: "a@b.example", To: "c@d.example",
		Limits: smtpcheck.Limits{Silence: 100 * time.Millisecond},
	}, nil)
	for _, port := range got {
		if want := "localhost refused ehlo, id.example.com accepted rcpt"; summary(port.Identities) != want {
			t.Errorf("port %d: %s", port.Port, summary(port.Identities))
		}
		if port.Certificate == nil || port.Certificate.Verified {
			t.Errorf("port %d: the certificate of an unknown CA: %+v", port.Port, port.Certificate)
		}
	}
	got = smtpcheck.Ports(context.Background(), "127.0.0.1", []int{r.Port()}, smtpcheck.PortOptions{
		Names: []string{"localhost"}, Probe: true, Limits: smtpcheck.Limits{Silence: 100 * time.Millisecond},
	}, nil)
	if got[0].TLS != "" || summary(got[0].Identities) != "localhost refused ehlo" {
		t.Errorf("only a refused name: TLS %q, %s", got[0].TLS, summary(got[0].Identities))
	}
}
