package runner

import (
	"context"
	"fmt"

	"smtp-wizard/wizard"
)

// Driver is a guide under way in one goroutine, for faces that have no event
// loop of their own.
type Driver struct {
	Guide wizard.Guide
	Place wizard.Place // of Guide
	// Outcomes are news of the work, for Apply.
	Outcomes <-chan wizard.Outcome

	ctx    context.Context
	cancel context.CancelFunc
	runner *Runner
}

// Drive begins the work of a guide. Stop ends it.
func Drive(ctx context.Context, g wizard.Guide) *Driver {
	outcomes := make(chan wizard.Outcome)
	d := &Driver{Guide: g, Place: g.Place(), Outcomes: outcomes}
	d.ctx, d.cancel = context.WithCancel(ctx)
	d.runner = New(func(o wizard.Outcome) {
		select {
		case outcomes <- o:
		case <-d.ctx.Done():
		}
	})
	d.runner.Follow(d.ctx, g)
	return d
}

// Apply moves the guide, and its work with it.
func (d *Driver) Apply(o wizard.Outcome) {
	d.Guide = d.Guide.Apply(o)
	d.Place = d.Guide.Place()
	d.runner.Follow(d.ctx, d.Guide)
}

// Page is the current page.
func (d *Driver) Page() wizard.Page { return d.Guide.Page() }

// Working reports whether work of the current page is under way. It is an error
// when the page waits for work that is not.
func (d *Driver) Working() (bool, error) {
	if d.Place.Found[d.Place.At].Running {
		return true, nil
	}
	if d.Page().Busy != "" {
		return false, fmt.Errorf("a bug in smtp-wizard: the page %s waits for work that is not under way", d.Place.At)
	}
	return false, nil
}

// Stop tells the work to end, and waits for it.
func (d *Driver) Stop() {
	d.cancel()
	d.runner.Stop()
}
