package presets

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/web"
)

func TestForAddress(t *testing.T) {
	t.Parallel()
	finds(t, ForAddress, casetest.Read[map[string]string](t, "foraddress"))
}

// records is a DNS that knows one domain, and what it was asked.
type records struct {
	mx   []*net.MX
	srv  map[string][]*net.SRV // by service
	err  error
	lock sync.Mutex
	seen []string
}

func (r *records) ask(name string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.seen = append(r.seen, name)
}

func (r *records) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	r.ask("MX " + name)
	return r.mx, r.err
}

func (r *records) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	r.ask("SRV " + service + " " + proto + " " + name)
	return "", r.srv[service], r.err
}

func mxOf(hosts string) *records {
	r := &records{}
	for i, host := range strings.Fields(hosts) {
		r.mx = append(r.mx, &net.MX{Host: host, Pref: uint16(i)})
	}
	return r
}

// receiverOf is the provider known by the MX hosts.
func receiverOf(hosts string) (Preset, bool) {
	s := Discovery{DNS: mxOf(hosts)}.receiver(context.Background(), "firm.de")
	return s.Preset, s.Why != ""
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	finds(t, receiverOf, casetest.Read[map[string]string](t, "receiver"))
	google := &net.MX{Host: "ASPMX.l.google.com.", Pref: 10}
	dns := &records{mx: []*net.MX{{Host: "in1-smtp.messagingengine.com.", Pref: 20}, google}, err: errors.New("one record is malformed")}
	got := Discovery{DNS: dns}.Of(t.Context(), "firm.de")
	if len(got) != 1 || got[0].Why != "it receives the mail of firm.de (MX aspmx.l.google.com)" {
		t.Errorf("%+v", got)
	}
}

func config(servers string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="firm.de">` + servers + `</emailProvider></clientConfig>`
}

func server(host string, port any, socket, auth string) string {
	return fmt.Sprintf(`<outgoingServer type="smtp"><hostname>%s</hostname><port>%v</port><socketType>%s</socketType>`+
		`<username>%%EMAILADDRESS%%</username><authentication>%s</authentication></outgoingServer>`, host, port, socket, auth)
}

// site serves pages by host and path, on loopback, to a client that believes it to be
// every host with a certificate for those named.
func site(t *testing.T, pages map[string]string, certified ...string) (*web.Client, func() []string) {
	t.Helper()
	var lock sync.Mutex
	var seen []string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		seen = append(seen, r.Host+r.URL.String())
		lock.Unlock()
		page, ok := pages[r.Host+r.URL.Path]
		if to, redirect := strings.CutPrefix(page, "to "); redirect {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, page)
	}))
	public, key, err := ed25519.GenerateKey(nil)
	casetest.Must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: certified, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(nil, template, template, public, key)
	casetest.Must(t, err)
	roots := x509.NewCertPool()
	root, _ := x509.ParseCertificate(der)
	roots.AddCert(root)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	client := &web.Client{Roots: roots, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	}}
	return client, func() []string { lock.Lock(); defer lock.Unlock(); return seen }
}

// hosts are those that are asked about firm.de.
var hosts = []string{"autoconfig.firm.de", "firm.de", "autoconfig.thunderbird.net"}

const (
	own   = "autoconfig.firm.de/mail/config-v1.1.xml"
	known = "firm.de/.well-known/autoconfig/mail/config-v1.1.xml"
	ispdb = "autoconfig.thunderbird.net/v1.1/firm.de"
)

func TestDiscovery(t *testing.T) {
	t.Parallel()
	good := config(server("smtp.zoho.eu", 465, "SSL", "password-cleartext"))
	bad := func(servers ...string) map[string]string {
		return map[string]string{own: config(strings.Join(servers, ""))}
	}
	srv := func(target string, port uint16) map[string][]*net.SRV {
		return map[string][]*net.SRV{"submissions": {{Target: target, Port: port}}}
	}
	zoho := "zoho smtp.zoho.eu:465 tls https://"
	for name, tt := range map[string]struct {
		srv   map[string][]*net.SRV
		pages map[string]string
		cert  []string
		want  []string // preset, relay, TLS and a part of the reason
	}{
		"implicit TLS in DNS": {srv: srv("mail.firm.de.", 465), want: []string{"custom mail.firm.de:465 tls firm.de names it in DNS (SRV _submissions._tcp)"}},
		"STARTTLS in DNS": {srv: map[string][]*net.SRV{"submission": {{Target: "smtp.migadu.com.", Port: 587}}},
			want: []string{"migadu smtp.migadu.com:587 starttls firm.de names it in DNS (SRV _submission._tcp)"}},
		"not offered, says DNS": {srv: srv(".", 0)},
		"not a name":            {srv: srv("evil\x1b[31m.firm.de.", 465)},
		"autoconfig":            {pages: map[string]string{own: good}, want: []string{zoho + own}},
		"well-known":            {pages: map[string]string{known: good}, want: []string{zoho + known}},
		"the database":          {pages: map[string]string{ispdb: good}, want: []string{zoho + ispdb}},
		"all": {srv: srv("mail.firm.de.", 465), pages: map[string]string{own: good, ispdb: good}, want: []string{
			"custom mail.firm.de:465 tls firm.de names it in DNS", zoho + own, zoho + ispdb}},
		"the domain in a host": {pages: bad(server("smtp.%EMAILDOMAIN%", 587, "STARTTLS", "password-encrypted")),
			want: []string{"custom smtp.firm.de:587 starttls https://" + own}},
		"the first that a password opens": {pages: bad(server("a.firm.de", 25, "plain", "password-cleartext"),
			server("b.firm.de", 587, "STARTTLS", "OAuth2"), server("c.firm.de", 465, "SSL", "password-cleartext")),
			want: []string{"custom c.firm.de:465 tls https://" + own}},
		"a certificate for another":            {pages: map[string]string{own: good}, cert: []string{"firm.de"}},
		"a redirect":                           {pages: map[string]string{own: "to https://" + known, known: good}, want: []string{zoho + own, zoho + known}},
		"a redirect to HTTP":                   {pages: map[string]string{own: "to http://" + known, known: good}, want: []string{zoho + known}},
		"a redirect to a name of this machine": {pages: map[string]string{own: "to https://localhost/x", "localhost/x": good}, cert: append(hosts, "localhost")},
		"redirects without end":                {pages: map[string]string{own: "to https://" + own}},
		"too much":                             {pages: bad(strings.Repeat("<a/>", maxFile/4), server("smtp.zoho.eu", 465, "SSL", "password-cleartext"))},
		"no XML":                               {pages: map[string]string{own: "<html><br>It works!"}},
		"entities": {pages: map[string]string{own: `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>` +
			config(server("&x;.firm.de", 465, "SSL", "password-cleartext"))}},
		"depth":           {pages: bad(strings.Repeat("<outgoingServer>", 4000))},
		"port 0":          {pages: bad(server("a.firm.de", 0, "SSL", "password-cleartext"))},
		"port 70000":      {pages: bad(server("a.firm.de", 70000, "SSL", "password-cleartext"))},
		"port x":          {pages: bad(server("a.firm.de", "x", "SSL", "password-cleartext"))},
		"a URL as host":   {pages: bad(server("https://a.firm.de/", 465, "SSL", "password-cleartext"))},
		"a line as host":  {pages: bad(server("a.firm.de&#10;SMTP_X=1", 465, "SSL", "password-cleartext"))},
		"a label as host": {pages: bad(server("localhost", 465, "SSL", "password-cleartext"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.cert == nil {
				tt.cert = hosts
			}
			client, _ := site(t, tt.pages, tt.cert...)
			got := Discovery{DNS: &records{srv: tt.srv}, Web: client}.Of(t.Context(), "firm.de")
			for i, s := range got {
				line := fmt.Sprintf("%s %s:%d %s %s", s.Preset.ID, s.Host, s.Port, s.TLS, s.Why)
				if i >= len(tt.want) || !strings.HasPrefix(line, tt.want[i]) {
					t.Errorf("%d: %s", i, line)
				}
			}
			if len(got) != len(tt.want) {
				t.Errorf("%d suggestions: %v", len(got), got)
			}
		})
	}
}

// Nobody hears more than the domain, and all who hear it are named.
func TestOnlyTheDomainIsSent(t *testing.T) {
	t.Parallel()
	client, seen := site(t, nil, hosts...)
	dns := &records{}
	d := Discovery{DNS: dns, Web: client}
	d.Of(t.Context(), "firm.de")
	got := append(seen(), dns.seen...)
	slices.Sort(got)
	want := []string{own, known, ispdb, "MX firm.de.", "SRV submissions tcp firm.de.", "SRV submission tcp firm.de."}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("asked %q", got)
	}
	for _, host := range hosts {
		if !strings.Contains(d.Asked("firm.de"), host) {
			t.Errorf("%s is not named: %s", host, d.Asked("firm.de"))
		}
	}
	d = Discovery{DNS: dns}
	if d.Of(t.Context(), "a b?c"); len(dns.seen) != 3 || d.Asked("firm.de") != "DNS" {
		t.Errorf("a domain that is none: %q", dns.seen)
	}
}

// What has answered counts when the time is over.
func TestDiscoveryEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	client := &web.Client{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	got := Discovery{DNS: mxOf("aspmx1.migadu.com."), Web: client}.Of(ctx, "firm.de")
	if len(got) != 1 || got[0].Preset.ID != "migadu" {
		t.Errorf("%+v", got)
	}
}

func FuzzForAddress(f *testing.F) {
	for _, s := range []string{"a@gmail.com", "<a@gmx.de>", "@", "a@[::1]", "\"a b\"@web.de", "a@b@c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		p, ok := ForAddress(addr)
		if ok && p.ID == "" {
			t.Errorf("%q finds a preset without id", addr)
		}
		if domain := DomainOf(addr); strings.ContainsAny(domain, " \r\n/:") {
			t.Errorf("%q has the domain %q", addr, domain)
		}
	})
}
