package flags

import (
	"context"
	"fmt"

	"smtp-wizard/wizard"
)

// fill gives the current page its answers and waits for its work. An answer may
// bring up another question, or other work, so it goes on until nothing is left
// to give.
func (d *driver) fill(ctx context.Context) error {
	for {
		if err := d.settle(ctx); err != nil {
			return err
		}
		if !d.giveOne(ctx) {
			return nil
		}
	}
}

// giveOne gives one answer that the page asks for and has not had.
func (d *driver) giveOne(ctx context.Context) bool {
	at := d.state.At
	for _, f := range d.guide.Page().Field {
		key := answer{at, f.Name}
		if d.used[key] {
			continue
		}
		if secret, ok := d.given.Secrets[at][f.Name]; ok && f.Kind == wizard.SecretField {
			d.used[key] = true
			d.apply(ctx, wizard.TypedSecret{Field: f.Name, Secret: secret})
			return true
		}
		if text, ok := d.given.Input[at][f.Name]; ok && f.Kind != wizard.SecretField {
			d.used[key] = true
			d.apply(ctx, wizard.Typed{Field: f.Name, Text: text})
			return true
		}
		if text, ok := d.state.Inputs[at][f.Name]; ok && stale(f, text) {
			d.apply(ctx, wizard.Typed{Field: f.Name, Text: f.Default})
			return true
		}
	}
	return false
}

// stale reports an empty choice where the page has one to offer, as after a
// step has taken the choice and rewritten its field.
func stale(f wizard.Field, text string) bool {
	return f.Kind == wizard.ChoiceField && text == "" && f.Default != ""
}

// settle waits until no work is under way on the page. Work that the page need
// not wait for is waited for as well, since a default may come from it, unless
// every answer has been given.
func (d *driver) settle(ctx context.Context) error {
	for {
		page := d.guide.Page()
		running := d.state.Found[d.state.At].Running
		switch {
		case page.Busy == "" && (!running || d.complete(page)):
			return ctx.Err()
		case !running:
			return fmt.Errorf("a bug in smtp-wizard: the page %s waits for work that is not under way", d.state.At)
		}
		select {
		case o := <-d.outcomes:
			d.apply(ctx, o)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// complete reports whether every question of a page is answered beforehand.
func (d *driver) complete(page wizard.Page) bool {
	for _, f := range page.Field {
		_, text := d.given.Input[d.state.At][f.Name]
		_, secret := d.given.Secrets[d.state.At][f.Name]
		if !text && !secret {
			return false
		}
	}
	return true
}
