package wizard

import "errors"

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
