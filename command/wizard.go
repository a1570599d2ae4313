package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"smtp-wizard/steps"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/draft"
	"smtp-wizard/wizard/prompt"
	"smtp-wizard/wizard/screen"
)

const plainUsage = "ask line by line instead of on a full screen"

// addWizard makes the root command the wizard itself.
func addWizard(root *cobra.Command, o *options) {
	var plain bool
	root.Flags().BoolVar(&plain, "plain", false, plainUsage)
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		world := steps.ThisHost()
		world.Getenv = o.Getenv
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
}

var errNoTerminal = &exitError{exitTerminal, errors.New("the wizard needs a terminal on standard input and output; " +
	"--plain asks line by line without one, and `smtp-wizard apply` takes every answer as a flag")}

// face shows a machine until it ends.
type face func(ctx context.Context, g wizard.Guide, saved func(wizard.Guide)) (wizard.Guide, error)

// run asks, works and writes, and leaves a summary behind.
func (g guide) run(ctx context.Context) error {
	full, err := g.fullScreen()
	if err != nil {
		return err
	}
	kept, err := g.openDraft()
	if err != nil {
		return err
	}
	save := func(wizard.Guide) {}
	if kept != nil {
		defer kept.Close()
		save = func(g wizard.Guide) {
			if g.Place().Answered() { // else nothing would be lost
				_ = kept.Save(steps.ForDraft(g)) // the guide works without it
			}
		}
	}
	show := g.face(full, kept)
	machine := steps.Machine{Steps: steps.All(g.world), Now: g.world.Now}
	state, err := g.begin(ctx, machine, show, kept)
	if err != nil {
		return g.unfinished(state, err, kept)
	}
	last, err := show(ctx, wizard.Session[steps.Answers]{Machine: machine, State: state}, save)
	state = wizard.StateOf[steps.Answers](last)
	if done := err == nil && state.Ended == wizard.Done; !done && !steps.Finished(state) {
		return g.unfinished(state, err, kept)
	}
	if kept != nil {
		_ = kept.Remove()
	}
	fmt.Fprint(cleanWriter{g.Out}, steps.Summary(state))
	return nil
}

// begin is the state to start from: the draft's, if there is one and it is
// wanted.
func (g guide) begin(ctx context.Context, m steps.Machine, show face, kept *draft.Draft) (steps.State, error) {
	if kept == nil {
		return m.Start(g.start), nil
	}
	var old steps.State
	saved, ok := kept.Load(&old.Answers)
	old.Place = saved.Place
	if aside := kept.Aside(); aside != "" {
		fmt.Fprintf(g.Err, "Note: the saved answers cannot be read; they were moved to %s.\n", aside)
	}
	if !ok {
		return m.Start(g.start), nil
	}
	ask := steps.Machine{Steps: []steps.Step{steps.Resume{Saved: old.Answers, At: saved.At, Now: g.world.Now()}}}
	answered, err := show(ctx, ask.Begin(g.start), func(wizard.Guide) {})
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
func (g guide) unfinished(s steps.State, err error, kept *draft.Draft) error {
	fmt.Fprintln(g.Err, steps.Fate(s))
	if kept != nil {
		if _, ok := kept.Load(&steps.Answers{}); ok {
			fmt.Fprintf(g.Err, "Your answers, without the password, are saved in %s.\n", kept.Path())
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
		return false, errNoTerminal
	}
	return g.Getenv("TERM") != "dumb" && !switchedOn(g.Getenv("ACCESSIBLE")), nil
}

// switchedOn reports whether a variable of the environment asks for something:
// "0" and "false" do not.
func switchedOn(value string) bool {
	on, err := strconv.ParseBool(value)
	return value != "" && (err != nil || on)
}

// face is the full screen or lines. It promises a draft only where one is kept.
func (g guide) face(full bool, kept *draft.Draft) face {
	note := ""
	if kept != nil {
		note = "Your answers so far are saved, without the password, and the same command offers to continue with them. They are in " + kept.Path() + "."
	}
	return func(ctx context.Context, guide wizard.Guide, saved func(wizard.Guide)) (wizard.Guide, error) {
		if !full {
			return prompt.Run(ctx, guide, prompt.Options{In: g.In, Out: g.Out, Saved: saved})
		}
		in, out := g.In.(*os.File), g.Out.(*os.File)
		return screen.Run(ctx, guide, screen.Options{In: in, Out: out, Title: "smtp-wizard", Product: g.product, DraftNote: note, Saved: saved})
	}
}

// openDraft locks the draft of the .env. Another wizard on the same file is an
// error; a draft that cannot be kept is not, and nil.
func (g guide) openDraft() (*draft.Draft, error) {
	if g.noDraft {
		return nil, nil
	}
	kept, err := draft.Open(g.start.EnvFile)
	var inUse *draft.InUseError
	switch {
	case err == nil:
		return kept, nil
	case errors.As(err, &inUse):
		return nil, fileError(err)
	}
	fmt.Fprintf(g.Err, "Note: %s. If the connection drops, your answers are lost.\n", err)
	return nil, nil
}
