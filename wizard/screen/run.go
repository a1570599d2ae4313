// Package screen is the full-screen face of the guide: it draws the pages of a
// wizard.Machine with Bubble Tea and turns keys into outcomes. It decides
// nothing that a step or the machine could decide.
package screen

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"

	"smtp-wizard/wizard"
	"smtp-wizard/wizard/runner"
	"smtp-wizard/wizard/suspend"
)

// Options says where the guide is shown and how.
type Options struct {
	In, Out *os.File         // terminals; nil for standard input and output
	Env     []string         // nil for os.Environ()
	Now     func() time.Time // nil for time.Now
	Product string           // stands in the header
	// DraftNote says where the answers are kept, as a sentence; it is shown when
	// somebody wants to leave.
	DraftNote string
	// Saved keeps a draft. It is called after each move of the machine that can
	// have changed an answer, never twice at a time, and a last time before Run
	// returns unless the guide was finished.
	Saved func(wizard.Guide)
}

// Run shows the guide until it is finished or left, and returns its last state.
// The error is wizard.ErrInterrupted, wizard.ErrHungUp or wizard.ErrTerminated
// when the guide ended before its end, the context's error when that ended it,
// and else what went wrong with the terminal or in a step.
func Run(ctx context.Context, g wizard.Guide, o Options) (wizard.Guide, error) {
	if g.Place().Ended != wizard.Open {
		return g, nil
	}
	o = o.filled()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	face := newModel(g, o)
	face.keys.Suspend.SetEnabled(suspend.Possible())
	last := &lastState{guide: g}
	p := newProgram(face, last, o)
	work := runner.New(func(out wizard.Outcome) { p.Send(outcomeMsg{out}) })
	face.effects = &effects{ctx: ctx, runner: work, save: o.Saved, last: last}

	err := watch(ctx, p, o.In)
	g, why := last.get()
	cancel()
	work.Stop()
	// GNU screen, as it comes, has no alternate screen: what is said next would be
	// written over the footer.
	runner.Within(runner.StopWait, func() { _, _ = o.Out.WriteString("\r\x1b[K") })
	runner.Within(runner.StopWait, func() { face.effects.close(g) })
	return g, ending(g.Place(), why, err)
}

func (o Options) filled() Options {
	o.In, o.Out = cmp.Or(o.In, os.Stdin), cmp.Or(o.Out, os.Stdout)
	if o.Env == nil {
		o.Env = os.Environ()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func newModel(g wizard.Guide, o Options) *model {
	t := newTheme(o.Env)
	name := "smtp-wizard"
	if o.Product != "" {
		name += t.dot + t.clean(o.Product)
	}
	return &model{guide: g, state: g.Place(), now: o.Now, theme: t, keys: newKeys(t), name: name, draft: o.DraftNote}
}

func newProgram(face *model, last *lastState, o Options) *tea.Program {
	var p *tea.Program
	in := &keyboard{File: o.In, gone: func() { go p.Send(endMsg{wizard.ErrHungUp}) }}
	p = tea.NewProgram(guard{face, last},
		tea.WithInput(in), tea.WithOutput(quietTerminal{o.Out}), tea.WithEnvironment(o.Env),
		// Said, not detected: detecting runs "tmux info" inside tmux.
		tea.WithColorProfile(face.theme.profile),
		// SIGHUP is not among the signals that Bubble Tea knows.
		tea.WithoutSignalHandler(),
	)
	return p
}

// watch runs the program and hands it the signals. A program that does not end
// on a signal, as when its terminal takes no more output, is left behind with
// the terminal put back as it was.
func watch(ctx context.Context, p *tea.Program, in *os.File) error {
	before, _ := term.GetState(in.Fd())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, slices.Collect(maps.Keys(signalled))...)
	defer signal.Stop(signals)
	done := make(chan error, 1)
	go func() {
		_, err := p.Run()
		done <- err
	}()
	why := error(nil)
	select {
	case err := <-done:
		return err
	case s := <-signals:
		why = signalled[s]
	case <-ctx.Done():
		why = ctx.Err()
	}
	go p.Send(endMsg{why})
	select {
	case <-done:
	case <-time.After(runner.StopWait):
		go p.Kill()
		if before != nil {
			_ = term.Restore(in.Fd(), before)
		}
	}
	return why
}

// signalled is why the guide ended, by the signal that ended it.
var signalled = map[os.Signal]error{
	syscall.SIGHUP: wizard.ErrHungUp, syscall.SIGTERM: wizard.ErrTerminated, syscall.SIGINT: wizard.ErrInterrupted,
}

// ending is the error that tells why the guide ended: what the model says, else
// what the terminal said. A terminal that fails on the way is one that is gone.
func ending(s wizard.Place, why, err error) error {
	switch {
	case why != nil:
		return why
	case s.Ended == wizard.Done:
		return nil
	case errors.Is(err, syscall.EIO), errors.Is(err, os.ErrClosed):
		return wizard.ErrHungUp
	}
	return cmp.Or(err, wizard.ErrInterrupted)
}
