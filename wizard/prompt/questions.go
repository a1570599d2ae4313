package prompt

import (
	"context"
	"errors"
	"slices"

	"smtp-wizard/wizard"
)

// errHandled says that a command took the place of the answers: the state has
// been moved, so there is nothing to submit.
var errHandled = errors.New("a command was carried out")

// errBack is the command to go back.
var errBack = errors.New("back")

// questions asks what the page needs: all its fields, or after a fault the one
// that it is about and what that answer changes.
func (f *face) questions(ctx context.Context) error {
	page := f.page()
	fault := f.state.Fault
	_, alone := page.FieldNamed(fault.Field)
	switch {
	case alone:
		return f.from(ctx, fault.Field, true)
	case len(page.Field) == 0, fault.Text != "" && fault.Tone == wizard.Warn:
		return f.goOn(ctx)
	}
	return f.from(ctx, page.Field[0].Name, false)
}

// from asks from the named field to the last, or it alone.
func (f *face) from(ctx context.Context, name string, alone bool) error {
	before := f.values()
	for name != "" {
		err := f.ask(ctx, name)
		fields := f.page().Field
		i := max(0, slices.IndexFunc(fields, func(x wizard.Field) bool { return x.Name == name }))
		switch {
		case errors.Is(err, errBack) && i > 0 && !(alone && f.state.Return != ""):
			name, alone = fields[i-1].Name, false
			continue
		case errors.Is(err, errBack):
			return f.back(ctx)
		case err != nil:
			return err
		}
		before[name] = f.value(name)
		name = f.after(name, alone, before)
	}
	return nil
}

// after is the next field to ask: on a page asked as a whole the one below, in
// a correction one whose answer was changed by the corrected one.
func (f *face) after(name string, alone bool, before map[string]string) string {
	fields := f.page().Field
	if !alone {
		i := slices.IndexFunc(fields, func(x wizard.Field) bool { return x.Name == name })
		if i+1 < len(fields) {
			return fields[i+1].Name
		}
		return ""
	}
	for _, field := range fields {
		old, known := before[field.Name]
		if field.Name != name && (!known || old != f.value(field.Name)) {
			return field.Name
		}
	}
	return ""
}

// back goes to the page before.
func (f *face) back(ctx context.Context) error {
	at, final := f.state.At, f.page().Final
	f.apply(ctx, wizard.WentBack{})
	switch {
	case final:
		f.out.say("", "All is done; there is nothing to go back to.")
	case f.state.At == at:
		f.out.say("", "This is the first question; there is nothing to go back to.")
	}
	return errHandled
}

// values are the answers of the page as they would be submitted now.
func (f *face) values() map[string]string {
	all := map[string]string{}
	for _, field := range f.page().Field {
		all[field.Name] = f.value(field.Name)
	}
	return all
}

// value is the answer that a field has: what was typed, else the default.
func (f *face) value(name string) string {
	if text, ok := f.state.Inputs[f.state.At][name]; ok {
		return text
	}
	field, _ := f.page().FieldNamed(name)
	return field.Default
}

// goOn is the question of a page that has none.
func (f *face) goOn(ctx context.Context) error {
	for {
		text, err := f.read(ctx, "Press Enter to go on: ", false)
		if errors.Is(err, errLong) {
			continue
		}
		if err != nil {
			return err
		}
		text, command := f.command(text)
		if f.deny(command, text) {
			continue
		}
		switch command {
		case commandHelp:
			f.out.say("", commandHelpText)
		case commandBack:
			return f.back(ctx)
		case commandQuit, commandJump:
			return f.leave(ctx, command, text)
		default:
			return nil
		}
	}
}
