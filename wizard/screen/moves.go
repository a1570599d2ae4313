package screen

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// ignoreFor is how long keys are dropped after a page has changed by itself:
// they were meant for what was there before.
const ignoreFor = 400 * time.Millisecond

func (m *model) ignoresKeys() bool { return m.now().Before(m.ignoreUntil) }

// apply hands an outcome to the machine and takes what comes of it.
func (m *model) apply(o wizard.Outcome) tea.Cmd {
	at, before := m.state.At, m.offered()
	m.guide = m.guide.Apply(o)
	m.state = m.guide.Place()
	if m.state.Ended != wizard.Open {
		return tea.Sequence(m.follow(o), tea.Quit)
	}
	m.refresh(m.state.At != at)
	if isNews(o) && m.offered() != before {
		m.ignoreUntil, m.scrolled = m.now().Add(ignoreFor), false
	}
	return tea.Batch(m.follow(o), m.tick())
}

// isNews reports news of work, which change no answer.
func isNews(o wizard.Outcome) bool {
	switch o.(type) {
	case wizard.Reported, wizard.Worked:
		return true
	}
	return false
}

// follow is the command for the current state.
func (m *model) follow(o wizard.Outcome) tea.Cmd {
	m.applied++
	return m.effects.command(m.applied, m.guide, o != nil && !isNews(o))
}

// offer is what Enter would answer now.
type offer struct {
	busy   bool
	field  string
	answer wizard.Outcome
}

func (m *model) offered() offer {
	o := offer{busy: m.page.Busy != ""}
	if w := m.focused(); w != nil {
		o.field = w.field.Name
		o.answer, _ = w.answer(true)
	}
	return o
}

// answer is what the machine would be told of a field; false when it knows. The
// choice under the pointer is an answer when it was chosen, else only when the
// pointer was moved.
func (w *widget) answer(chosen bool) (wizard.Outcome, bool) {
	name := w.field.Name
	switch w.field.Kind {
	case wizard.SecretField:
		return wizard.TypedSecret{Field: name, Secret: secret.New(w.line.String())}, w.dirty
	case wizard.ChoiceField:
		v, ok := w.list.value()
		return wizard.Typed{Field: name, Text: v}, ok && v != w.value && (chosen || w.dirty)
	}
	text := w.line.String()
	return wizard.Typed{Field: name, Text: text}, text != w.value
}

// handOver tells the machine what is in the focused field.
func (m *model) handOver(chosen bool) tea.Cmd {
	w := m.focused()
	if w == nil {
		return nil
	}
	o, changed := w.answer(chosen)
	w.dirty = false
	if !changed && !(chosen && w.field.Missing) {
		return nil
	}
	return m.apply(o)
}

// withAll is the guide as it would be if all that is typed were handed over.
func (m *model) withAll() wizard.Guide {
	g := m.guide
	for _, w := range m.form {
		if o, changed := w.answer(false); changed && w.dirty {
			g = g.Apply(o)
		}
	}
	return g
}

// enter takes the focused answer and goes on: to the next that is missing or at
// fault, or else to the machine.
func (m *model) enter() tea.Cmd {
	w := m.focused()
	if w == nil {
		return m.submit()
	}
	name, before, at := w.field.Name, m.state.Fault, m.state.At
	if _, ok := w.list.current(); w.field.Kind == wizard.ChoiceField && !ok {
		w.note = "Nothing matches. Clear the filter with esc."
		return nil
	}
	cmd := m.handOver(true)
	w.open = false
	if f := m.state.Fault; m.state.At == at && f != before && f != (wizard.Fault{}) {
		m.show(m.page.Index(f.Field))
		return cmd
	}
	if i := m.page.NextMissing(m.page.Index(name)); i >= 0 {
		m.show(i)
		return cmd
	}
	if len(m.form) == 0 && m.page.Busy != "" {
		m.busyAfter = name
	}
	return tea.Batch(cmd, m.submit())
}

// submit puts the focus on what is wrong when the page stays.
func (m *model) submit() tea.Cmd {
	if m.page.Busy != "" {
		return nil
	}
	at := m.state.At
	cmd := m.apply(wizard.Submitted{})
	if m.state.Ended == wizard.Open && m.state.At == at {
		m.scrolled = false
		if i := m.page.Index(m.state.Fault.Field); i >= 0 {
			m.show(i)
			m.form[i].line.fresh = false
		}
		if m.state.Stuck > 1 {
			m.open(stuckOverlay)
		}
	}
	return cmd
}

// show goes to a field that Enter has led to, and opens its list.
func (m *model) show(i int) {
	if i < 0 {
		return
	}
	m.goTo(i)
	m.form[i].open = m.form[i].field.Kind == wizard.ChoiceField && !m.form[i].field.Open
}

// step moves the focus by one field and hands over what was in the one left.
func (m *model) step(by int) tea.Cmd {
	w := m.focused()
	if w == nil {
		return nil
	}
	cmd := m.handOver(m.listOpen(w) && !w.open)
	if w.open {
		w.shut()
	}
	m.goTo(max(min(m.page.Index(w.field.Name)+by, len(m.form)-1), 0))
	return cmd
}

func (m *model) goTo(i int) {
	if i == m.focus {
		return
	}
	m.focus = i
	w := m.form[i]
	if w.field.Kind == wizard.SecretField {
		w.line.cursor = len(w.line.text)
		w.line.fresh = len(w.line.text) > 0
	}
}

// back goes to the page before; on the first page it asks whether to leave. When
// everything is done there is nothing to go back for.
func (m *model) back() tea.Cmd {
	if m.page.Final {
		return m.submit()
	}
	at := m.state.At
	cmd := tea.Batch(m.handOver(false), m.apply(wizard.WentBack{}))
	if m.state.At == at {
		m.over = leaveOverlay
	}
	return cmd
}

// jump goes to a step that was answered before.
func (m *model) jump(to wizard.ID) tea.Cmd {
	m.over = noOverlay
	return tea.Batch(m.handOver(false), m.apply(wizard.Jumped{To: to}))
}

// quit leaves at once when nothing was answered yet, and else asks once. When
// everything is done it is the last page's Enter.
func (m *model) quit() tea.Cmd {
	if m.page.Final {
		return m.submit()
	}
	if m.over != leaveOverlay && m.answered() && !m.tooSmall() { // there the question could not be read
		m.over = leaveOverlay
		return nil
	}
	return m.leave(wizard.ErrInterrupted)
}

// leave keeps what was typed and ends.
func (m *model) leave(why error) tea.Cmd {
	m.err = why
	return tea.Batch(m.handOver(false), m.apply(wizard.Left{}))
}

func (m *model) answered() bool {
	return m.state.Answered() || slices.ContainsFunc(m.form, func(w *widget) bool { return w.dirty })
}
