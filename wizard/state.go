package wizard

import (
	"errors"

	"smtp-wizard/secret"
)

// State is where the guide stands and what was answered. It is a value;
// Machine.Apply returns a new one and leaves the old as it was.
type State[A any] struct {
	Place
	Answers A
}

// Place is a state without the taken answers: all that a face needs to know.
type Place struct {
	At      ID
	History []ID // the steps to go back through, oldest first
	// Return is the step that sent the admin here to change an answer; the next
	// answer goes back to it.
	Return ID

	Inputs  map[ID]Input
	Secrets map[ID]Secrets
	Found   map[ID]Finding

	Fault Fault  // of the current page
	Focus string // the field to begin at, or ""
	// Stuck counts how often Fault came up with nothing answered in between. At two,
	// Enter alone gets no further here.
	Stuck int
	Runs  int // how many pieces of work were begun

	Ended Ending
}

// Answered reports whether anything was answered or typed that starting over
// would ask for again.
func (p Place) Answered() bool {
	typed := 0
	for _, in := range p.Inputs {
		typed += len(in)
	}
	for _, in := range p.Secrets {
		typed += len(in)
	}
	return len(p.History) > 0 || p.Return != "" || typed > 0
}

// Ending tells whether and how the guide is over.
type Ending int

const (
	Open Ending = iota
	Done
	Quit
)

// Why a face ended before the guide did. The state that it returns holds every
// answer so far.
var (
	// ErrInterrupted: the admin left, by ctrl+c, SIGINT, or the end of the input.
	ErrInterrupted = errors.New("interrupted")
	// ErrHungUp: the terminal is gone, as when the SSH line drops.
	ErrHungUp = errors.New("the terminal hung up")
	// ErrTerminated: SIGTERM.
	ErrTerminated = errors.New("terminated")
)

// Outcome is something that happened: a key, a report, an end.
type Outcome interface{ outcome() }

type (
	// Typed is an answer to a field of the current page, not yet submitted.
	Typed struct{ Field, Text string }
	// TypedSecret is the same for a secret.
	TypedSecret struct {
		Field  string
		Secret secret.Value
	}
	// Submitted asks the current step to take its answers.
	Submitted struct{}
	// WentBack goes to the page before, without looking at this one's answers.
	WentBack struct{}
	// Jumped goes to a step that was answered before, and comes back.
	Jumped struct{ To ID }
	// Hurried asks the current step's work to end with what it has.
	Hurried struct{}
	// Reported is news of a step's work.
	Reported struct {
		Step ID
		Run  int
		News any
	}
	// Worked is the end of a step's work.
	Worked struct {
		Step   ID
		Run    int
		Result any
	}
	// Left ends the guide unfinished.
	Left struct{}
)

func (Typed) outcome()       {}
func (TypedSecret) outcome() {}
func (Submitted) outcome()   {}
func (WentBack) outcome()    {}
func (Jumped) outcome()      {}
func (Hurried) outcome()     {}
func (Reported) outcome()    {}
func (Worked) outcome()      {}
func (Left) outcome()        {}
