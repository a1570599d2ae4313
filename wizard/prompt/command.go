package prompt

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/wizard"
)

const introduction = "Answer each question and press Enter. Enter alone takes the answer in [brackets]; " +
	"choices are answered by number or by name. Instead of an answer, type ? for help, < to go back, " +
	"- for an empty answer, or !q to leave."

const commandHelpText = "Enter alone takes the answer in [brackets]. < goes back, - gives an empty answer, " +
	"!q or Ctrl+C leaves. !relay, with the name of any page that you have answered, goes there and comes back. " +
	`An answer that begins with ! or is itself one of these is typed with a \ before it, such as \?. ` +
	"A password is taken as it is typed; to go back from it, press Enter and type < at the next question."

// command is what a line says instead of an answer.
type command int

const (
	commandNone command = iota
	commandHelp
	commandBack
	commandEmpty
	commandQuit
	commandJump
	commandUnknown
)

// command tells commands from answers: it returns the answer, or for a jump the
// page's name. Only a whole line is a command; a backslash before one makes it
// an answer.
func (f *face) command(line string) (string, command) {
	if bare := strings.TrimLeft(line, `\`); bare != line && f.meaning(bare) != commandNone {
		return line[1:], commandNone
	}
	word := strings.TrimSpace(line)
	if meaning := f.meaning(word); meaning != commandNone {
		return strings.TrimPrefix(word, "!"), meaning
	}
	return line, commandNone
}

func (f *face) meaning(word string) command {
	switch word {
	case "?":
		return commandHelp
	case "<":
		return commandBack
	case "-":
		return commandEmpty
	case "!q":
		return commandQuit
	}
	name, ok := strings.CutPrefix(word, "!")
	switch {
	case !ok, name == "":
		return commandNone
	case f.called(name) == "":
		return commandUnknown
	}
	return commandJump
}

// called is the page with this name, or "".
func (f *face) called(name string) wizard.ID {
	for _, s := range f.guide.Outline() {
		if strings.EqualFold(name, s.Name) || strings.EqualFold(name, string(s.ID)) {
			return s.ID
		}
	}
	return ""
}

// leave carries out the commands that leave the page for good or for another.
func (f *face) leave(ctx context.Context, c command, page string) error {
	if c == commandQuit {
		f.apply(ctx, wizard.Left{})
		return errHandled
	}
	f.apply(ctx, wizard.Jumped{To: f.called(page)})
	return errHandled
}

// deny says why a command leads nowhere; false when it leads somewhere.
func (f *face) deny(c command, text string) bool {
	switch {
	case c == commandUnknown:
		f.out.say("Error: ", fmt.Sprintf("There is no command !%s. !q leaves, and !relay, with the name of any page, goes there. "+
			`An answer that begins with ! is typed with a \ before it.`, text))
	case c != commandJump:
		return false
	case f.called(text) == f.state.At:
		f.out.say("", "That is this page.")
	case f.page().Final:
		f.out.say("", "All is done; there is nothing to go back to.")
	case !slices.Contains(f.state.History, f.called(text)):
		f.out.say("", "That page has not been answered yet.")
	default:
		return false
	}
	return true
}

// help says what a question is about.
func (f *face) help(field wizard.Field) {
	f.out.say("", field.Help.What)
	f.out.say("For example: ", field.Help.Example)
	f.out.say("Where to find it: ", field.Help.Where)
	f.out.say("", commandHelpText)
}
