package prompt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// ask asks one question until it has an answer. The answer is not yet judged:
// that is the step's part.
func (f *face) ask(ctx context.Context, name string) error {
	fresh := true
	for {
		if err := f.settle(ctx); err != nil {
			return err
		}
		field, ok := f.page().FieldNamed(name)
		if !ok {
			return nil // an answer made the question pointless
		}
		if fresh {
			f.introduce(field)
		}
		again, err := f.once(ctx, field)
		switch {
		case errors.Is(err, errLong):
			f.out.say("Error: ", "That line is too long.")
		case err != nil || again == askedDone:
			return err
		}
		fresh = again == askedAnew
	}
}

// once reads one line for a field and says whether to ask again.
func (f *face) once(ctx context.Context, field wizard.Field) (asked, error) {
	if field.Kind == wizard.SecretField {
		return f.secret(ctx, field)
	}
	shown := f.standing(field)
	line, err := f.read(ctx, prompt(field, shown), false)
	if err != nil {
		return askedDone, err
	}
	text, command := f.command(line)
	if f.deny(command, text) {
		return askedAgain, nil
	}
	switch command {
	case commandHelp:
		f.help(field)
		return askedAgain, nil
	case commandBack:
		return askedDone, errBack
	case commandQuit, commandJump:
		return askedDone, f.leave(ctx, command, text)
	case commandEmpty:
		if field.Kind == wizard.TextField {
			return f.answer(ctx, field, "")
		}
	}
	switch {
	case line == "":
		return f.accept(ctx, field, shown)
	case field.Kind == wizard.ChoiceField:
		return f.choose(ctx, field, text)
	}
	return f.answer(ctx, field, text)
}

// asked is what became of a question.
type asked int

const (
	askedDone  asked = iota
	askedAgain       // the line alone is to be asked again
	askedAnew        // so are its note and its choices
)

// standing is the answer that Enter alone gives. One that was found wrong cannot
// be edited here, so it does not stand again.
func (f *face) standing(field wizard.Field) string {
	value := f.value(field.Name)
	if fault := f.state.Fault; fault.Field == field.Name && fault.Tone == wizard.Bad && field.Kind == wizard.TextField {
		return field.Default
	}
	if field.Kind == wizard.ChoiceField && indexOf(field.Choices, value) < 0 {
		return field.Default
	}
	return value
}

// accept takes the answer that was shown, unless work in the background has
// changed it since.
func (f *face) accept(ctx context.Context, field wizard.Field, shown string) (asked, error) {
	now, ok := f.page().FieldNamed(field.Name)
	if ok && f.standing(now) != shown {
		f.out.say("Note: ", "The suggestion has changed meanwhile.")
		return askedAnew, nil
	}
	return f.answer(ctx, field, shown)
}

// answer notes an answer. One that stands already is left alone, so that a
// warning about it counts as seen.
func (f *face) answer(ctx context.Context, field wizard.Field, text string) (asked, error) {
	if text != f.value(field.Name) {
		f.apply(ctx, wizard.Typed{Field: field.Name, Text: text})
	}
	return askedDone, nil
}

// secret takes a line as it is: no character of it is a command.
func (f *face) secret(ctx context.Context, field wizard.Field) (asked, error) {
	label := field.Label
	typed := !f.state.Secrets[f.state.At][field.Name].Empty()
	hidden := ""
	if f.in.hides() {
		hidden = "typing is not shown; "
	}
	switch {
	case typed:
		label += " (" + hidden + "Enter keeps what you typed)"
	case field.Kept:
		label += " (" + hidden + "Enter keeps the one that is set)"
	default:
		label += " (" + hidden + "Enter for none)"
	}
	line, err := f.read(ctx, label+": ", true)
	if err != nil {
		return askedDone, err
	}
	if line != "" {
		f.apply(ctx, wizard.TypedSecret{Field: field.Name, Secret: secret.New(line)})
	}
	return askedDone, nil
}

// introduce prints what belongs to a question above its line.
func (f *face) introduce(field wizard.Field) {
	if field.Note != "" || field.Kind == wizard.ChoiceField || field.Name == f.page().Field[0].Name {
		f.out.blank()
	}
	if field.Note != "" {
		lead := ""
		if field.NoteTone == wizard.Warn || field.NoteTone == wizard.Bad {
			lead = "Note: "
		}
		f.out.say(lead, field.Note)
	}
	if field.Kind == wizard.ChoiceField {
		f.list(field, 0)
	}
}

func prompt(field wizard.Field, shown string) string {
	if field.Kind == wizard.ChoiceField {
		if i := indexOf(field.Choices, shown); i >= 0 {
			return fmt.Sprintf("%s [%d, %s]: ", field.Label, i+1, labelOf(field.Choices[i]))
		}
	} else if shown != "" {
		return fmt.Sprintf("%s [%s]: ", field.Label, shown)
	}
	return field.Label + ": "
}

// read prints a prompt and returns the next line, while work goes on.
func (f *face) read(ctx context.Context, prompt string, secret bool) (string, error) {
	if err := f.listen(ctx); err != nil {
		return "", err
	}
	f.jobs.forget()
	f.out.prompt(prompt)
	if f.out.err != nil {
		return "", f.out.err
	}
	hidden, err := f.in.hide(secret)
	if err != nil {
		return "", err
	}
	defer f.jobs.hiding(hidden)()
	return f.awaitLine(ctx, f.in.begin(prompt, secret), question{prompt, secret, hidden})
}

// question is what a line is read for.
type question struct {
	prompt string
	secret bool
	hidden *echo // nil while the echo is on
}

// awaitLine waits for a line. After a stop the prompt is printed anew, since the
// shell has written below it, and the echo is off again, whatever the shell has
// made of it.
func (f *face) awaitLine(ctx context.Context, pending <-chan line, q question) (string, error) {
	for {
		select {
		case got := <-pending:
			f.endLine(got, q.secret)
			return got.text, got.err
		case o := <-f.outcomes:
			f.apply(ctx, o)
		case <-f.jobs.continued:
			if err := f.resume(q); err != nil {
				return "", err
			}
		case <-ctx.Done():
			f.out.newline()
			return "", ctx.Err()
		}
	}
}

func (f *face) resume(q question) error {
	if q.hidden != nil {
		if err := q.hidden.off(); err != nil {
			return err
		}
	}
	f.out.newline()
	f.out.prompt(q.prompt)
	return f.out.err
}

// listen makes ready for an answer. After a wait, what was typed meanwhile on a
// terminal, or is typed before anybody can have read what came of it, was not
// meant for the question.
func (f *face) listen(ctx context.Context) error {
	if f.hasWaited && f.in.tty != nil {
		select {
		case <-time.After(deafness):
		case <-ctx.Done():
		}
		f.in.drop()
	}
	f.hasWaited = false
	return ctx.Err()
}

// endLine ends the prompt's line where no terminal has done it.
func (f *face) endLine(got line, secret bool) {
	switch {
	case f.in.tty == nil && !secret && got.err == nil:
		f.out.raw(clean(got.text))
		f.out.newline()
	case f.in.tty == nil, secret, got.err != nil:
		f.out.newline()
	}
}
