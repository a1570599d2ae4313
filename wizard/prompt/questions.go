package prompt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"smtp-wizard/wizard"
)

// errBack is the command to go back.
var errBack = errors.New("back")

// errLook is an answer that the page found wrong, or rewrote, as it was given.
var errLook = errors.New("look")

// questions asks what the page needs: after a fault the answer that it is about,
// else the list that the page is about, then what is missing; where nothing is, the
// answers are shown and one Enter takes them. The error is errBack when the page is
// to be left backwards.
func (f *face) questions(ctx context.Context) error {
	page, fault := f.Page(), f.Place.Fault
	first := page.Begin("")
	switch {
	case f.Place.Stuck > 1:
		return f.stuck(ctx)
	case page.Index(fault.Field) >= 0:
		return f.askFrom(ctx, fault.Field)
	case len(page.Field) == 0, fault.Text != "" && fault.Tone == wizard.Warn:
		_, err := f.enter(ctx, "Press Enter to go on: ")
		return err
	}
	f.standing(page)
	if !page.Field[first].Open && !page.Field[first].Missing && len(page.Field) > 1 {
		name, err := f.review(ctx)
		if name == "" || err != nil {
			return err
		}
		return cmp.Or(f.ask(ctx, name), errLook)
	}
	return f.askFrom(ctx, page.Field[first].Name)
}

// standing prints the answers that are not asked for.
func (f *face) standing(page wizard.Page) {
	begin := page.Begin("")
	f.out.blank()
	for i, field := range page.Field {
		if field.Missing || len(page.Field) == 1 || i == begin && field.Open {
			continue
		}
		words := f.value(field.Name)
		if c, ok := field.ChoiceOf(words); ok {
			words = c.Label()
		}
		if field.Kind == wizard.SecretField {
			words = map[bool]string{true: "set", false: "none"}[field.Kept || !f.Place.Secrets[f.Place.At][field.Name].Empty()]
		}
		if field.Note != "" {
			words += "  (" + field.Note + ")"
		}
		f.out.wrapped(fmt.Sprintf("  %s: %s", field.Label, words), 4)
	}
}

// review lets one Enter take the answers that stand, or names the one to change.
func (f *face) review(ctx context.Context) (string, error) {
	for {
		line, err := f.enter(ctx, "Press Enter to go on, or type what to change, such as "+f.Page().Field[0].Label+": ")
		if named := f.named(line); err != nil || line == "" || named != "" {
			return named, err
		}
		f.out.say("Error: ", fmt.Sprintf("No answer on this page is called %q.", line))
	}
}

// enter reads a line that answers no field.
func (f *face) enter(ctx context.Context, prompt string) (string, error) {
	for {
		line, err := f.read(ctx, prompt, nil, false)
		_, command := parse(line)
		switch {
		case errors.Is(err, errLong):
		case command == helpCommand:
			f.out.say("", commandHelp)
		case command == backCommand:
			return "", errBack
		default:
			return line, err
		}
	}
}

// named is the field of the page with that label, or "".
func (f *face) named(label string) string {
	label = strings.TrimSpace(label)
	for _, field := range f.Page().Field {
		if strings.EqualFold(field.Label, label) || field.Name == label {
			return field.Name
		}
	}
	return ""
}

// stuck offers to leave a page that Enter alone does not get past.
func (f *face) stuck(ctx context.Context) error {
	line, err := f.read(ctx, "Nothing has changed. Press Enter to leave, or type < to stay: ", nil, false)
	if err == nil && line == "" {
		return wizard.ErrInterrupted
	}
	f.Place.Stuck = 0
	return cmp.Or(err, errLook)
}

// askFrom asks the named field, then what is missing, and what an answer changed.
func (f *face) askFrom(ctx context.Context, name string) error {
	before := f.values()
	for name != "" {
		fault := f.Place.Fault
		err := f.ask(ctx, name)
		i := max(0, f.Page().Index(name))
		switch {
		case errors.Is(err, errBack) && i > 0 && f.Place.Return == "":
			name = f.Page().Field[i-1].Name
			continue
		case err != nil:
			return err
		case f.Place.Fault != fault && f.Place.Fault.Text != "":
			return errLook
		}
		before[name] = f.value(name)
		if i = f.Page().NextMissing(i); i >= 0 {
			name = f.Page().Field[i].Name
		} else {
			name = f.following(name, before)
		}
	}
	return nil
}

// following is a field whose answer was changed by another one.
func (f *face) following(name string, before map[string]string) string {
	for _, field := range f.Page().Field {
		old, known := before[field.Name]
		if field.Name != name && (!known || old != f.value(field.Name)) {
			return field.Name
		}
	}
	return ""
}

// values are the answers of the page as they would be submitted now.
func (f *face) values() map[string]string {
	all := map[string]string{}
	for _, field := range f.Page().Field {
		all[field.Name] = f.value(field.Name)
	}
	return all
}

// value is the answer that a field has: what was typed, else the default.
func (f *face) value(name string) string {
	if text, ok := f.Place.Inputs[f.Place.At][name]; ok {
		return text
	}
	field, _ := f.Page().FieldNamed(name)
	return field.Default
}
