package steps

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"smtp-wizard/diagnosis"
	"smtp-wizard/pocketid"
	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/wizard"
)

// records is a DNS that has TXT records only, and remembers the questions.
type records struct {
	txt    map[string]string
	silent bool // answers in a minute, which is too late for everything

	mu    sync.Mutex
	asked []string
}

func (r *records) ask(ctx context.Context, name string) error {
	r.mu.Lock()
	r.asked = append(r.asked, strings.TrimSuffix(name, "."))
	r.mu.Unlock()
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
	return nil, r.ask(ctx, name)
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
		s := Setup{Settings: smtpcheck.Settings{Port: 587, TLS: smtpcheck.TLSStartTLS, User: "u", From: "id@firm.de", To: "me@example.com"}, Hostname: "id.example.com"}
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
func testWith(t *testing.T, dns deliverability.Resolver, behavior string) TestResult {
	t.Helper()
	w, relay := practiceWorld(t, behavior)
	w.DNS = dns
	w.Source = func(context.Context, netip.Addr) (netip.Addr, error) { return netip.Addr{}, net.ErrClosed }
	w.Presets = []presets.Preset{{ID: "practice", Name: "Practice", SPF: []string{"spf.example.net"}}}
	return w.RunTest(t.Context(), Setup{
		Preset: "practice", Settings: smtpcheck.Settings{Host: "localhost", Port: relay.TLSPort(), TLS: smtpcheck.TLSImplicit, From: "id@firm.example", To: "me@example.com"}, Hostname: "id.example.com", As: versionOf(t, "2.9.0"),
	}, nil, func(any) {})
}

func TestHintsAfterSuccess(t *testing.T) {
	t.Parallel()
	dns := &records{txt: map[string]string{"firm.example": "v=spf1 include:spf.example.net -all", "spf.example.net": "v=spf1 -all"}}
	trial := testWith(t, dns, "open")
	if trial.Result.Failure != nil {
		t.Fatal(trial.Result.Failure)
	}
	want := map[string]deliverability.Level{"spf": deliverability.Good, "dmarc": deliverability.Advice, "mx": deliverability.Advice}
	for _, h := range trial.Hints {
		if h.Level != want[h.ID] {
			t.Errorf("%+v, want %s", h, want[h.ID])
		}
	}
	if len(trial.Hints) != len(want) {
		t.Errorf("%d hints", len(trial.Hints))
	}
	blocks := hintBlocks(trial.Hints)
	if last, ok := blocks[len(blocks)-1].(wizard.Text); !ok || last.Body != "All good: SPF." {
		t.Errorf("%+v", last)
	}
	if first, ok := blocks[0].(wizard.Text); !ok || first.Tone != wizard.Warn || len(blocks) != len(want) {
		t.Errorf("%+v", blocks)
	}
}

// A DNS that says nothing neither fails a test nor holds it up: what it would say in
// the end is not heard.
func TestHintsWithoutDNS(t *testing.T) {
	t.Parallel()
	trial := testWith(t, &records{silent: true}, "open")
	if trial.Result.Failure != nil || len(trial.Hints) != 3 {
		t.Fatalf("%v, %d hints", trial.Result.Failure, len(trial.Hints))
	}
	for _, h := range trial.Hints {
		if h.Level != deliverability.Unknown {
			t.Errorf("%+v", h)
		}
	}
}

func TestNoHintsAfterRefusal(t *testing.T) {
	t.Parallel()
	trial := testWith(t, &records{}, "relay-denied")
	if trial.Result.Failure == nil || trial.Hints != nil {
		t.Errorf("%v, %+v", trial.Result.Failure, trial.Hints)
	}
}

// The port with implicit TLS is looked for only where advice follows: not in the
// guide, which knows the ports already.
func TestImplicitTLSIsProbedForAdviceOnly(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		run  func(World, Setup) TestResult
		want int32
	}{
		"check": {func(w World, s Setup) TestResult {
			return w.RunTest(t.Context(), s, []string{"localhost"}, func(any) {})
		}, 1},
		"the guide": {func(w World, s Setup) TestResult {
			v := View{Found: map[wizard.ID]wizard.Finding{Identity: {Result: mixedResults()}}}
			return livetest{w}.Work(t.Context(), wizard.Job{For: testRun{setup: s}}, v, func(any) {}).(TestResult)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w, relay := practiceWorld(t, "google")
			var dials atomic.Int32
			w.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				if strings.HasSuffix(address, ":465") {
					dials.Add(1)
					return nil, syscall.ECONNREFUSED
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			}
			s := Setup{Preset: Custom, Hostname: "localhost", As: versionOf(t, "2.9.0"), Settings: smtpcheck.Settings{
				Host: "localhost", Port: relay.Port(), TLS: smtpcheck.TLSStartTLS, From: "id@example.com", To: "me@example.com"}}
			r := tt.run(w, s)
			if r.Diagnosis == nil || r.Diagnosis.Step != diagnosis.StepIdentity || len(r.Advice) == 0 {
				t.Fatalf("the name is not what was refused: %+v, advice %+v", r.Diagnosis, r.Advice)
			}
			if got := dials.Load(); got != tt.want {
				t.Errorf("port 465 was dialed %d times, want %d", got, tt.want)
			}
		})
	}
}

// practiceWorld is a world that trusts a relay of that behavior.
func practiceWorld(t testing.TB, behavior string, options ...practice.Options) (World, *practice.Relay) {
	t.Helper()
	b, ok := practice.Named(behavior)
	if !ok {
		t.Fatalf("no relay %q", behavior)
	}
	relay, err := practice.Start(b, append(options, practice.Options{})[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(relay.Close)
	w := ThisHost()
	w.RootCAs = relay.CA()
	return w, relay
}

// BenchmarkRunTest reports how much longer a test with a delivery and four
// identities beside it takes than one single conversation, with a relay that
// takes 100 ms for each reply.
func BenchmarkRunTest(b *testing.B) {
	behavior, _ := practice.Named("open")
	behavior.ReplyDelay = 100 * time.Millisecond
	const user, password = "mailer", "secret"
	relay, err := practice.Start(behavior, practice.Options{User: user, Password: password})
	if err != nil {
		b.Fatal(err)
	}
	defer relay.Close()
	none, err := pocketid.SpeaksAs("none")
	if err != nil {
		b.Fatal(err)
	}
	w := ThisHost()
	w.RootCAs = relay.CA()
	took := func(s Setup, names ...string) time.Duration {
		began := time.Now()
		t := w.RunTest(b.Context(), s, names, func(any) {})
		if t.Result.Failure != nil {
			b.Fatal(t.Result.Failure)
		}
		for _, r := range t.Identities {
			if r.Acceptance != smtpcheck.Accepted {
				b.Errorf("%s: %v", r.Name, r.Failure)
			}
		}
		return time.Since(began)
	}
	for mode, port := range map[smtpcheck.TLSMode]int{
		smtpcheck.TLSNone: relay.Port(), smtpcheck.TLSStartTLS: relay.Port(), smtpcheck.TLSImplicit: relay.TLSPort(),
	} {
		b.Run(string(mode), func(b *testing.B) {
			s := Setup{As: none, Hostname: "id.example.com", Settings: smtpcheck.Settings{Host: "127.0.0.1", Port: port,
				TLS: mode, User: user, Password: secret.New(password), From: "id@example.com", To: "me@example.com"}}
			var alone, together time.Duration
			for b.Loop() {
				alone += took(s)
				together += took(s, "id.example.com", "example.com", "vps.example.net", "localhost")
			}
			b.ReportMetric(together.Seconds()/alone.Seconds(), "times-one-conversation")
		})
	}
}
