// Package flags drives the guide without questions: a flag is an answer given
// beforehand. It takes the same steps through the same machine as the faces on
// a terminal.
package flags

import (
	"context"
	"fmt"

	"smtp-wizard/secret"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/runner"
)

// Given are the answers given beforehand, by step and field. What is not given
// is answered by the field's default.
type Given struct {
	Input   map[wizard.ID]map[string]string
	Secrets map[wizard.ID]map[string]secret.Value
	// Stop ends the run before a page is submitted, when its work is done and
	// its answers are given: for a dry run, or where a default is not to be
	// taken. It may be nil.
	Stop func(wizard.Guide) bool
}

// Warning is what a page said and was passed over.
type Warning struct {
	Step  wizard.ID
	Field string // "" for the page as a whole
	Flag  string // the flag that answers the field, or ""
	Text  string
}

// Result is how the guide stands at the end, with or without an error.
type Result struct {
	Guide    wizard.Guide // Ended is Open when Stop stopped it or it failed
	Warnings []Warning
}

// FaultError is an answer that was refused, or is missing.
type FaultError struct {
	Step  wizard.ID // whose answer has to change
	Field string    // "" for the page as a whole
	Flag  string    // the flag that answers it, such as "--host", or ""
	Label string    // what the page calls it
	// Missing says that the answer was not given, so it was a default that was
	// refused.
	Missing bool
	// From is the step that found the answer wrong when it is not Step itself, as
	// when the live test was refused.
	From wizard.ID
	Text string
}

// Error names the flag.
func (e *FaultError) Error() string {
	name := e.Flag
	if name == "" {
		name = string(e.Step)
		if e.Label != "" {
			name += ", " + e.Label
		}
	}
	if e.Missing && e.Flag != "" && e.From == "" {
		return fmt.Sprintf("%s is needed: %s", name, e.Text)
	}
	return name + ": " + e.Text
}

// maxStays bounds how often a page may be given again without a fault, as after
// work that its answer began.
const maxStays = 16

// Run answers page after page until the guide ends, Stop says so, an answer is
// refused (a *FaultError), or ctx is done. Warnings are passed over once each.
func Run(ctx context.Context, g wizard.Guide, given Given) (Result, error) {
	d := &driver{Driver: runner.Drive(ctx, g), given: given, used: map[answer]bool{}}
	defer d.Stop()
	err := d.run(ctx)
	return Result{Guide: d.Guide, Warnings: d.warnings}, err
}

type answer struct {
	step  wizard.ID
	field string
}

type driver struct {
	*runner.Driver
	given    Given
	used     map[answer]bool
	warnings []Warning
}

func (d *driver) run(ctx context.Context) error {
	stays := 0
	for d.Place.Ended == wizard.Open {
		at := d.Place.At
		if err := d.fill(ctx); err != nil {
			return err
		}
		if d.given.Stop != nil && d.given.Stop(d.Guide) {
			return nil
		}
		before := d.Place.Fault
		d.Apply(wizard.Submitted{})
		if err := d.submitted(at, before); err != nil {
			return err
		}
		if stays++; d.Place.At != at {
			stays = 0
		}
		if stays > maxStays {
			return fmt.Errorf("the page %s does not come to an end", at)
		}
	}
	return nil
}

// submitted looks at what a submitted page came to.
func (d *driver) submitted(at wizard.ID, before wizard.Fault) error {
	fault := d.Place.Fault
	switch {
	case d.Place.Ended != wizard.Open:
		return nil
	case d.Place.At != at && d.Place.Return != "":
		e := d.refused(fault)
		e.From = at
		return e
	case fault == wizard.Fault{}:
		return nil
	case fault.Tone != wizard.Warn || fault == before:
		return d.refused(fault)
	}
	d.warnings = append(d.warnings, Warning{
		Step: d.Place.At, Field: fault.Field, Flag: d.field(fault.Field).Flag, Text: fault.Plain(),
	})
	return nil
}

func (d *driver) refused(f wizard.Fault) *FaultError {
	field := d.field(f.Field)
	return &FaultError{
		Step: d.Place.At, Field: f.Field, Flag: field.Flag, Label: field.Label,
		Missing: f.Field != "" && !d.used[answer{d.Place.At, f.Field}], Text: f.Plain(),
	}
}

func (d *driver) field(name string) wizard.Field {
	field, _ := d.Page().FieldNamed(name)
	return field
}
