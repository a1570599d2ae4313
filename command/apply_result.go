package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"smtp-wizard/envwriter"
	"smtp-wizard/steps"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/flags"
)

// applyResult is the JSON of apply. Its shape is a contract.
type applyResult struct {
	Written  list[string]      `json:"written"`
	Backup   string            `json:"backup"`
	Encoding map[string]string `json:"encoding"`
	Readers  list[string]      `json:"readers"`
	Changed  list[string]      `json:"changed"`
	Warnings list[string]      `json:"warnings"`
	Check    *checkResult      `json:"check,omitempty"`
	Next     []string          `json:"next,omitempty"` // to run, with --via
}

// application is a run of apply that has ended.
type application struct {
	*options
	found    steps.Discovery
	state    steps.State
	warnings []flags.Warning
}

// failed says which flag to change. A refused test has the exit code of its stage,
// and its JSON.
func (a application) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil { // whatever else came of it
		err = ctx.Err()
	}
	var fault *flags.FaultError
	if !errors.As(err, &fault) {
		fmt.Fprintln(a.Err, steps.Fate(a.state))
		return err
	}
	concerns := func(step wizard.ID) bool { return fault.Step == step || fault.From == step }
	check, out := a.check(), steps.WriteResultOf(a.state)
	switch {
	case concerns(steps.LiveTest) && check != nil && check.Exit != exitOK:
		return a.refused(check)
	case out.Plan != nil && out.Plan.Refusal() != nil:
		return a.settingsRefused(out.Plan.Refusal())
	case (fault.Step == steps.Sender || fault.Step == steps.Install) && len(steps.RefusalOf(a.state, a.found)) > 0:
		return a.settingsRefused(err)
	case concerns(steps.Write) && out.Err != nil:
		return fileError(out.Err)
	case concerns(steps.Write), fault.Step == steps.Install && a.found.Exists && a.found.Broken() != nil:
		return fileError(err)
	}
	return usage(err)
}

// settingsRefused is a file with which Pocket ID would not start, or whose password
// cannot be read from here.
func (a application) settingsRefused(err error) error {
	if stops := steps.RefusalOf(a.state, a.found); a.json && len(stops) > 0 {
		check := newCheckResult(nil, steps.NotSent(steps.SetupOf(a.state.Answers), stops))
		check.Settings = stops
		if err := a.options.print(applyResult{Encoding: map[string]string{}, Check: &check}, nil); err != nil {
			return err
		}
	}
	return &exitError{exitSettings, fmt.Errorf("nothing was written: %w", err)}
}

// check is the result of the test, or nil without one.
func (a application) check() *checkResult {
	trial, tested := steps.TestResultOf(a.state)
	if !tested {
		return nil
	}
	r := newCheckResult(a.found.Candidates(a.found.Value("APP_URL")), trial)
	return &r
}

func (a application) refused(check *checkResult) error {
	err := a.options.print(applyResult{Encoding: map[string]string{}, Check: check}, func(w io.Writer) {
		trial, _ := steps.TestResultOf(a.state)
		check.print(w, trial)
		fmt.Fprintln(w, "\nNothing was written.")
	})
	if err != nil {
		return err
	}
	return &exitError{Code: check.Exit}
}

// print says what was done, or what would be.
func (a application) print(dryRun bool) error {
	out := steps.WriteResultOf(a.state)
	if out.Err != nil {
		return fileError(out.Err)
	}
	if out.Plan != nil && out.Plan.Refusal() != nil {
		return a.settingsRefused(out.Plan.Refusal())
	}
	result := a.result(out)
	err := a.options.print(result, func(w io.Writer) {
		for _, warning := range a.warnings {
			fmt.Fprintf(a.Err, "Warning: %s\n", warning.Text)
		}
		if !dryRun {
			fmt.Fprint(w, steps.Summary(a.state))
			return
		}
		fmt.Fprintln(w, steps.Claim(a.state))
		if out.Plan != nil {
			a.printChanges(w, out.Plan)
		}
	})
	if err == nil && result.Check != nil {
		err = result.Check.exitError() // at QUIT: the relay took the message, and Pocket ID reports an error
	}
	return err
}

func (a application) result(out steps.WriteResult) applyResult {
	r := applyResult{Encoding: map[string]string{}, Readers: out.Readers, Check: a.check()}
	for _, s := range out.Saved {
		if s.Changed {
			r.Written = append(r.Written, s.Path)
		}
		if s.Backup != "" {
			r.Backup = s.Backup
		}
	}
	for _, k := range out.Keys {
		if k.Encoding != "" {
			r.Encoding[k.Key] = k.Encoding
		}
		if k.Op != envwriter.Kept {
			r.Changed = append(r.Changed, k.Key)
		}
	}
	for _, warning := range a.warnings {
		r.Warnings = append(r.Warnings, warning.Text)
	}
	r.Warnings = append(r.Warnings, out.Warnings...)
	if a.state.Answers.Via != "" {
		r.Next = out.Commands
	}
	return r
}

// printChanges prints what a dry run would write.
func (a application) printChanges(w io.Writer, d *steps.FilePlan) {
	for _, warning := range d.Warnings {
		fmt.Fprintf(a.Err, "Warning: %s\n", warning)
	}
	switch {
	case !d.Before.Exists:
		fmt.Fprintf(w, "new file %s, from Pocket ID's template, with a new ENCRYPTION_KEY\n", d.Request.EnvFile)
	case !d.Env.Changed():
		fmt.Fprintln(w, "Nothing would change in the .env.")
	}
	printDiff(w, d.Diff)
	for _, other := range d.OtherFiles() {
		fmt.Fprintf(w, "In %s:\n", other.Path)
		printDiff(w, other.Diff)
	}
	for _, f := range d.Machine {
		fmt.Fprintf(w, "In %s, mode %04o:\n%s", f.Path, f.Mode, f.Masked)
	}
}

func printDiff(w io.Writer, diff []envwriter.DiffLine) {
	marks := map[envwriter.DiffOp]string{envwriter.Plus: "+", envwriter.Minus: "-", envwriter.Gap: "..."}
	for _, l := range diff {
		fmt.Fprintf(w, "%1s %s\n", marks[l.Op], l.Text)
	}
}
