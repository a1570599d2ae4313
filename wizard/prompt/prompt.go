// Package prompt is the guide as plain questions and answers, one line each. It
// moves no cursor and sends no colour, so it is at home in a pipe, on a dumb
// terminal and with a screen reader: meaning is in words, and nothing that was
// printed changes.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"smtp-wizard/wizard"
	"smtp-wizard/wizard/runner"
)

// ErrEOF is the end of the input before the end of the guide. It is a
// wizard.ErrInterrupted.
var ErrEOF = fmt.Errorf("the input ended before the last question: %w", wizard.ErrInterrupted)

// Options are where the questions go and the answers come from.
type Options struct {
	In  io.Reader
	Out io.Writer
	// Secret asks for a hidden answer; io.EOF is the end of the input. When nil,
	// a terminal's echo is switched off, and from anything else a line is read.
	Secret func(prompt string) (string, error)
	// Saved gets every new state, as for a draft; it may be nil.
	Saved func(wizard.Guide)
	// Width is where lines are wrapped; 0 is the terminal's, at most 78.
	Width int
}

// The patience of the face.
const (
	asideBound = 3 * time.Second // for work that the page need not wait for
	firstWord  = 5 * time.Second // until it is said that work goes on
	laterWord  = 10 * time.Second
	// deafness is how long after a wait a key is still meant for what was there
	// before.
	deafness = 400 * time.Millisecond
)

// Run asks the questions of a guide until it ends, and returns how it stands
// then. The error is wizard.ErrInterrupted when the admin left, ErrEOF when the
// input ended, the context's when it is done, or that of writing to Out; the
// state is good for a draft with each.
func Run(ctx context.Context, g wizard.Guide, o Options) (wizard.Guide, error) {
	return newFace(g, o).run(ctx)
}

type face struct {
	guide    wizard.Guide
	state    wizard.Place // of guide
	saved    func(wizard.Guide)
	in       *input
	out      *printer
	work     *runner.Runner
	outcomes chan wizard.Outcome
	over     chan struct{} // closed when nobody receives outcomes any more

	shown    map[string]int // what stands printed of the current page's body
	title    string         // the page's title and reason, as printed last
	why      string
	listedTo int // how far a long list has been shown
	waited   int // the run of aside work that was waited for
	// hasWaited says that work was waited for since the last question.
	hasWaited bool
	jobs      *jobs

	asideBound, firstWord, laterWord time.Duration
}

func newFace(g wizard.Guide, o Options) *face {
	f := &face{
		guide: g, state: g.Place(), saved: o.Saved,
		in: newInput(o.In, o.Secret), out: newPrinter(o.Out, o.Width),
		outcomes: make(chan wizard.Outcome), over: make(chan struct{}),
		asideBound: asideBound, firstWord: firstWord, laterWord: laterWord,
	}
	f.work = runner.New(func(o wizard.Outcome) {
		select {
		case f.outcomes <- o:
		case <-f.over:
		}
	})
	return f
}

func (f *face) run(ctx context.Context) (wizard.Guide, error) {
	// The work is told to end before it is waited for.
	ctx, cancel := context.WithCancel(ctx)
	defer f.work.Stop()
	defer close(f.over)
	defer cancel()
	f.jobs = watchJobs(f.in.tty)
	defer f.jobs.end()
	f.work.Follow(ctx, f.guide)
	f.out.say("", introduction)
	for f.state.Ended == wizard.Open {
		if err := f.visit(ctx); err != nil {
			return f.guide, err
		}
		if f.out.err != nil {
			return f.guide, f.out.err
		}
	}
	if f.state.Ended == wizard.Quit {
		return f.guide, wizard.ErrInterrupted
	}
	return f.guide, nil
}

func (f *face) apply(ctx context.Context, o wizard.Outcome) {
	f.guide = f.guide.Apply(o)
	f.state = f.guide.Place()
	f.work.Follow(ctx, f.guide)
	if f.saved != nil {
		f.saved(f.guide)
	}
}

func (f *face) page() wizard.Page { return f.guide.Page() }

// visit asks the current page's questions until the page is left.
func (f *face) visit(ctx context.Context) error {
	at := f.state.At
	f.heading()
	for f.state.At == at && f.state.Ended == wizard.Open && f.out.err == nil {
		if err := f.settle(ctx); err != nil {
			return err
		}
		f.fault()
		switch err := f.questions(ctx); {
		case errors.Is(err, errHandled):
		case err != nil:
			return err
		default:
			if err := f.settle(ctx); err != nil {
				return err
			}
			f.apply(ctx, wizard.Submitted{})
		}
	}
	return nil
}

// fault says what is wrong on the current page.
func (f *face) fault() {
	switch fault := f.state.Fault; {
	case fault.Text == "":
	case fault.Tone == wizard.Warn:
		f.out.say("Note: ", fault.Text)
	default:
		f.out.say("Error: ", fault.Text)
	}
}
