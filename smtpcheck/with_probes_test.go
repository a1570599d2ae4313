package smtpcheck_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

var fourNames = strings.Fields("id.example.com example.com vps.example.net box")

// That they run side by side is no matter of time: no identity gets a connection
// here before all have asked for one.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	r := relay(t, "open", practice.Options{User: user, Password: password})
	p := login(plan(r, smtpcheck.TLSStartTLS))
	p.Limits.Silence = patience // the greeting may be late, and the probe would ask for a connection too
	var asked atomic.Int32
	all := make(chan struct{})
	p.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		switch n := asked.Add(1); {
		case n == 1: // the conversation itself
			return (&net.Dialer{}).DialContext(ctx, network, address)
		case n == int32(len(fourNames)): // it announces one of the names
			close(all)
		}
		select {
		case <-all:
			return (&net.Dialer{}).DialContext(ctx, network, address)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	result, names := smtpcheck.RunWithProbes(t.Context(), p, fourNames, func(smtpcheck.Event) {}, nil)
	if want := "id.example.com accepted rcpt, example.com accepted rcpt, vps.example.net accepted rcpt, box accepted rcpt"; result.Failure != nil || summary(names) != want {
		t.Errorf("%v, %s", result.Failure, summary(names))
	}
	if n := asked.Load(); n != int32(len(fourNames)) || len(r.Delivered()) != 1 {
		t.Errorf("%d connections, %d messages", n, len(r.Delivered()))
	}
}

// farewell is a connection that no longer counts when its end is announced.
type farewell struct {
	net.Conn
	ends func()
}

func (f farewell) Write(b []byte) (int, error) {
	if strings.HasPrefix(string(b), "221") {
		f.ends()
	}
	return f.Conn.Write(b)
}

// A relay with room for one connection at a time is had alone before its limit is
// named.
func TestOneConnectionAllowed(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	for _, word := range []string{"421 4.7.0 too many connections\r\n", ""} {
		open := 0
		p := scriptedRelay(t, func(conn net.Conn) {
			mu.Lock()
			open++
			full := open > 1
			mu.Unlock()
			ends := sync.OnceFunc(func() { mu.Lock(); defer mu.Unlock(); open-- })
			defer ends()
			if full {
				say(conn, word)
				return
			}
			talkFor(farewell{conn, ends}, func(string, string) string { return "250 ok" })
		})
		result, names := smtpcheck.RunWithProbes(t.Context(), p, fourNames, func(smtpcheck.Event) {}, nil)
		for _, r := range names {
			if r.Acceptance != smtpcheck.Accepted {
				t.Errorf("%q: %+v, %v", word, r, r.Failure)
			}
		}
		if result.Failure != nil {
			t.Errorf("%q: %v", word, result.Failure)
		}
	}
}
