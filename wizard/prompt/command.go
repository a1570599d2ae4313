package prompt

import (
	"strings"

	"smtp-wizard/wizard"
)

const introduction = "Type each answer and press Enter. Enter alone takes the answer in [brackets]; " +
	"choices are answered by number or by name. The name of another question on the page goes there. " +
	"Instead of an answer, type ? for help, < to go back, or - for an empty answer. Ctrl+C leaves."

const commandHelp = "Enter alone takes the answer in [brackets]. < goes back, also to the pages before; " +
	`no answer is lost. - gives an empty answer, Ctrl+C leaves. An answer that is itself one of ? < - ` +
	`is typed with a \ before it, such as \?. ` +
	"A password is taken as it is typed; to go back from it, press Enter and type < at the next question."

// The commands, which stand in place of an answer.
const (
	helpCommand  = "?"
	backCommand  = "<"
	emptyCommand = "-"
)

// parse tells commands from answers. Only a whole line is a command; a backslash
// before one makes it an answer.
func parse(line string) (answer, command string) {
	if bare := strings.TrimLeft(line, `\`); bare != line && isCommand(bare) {
		return line[1:], ""
	}
	if word := strings.TrimSpace(line); isCommand(word) {
		return "", word
	}
	return line, ""
}

func isCommand(word string) bool {
	return word == helpCommand || word == backCommand || word == emptyCommand
}

// help says what a question is about.
func (f *face) help(field wizard.Field) {
	f.out.say("", field.Help.What)
	f.out.say("For example: ", field.Help.Example)
	f.out.say("Where to find it: ", field.Help.Where)
	f.out.say("", commandHelp)
}
