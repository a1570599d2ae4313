package screen

import (
	"slices"
	"strings"

	"smtp-wizard/wizard"
)

// list is the choices of one field, narrowed by what was typed.
type list struct {
	choices []wizard.Choice
	shown   []int // indexes into choices that match the filter
	at      int   // the highlighted one: an index into shown
	top     int   // the first row in sight: an index into shown
	filter  editor
	// lean is a long list, of which the rows show the first cell alone: each of
	// them is drawn again when the list scrolls.
	lean bool
	// Where the pointer last rested: the value, and the first row in sight then.
	// What is said of them outside of the rows stands until it rests again.
	rested    string
	restedTop int
}

// setChoices takes new choices and stays on the same value, if it is still
// there.
func (l *list) setChoices(choices []wizard.Choice) {
	value, _ := l.value()
	l.choices = choices
	l.narrow()
	l.pick(value)
}

// pick highlights a value; one that is not in sight changes nothing.
func (l *list) pick(value string) {
	for i, n := range l.shown {
		if l.choices[n].Value == value {
			l.at = i
		}
	}
}

// current is the highlighted choice; false when the filter leaves none.
func (l list) current() (wizard.Choice, bool) {
	if l.at < 0 || l.at >= len(l.shown) {
		return wizard.Choice{}, false
	}
	return l.choices[l.shown[l.at]], true
}

func (l list) value() (string, bool) {
	c, ok := l.current()
	return c.Value, ok
}

// narrow applies the filter: every word of it must be found in the choice.
func (l *list) narrow() {
	words := strings.Fields(strings.ToLower(l.filter.String()))
	l.shown = l.shown[:0:0]
	for i, c := range l.choices {
		if matches(c, words) {
			l.shown = append(l.shown, i)
		}
	}
	l.at = max(min(l.at, len(l.shown)-1), 0)
}

func matches(c wizard.Choice, words []string) bool {
	text := strings.ToLower(strings.Join(c.Cells, " ") + " " + c.Value + " " + c.Find)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// refilter narrows to the changed filter. The highlight goes to the first
// match that begins with what was typed, else to the first.
func (l *list) refilter() {
	value, _ := l.value()
	l.narrow()
	l.at, l.top = 0, 0
	typed := strings.ToLower(strings.TrimSpace(l.filter.String()))
	if typed == "" {
		l.pick(value)
		return
	}
	for i, n := range l.shown {
		if cells := l.choices[n].Cells; len(cells) > 0 && strings.HasPrefix(strings.ToLower(cells[0]), typed) {
			l.at = i
			return
		}
	}
}

// settle lets what belongs to the highlighted row follow it.
func (l *list) settle() {
	l.rested, _ = l.value()
}

// restedOn is the choice that the pointer last rested on, an index into choices;
// the highlighted one when that is gone.
func (l list) restedOn() int {
	for i, c := range l.choices {
		if c.Value == l.rested {
			return i
		}
	}
	return l.shown[l.at]
}

// move goes by n rows and stops at the ends.
func (l *list) move(n int) {
	l.at = max(min(l.at+n, len(l.shown)-1), 0)
}

// fit chooses the rows in sight so that the highlighted one is among rows of
// them, and scrolls by as few as it takes: a terminal scrolls the others itself.
func (l *list) fit(rows int) {
	rows = max(rows, 1)
	l.top = max(min(l.top, l.at), l.at-rows+1)
	l.top = max(min(l.top, len(l.shown)-rows), 0)
}
