package prompt

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"smtp-wizard/internal/text"
	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// ask asks one question until it has an answer. Whether it is a good one is for
// the step to say.
func (f *face) ask(ctx context.Context, name string) error {
	for fresh := true; ; {
		if err := f.settle(ctx); err != nil {
			return err
		}
		field, ok := f.Page().FieldNamed(name)
		if !ok {
			return nil // an answer made the question pointless
		}
		if fresh {
			f.introduce(field)
		}
		fresh = false
		answered, err := f.once(ctx, field)
		switch {
		case errors.Is(err, errLong):
			f.out.say("Error: ", "That line is too long.")
		case err != nil || answered:
			return err
		}
	}
}

// once reads one line for a field and reports whether that answers it.
func (f *face) once(ctx context.Context, field wizard.Field) (bool, error) {
	if field.Kind == wizard.SecretField {
		return true, f.secret(ctx, field)
	}
	if field.Lines {
		return true, f.lines(ctx, field)
	}
	shown := f.suggested(field)
	line, err := f.read(ctx, prompt(field, shown), field.Hide, false)
	if err != nil {
		return false, err
	}
	words, command := parse(line)
	switch {
	case command == helpCommand:
		f.help(field)
		return false, nil
	case command == backCommand:
		return false, errBack
	case command == emptyCommand && field.Kind == wizard.TextField:
		f.answer(field, "")
	case line == "":
		f.answer(field, shown) // also when work has found another suggestion since
	case f.elsewhere(field, line) != "":
		return false, f.ask(ctx, f.elsewhere(field, line))
	case field.Kind == wizard.ChoiceField:
		return f.choose(field, line), nil
	default:
		f.answer(field, words)
	}
	return true, nil
}

// elsewhere is the other question of the page that a line names, or "".
func (f *face) elsewhere(field wizard.Field, line string) string {
	if other := f.named(line); other != field.Name && len(match(field, line)) == 0 {
		return other
	}
	return ""
}

// suggested is the answer that Enter alone gives. One that was found wrong
// cannot be edited here, so it is not suggested again.
func (f *face) suggested(field wizard.Field) string {
	value := f.value(field.Name)
	fault := f.Place.Fault
	wrong := fault.Field == field.Name && fault.Tone == wizard.Bad && field.Kind == wizard.TextField
	_, offered := field.ChoiceOf(value)
	if wrong || field.Kind == wizard.ChoiceField && !offered {
		return field.Default
	}
	return value
}

// answer notes an answer. One that stands already is left alone, so that a
// warning about it counts as seen.
func (f *face) answer(field wizard.Field, text string) {
	if text != f.value(field.Name) || field.Missing {
		f.apply(wizard.Typed{Field: field.Name, Text: text})
	}
}

// secret takes a line as it is: no character of it is a command.
func (f *face) secret(ctx context.Context, field wizard.Field) error {
	enter := "Enter for none"
	switch {
	case !f.Place.Secrets[f.Place.At][field.Name].Empty():
		enter = "Enter keeps what you typed"
	case field.Kept:
		enter = "Enter keeps the one that is set"
	}
	if f.in.tty != nil {
		enter = "typing is not shown; " + enter
	}
	line, err := f.read(ctx, field.Label+" ("+enter+"): ", nil, true)
	if err == nil && (line != "" || field.Missing) {
		f.apply(wizard.TypedSecret{Field: field.Name, Secret: secret.New(line)})
	}
	return err
}

// lines takes a text of several lines, which is not shown.
func (f *face) lines(ctx context.Context, field wizard.Field) error {
	f.out.say("", field.Label+": paste it here; it is not shown. End it with a line that has only a dot.")
	var text strings.Builder
	for {
		line, err := f.read(ctx, "", nil, true)
		switch {
		case err != nil && !errors.Is(err, errLong):
			return err
		case line == ".":
			f.apply(wizard.Typed{Field: field.Name, Text: text.String()})
			return nil
		case text.Len() < maxText:
			text.WriteString(line + "\n")
		}
	}
}

// maxText is how many bytes of a text of several lines are kept.
const maxText = 256 << 10

// introduce prints what belongs to a question above its line.
func (f *face) introduce(field wizard.Field) {
	if field.Note != "" || field.Kind == wizard.ChoiceField || field.Name == f.Page().Field[0].Name {
		f.out.blank()
	}
	lead := ""
	if field.NoteTone == wizard.Warn || field.NoteTone == wizard.Bad {
		lead = "Note: "
	}
	f.out.say(lead, field.Note)
	if field.Kind == wizard.ChoiceField {
		f.list(field, 0)
	}
}

func prompt(field wizard.Field, shown string) string {
	if i := indexOf(field.Choices, shown); i >= 0 {
		shown = fmt.Sprintf("%d, %s", i+1, field.Choices[i].Label())
	} else if field.Kind == wizard.ChoiceField {
		shown = ""
	}
	if shown == "" {
		return field.Label + ": "
	}
	return fmt.Sprintf("%s [%s]: ", field.Label, shown)
}

// read prints a prompt and returns the next line, while work goes on. Where no
// terminal has shown the line, it is printed as shown makes it; nil is as it is.
func (f *face) read(ctx context.Context, prompt string, shown func(string) string, secret bool) (string, error) {
	if err := f.listen(ctx); err != nil {
		return "", err
	}
	f.out.raw(text.Clean(prompt))
	if f.out.err != nil {
		return "", f.out.err
	}
	if secret && f.in.tty != nil {
		restore, err := hide(f.in.tty)
		if err != nil {
			return "", err
		}
		defer restore()
	}
	pending := f.in.begin()
	for {
		select {
		case got := <-pending:
			f.endLine(got, shown, secret)
			return got.text, got.err
		case o := <-f.Outcomes:
			f.apply(o)
		case <-f.continued: // the shell has written below the prompt
			f.out.line("")
			f.out.raw(text.Clean(prompt))
		case <-ctx.Done():
			f.out.line("")
			return "", ctx.Err()
		}
	}
}

// listen makes ready for an answer. After a wait, what was typed meanwhile on a
// terminal, or is typed before anybody can have read what came of it, was not
// meant for the question. What comes through a pipe was.
func (f *face) listen(ctx context.Context) error {
	if f.hasWaited && f.in.tty != nil {
		select {
		case <-time.After(dropFor):
		case <-ctx.Done():
		}
		_ = drop(int(f.in.tty.Fd())) // what cannot be dropped is read as it was before
	}
	f.hasWaited = false
	return ctx.Err()
}

// endLine ends the prompt's line where no terminal has done it.
func (f *face) endLine(got line, shown func(string) string, secret bool) {
	switch {
	case f.in.tty == nil && !secret && got.err == nil:
		if shown != nil {
			got.text = shown(got.text)
		}
		f.out.line(text.Clean(got.text))
	case f.in.tty == nil, secret, got.err != nil:
		f.out.line("")
	}
}
