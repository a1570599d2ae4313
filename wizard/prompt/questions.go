package prompt

import (
	"context"
	"errors"

	"smtp-wizard/wizard"
)

// errBack is the command to go back.
var errBack = errors.New("back")

// questions asks what the page needs: all its fields, or after a fault the one
// that it is about and what that answer changes. The error is errBack when the
// page is to be left backwards.
func (f *face) questions(ctx context.Context) error {
	page, fault := f.Page(), f.Place.Fault
	switch {
	case page.Index(fault.Field) >= 0:
		return f.askFrom(ctx, fault.Field, true)
	case len(page.Field) == 0, fault.Text != "" && fault.Tone == wizard.Warn:
		return f.confirm(ctx)
	}
	return f.askFrom(ctx, page.Field[0].Name, false)
}

// askFrom asks from the named field to the last, or it alone.
func (f *face) askFrom(ctx context.Context, name string, alone bool) error {
	before := f.values()
	for name != "" {
		err := f.ask(ctx, name)
		i := max(0, f.Page().Index(name))
		switch {
		case errors.Is(err, errBack) && i > 0 && !(alone && f.Place.Return != ""):
			name, alone = f.Page().Field[i-1].Name, false
			continue
		case err != nil:
			return err
		}
		before[name] = f.value(name)
		name = f.following(name, alone, before)
	}
	return nil
}

// following is the next field to ask: on a page asked as a whole the one below,
// in a correction one whose answer was changed by the corrected one.
func (f *face) following(name string, alone bool, before map[string]string) string {
	page := f.Page()
	if !alone {
		if i := page.Index(name); i+1 < len(page.Field) {
			return page.Field[i+1].Name
		}
		return ""
	}
	for _, field := range page.Field {
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

// confirm is the question of a page that has none.
func (f *face) confirm(ctx context.Context) error {
	for {
		line, err := f.read(ctx, "Press Enter to go on: ", nil, false)
		_, command := parse(line)
		switch {
		case errors.Is(err, errLong):
		case err != nil:
			return err
		case command == helpCommand:
			f.out.say("", commandHelp)
		case command == backCommand:
			return errBack
		default:
			return nil
		}
	}
}
