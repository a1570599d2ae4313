package flags

import (
	"context"

	"smtp-wizard/wizard"
)

// fill gives the current page its answers and waits for its work. An answer may
// bring up another question, or other work, so it goes on until nothing is left
// to give.
func (d *driver) fill(ctx context.Context) error {
	for {
		if err := d.await(ctx); err != nil {
			return err
		}
		o := d.nextAnswer()
		if o == nil {
			return nil
		}
		d.Apply(o)
	}
}

// nextAnswer is an answer that the page asks for and has not had, or nil.
func (d *driver) nextAnswer() wizard.Outcome {
	at := d.Place.At
	for _, f := range d.Page().Field {
		key := answer{at, f.Name}
		text, given := d.given.Input[at][f.Name]
		secret, givenSecret := d.given.Secrets[at][f.Name]
		typed, isTyped := d.Place.Inputs[at][f.Name]
		switch {
		case d.used[key]:
		case f.Kind == wizard.SecretField && givenSecret:
			d.used[key] = true
			return wizard.TypedSecret{Field: f.Name, Secret: secret}
		case f.Kind != wizard.SecretField && given:
			d.used[key] = true
			return wizard.Typed{Field: f.Name, Text: text}
		case f.Kind == wizard.ChoiceField && isTyped && typed == "" && f.Default != "":
			// A step took the choice and rewrote its field; the page offers a new one.
			return wizard.Typed{Field: f.Name, Text: f.Default}
		}
	}
	return nil
}

// await waits until no work is under way on the page. Work that the page need
// not wait for is waited for as well, since a default may come from it, unless
// every answer has been given.
func (d *driver) await(ctx context.Context) error {
	for {
		page := d.Page()
		working, err := d.Working()
		if err != nil {
			return err
		}
		if !working || page.Busy == "" && d.complete(page) {
			return ctx.Err()
		}
		select {
		case o := <-d.Outcomes:
			d.Apply(o)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// complete reports whether every question of a page is answered beforehand.
func (d *driver) complete(page wizard.Page) bool {
	for _, f := range page.Field {
		_, text := d.given.Input[d.Place.At][f.Name]
		_, secret := d.given.Secrets[d.Place.At][f.Name]
		if !text && !secret {
			return false
		}
	}
	return true
}
