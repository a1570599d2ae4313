// Package prompt is the guide as plain questions and answers, one line each. It
// moves no cursor and sends no color, so it is at home in a pipe, on a dumb
// terminal and with a screen reader: meaning is in words, and nothing that was
// printed changes.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"smtp-wizard/wizard"
	"smtp-wizard/wizard/runner"
)

// ErrEOF is the end of the input before the end of the guide. It is a
// wizard.ErrInterrupted.
var ErrEOF = fmt.Errorf("the input ended before the last question: %w", wizard.ErrInterrupted)

// Options are where the questions go and the answers come from.
type Options struct {
	In  io.Reader // on a terminal, the echo is off while a secret is typed
	Out io.Writer
	// Saved gets every new state, as for a draft; it may be nil.
	Saved func(wizard.Guide)
}

// patience is how long the face waits.
type patience struct {
	aside     time.Duration // for work that the page need not wait for
	firstWord time.Duration // until it is said that work goes on
	laterWord time.Duration
}

// dropFor is how long after a wait a key is still meant for what was there
// before.
const dropFor = 400 * time.Millisecond

// Run asks the questions of a guide until it ends, and returns how it stands
// then. The error is wizard.ErrInterrupted when the admin left, ErrEOF when the
// input ended, the context's when it is done, or that of writing to Out; the
// state is good for a draft with each.
func Run(ctx context.Context, g wizard.Guide, o Options) (wizard.Guide, error) {
	return newFace(ctx, g, o).run(ctx)
}

type face struct {
	*runner.Driver
	saved func(wizard.Guide)
	in    *input
	out   *printer
	// continued comes after a stop by Ctrl+Z.
	continued chan os.Signal
	wait      patience

	shown    map[string]int // what stands printed of the current page's body
	title    string         // the page's title and reason, as printed last
	why      string
	listedTo int // how far a long list has been shown
	waited   int // the run of aside work that was waited for
	// hasWaited says that work was waited for since the last question.
	hasWaited bool
}

func newFace(ctx context.Context, g wizard.Guide, o Options) *face {
	return &face{
		Driver: runner.Drive(ctx, g), saved: o.Saved, in: newInput(o.In), out: newPrinter(o.Out),
		continued: make(chan os.Signal, 1),
		wait:      patience{aside: 3 * time.Second, firstWord: 5 * time.Second, laterWord: 10 * time.Second},
	}
}

func (f *face) run(ctx context.Context) (wizard.Guide, error) {
	defer f.Stop()
	if f.in.tty != nil {
		signal.Notify(f.continued, unix.SIGCONT)
		defer signal.Stop(f.continued)
	}
	f.out.say("", introduction)
	for f.Place.Ended == wizard.Open {
		if err := f.visit(ctx); err != nil {
			return f.Guide, err
		}
		if f.out.err != nil {
			return f.Guide, f.out.err
		}
	}
	if f.Place.Ended == wizard.Quit {
		return f.Guide, wizard.ErrInterrupted
	}
	return f.Guide, nil
}

func (f *face) apply(o wizard.Outcome) {
	f.Apply(o)
	if f.saved != nil {
		f.saved(f.Guide)
	}
}

// visit asks the current page's questions until the page is left.
func (f *face) visit(ctx context.Context) error {
	at := f.Place.At
	f.heading()
	for f.Place.At == at && f.Place.Ended == wizard.Open && f.out.err == nil {
		if err := f.settle(ctx); err != nil {
			return err
		}
		if f.Place.At != at { // the work led on
			break
		}
		lead := "Error: "
		if f.Place.Fault.Tone == wizard.Warn {
			lead = "Note: "
		}
		f.out.say(lead, f.Place.Fault.Text)
		switch err := f.questions(ctx); {
		case errors.Is(err, errBack):
			f.back()
		case errors.Is(err, errLook):
		case err != nil:
			return err
		default:
			if err := f.settle(ctx); err != nil {
				return err
			}
			f.apply(wizard.Submitted{})
		}
	}
	return nil
}

// back goes to the page before.
func (f *face) back() {
	at, final := f.Place.At, f.Page().Final
	f.apply(wizard.WentBack{})
	switch {
	case final:
		f.out.say("", "Everything is done; there is nothing to go back to.")
	case f.Place.At == at:
		f.out.say("", "This is the first question; there is nothing to go back to.")
	}
}
