package smtpcheck

import (
	"context"
	"errors"
)

// MaxSessions is how many identity sessions are open to one host at a time.
const MaxSessions = 4

// A Gate keeps sessions that run side by side polite to one host. It limits how
// many identity sessions run at a time; a conversation that runs beside them is
// not counted. And it keeps a refused password from being tried by each session
// anew, which relays punish: one session logs in first, the others follow when
// it was let in. Make a new one for each run; nil is no gate.
type Gate struct {
	slots chan struct{}
	turn  chan struct{} // holds the one that logs in first
	state *loginState   // guarded by turn
}

type loginState struct {
	accepted bool
	refused  *Reply
}

// NewGate lets so many identity sessions run at a time.
func NewGate(sessions int) *Gate {
	return &Gate{
		slots: make(chan struct{}, max(sessions, 1)),
		turn:  make(chan struct{}, 1),
		state: &loginState{},
	}
}

// enter waits for a free slot; leave gives it back.
func (g *Gate) enter(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (g *Gate) leave() { <-g.slots }

// login runs try, unless another session's credentials were refused. The first
// one to come runs alone.
func (g *Gate) login(ctx context.Context, try func() (*Reply, error)) (*Reply, error) {
	if g == nil {
		return try()
	}
	select {
	case g.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if g.state.refused != nil {
		defer func() { <-g.turn }()
		return g.state.refused, &kindError{ErrLoginHeld, "another session was refused with the same credentials, so they were not tried again", nil}
	}
	if g.state.accepted {
		<-g.turn
		return try()
	}
	defer func() { <-g.turn }()
	reply, err := try()
	g.state.accepted = err == nil && reply.Code == 235
	if reply != nil && reply.Permanent() && !errors.Is(err, ErrClosed) {
		g.state.refused = reply
	}
	return reply, err
}
