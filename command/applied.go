package command

import (
	"context"
	"errors"
	"fmt"

	"smtp-wizard/envwriter"
	"smtp-wizard/steps"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/flags"
)

// applyResult is the JSON of apply. Its shape is a contract.
type applyResult struct {
	Written  []string          `json:"written"`
	Backup   string            `json:"backup"`
	Encoding map[string]string `json:"encoding"`
	Readers  []string          `json:"readers"`
	Changed  []string          `json:"changed"`
	Warnings []string          `json:"warnings"`
	Check    *checkResult      `json:"check,omitempty"`
}

// applyFailed says which flag to change. A refused test has its stage's exit
// code, and its JSON.
func (o *options) applyFailed(ctx context.Context, found steps.Discovery, r flags.Result, err error) error {
	if ctx.Err() != nil { // whatever else has come of it
		err = ctx.Err()
	}
	trial, tested := steps.TestResultOf(stateOf(r))
	var fault *flags.FaultError
	if !errors.As(err, &fault) {
		fmt.Fprintln(o.Err, steps.Fate(stateOf(r)))
		return err
	}
	if (fault.From == steps.LiveTest || fault.Step == steps.LiveTest) && tested && trial.Result.Failure != nil {
		return o.refused(found, trial)
	}
	if fault.Step == steps.Write || fault.From == steps.Write {
		if out := steps.WriteResultOf(stateOf(r)); out.Err != nil {
			return file(out.Err)
		}
		return file(err)
	}
	if fault.Step == steps.Install && found.Exists && found.Usable() != nil {
		return file(err)
	}
	return usage(err)
}

func (o *options) refused(found steps.Discovery, trial steps.TestResult) error {
	check := trialJSON(found.Candidates(found.Value("APP_URL")), trial)
	if !o.json {
		printTrial(shown{o.Out}, trial, check)
		fmt.Fprintln(o.Out, "\nNothing was written.")
		return &exitError{Code: check.Exit}
	}
	err := printJSON(o.Out, applyResult{
		Written: []string{}, Encoding: map[string]string{}, Readers: []string{}, Changed: []string{}, Warnings: []string{}, Check: &check,
	})
	if err != nil {
		return err
	}
	return &exitError{Code: check.Exit}
}

// printApplied says what was done, or what would be.
func (o *options) printApplied(found steps.Discovery, r flags.Result, f applyFlags) error {
	outcome := steps.WriteResultOf(stateOf(r))
	if outcome.Err != nil {
		return file(outcome.Err)
	}
	if o.json {
		return printJSON(o.Out, applied(found, r, outcome))
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(shown{o.Err}, "Warning: %s\n", warning.Text)
	}
	if !f.dryRun {
		fmt.Fprint(shown{o.Out}, steps.Summary(stateOf(r)))
		return nil
	}
	if trial, tested := steps.TestResultOf(stateOf(r)); tested {
		fmt.Fprintf(shown{o.Out}, "%s took the test %s for %s.\n", trial.Setup.Host, trial.Token, trial.Setup.To)
	}
	printDiff(o, outcome.Plan)
	return nil
}

func applied(found steps.Discovery, r flags.Result, out steps.WriteResult) applyResult {
	a := applyResult{Written: []string{}, Encoding: map[string]string{}, Readers: list(out.Readers), Changed: []string{}, Warnings: []string{}}
	for _, s := range out.Saved {
		if s.Changed {
			a.Written = append(a.Written, s.Path)
		}
		if s.Backup != "" {
			a.Backup = s.Backup
		}
	}
	for _, k := range out.Env.Keys {
		if k.Encoding != "" {
			a.Encoding[k.Key] = k.Encoding
		}
		if k.Op != envwriter.Kept {
			a.Changed = append(a.Changed, k.Key)
		}
	}
	for _, warning := range r.Warnings {
		a.Warnings = append(a.Warnings, warning.Text)
	}
	a.Warnings = append(a.Warnings, out.Warnings...)
	if trial, ok := steps.TestResultOf(stateOf(r)); ok {
		check := trialJSON(found.Candidates(found.Value("APP_URL")), trial)
		a.Check = &check
	}
	return a
}

func printDiff(o *options, d *steps.FilePlan) {
	if d == nil {
		return
	}
	for _, warning := range d.Warnings {
		fmt.Fprintf(shown{o.Err}, "Warning: %s\n", warning)
	}
	switch {
	case !d.Before.Exists:
		fmt.Fprintf(shown{o.Out}, "new file %s, from Pocket ID's template, with a new ENCRYPTION_KEY\n", d.Request.EnvFile)
	case !d.Env.Changed():
		fmt.Fprintln(o.Out, "Nothing would change in the .env.")
	}
	marks := map[envwriter.DiffOp]string{envwriter.Plus: "+", envwriter.Minus: "-", envwriter.Gap: "..."}
	for _, l := range d.Diff {
		fmt.Fprintf(shown{o.Out}, "%1s %s\n", marks[l.Op], l.Text)
	}
	if d.Override != "" {
		fmt.Fprintf(shown{o.Out}, "new file %s, hostname: %s\n", d.Override, d.Request.Hostname)
	}
}

func stateOf(r flags.Result) steps.State { return wizard.StateOf[steps.Answers](r.Guide) }
