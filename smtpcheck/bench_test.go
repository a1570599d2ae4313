package smtpcheck_test

import (
	"context"
	"sync"
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
		if v.Outcome != smtpcheck.Accepted {
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

// BenchmarkSideBySide reports how much longer a delivery with four identity
// probes takes than the delivery alone, with 100 ms before each reply.
func BenchmarkSideBySide(b *testing.B) {
	r := relay(b, "open", practice.Options{User: user, Password: password},
		func(behaviour *practice.Behaviour) { behaviour.ReplyDelay = 100 * time.Millisecond })
	for _, mode := range []smtpcheck.TLSMode{smtpcheck.TLSNone, smtpcheck.TLSStartTLS, smtpcheck.TLSImplicit} {
		b.Run(string(mode), func(b *testing.B) {
			p := login(plan(r, mode))
			var alone, together time.Duration
			for b.Loop() {
				alone += deliver(b, p)
				together += sideBySide(b, p)
			}
			b.ReportMetric(together.Seconds()/alone.Seconds(), "times-one-conversation")
		})
	}
}

// The same as a test, with a bound that a busy machine keeps: one conversation
// after the other would be about five times one.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	r := relay(t, "open", practice.Options{User: user, Password: password},
		func(behaviour *practice.Behaviour) { behaviour.ReplyDelay = 40 * time.Millisecond })
	p := login(plan(r, smtpcheck.TLSStartTLS))
	alone, together := deliver(t, p), sideBySide(t, p)
	if ratio := together.Seconds() / alone.Seconds(); ratio > 2.5 {
		t.Errorf("%.2f times one conversation", ratio)
	}
}
