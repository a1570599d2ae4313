package smtpcheck_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/practice"
)

var fourNames = []string{"id.example.com", "example.com", "vps.example.net", "box"}

// sideBySide is what a check does: a delivery, and the identities beside it.
func sideBySide(b testing.TB, p smtpcheck.Plan) time.Duration {
	began := time.Now()
	p.Gate = smtpcheck.NewGate(smtpcheck.MaxSessions)
	var main sync.WaitGroup
	main.Go(func() { deliver(b, p) })
	for _, v := range smtpcheck.Identities(context.Background(), p, fourNames, nil) {
		if v.Acceptance != smtpcheck.Accepted {
			b.Errorf("%s: %v", v.Name, v.Failure)
		}
	}
	main.Wait()
	return time.Since(began)
}

func deliver(b testing.TB, p smtpcheck.Plan) time.Duration {
	began := time.Now()
	if f := smtpcheck.Run(context.Background(), p, nil).Failure; f != nil {
		b.Error(f)
	}
	return time.Since(began)
}

// That they run side by side is no matter of time: nobody gets a connection here
// before all have asked for one. One after the other, the first would ask in vain.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	p := login(plan(relay(t, "open", practice.Options{User: user, Password: password}), smtpcheck.TLSStartTLS))
	p.Limits.Silence = time.Hour // the greeting may be late, and the probe would ask for a connection too
	var asked atomic.Int32
	all := make(chan struct{})
	p.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if asked.Add(1) == int32(1+len(fourNames)) {
			close(all)
		}
		select {
		case <-all:
			return (&net.Dialer{}).DialContext(ctx, network, address)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	sideBySide(t, p)
	if n := asked.Load(); n != int32(1+len(fourNames)) {
		t.Errorf("%d connections", n)
	}
}
