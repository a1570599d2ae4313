package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"smtp-wizard/smtpcheck"
	"smtp-wizard/steps"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/draft"
	"smtp-wizard/wizard/prompt"
	"smtp-wizard/wizard/screen"
)

const plainUsage = "ask line by line instead of on a full screen"

// addWizard makes the root command the wizard itself.
func addWizard(root *cobra.Command, o *options) {
	var plain, offline bool
	root.Flags().BoolVar(&plain, "plain", false, plainUsage)
	root.Flags().BoolVar(&offline, "offline", false, "ask DNS for nothing but the relay, and no web server how mail is sent")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		world := o.world()
		world.Offline = offline
		g := guide{options: o, world: world, plain: plain, product: "Pocket ID", start: steps.Answers{EnvFile: o.envFile}}
		return g.run(cmd.Context())
	}
}

// guide is one run of the wizard, on the face that fits.
type guide struct {
	*options
	world   steps.World
	plain   bool
	start   steps.Answers
	product string // in the header
	noDraft bool   // a practice relay is gone with the program

	full bool         // on a full screen
	kept *draft.Draft // nil where none is kept
}

// noTerminal says how to get one from where the program was started.
func (o *options) noTerminal() error {
	text := "the wizard needs a terminal on standard input and output"
	if o.Getenv("SSH_CONNECTION") != "" {
		text += "; `ssh -t` gives a command one"
	}
	if tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		_ = tty.Close()
		text += "; `</dev/tty` reads from the one that there is"
	}
	return &exitError{exitTerminal, errors.New(text + "; " +
		"--plain asks line by line without one, and `smtp-wizard apply` takes every answer as a flag")}
}

// run asks, works and writes, and leaves a summary behind.
func (g guide) run(ctx context.Context) (err error) {
	if g.full, err = g.fullScreen(); err != nil {
		return err
	}
	if g.kept, err = g.openDraft(); err != nil {
		return err
	}
	if g.kept != nil {
		defer g.kept.Close()
		if to, err := smtpcheck.ParseAddress(g.kept.Recipient()); err == nil {
			g.start.To = to
		}
	}
	machine := steps.Machine{Steps: steps.All(g.world), Now: g.world.Now}
	state, err := g.begin(ctx, machine)
	if err != nil {
		return g.unfinished(state, err)
	}
	last, err := g.show(ctx, wizard.Session[steps.Answers]{Machine: machine, State: state}, g.save)
	state = wizard.StateOf[steps.Answers](last)
	if done := err == nil && state.Ended == wizard.Done; !done && !steps.Finished(state) {
		return g.unfinished(state, err)
	}
	if err := steps.WriteResultOf(state).Err; err != nil {
		return fileError(fmt.Errorf("nothing was written: %w", err))
	}
	if g.kept != nil {
		_ = g.kept.Remove()
		_ = g.kept.KeepRecipient(state.Answers.To) // else it is asked again
	}
	g.prose(steps.Summary(state))
	if t, tested := steps.TestResultOf(state); tested && t.Result.Failure != nil {
		return &exitError{stageExit(t.Result.Failure.Stage), nil} // written all the same
	}
	return nil
}

// show shows a machine until it ends, on a full screen or line by line.
func (g guide) show(ctx context.Context, machine wizard.Guide, saved func(wizard.Guide)) (wizard.Guide, error) {
	if !g.full {
		return prompt.Run(ctx, machine, prompt.Options{In: g.In, Out: g.Out, Saved: saved})
	}
	o := screen.Options{In: g.In.(*os.File), Out: g.Out.(*os.File), Product: g.product, Saved: saved}
	if g.kept != nil {
		o.DraftNote = "Your answers so far are saved, without the password, " +
			"and the same command offers to continue with them. They are in " + g.kept.Path() + "."
	}
	return screen.Run(ctx, machine, o)
}

// save keeps a state in which something was answered; of any other, nothing would
// be lost.
func (g guide) save(state wizard.Guide) {
	if g.kept != nil && state.Place().Answered() {
		_ = g.kept.Save(steps.ForDraft(state)) // the guide works without it
	}
}

// begin is the state to start from: the draft's, if there is one and it is
// wanted.
func (g guide) begin(ctx context.Context, m steps.Machine) (steps.State, error) {
	if g.kept == nil {
		return m.Start(g.start), nil
	}
	var old steps.State
	saved, ok := g.kept.Load(&old.Answers)
	old.Place = saved.Place
	if aside := g.kept.Aside(); aside != "" {
		fmt.Fprintf(g.Err, "Note: the saved answers cannot be read; they were moved to %s.\n", aside)
	}
	if !ok {
		return m.Start(g.start), nil
	}
	ask := steps.Machine{Steps: []steps.Step{steps.Offer(old.Answers, saved.At, g.world.Now())}}
	answered, err := g.show(ctx, ask.Begin(g.start), func(wizard.Guide) {})
	answer := wizard.StateOf[steps.Answers](answered)
	switch {
	case err != nil:
		return answer, err
	case answer.Ended != wizard.Done:
		return answer, wizard.ErrInterrupted
	case !answer.Answers.Continue:
		return m.Start(g.start), nil
	}
	return g.world.Resumed(ctx, m, old, saved.Missing), nil
}

// unfinished says how an unfinished guide ended.
func (g guide) unfinished(s steps.State, err error) error {
	fmt.Fprintln(g.Err, steps.Fate(s))
	if g.kept != nil {
		if _, ok := g.kept.Load(&steps.Answers{}); ok {
			fmt.Fprintf(g.Err, "Your answers, without the password, are saved in %s.\n", g.kept.Path())
		}
	}
	if errors.Is(err, prompt.ErrEOF) {
		return &exitError{exitInterrupted, prompt.ErrEOF}
	}
	if err == nil || errors.Is(err, wizard.ErrInterrupted) ||
		errors.Is(err, wizard.ErrHungUp) || errors.Is(err, wizard.ErrTerminated) || errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	return err
}

// fullScreen chooses between full screen and lines.
func (g guide) fullScreen() (bool, error) {
	if g.plain {
		return false, nil
	}
	if !isTerminal(g.In) || !isTerminal(g.Out) {
		return false, g.noTerminal()
	}
	return g.Getenv("TERM") != "dumb" && !switchedOn(g.Getenv("ACCESSIBLE")), nil
}

// switchedOn reports whether a variable of the environment asks for something:
// "0" and "false" do not.
func switchedOn(value string) bool {
	on, err := strconv.ParseBool(value)
	return value != "" && (err != nil || on)
}

// openDraft locks the draft of the .env. Another wizard on the same file is an
// error; a draft that cannot be kept is not, and nil.
func (g guide) openDraft() (*draft.Draft, error) {
	if g.noDraft {
		return nil, nil
	}
	kept, err := draft.Open(g.start.EnvFile, g.Getenv)
	switch {
	case err == nil:
		return kept, nil
	case errors.Is(err, draft.ErrInUse):
		return nil, fileError(err)
	}
	fmt.Fprintf(g.Err, "Note: %s. If the connection drops, your answers are lost.\n", err)
	return nil, nil
}
