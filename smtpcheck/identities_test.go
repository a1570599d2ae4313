package smtpcheck_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

func summary(results []smtpcheck.IdentityResult) string {
	var all []string
	for _, v := range results {
		all = append(all, v.Name+" "+v.Acceptance.String()+" "+string(v.Stage))
	}
	return strings.Join(all, ", ")
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	names := []string{"localhost", "id.example.com", "box"}
	for _, c := range casetest.Read[[]struct {
		Relay   string
		Options practice.Options
		Login   bool
		Want    string
	}](t, "identities") {
		t.Run(c.Relay, func(t *testing.T) {
			t.Parallel()
			r := relay(t, c.Relay, c.Options)
			p := plan(r, smtpcheck.TLSStartTLS)
			if c.Login {
				p = login(p)
			}
			var reported []smtpcheck.IdentityResult
			got := smtpcheck.Identities(context.Background(), p, names, func(v smtpcheck.IdentityResult) { reported = append(reported, v) })
			if summary(got) != c.Want {
				t.Errorf("got  %s\nwant %s", summary(got), c.Want)
			}
			if len(reported) != len(names) {
				t.Errorf("%d results reported", len(reported))
			}
			for _, v := range got {
				if v.Reply == nil && c.Relay != "drops-at-ehlo" && c.Relay != "http" {
					t.Errorf("%s: no reply", v.Name)
				}
			}
			if len(r.Delivered()) != 0 {
				t.Error("a probe delivered a message")
			}
		})
	}
}

// A refusal that gives no reason is the name's when another name passes.
func TestIdentitiesCompare(t *testing.T) {
	t.Parallel()
	p := fakeRelay(t, func(line, name string) string {
		if strings.HasPrefix(line, "RCPT") && name == "box" {
			return "550 5.7.1 go away"
		}
		return "250 ok"
	})
	got := smtpcheck.Identities(context.Background(), p, []string{"box", "id.example.com"}, nil)
	if want := "box refused rcpt, id.example.com accepted rcpt"; summary(got) != want {
		t.Errorf("got %s", summary(got))
	}
	got = smtpcheck.Identities(context.Background(), p, []string{"box"}, nil)
	if want := "box unknown rcpt"; summary(got) != want {
		t.Errorf("alone: got %s", summary(got))
	}
}

func TestSpeaksOfName(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]bool{
		"5.5.2 <box>: Helo command rejected: need fully-qualified hostname":          true,
		"4.7.1 <box.example>: Helo command rejected: Host not found":                 true,
		"Access denied - Invalid HELO name (See RFC2821 4.1.1.1)":                    true,
		"5.5.2 <x>: Sender address rejected: need fully-qualified address":           false,
		"4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]":        false,
		"5.7.1 Rejected by policy; helo=<box>, ip=192.0.2.7":                         false,
		"5.7.1 Relay access denied":                                                  false,
		"5.7.0 Invalid credentials for relay (as obtained from HELO and MAIL FROM).": false,
	} {
		if got := smtpcheck.BlamesEHLOName(smtpcheck.Reply{Code: 550, Lines: []string{words}}); got != want {
			t.Errorf("%q: %v", words, got)
		}
	}
}

func TestAtMostFourSessions(t *testing.T) {
	t.Parallel()
	var open, most atomic.Int32
	r := relay(t, "open", practice.Options{}, func(b *practice.Behavior) { b.ReplyDelay = 5 * time.Millisecond })
	p := plan(r, smtpcheck.TLSNone)
	p.Limits.Silence = time.Minute // on a loaded machine a late greeting would open a second connection
	p.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if now := open.Add(1); now > most.Load() {
			most.Store(now)
		}
		return &closing{Conn: conn, open: &open}, err
	}
	names := make([]string, 12)
	for i := range names {
		names[i] = "id.example.com"
	}
	smtpcheck.Identities(context.Background(), p, names, nil)
	if most.Load() > smtpcheck.MaxSessions {
		t.Errorf("%d sessions at a time", most.Load())
	}
}

type closing struct {
	net.Conn
	open   *atomic.Int32
	closed atomic.Bool
}

func (c *closing) Close() error {
	if c.closed.CompareAndSwap(false, true) {
		c.open.Add(-1)
	}
	return c.Conn.Close()
}

// A wrong password is tried once, not once a session.
func TestWrongPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	p := authRelay(t, func(line string) string {
		if strings.HasPrefix(line, "AUTH") {
			tries.Add(1)
		}
		return "535 5.7.8 no"
	})
	p.Gate = smtpcheck.NewGate(4)
	got := smtpcheck.Identities(context.Background(), p, []string{"a.example", "b.example", "c.example"}, nil)
	held := 0
	for _, v := range got {
		if v.Acceptance != smtpcheck.NotJudged || v.Stage != smtpcheck.StageAuth || v.Reply.Code != 535 {
			t.Errorf("%+v", v)
		}
		if errors.Is(v.Failure, smtpcheck.ErrLoginHeld) {
			held++
		}
	}
	if tries.Load() != 1 || held != 2 {
		t.Errorf("%d tries, %d held back", tries.Load(), held)
	}
}

func TestIdentitiesCancelled(t *testing.T) {
	t.Parallel()
	r := relay(t, "mute", practice.Options{})
	p := plan(r, smtpcheck.TLSNone)
	p.Limits = unlimited
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	got := smtpcheck.Identities(ctx, p, make([]string, 0), nil)
	if len(got) != 0 {
		t.Errorf("results without names: %v", got)
	}
	got = inTime(t, func() []smtpcheck.IdentityResult {
		return smtpcheck.Identities(ctx, p, strings.Fields("a.example b.example c.example d.example e.example f.example"), nil)
	})
	for _, v := range got {
		if v.Acceptance != smtpcheck.NotJudged || !errors.Is(v.Failure, context.Canceled) {
			t.Errorf("%+v", v)
		}
	}
}

// A relay that no session can talk to is waited for once, and not again by the
// names that had no session yet.
func TestNamesShareAFailureBeforeEHLO(t *testing.T) {
	t.Parallel()
	names := strings.Fields("a.example b.example c.example d.example e.example f.example g.example h.example i.example")
	for _, c := range []struct {
		relay string
		mode  smtpcheck.TLSMode
		stage smtpcheck.Stage
	}{
		{"mute", smtpcheck.TLSNone, smtpcheck.StageGreeting}, {"mute", smtpcheck.TLSImplicit, smtpcheck.StageTLS},
		{"expired", smtpcheck.TLSImplicit, smtpcheck.StageTLS}, {"ssh", smtpcheck.TLSStartTLS, smtpcheck.StageGreeting},
	} {
		t.Run(c.relay+" "+string(c.mode), func(t *testing.T) {
			t.Parallel()
			var opened atomic.Int32
			p := plan(relay(t, c.relay, practice.Options{}), c.mode)
			p.Limits.Silence = time.Hour
			if c.relay == "mute" { // a limit that a busy machine overruns would be a failure of another kind
				p.Limits.Greeting, p.Limits.Command = 400*time.Millisecond, 400*time.Millisecond
			}
			p.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				opened.Add(1)
				return (&net.Dialer{}).DialContext(ctx, network, address)
			}
			reports := 0
			got := smtpcheck.Identities(context.Background(), p, names, func(smtpcheck.IdentityResult) { reports++ })
			for i, v := range got {
				if v.Name != names[i] || v.Acceptance != smtpcheck.NotJudged || v.Stage != c.stage ||
					v.Failure == nil || v.Failure.Error() != got[0].Failure.Error() {
					t.Errorf("%+v", v)
				}
			}
			// The probe for another protocol opens one more beside each session.
			if n := opened.Load(); n > 2*smtpcheck.MaxSessions || reports != len(names) {
				t.Errorf("%d connections, %d reports", n, reports)
			}
		})
	}
}

// A relay that has no room for one of the sessions is still asked by the others,
// and once more when they have ended.
func TestBusyGreetingIsNotShared(t *testing.T) {
	t.Parallel()
	var sessions atomic.Int32
	p := scriptedRelay(t, func(conn net.Conn) {
		if sessions.Add(1) == 1 {
			say(conn, "421 4.7.0 too many connections\r\n")
			return
		}
		script("220 hi\r\n", hears, "250 ok\r\n", hears, "250 ok\r\n", hears, "250 ok\r\n")(conn)
	})
	p.Gate = smtpcheck.NewGate(1)
	got := smtpcheck.Identities(context.Background(), p, strings.Fields("a.example b.example c.example"), nil)
	accepted := 0
	for _, v := range got {
		if v.Acceptance == smtpcheck.Accepted {
			accepted++
		}
	}
	if accepted != 3 {
		t.Errorf("%s", summary(got))
	}
}
