package smtpcheck

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// RunBeside has the conversation of a plan, and beside it one with each of names
// as the identity; see Run and Identities. They wait for the conversation's greeting,
// so that it is never the one that finds no room. The name that the conversation
// itself announces has no session of its own. Where the conversation fails for a reason
// that may be due to the other sessions, it is had again when they have ended, and
// only that counts.
func RunBeside(
	ctx context.Context, p Plan, names []string, report func(Event), each func(IdentityResult),
) (Result, []IdentityResult) {
	p.Gate = NewGate(MaxSessions) // lets one session log in first: a wrong password is tried but once
	if p.Quit == QuitPolite {
		p.Quit = QuitUnheard // by then the relay has the message or has refused it
	}
	if len(names) == 0 {
		return Run(ctx, p, report), nil
	}
	c := &conversation{begun: make(chan struct{}), ended: make(chan struct{})}
	go c.run(ctx, p, report)
	probes, probing := newProbes(names, each), probePlan(p)
	own := slices.IndexFunc(names, func(name string) bool { return p.announcesOnly(name) })
	beside := false
	select {
	case <-c.ended:
		probes.noteReach(c.result)
	case <-c.begun:
		beside = true
	}
	probes.sideBySide(ctx, probing, own)
	<-c.ended
	switch {
	case beside && crowded(c.result.Failure):
		breathe(ctx)
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

// conversation is the one that others run beside.
type conversation struct {
	begun, ended chan struct{}
	result       Result
	last         Event // how it failed, which may not count
}

// run tells of everything but a failure.
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

// breathe gives a relay time to see that our other connections have ended.
func breathe(ctx context.Context) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
}

// crowded reports whether a failure may be due to the number of sessions that were
// open side by side.
func crowded(f *Failure) bool {
	switch {
	case f == nil:
		return false
	case f.Reply != nil:
		return f.Reply.Code == 421 || f.Stage == StageGreeting && f.Reply.Temporary()
	}
	early := slices.Contains([]Stage{StageConnect, StageTLS, StageGreeting}, f.Stage)
	return early && (errors.Is(f, ErrConnRefused) || errors.Is(f, ErrClosed))
}
