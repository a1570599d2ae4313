package smtpcheck_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

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
