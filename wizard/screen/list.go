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
	// compact is a long list, whose marks stand behind the words: each row is drawn
	// again when the list scrolls.
	compact bool
	// described is the value whose note is shown: that of the row where the pointer
	// last came to rest.
	described string
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

// pickKey highlights the choice of a key, if there is one.
func (l *list) pickKey(key string) bool {
	i := slices.IndexFunc(l.choices, func(c wizard.Choice) bool { return c.Key != "" && c.Key == key })
	if i >= 0 {
		l.pick(l.choices[i].Value)
	}
	return i >= 0
}

// current is the highlighted choice; false when the filter leaves none.
func (l *list) current() (wizard.Choice, bool) {
	if l.at >= len(l.shown) {
		return wizard.Choice{}, false
	}
	return l.choices[l.shown[l.at]], true
}

func (l *list) value() (string, bool) {
	c, ok := l.current()
	return c.Value, ok
}

// narrow applies the filter.
func (l *list) narrow() {
	l.shown = wizard.Filter(l.choices, l.filter.String())
	l.move(0)
}

// refilter narrows to the changed filter, and highlights the best match.
func (l *list) refilter() {
	value, _ := l.value()
	l.narrow()
	l.at, l.top = 0, 0
	if strings.TrimSpace(l.filter.String()) == "" {
		l.pick(value)
	}
}

// describe lets what belongs to the highlighted row follow it.
func (l *list) describe() { l.described, _ = l.value() }

// describedIndex is the choice that is described, an index into choices; the
// highlighted one when that is gone.
func (l *list) describedIndex() int {
	if i := slices.IndexFunc(l.choices, func(c wizard.Choice) bool { return c.Value == l.described }); i >= 0 {
		return i
	}
	return l.shown[l.at]
}

// move goes by n rows and stops at the ends.
func (l *list) move(n int) { l.at = max(min(l.at+n, len(l.shown)-1), 0) }

// fit chooses the rows in sight so that the highlighted one is among rows of
// them, and scrolls by as few as it takes: a terminal scrolls the others itself.
func (l *list) fit(rows int) {
	rows = max(rows, 1)
	l.top = max(min(l.top, l.at), l.at-rows+1)
	l.top = max(min(l.top, len(l.shown)-rows), 0)
}
