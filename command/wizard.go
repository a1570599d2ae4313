package command

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"smtp-wizard/steps"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/draft"
	"smtp-wizard/wizard/prompt"
	"smtp-wizard/wizard/screen"
)

// addWizard makes the root command the wizard itself.
func addWizard(root *cobra.Command, o *options) {
	var plain bool
	root.Flags().BoolVar(&plain, "plain", false, "ask line by line instead of on a full screen")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx, cancel := o.bounded(cmd.Context())
		defer cancel()
		world := steps.ThisHost()
		world.Getenv = o.Getenv
		g := guide{options: o, world: world, plain: plain, start: steps.Answers{EnvFile: o.envFile}}
		_, err := g.run(ctx)
		return err
	}
}

// guide is one walk through the wizard, on whichever face fits.
type guide struct {
	*options
	world steps.World
	plain bool
	start steps.Answers
	// product stands in the header.
	product string
	// forget keeps no draft: a practice relay is gone with the program.
	forget bool
}

var errNoTerminal = errors.New("the wizard needs a terminal on standard input and output; " +
	"--plain asks line by line without one, and `smtp-wizard apply` takes every answer as a flag")

// face shows a machine until it ends.
type face func(ctx context.Context, g wizard.Guide, saved func(wizard.Guide)) (wizard.Guide, error)

// run asks, works and writes, and leaves a summary behind.
func (g guide) run(ctx context.Context) (steps.State, error) {
	full, err := g.fullScreen()
	if err != nil {
		return steps.State{}, err
	}
	keep, err := g.openDraft()
	if err != nil {
		return steps.State{}, err
	}
	defer keep.close()
	show := g.lines
	if full {
		show = g.screen(keep)
	}
	machine := steps.Machine{Steps: steps.All(g.world), Now: g.world.Now}
	state, err := g.begin(ctx, machine, show, keep)
	if err != nil {
		return state, g.ended(state, err, keep)
	}
	shownGuide, err := show(ctx, wizard.Session[steps.Answers]{Machine: machine, State: state}, keep.save)
	state = wizard.StateOf[steps.Answers](shownGuide)
	if done := err == nil && state.Ended == wizard.Done; !done && !steps.Finished(state) {
		return state, g.ended(state, err, keep)
	}
	keep.remove()
	fmt.Fprint(shown{g.Out}, steps.Summary(state))
	return state, nil
}

// begin is the state to start from: the draft's, if there is one and it is
// wanted.
func (g guide) begin(ctx context.Context, m steps.Machine, show face, keep draftFile) (steps.State, error) {
	saved, old, ok := keep.load()
	if aside := keep.aside(); aside != "" {
		fmt.Fprintf(shown{g.Err}, "Note: the answers that were kept cannot be read; they are in %s now.\n", aside)
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

// ended says how an unfinished guide ended.
func (g guide) ended(s steps.State, err error, keep draftFile) error {
	fmt.Fprintln(g.Err, steps.Fate(s))
	if path := keep.path(); path != "" {
		fmt.Fprintf(shown{g.Err}, "The answers, without the password, are kept in %s.\n", path)
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
	in, inOK := g.In.(*os.File)
	out, outOK := g.Out.(*os.File)
	terminal := inOK && outOK && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
	switch {
	case g.plain:
		return false, nil
	case !terminal:
		return false, &exitError{exitTerminal, errNoTerminal}
	case g.Getenv("TERM") == "dumb" || g.Getenv("ACCESSIBLE") != "":
		return false, nil
	}
	return true, nil
}

// screen is the full-screen face. It promises a draft only where one is kept.
func (g guide) screen(keep draftFile) face {
	o := screen.Options{Title: "smtp-wizard", Product: g.name()}
	o.In, _ = g.In.(*os.File)
	o.Out, _ = g.Out.(*os.File)
	if keep.Draft != nil {
		o.DraftNote = "The answers so far are kept, without the password, and the same command offers to go on with them. They are in " + keep.Path() + "."
	}
	return func(ctx context.Context, guide wizard.Guide, saved func(wizard.Guide)) (wizard.Guide, error) {
		o.Saved = saved
		return screen.Run(ctx, guide, o)
	}
}

func (g guide) name() string {
	if g.product == "" {
		return "Pocket ID"
	}
	return g.product
}

func (g guide) lines(ctx context.Context, guide wizard.Guide, saved func(wizard.Guide)) (wizard.Guide, error) {
	return prompt.Run(ctx, guide, prompt.Options{In: g.In, Out: g.Out, Saved: saved})
}

// draftFile is the draft, or nothing where none can be kept.
type draftFile struct{ *draft.Draft }

// openDraft locks the draft of the .env. Another wizard on the same file is an
// error; no place for a draft is not.
func (g guide) openDraft() (draftFile, error) {
	if g.forget {
		return draftFile{}, nil
	}
	d, err := draft.Open(g.start.EnvFile)
	var inUse *draft.InUseError
	if errors.As(err, &inUse) {
		return draftFile{}, file(err)
	}
	if err != nil {
		fmt.Fprintf(shown{g.Err}, "Note: %s. A dropped line would lose the answers.\n", err)
		return draftFile{}, nil
	}
	return draftFile{d}, nil
}

func (d draftFile) load() (draft.Saved, steps.State, bool) {
	if d.Draft == nil {
		return draft.Saved{}, steps.State{}, false
	}
	var state steps.State
	saved, ok := d.Load(&state.Answers)
	state.Place = saved.Place
	return saved, state, ok
}

func (d draftFile) aside() string {
	if d.Draft == nil {
		return ""
	}
	return d.Aside()
}

// save keeps a state in which something was answered; of any other, nothing
// would be lost.
func (d draftFile) save(g wizard.Guide) {
	if d.Draft != nil && g.Place().Answered() {
		_ = d.Save(steps.ForDraft(g)) // the guide goes on without it
	}
}

func (d draftFile) remove() {
	if d.Draft != nil {
		_ = d.Remove()
	}
}

func (d draftFile) close() {
	if d.Draft != nil {
		_ = d.Close()
	}
}

func (d draftFile) path() string {
	if d.Draft == nil {
		return ""
	}
	if _, _, ok := d.load(); !ok {
		return ""
	}
	return d.Path()
}
