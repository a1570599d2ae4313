package steps

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/hostile"
	"smtp-wizard/presets"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// records is a DNS that has TXT, MX and SRV records, one a domain.
type records struct {
	txt, mx, srv map[string]string

	silent bool // answers in a minute, which is too late for everything
}

func (r *records) ask(ctx context.Context, name string) error {
	if r.silent {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Minute):
		}
	}
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (r *records) LookupTXT(ctx context.Context, name string) ([]string, error) {
	err := r.ask(ctx, name)
	if text, ok := r.txt[strings.TrimSuffix(name, ".")]; ok && !r.silent {
		return []string{text}, nil
	}
	return nil, err
}
func (r *records) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	if host, ok := r.mx[strings.TrimSuffix(name, ".")]; ok {
		return []*net.MX{{Host: host + ".", Pref: 10}}, nil
	}
	return nil, r.ask(ctx, name)
}
func (r *records) LookupSRV(ctx context.Context, _, _, name string) (string, []*net.SRV, error) {
	if target, ok := r.srv[strings.TrimSuffix(name, ".")]; ok {
		return "", []*net.SRV{{Target: target + ".", Port: 465}}, nil
	}
	return "", nil, r.ask(ctx, name)
}
func (r *records) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	return nil, r.ask(ctx, addr)
}
func (r *records) LookupHost(ctx context.Context, host string) ([]string, error) {
	return nil, r.ask(ctx, host)
}

func TestQuery(t *testing.T) {
	t.Parallel()
	from := func(addr string) func(*Setup) { return func(s *Setup) { s.From = addr } }
	preset := func(id, host string) func(*Setup) { return func(s *Setup) { s.Preset, s.Host = id, host } }
	tests := []struct {
		name   string
		change []func(*Setup)
		want   string // domain, owner, own, direct and names; "" asks nothing
	}{
		{"a provider", []func(*Setup){preset("google-workspace-relay", "smtp-relay.gmail.com")}, "firm.de - own:false direct:false _spf.google.com"},
		{"a provider found by its host", []func(*Setup){preset(Custom, "smtp-relay.gmail.com")}, "firm.de - own:false direct:false _spf.google.com"},
		{"a relay of one's own", []func(*Setup){preset(Custom, "mail.firm.de")}, "firm.de - own:true direct:false "},
		{"with a login at port 25", []func(*Setup){preset(Custom, "mail.firm.de"), func(s *Setup) { s.Port = 25 }}, "firm.de - own:true direct:false "},
		{"without a login at port 25", []func(*Setup){preset(Custom, "mail.firm.de"), func(s *Setup) { s.Port, s.User = 25, "" }}, "firm.de - own:true direct:true "},
		{"a reserved domain", []func(*Setup){preset("sendgrid", "smtp.sendgrid.net"), from("id@mail.example.com")}, ""},
		{"no domain", []func(*Setup){preset("sendgrid", "smtp.sendgrid.net"), from("root@localhost")}, ""},
		{"mail that goes nowhere", []func(*Setup){preset("mailpit", "mailpit")}, ""},
		{"a mailbox at its provider", []func(*Setup){preset("gmail", "smtp.gmail.com"), from("me@gmail.com")}, ""},
		{"a mailbox elsewhere", []func(*Setup){preset("sendgrid", "smtp.sendgrid.net"), from("me@gmail.com")}, "gmail.com Gmail or Workspace mailbox own:false direct:false "},
	}
	for _, tt := range tests {
		s := Setup{MailAnswers: mailFrom("id@firm.de")}
		s.Port, s.TLS, s.User, s.Hostname = 587, smtpcheck.TLSStartTLS, "u", "id.example.com"
		for _, change := range tt.change {
			change(&s)
		}
		got := ""
		if q, ok := (World{}).query(s); ok {
			got = fmt.Sprintf("%s %s own:%t direct:%t %s", q.Domain, cmp.Or(q.Owner, "-"), q.Own, q.Direct, strings.Join(q.Includes, ","))
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// testWith is a test at a practice relay, with that DNS.
func testWith(t *testing.T, dns Resolver, behavior string) TestResult {
	t.Helper()
	w, relay := practiceWorld(t, behavior)
	w.DNS = dns
	w.Source = func(context.Context, netip.Addr) (netip.Addr, error) { return netip.Addr{}, net.ErrClosed }
	w.Presets = []presets.Preset{{ID: "practice", Name: "Practice", SPF: []string{"spf.example.net"}}}
	s := Setup{MailAnswers: mailFrom("id@firm.example"), As: versionOf(t, "2.9.0")}
	s.Preset, s.Hostname = "practice", "id.example.com"
	s.Host, s.Port, s.TLS = "localhost", relay.TLSPort(), smtpcheck.TLSImplicit
	return w.RunTest(t.Context(), s, nil, func(any) {})
}

// Hints follow a mail that was taken. A DNS that says nothing neither fails a test
// nor holds it up: what it would say in the end is not heard.
func TestHints(t *testing.T) {
	t.Parallel()
	spf := map[string]string{"firm.example": "v=spf1 include:spf.example.net -all", "spf.example.net": "v=spf1 -all"}
	for _, tt := range []struct {
		name, relay string
		dns         *records
		want        string // each hint with its level
	}{
		{"taken", "open", &records{txt: spf}, "dmarc:advice mx:advice spf:good"},
		{"a silent DNS", "open", &records{silent: true}, "dmarc:unknown mx:unknown spf:unknown"},
		{"refused", "relay-denied", &records{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			trial := testWith(t, tt.dns, tt.relay)
			var hints []string
			for _, h := range trial.Hints {
				hints = append(hints, h.ID+":"+string(h.Level))
			}
			slices.Sort(hints)
			if got := strings.Join(hints, " "); got != tt.want || (trial.Result.Failure == nil) != (tt.relay == "open") {
				t.Errorf("%v, hints %q", trial.Result.Failure, got)
			}
		})
	}
}

// The sender page says what is missing in DNS, with the record; and asks nothing that
// is no address yet, or where nobody reads it.
func TestSenderAdvice(t *testing.T) {
	t.Parallel()
	w := sceneWorld()
	w.DNS = &records{txt: map[string]string{"firm.example": "v=spf1 mx -all", "_dmarc.firm.example": "v=DMARC1; p=none"}}
	a := Answers{MailAnswers: MailAnswers{Preset: "fastmail", Settings: smtpcheck.Settings{Host: "smtp.fastmail.com", Port: 465}}}
	page := sender{w}
	asks := func(a Answers, from string) wizard.Job {
		return page.Wants(View{Answers: a, Input: wizard.Input{"from": from}})
	}
	unread := a
	unread.Unattended = true
	if asks(a, "") != (wizard.Job{}) || asks(a, "id@") != (wizard.Job{}) || asks(unread, "id@firm.example") != (wizard.Job{}) {
		t.Error("it asks too early, or for nobody")
	}
	hints := page.Work(t.Context(), asks(a, "id@firm.example"), View{}, nil)
	text := fmt.Sprint(page.Page(View{Answers: a, Found: map[wizard.ID]wizard.Finding{Sender: {Result: hints}}}).After)
	for _, record := range []string{"v=spf1 mx include:spf.messagingengine.com -all", "fm1._domainkey.firm.example: fm1.firm.example.dkim.fmhosted.com", "Add an MX record"} {
		if !strings.Contains(text, record) {
			t.Errorf("%q is not in %s", record, text)
		}
	}
	if strings.Contains(text, "DMARC") {
		t.Errorf("what is good is said: %s", text)
	}
}

// practiceWorld is a world that trusts a relay of that behavior.
func practiceWorld(t testing.TB, behavior string, options ...practice.Options) (World, *practice.Relay) {
	t.Helper()
	relay := hostile.Start(t, hostile.Named(t, behavior), append(options, practice.Options{})[0])
	w := ThisHost()
	w.RootCAs = relay.CA()
	return w, relay
}
