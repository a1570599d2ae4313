package screen

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// model is the machine's state and what only the screen knows: where the
// cursor is, what is scrolled to, what was typed and not yet said.
type model struct {
	guide wizard.Guide
	state wizard.Place // of guide
	page  wizard.Page
	after *aftermath
	moves int // how often the machine moved
	now   func() time.Time

	look  look
	keys  keyMap
	name  string // of the program and the product, for the header
	draft string // where the answers are kept

	// foreseen is the page as it would be with the choice that the pointer rests on,
	// nil when that was made already.
	foreseen *wizard.Page

	form  []*widget
	focus int
	// worksFor is the field whose answer made the page work; when its fields are
	// back, the focus is behind it.
	worksFor string
	over     overlay
	jumps    list // of the overlay that goes to a done step
	top      int  // the first line of the body in sight
	// byHand says that the admin scrolled; the next other key brings the focus
	// back into sight.
	byHand bool

	w, h      int
	walked    int       // counts moves of the pointer; the latest one's rest is shown
	walking   bool      // the pointer was moved and has not rested since
	revealed  int       // counts reveals; the latest one's end hides the secret
	revealing bool      // a secret is shown in clear
	deaf      time.Time // keys are dropped until then
	ticking   bool
	began     map[int]time.Time // of runs whose finding does not say

	side  []string // the answers so far, drawn
	frame frame    // what is on the screen
	err   error    // why the guide ends before its end
}

// overlay is what is shown instead of the page's body.
type overlay int

const (
	nothing overlay = iota
	asking          // whether to leave
	jumping         // to which step
	helping
)

// widget is a field and what was done to it since the machine was told.
type widget struct {
	field wizard.Field
	line  editor
	list  list
	known string // the machine's answer; "" for a secret
	dirty bool
	note  string // what happened to a paste, or why a key did nothing
}

func (m *model) Init() tea.Cmd {
	m.refresh(true)
	return tea.Batch(m.follow(nil), m.tick())
}

// refresh takes the page of the current state. On a page that was open before,
// what was typed and not yet said stays as it is.
func (m *model) refresh(opened bool) {
	focused := ""
	if w := m.focused(); w != nil && !opened {
		focused = w.field.Name
	}
	old := map[string]*widget{}
	if !opened {
		for _, w := range m.form {
			old[w.field.Name] = w
		}
	}
	m.page, m.foreseen = m.guide.Page(), nil
	m.side = m.sidebar(sidebarWidth - 3)
	m.form = nil
	for _, f := range m.page.Field {
		w, ok := old[f.Name]
		if !ok || w.field.Kind != f.Kind {
			w, ok = &widget{}, false
		}
		w.sync(f, m.state, !ok)
		m.form = append(m.form, w)
	}
	if opened {
		m.top, m.byHand, focused, m.worksFor = 0, false, m.state.Focus, ""
	}
	m.focus = max(m.index(focused), 0)
	if i := m.index(m.worksFor); i >= 0 && focused == "" {
		m.focus, m.worksFor = min(i+1, len(m.form)-1), ""
	}
}

// sync takes what the machine knows of the field. An answer that is not yet
// said stays.
func (w *widget) sync(f wizard.Field, s wizard.Place, first bool) {
	w.field = f
	if f.Kind == wizard.SecretField {
		if !w.dirty {
			w.setSecret(s.Secrets[s.At][f.Name])
		}
		return
	}
	said, ok := s.Inputs[s.At][f.Name]
	if !ok {
		said = f.Default
	}
	changed := first || said != w.known
	w.known = said
	if f.Kind == wizard.ChoiceField {
		w.list.lean = f.Filter
		w.list.setChoices(f.Choices)
		if changed && !w.dirty {
			w.list.pick(said)
		}
		return
	}
	switch {
	case !changed || w.dirty:
	case first:
		w.line.set(said)
		w.line.fresh = !ok && said != ""
	case said != w.line.String():
		w.line.correct(said)
		w.line.fresh = !ok && said != ""
	}
}

func (w *widget) setSecret(s secret.Value) {
	if w.line.String() != s.Reveal() {
		w.line.set(s.Reveal())
	}
}

func (m *model) focused() *widget {
	if m.focus < 0 || m.focus >= len(m.form) {
		return nil
	}
	return m.form[m.focus]
}

// index is the place of the field of that name in the form, or -1.
func (m *model) index(name string) int {
	for i, w := range m.form {
		if w.field.Name == name {
			return i
		}
	}
	return -1
}
