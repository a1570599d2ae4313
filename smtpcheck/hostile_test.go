package smtpcheck_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
	"unicode"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

// hostileCases say for each practice relay where a conversation must end, and how.
var hostileCases = []struct {
	relay string
	mode  smtpcheck.TLSMode
	login bool
	stage smtpcheck.Stage
	code  int    // of the reply; 0: none
	err   error  // nil: the reply is all there is
	says  string // part of Failure.Error()
}{
	{"slow-banner", "none", false, "greeting", 0, smtpcheck.ErrTimeout, "no greeting within 0.5 s"},
	{"mute", "none", false, "greeting", 0, smtpcheck.ErrTimeout, "no greeting within 0.5 s"},
	{"mute", "starttls", false, "greeting", 0, smtpcheck.ErrTimeout, "no greeting"},
	{"mute", "tls", false, "tls", 0, smtpcheck.ErrTimeout, "no TLS handshake within 0.5 s"},
	{"drops-at-ehlo", "none", false, "ehlo", 0, smtpcheck.ErrClosed, "closed without a reply at EHLO id.example.com"},
	{"closes-in-data", "none", false, "data", 0, smtpcheck.ErrClosed, "closed without a reply at the end of DATA"},
	{"long-line", "none", false, "ehlo", 0, smtpcheck.ErrTooLong, "64 KiB"},
	{"endless", "none", false, "ehlo", 250, smtpcheck.ErrTooLong, "64 KiB"},
	{"endless", "tls", false, "ehlo", 250, smtpcheck.ErrTooLong, "64 KiB"},
	{"junk", "none", false, "greeting", 0, smtpcheck.ErrProtocol, "without a reply code"},
	{"escapes", "none", false, "rcpt", 550, nil, "550 5.1.1 ?[2J?]0;owned?no?such? user"},
	{"http", "none", false, "greeting", 0, smtpcheck.ErrNotSMTP, "this port speaks HTTP, not SMTP"},
	{"http", "tls", false, "tls", 0, smtpcheck.ErrNotSMTP, "this port speaks HTTP"},
	{"ssh", "starttls", false, "greeting", 0, smtpcheck.ErrNotSMTP, "this port speaks SSH, not SMTP: \"SSH-2.0-OpenSSH_9.9\""},
	{"stripped", "starttls", false, "starttls", 0, smtpcheck.ErrNotOffered, "does not offer STARTTLS; it offers SIZE"},
	{"injected", "starttls", false, "starttls", 0, smtpcheck.ErrInjected, "250-injected.example"},
	{"no-tls-now", "starttls", false, "starttls", 454, nil, "454 4.7.0 TLS not available"},
	{"expired", "starttls", false, "tls", 0, nil, "the certificate expired on "},
	{"self-signed", "tls", false, "tls", 0, nil, "the certificate is self-signed (localhost)"},
	{"wrong-name", "starttls", false, "tls", 0, nil, "the certificate is for elsewhere.example, not for 127.0.0.1"},
	{"old-tls", "starttls", false, "tls", 0, smtpcheck.ErrOldTLS, "TLS 1.2 is needed"},
	{"old-tls", "tls", false, "tls", 0, smtpcheck.ErrOldTLS, "TLS 1.2 is needed"},
	{"no-auth", "none", true, "auth", 0, smtpcheck.ErrNotOffered, "does not offer AUTH"},
	{"no-auth", "none", false, "mail", 530, nil, "530 5.7.0"},
	{"xoauth2-only", "none", true, "auth", 0, smtpcheck.ErrMechanism, "does not offer AUTH PLAIN or LOGIN; it offers XOAUTH2"},
	{"auth-after-tls", "none", true, "auth", 0, smtpcheck.ErrNotOffered, "does not offer AUTH"},
	{"wrong-password", "none", true, "auth", 535, nil, "535 5.7.8 Username and Password not accepted (in reply to AUTH PLAIN)"},
	{"sender-refused", "none", false, "mail", 553, nil, "in reply to MAIL FROM:<id@example.com>"},
	{"recipient-refused", "tls", false, "rcpt", 550, nil, "in reply to RCPT TO:<admin@example.com>"},
	{"greylisting", "none", false, "rcpt", 450, nil, "Greylisted"},
	{"message-refused", "none", false, "data", 554, nil, "554 5.7.1 Message rejected as spam (in reply to the end of DATA)"},
	{"busy", "none", false, "mail", 421, nil, "421 4.3.2 Service shutting down"},
}

func TestHostileRelays(t *testing.T) {
	t.Parallel()
	for _, c := range hostileCases {
		t.Run(c.relay+" "+string(c.mode), func(t *testing.T) {
			t.Parallel()
			options := practice.Options{}
			if c.login || c.relay == "no-auth" {
				options.User, options.Password = user, password
			}
			r := relay(t, c.relay, options, slower)
			p := plan(r, c.mode)
			p.Limits = unlimited
			if errors.Is(c.err, smtpcheck.ErrTimeout) {
				p.Limits.Greeting, p.Limits.Command = 500*time.Millisecond, 500*time.Millisecond
			}
			if c.login {
				p = login(p)
			}
			result := ends(t, t.Context(), p, nil)
			f := result.Failure
			if f == nil {
				t.Fatalf("no failure:\n%s", text(result))
			}
			if f.Stage != c.stage || c.err != nil && !errors.Is(f, c.err) {
				t.Errorf("stage %s, %v", f.Stage, f)
			}
			if !strings.Contains(f.Error(), c.says) {
				t.Errorf("says %q", f.Error())
			}
			if (f.Reply == nil) != (c.code == 0) || f.Reply != nil && f.Reply.Code != c.code {
				t.Errorf("reply %v", f.Reply)
			}
			checkSafe(t, result)
		})
	}
}

// slower keeps a relay that is slow with its greeting from giving it at all.
func slower(b *practice.Behavior) {
	if b.BannerDelay > 0 {
		b.BannerDelay = time.Hour
	}
}

// checkSafe looks for anything that a terminal would not print, and for "EOF".
func checkSafe(t *testing.T, r smtpcheck.Result) {
	t.Helper()
	shown := []string{r.Failure.Error()}
	for _, s := range r.Stages {
		shown = append(shown, s.Detail)
	}
	for _, l := range r.Transcript {
		shown = append(shown, l.Text)
	}
	if r.Failure.Reply != nil {
		shown = append(shown, r.Failure.Reply.Lines...)
	}
	for _, s := range shown {
		if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) >= 0 {
			t.Errorf("unsafe text %q", s)
		}
		if strings.Contains(s, "EOF") {
			t.Errorf("speaks of EOF: %q", s)
		}
	}
}

func TestWrongPortForTheMode(t *testing.T) {
	t.Parallel()
	r := relay(t, "open", practice.Options{})
	for _, c := range []struct {
		mode  smtpcheck.TLSMode
		port  int
		stage smtpcheck.Stage
		want  error
	}{
		{smtpcheck.TLSImplicit, r.Port(), smtpcheck.StageTLS, smtpcheck.ErrPlaintextPort},
		{smtpcheck.TLSStartTLS, r.TLSPort(), smtpcheck.StageGreeting, smtpcheck.ErrImplicitTLSPort},
		{smtpcheck.TLSNone, r.TLSPort(), smtpcheck.StageGreeting, smtpcheck.ErrImplicitTLSPort},
	} {
		p := plan(r, c.mode)
		p.Port, p.Limits = c.port, unlimited
		f := ends(t, t.Context(), p, nil).Failure
		if f == nil || f.Stage != c.stage || !errors.Is(f, c.want) {
			t.Errorf("%s on port %d: %v", c.mode, c.port, f)
		}
	}
}

func TestSlowGreeterPasses(t *testing.T) {
	t.Parallel()
	r := relay(t, "open", practice.Options{}, func(b *practice.Behavior) { b.BannerDelay = 600 * time.Millisecond })
	for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSNone, smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit} {
		p := plan(r, mode)
		p.Limits.Silence = 50 * time.Millisecond
		if f := smtpcheck.Run(context.Background(), p, nil).Failure; f != nil {
			t.Errorf("%s: %v", mode, f)
		}
	}
}

func TestCancelAtAnyStage(t *testing.T) {
	t.Parallel()
	for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit} {
		for _, stage := range smtpcheck.Stages[3 : len(smtpcheck.Stages)-1] {
			if mode == smtpcheck.TLSImplicit && stage == smtpcheck.StageStartTLS {
				continue
			}
			t.Run(string(mode)+" "+string(stage), func(t *testing.T) {
				t.Parallel()
				r := relay(t, "open", practice.Options{User: user, Password: password}, muteAt(stage))
				p := login(plan(r, mode))
				p.Limits = unlimited
				p.Limits.Silence = time.Hour
				cancelAt(t, p, stage)
			})
		}
	}
}

// muteAt has a relay never say what a stage waits for. At TLS it answers: a relay
// that is mute there has been so before.
func muteAt(stage smtpcheck.Stage) func(*practice.Behavior) {
	return func(b *practice.Behavior) {
		b.Answers = map[string]practice.Answer{strings.ToUpper(string(stage)): {}}
		if stage == smtpcheck.StageGreeting {
			b.BannerDelay = time.Hour
		}
	}
}

// cancelAt cancels as a stage begins, and wants that stage to fail by it.
func cancelAt(t *testing.T, p smtpcheck.Plan, stage smtpcheck.Stage) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	result := ends(t, ctx, p, func(e smtpcheck.Event) {
		if e.Stage == stage && e.State == smtpcheck.StageBegan {
			cancel()
		}
	})
	f := result.Failure
	if f == nil || f.Stage != stage || !errors.Is(f, context.Canceled) || !strings.HasPrefix(f.Error(), "cancelled") {
		t.Errorf("failure %v", result.Failure)
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	t.Parallel()
	mute := relay(t, "mute", practice.Options{})
	hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	over := make(chan struct{})
	defer close(over)
	for name, change := range map[string]func(*smtpcheck.Plan){
		"dns": func(p *smtpcheck.Plan) {
			p.Host = "relay.example"
			p.Net.LookupHost = func(context.Context, string) ([]string, error) { // takes no notice, as package net's
				<-over
				return nil, errors.New("too late")
			}
		},
		"connect": func(p *smtpcheck.Plan) {
			p.Net.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) { return nil, hang(ctx) }
		},
	} {
		p := plan(mute, smtpcheck.TLSStartTLS)
		p.Limits = unlimited
		p.Limits.Silence = 10 * time.Millisecond
		change(&p)
		ctx, cancel := context.WithCancel(t.Context())
		f := ends(t, ctx, p, func(e smtpcheck.Event) {
			if string(e.Stage) == name && e.State == smtpcheck.StageBegan {
				time.AfterFunc(100*time.Millisecond, cancel) // it waits by then
			}
		}).Failure
		cancel()
		if f == nil || string(f.Stage) != name || !errors.Is(f, context.Canceled) {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestWholeCheckRunsOut(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	f := smtpcheck.Run(ctx, plan(relay(t, "mute", practice.Options{}), smtpcheck.TLSNone), nil).Failure
	if f == nil || !errors.Is(f, context.DeadlineExceeded) || f.Error() != "the time for the whole check ran out" {
		t.Errorf("%v", f)
	}
}

// What is never read cannot be kept: the bound on what is read is one on memory.
func TestReadsNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"long-line", "endless", "junk"} {
		r := relay(t, name, practice.Options{})
		p := plan(r, smtpcheck.TLSNone)
		counted := &countingConn{}
		p.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			counted.Conn = conn
			return counted, err
		}
		result := smtpcheck.Run(context.Background(), p, nil)
		if counted.read == 0 || counted.read > 140<<10 {
			t.Errorf("%s: %d bytes were read", name, counted.read)
		}
		if size := len(text(result)); size > 160<<10 {
			t.Errorf("%s: the transcript has %d bytes", name, size)
		}
	}
}

type countingConn struct {
	net.Conn
	read int
}

func (c *countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read += n
	return n, err
}
