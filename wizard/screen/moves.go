package screen

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// deafness is how long keys are dropped after a page has changed by itself:
// they were meant for what was there before.
const deafness = 400 * time.Millisecond

// apply hands an outcome to the machine and takes what comes of it.
func (m *model) apply(o wizard.Outcome) tea.Cmd {
	at, before := m.state.At, m.offered()
	m.guide = m.guide.Apply(o)
	m.state = m.guide.Place()
	if m.state.Ended != wizard.Open {
		return tea.Sequence(m.follow(o), tea.Quit)
	}
	m.refresh(m.state.At != at)
	switch o.(type) {
	case wizard.Reported, wizard.Worked:
		if m.offered() != before {
			m.opensByItself()
		}
	}
	return tea.Batch(m.follow(o), m.tick())
}

// offer is what Enter would say now.
type offer struct {
	busy  bool
	field string
	said  wizard.Outcome
}

func (m *model) offered() offer {
	o := offer{busy: m.page.Busy != ""}
	if w := m.focused(); w != nil {
		o.field = w.field.Name
		o.said, _ = w.said(true)
	}
	return o
}

// opensByItself shows what has come of the work, from where the answer to it is
// asked, and takes no key that was meant for the page as it was.
func (m *model) opensByItself() {
	m.deaf = m.now().Add(deafness)
	m.byHand = false
}

// said is what the machine would be told of a field; false when it knows. The
// choice under the pointer is an answer when it was chosen, else only when the
// pointer was moved.
func (w *widget) said(chosen bool) (wizard.Outcome, bool) {
	name := w.field.Name
	switch w.field.Kind {
	case wizard.SecretField:
		return wizard.TypedSecret{Field: name, Secret: secret.New(w.line.String())}, w.dirty
	case wizard.ChoiceField:
		v, ok := w.list.value()
		return wizard.Typed{Field: name, Text: v}, ok && v != w.known && (chosen || w.dirty)
	}
	text := w.line.String()
	return wizard.Typed{Field: name, Text: text}, text != w.known
}

// say tells the machine what is in a field.
func (m *model) say(w *widget, chosen bool) tea.Cmd {
	if w == nil {
		return nil
	}
	o, news := w.said(chosen)
	w.dirty = false
	if !news {
		return nil
	}
	return m.apply(o)
}

// unsaid is the state as it would be if all that is typed were said.
func (m *model) unsaid() wizard.Guide {
	g := m.guide
	for _, w := range m.form {
		if o, news := w.said(false); news && w.dirty {
			g = g.Apply(o)
		}
	}
	return g
}

// enter takes the focused answer and goes on: to the next field, or, from the
// last one or from one that was found wrong, to the machine.
func (m *model) enter() tea.Cmd {
	w := m.focused()
	if w == nil {
		return m.submit()
	}
	name := w.field.Name
	wrong := m.state.Fault.Field == name
	if _, ok := w.list.current(); w.field.Kind == wizard.ChoiceField && !ok {
		w.note = "Nothing matches. Clear the filter with esc."
		return nil
	}
	cmd := m.say(w, true)
	if i := m.index(name); !wrong && i >= 0 && i+1 < len(m.form) {
		m.goTo(i + 1)
		return cmd
	}
	if len(m.form) == 0 && m.page.Busy != "" {
		m.worksFor = name
	}
	return tea.Batch(cmd, m.submit())
}

func (m *model) submit() tea.Cmd {
	if m.page.Busy != "" {
		return nil
	}
	at := m.state.At
	cmd := m.apply(wizard.Submitted{})
	if m.state.Ended == wizard.Open && m.state.At == at {
		m.stayed()
	}
	return cmd
}

// stayed puts the focus on what is wrong with the page that was submitted.
func (m *model) stayed() {
	m.byHand = false
	if i := m.index(m.state.Fault.Field); i >= 0 {
		m.goTo(i)
		m.form[i].line.fresh = false
	}
}

// step moves the focus by one field and says what was in the one left.
func (m *model) step(by int) tea.Cmd {
	w := m.focused()
	if w == nil {
		return nil
	}
	name := w.field.Name
	cmd := m.say(w, true)
	m.goTo(max(min(m.index(name)+by, len(m.form)-1), 0))
	return cmd
}

func (m *model) goTo(i int) {
	if i == m.focus {
		return
	}
	m.revealing = false
	m.focus = i
	w := m.form[i]
	if w.field.Kind == wizard.SecretField {
		w.line.at = len(w.line.text)
		w.line.fresh = len(w.line.text) > 0
	}
}

// back goes to the page before; on the first page it asks whether to leave. When
// all is done there is nothing to go back for.
func (m *model) back() tea.Cmd {
	if m.page.Final {
		return m.submit()
	}
	cmd := m.say(m.focused(), false)
	at := m.state.At
	cmd = tea.Batch(cmd, m.apply(wizard.WentBack{}))
	if m.state.At == at {
		m.over = asking
	}
	return cmd
}

// jump goes to a step that was answered before.
func (m *model) jump(to wizard.ID) tea.Cmd {
	m.over = nothing
	if to == m.state.At {
		return nil
	}
	return tea.Batch(m.say(m.focused(), false), m.apply(wizard.Jumped{To: to}))
}

// quit leaves at once when nothing was answered yet, and else asks once. When all
// is done it is the last page's Enter.
func (m *model) quit() tea.Cmd {
	if m.page.Final {
		return m.submit()
	}
	if m.over != asking && m.answered() && !m.tooSmall() { // there the question could not be read
		m.over = asking
		return nil
	}
	return m.leave(wizard.ErrInterrupted)
}

// leave keeps what was typed and ends.
func (m *model) leave(why error) tea.Cmd {
	m.err = why
	return tea.Batch(m.say(m.focused(), false), m.apply(wizard.Left{}))
}

func (m *model) answered() bool {
	for _, w := range m.form {
		if w.dirty {
			return true
		}
	}
	return m.state.Answered()
}
