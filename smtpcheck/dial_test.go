package smtpcheck_test

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

// resolving gives a plan's host these addresses; 192.0.2.x never answers. The plan's
// limit is for that one: a busy machine may take longer over those that do answer.
func resolving(p smtpcheck.Plan, addresses ...string) smtpcheck.Plan {
	p.Host, p.SkipVerify = "relay.example", true
	p.Net.LookupHost = func(context.Context, string) ([]string, error) { return addresses, nil }
	p.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "192.0.2.") || strings.HasPrefix(address, "[2001:db8:") {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return (&net.Dialer{}).DialContext(context.WithoutCancel(ctx), network, address)
	}
	return p
}

func TestSeveralAddresses(t *testing.T) {
	t.Parallel()
	r := relay(t, "open", practice.Options{})
	for _, addresses := range [][]string{
		{"2001:db8::1", "127.0.0.1"},              // no answer from the first
		{"127.0.0.9", "127.0.0.1"},                // refused by the first
		{"192.0.2.1", "127.0.0.9", "127.0.0.1"},   // both
		{"127.0.0.1", "2001:db8::1", "192.0.2.1"}, // the first will do
	} {
		result := smtpcheck.Run(context.Background(), resolving(plan(r, smtpcheck.TLSStartTLS), addresses...), nil)
		if result.Failure != nil || result.Address != "127.0.0.1" {
			t.Errorf("%v: %q, %v", addresses, result.Address, result.Failure)
		}
		if want := strings.Join(addresses, ", "); result.Stages[0].Detail != want {
			t.Errorf("dns says %q", result.Stages[0].Detail)
		}
		if !strings.HasSuffix(result.Stages[1].Detail, " at 127.0.0.1") {
			t.Errorf("connect says %q", result.Stages[1].Detail)
		}
	}
}

func TestIPv6Literal(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 loopback here")
	}
	_ = l.Close()
	r := relay(t, "open", practice.Options{Addr: "[::1]:0", TLSAddr: "[::1]:0"})
	for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit} {
		p := plan(r, mode)
		p.Host = "::1"
		if f := smtpcheck.Run(context.Background(), p, nil).Failure; f != nil {
			t.Errorf("%s: %v", mode, f)
		}
	}
}

// refusing is a port that refuses connections until the test ends: one that is
// taken, and that nothing listens on.
func refusing(t *testing.T) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	casetest.Must(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	casetest.Must(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := unix.Getsockname(fd)
	casetest.Must(t, err)
	return name.(*unix.SockaddrInet4).Port
}

func TestNoConnection(t *testing.T) {
	t.Parallel()
	base := plan(relay(t, "open", practice.Options{}), smtpcheck.TLSNone)
	base.Port = refusing(t)
	base.Limits.Connect = 300 * time.Millisecond
	refused := resolving(base, "127.0.0.1")
	filtered := resolving(base, "192.0.2.1")
	both := resolving(base, "192.0.2.1", "127.0.0.1")
	missing := base
	missing.Host = "nowhere.example"
	missing.Net.LookupHost = func(context.Context, string) ([]string, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}
	}
	slow := missing
	slow.Net.LookupHost = func(ctx context.Context, _ string) ([]string, error) { <-ctx.Done(); return nil, ctx.Err() }
	for name, c := range map[string]struct {
		plan  smtpcheck.Plan
		stage smtpcheck.Stage
		is    []error
		not   []error
	}{
		"refused":  {refused, smtpcheck.StageConnect, []error{smtpcheck.ErrConnRefused}, []error{smtpcheck.ErrTimeout}},
		"filtered": {filtered, smtpcheck.StageConnect, []error{smtpcheck.ErrTimeout}, []error{smtpcheck.ErrConnRefused}},
		"both":     {both, smtpcheck.StageConnect, []error{smtpcheck.ErrTimeout, smtpcheck.ErrConnRefused}, nil},
		"missing":  {missing, smtpcheck.StageDNS, []error{smtpcheck.ErrNoSuchHost}, []error{smtpcheck.ErrTimeout}},
		"slow":     {slow, smtpcheck.StageDNS, []error{smtpcheck.ErrTimeout}, []error{smtpcheck.ErrNoSuchHost}},
	} {
		f := ends(t, t.Context(), c.plan, nil).Failure
		if f == nil || f.Stage != c.stage {
			t.Errorf("%s: %v", name, f)
			continue
		}
		for _, kind := range c.is {
			if !errors.Is(f, kind) {
				t.Errorf("%s: %v is not %v", name, f, kind)
			}
		}
		for _, kind := range c.not {
			if errors.Is(f, kind) {
				t.Errorf("%s: %v is %v", name, f, kind)
			}
		}
	}
}

// What a resolver and a network say becomes words of one kind.
func TestWordsOfNoConnection(t *testing.T) {
	t.Parallel()
	host := func(e net.DNSError) error { e.Err, e.Name = "server misbehaving", "mx.example"; return &e }
	for want, c := range map[string]struct {
		found        []string
		lookup, dial error
	}{
		"no address is known for mx.example":                                  {lookup: host(net.DNSError{IsNotFound: true})},
		"the name server did not answer within 30 s":                          {lookup: host(net.DNSError{IsTimeout: true})},
		"looking up mx.example failed: lookup mx.example: server misbehaving": {lookup: host(net.DNSError{IsTemporary: true})},
		"mx.example has no address":                                           {found: []string{"x", ""}},
		"port 25 at 192.0.2.1: the connection was closed at once":             {found: []string{"192.0.2.1"}, dial: syscall.ECONNRESET},
		"port 25 at 192.0.2.1: no route from this machine":                    {found: []string{"192.0.2.1"}, dial: syscall.EHOSTUNREACH},
		"port 25 at 192.0.2.1: no answer within 30 s":                         {found: []string{"192.0.2.1"}, dial: os.ErrDeadlineExceeded},
		"port 25 at 192.0.2.1: odd?[m":                                        {found: []string{"192.0.2.1"}, dial: errors.New("odd\x1b[m")},
	} {
		p := smtpcheck.Plan{Settings: smtpcheck.Settings{Host: "mx.example", Port: 25, TLS: smtpcheck.TLSNone},
			Client: smtpcheck.Client{Names: smtpcheck.SameName("id.example.com")}}
		p.Net.LookupHost = func(context.Context, string) ([]string, error) { return c.found, c.lookup }
		p.Net.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, c.dial }
		p.Limits.Connect, p.StopAfter = 30*time.Second, smtpcheck.StageEHLO
		if f := smtpcheck.Run(t.Context(), p, nil).Failure; f == nil || f.Error() != want {
			t.Errorf("%v, not %s", f, want)
		}
	}
}

// Names that cannot exist are not asked for.
func TestInvalidIsNotAskedFor(t *testing.T) {
	t.Parallel()
	for host, asked := range map[string]bool{"relay.invalid": false, "INVALID.": false, "invalid.example": true, "notinvalid": true} {
		got := false
		p := smtpcheck.Plan{
			Settings:  smtpcheck.Settings{Host: host, Port: 25, TLS: smtpcheck.TLSNone},
			Client:    smtpcheck.Client{Names: smtpcheck.SameName("id.example.com")},
			StopAfter: smtpcheck.StageEHLO,
		}
		p.Net.LookupHost = func(context.Context, string) ([]string, error) {
			got = true
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		result := smtpcheck.Run(context.Background(), p, nil)
		if result.Failure == nil || !errors.Is(result.Failure, smtpcheck.ErrNoSuchHost) || got != asked {
			t.Errorf("%s: asked %v, %v", host, got, result.Failure)
		}
	}
}
