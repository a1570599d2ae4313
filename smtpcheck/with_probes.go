package smtpcheck

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// RunWithProbes runs a plan and, alongside it, probes each of names as the identity;
// see Run and Identities. The probes wait for the plan's greeting, so that they never
// take up its connection slot. The name that the plan itself announces gets no probe.
// If the plan fails for a reason that may be due to the probes, it is run again after
// them, and only that run counts.
func RunWithProbes(
	ctx context.Context, p Plan, names []string, report func(Event), each func(IdentityResult),
) (Result, []IdentityResult) {
	p.Gate = NewGate(MaxSessions) // one session logs in first: a wrong password is tried only once
	if p.Quit == QuitAlways {
		p.Quit = QuitNoWait // by then the relay has the message or has refused it
	}
	if len(names) == 0 {
		return Run(ctx, p, report), nil
	}
	c := &conversation{begun: make(chan struct{}), ended: make(chan struct{})}
	go c.run(ctx, p, report)
	probes, probing := newProbes(names, each), probePlan(p)
	own := slices.IndexFunc(names, func(name string) bool { return p.announcesOnly(name) })
	overlapped := false
	select {
	case <-c.ended:
		probes.noteReach(c.result)
	case <-c.begun:
		overlapped = true
	}
	probes.sideBySide(ctx, probing, own)
	<-c.ended
	switch {
	case overlapped && maybeCrowded(c.result.Failure):
		pauseForRelay(ctx)
		c.result = Run(ctx, p, report)
	case c.result.Failure != nil:
		report(c.last)
	}
	if own >= 0 {
		probes.add(own, identityOf(names[own], c.result))
	}
	probes.alone(ctx, probing)
	return c.result, probes.results
}

// conversation is the run of the plan itself.
type conversation struct {
	begun, ended chan struct{}
	result       Result
	last         Event // the failure, which is not reported if the plan is run again
}

// run reports everything but a failure.
func (c *conversation) run(ctx context.Context, p Plan, report func(Event)) {
	defer close(c.ended)
	c.result = Run(ctx, p, func(e Event) {
		switch {
		case e.State == StageFailed:
			c.last = e
			return
		case e.Stage == StageGreeting && e.State == StagePassed:
			close(c.begun)
		}
		report(e)
	})
}

// announcesOnly reports whether a conversation announces this name and no other.
func (p *Plan) announcesOnly(name string) bool {
	return strings.EqualFold(p.Names.First, name) && (p.TLS != TLSStartTLS || p.Names.AfterTLS == p.Names.First)
}

// pauseForRelay gives a relay time to notice that our other connections are closed.
func pauseForRelay(ctx context.Context) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
}

// maybeCrowded reports whether a failure may be due to the number of open sessions.
func maybeCrowded(f *Failure) bool {
	switch {
	case f == nil:
		return false
	case f.Reply != nil:
		return f.Reply.Code == 421 || f.Stage == StageGreeting && f.Reply.Temporary()
	}
	early := slices.Contains([]Stage{StageConnect, StageTLS, StageGreeting}, f.Stage)
	return early && (errors.Is(f, ErrConnRefused) || errors.Is(f, ErrClosed))
}
