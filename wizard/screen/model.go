package screen

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/wizard"
)

// model is the machine's state and what only the screen knows: where the
// cursor is, what is scrolled to, what was typed and not yet handed over.
type model struct {
	guide   wizard.Guide
	state   wizard.Place // of guide
	page    wizard.Page
	effects *effects
	applied int // how often the machine moved
	now     func() time.Time

	theme theme
	keys  keyMap
	name  string // of the program and the product, for the header
	draft string // where the answers are kept

	// preview is the page as it would be with the choice that the pointer rests on,
	// nil when that was made already.
	preview *wizard.Page

	form  []*widget
	focus int
	// busyAfter is the field whose answer made the page work; when its fields are
	// back, the focus is behind it.
	busyAfter string
	over      overlay
	steps     list // of the overlay that goes to a done step
	top       int  // the first line of the body in sight
	// scrolled says that the admin did; the next other key brings the focus back
	// into sight.
	scrolled bool

	w, h        int
	moves       int       // of the pointer; it rests when none came after the latest
	moving      bool      // the pointer was moved and has not rested since
	ignoreUntil time.Time // keys are dropped until then
	ticking     bool

	frame frame // what is on the screen
	err   error // why the guide ends before its end
}

// widget is a field and what was done to it since the machine was told.
type widget struct {
	field wizard.Field
	line  editor
	list  list
	value string // the machine's answer; "" for a secret
	dirty bool
	open  bool   // a list that was opened
	note  string // what happened to a paste, or why a key did nothing
}

func (m *model) Init() tea.Cmd {
	m.refresh(true)
	return tea.Batch(m.follow(nil), m.tick())
}

// refresh takes the page of the current state. On a page that was open before,
// what was typed and not yet handed over stays as it is.
func (m *model) refresh(opened bool) {
	focused, old := m.state.Focus, []*widget(nil)
	if !opened {
		focused, old = "", m.form
		if w := m.focused(); w != nil {
			focused = w.field.Name
		}
	}
	wasBusy := m.page.Busy != ""
	m.page, m.preview = m.guide.Page(), nil
	if wasBusy && m.page.Busy == "" && m.busyAfter == "" && !m.touched() {
		focused = "" // what is missing is known only now
	}
	m.form = nil
	for _, f := range m.page.Field {
		i := slices.IndexFunc(old, func(w *widget) bool { return w.field.Name == f.Name && w.field.Kind == f.Kind })
		w := &widget{}
		if i >= 0 {
			w = old[i]
		}
		w.sync(f, m.state, i < 0)
		m.form = append(m.form, w)
	}
	if opened {
		m.top, m.scrolled, m.busyAfter = 0, false, ""
	}
	m.focus = m.page.Begin(focused)
	if i := m.page.Index(m.busyAfter); i >= 0 && focused == "" {
		m.focus, m.busyAfter = min(i+1, len(m.form)-1), ""
	}
	if w := m.focused(); opened && w != nil && (focused != "" || w.field.Missing) {
		m.show(m.focus)
	}
}

// sync takes what the machine knows of the field. An answer that is not yet
// handed over stays.
func (w *widget) sync(f wizard.Field, s wizard.Place, first bool) {
	w.field = f
	if f.Kind == wizard.SecretField {
		if typed := s.Secrets[s.At][f.Name].Reveal(); !w.dirty && w.line.String() != typed {
			w.line.set(typed)
		}
		return
	}
	value, answered := s.Inputs[s.At][f.Name]
	if !answered {
		value = f.Default
	}
	changed := first || value != w.value
	w.value = value
	switch {
	case f.Kind == wizard.ChoiceField:
		w.list.compact = f.Filter
		w.list.setChoices(f.Choices)
		if changed && !w.dirty {
			w.list.pick(value)
		}
	case !changed || w.dirty || !first && value == w.line.String():
	default:
		w.line.set(value)
		w.line.fresh = !answered && value != ""
	}
}

// listOpen reports whether the choices of a field are to be seen.
func (m *model) listOpen(w *widget) bool {
	return w.field.Kind == wizard.ChoiceField && (w.field.Open || w.open || len(m.form) == 1)
}

// touched reports whether something was answered or moved on the page.
func (m *model) touched() bool {
	return len(m.state.Inputs[m.state.At]) > 0 || m.state.Fault != (wizard.Fault{}) ||
		slices.ContainsFunc(m.form, func(w *widget) bool { return w.dirty })
}

func (m *model) focused() *widget {
	if m.focus >= len(m.form) {
		return nil
	}
	return m.form[m.focus]
}
