package screen

import (
	"strings"
	"time"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"smtp-wizard/wizard"
)

type (
	// outcomeMsg is news of the work under way.
	outcomeMsg struct{ outcome wizard.Outcome }
	// endMsg ends the guide from outside: a signal, a line that dropped.
	endMsg struct{ why error }
	// tickMsg lets the seconds of the work under way go on.
	tickMsg struct{}
	// completedMsg is the text of a field with more of it.
	completedMsg struct{ field, from, to string }
	// restMsg says that the pointer stays where that move put it.
	restMsg struct{ move int }
)

// restFor is how long the pointer stays on a row before the words on it are
// drawn: who walks through a list over a slow line waits for none of them.
const restFor = 250 * time.Millisecond

// update does no I/O: what must be done outside goes into the command.
func (m *model) update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = max(msg.Width, 1), max(msg.Height, 1)
	case tea.KeyPressMsg:
		before := m.moves
		cmd = m.key(msg)
		m.moving = m.moves != before
	case tea.PasteMsg:
		m.paste(msg.Content)
	case outcomeMsg:
		cmd = m.apply(msg.outcome)
	case endMsg:
		cmd = m.leave(msg.why)
	case tickMsg:
		m.ticking = false
		cmd = m.tick()
	case completedMsg:
		cmd = m.completed(msg)
	case restMsg:
		m.moving = m.moving && msg.move != m.moves
	}
	if m.state.Ended == wizard.Open {
		m.describe()
		m.layout()
	}
	return cmd
}

// describe lets the words on the highlighted row, the choices below it, and what
// stands below the fields, follow a pointer that rests. The machine is not told
// of the choice before it is made: it might begin work for it.
func (m *model) describe() {
	w := m.focused()
	if m.moving {
		return
	}
	m.preview = nil
	if w == nil || !m.listOpen(w) {
		return
	}
	w.list.describe()
	if value, ok := w.list.value(); ok && w.dirty {
		page := m.guide.Preview(w.field.Name, value)
		m.page.After, m.preview = page.After, &page
	}
}

// key sends a key to the overlay, the list, or the line that has the focus.
func (m *model) key(msg tea.KeyPressMsg) tea.Cmd {
	if key.Matches(msg, m.keys.Quit) {
		return m.quit()
	}
	if m.tooSmall() || m.over == noOverlay && m.ignoresKeys() {
		return nil
	}
	switch {
	case key.Matches(msg, m.keys.Redraw):
		return tea.ClearScreen
	case key.Matches(msg, m.keys.Suspend):
		return tea.Suspend
	case m.over != noOverlay:
		return m.overlayKey(msg)
	}
	if cmd, ok := m.scroll(msg); ok {
		return cmd
	}
	m.scrolled = false
	if m.skips() && key.Matches(msg, m.keys.Skip) {
		return m.apply(wizard.Hurried{})
	}
	if w := m.focused(); w != nil {
		w.note = ""
		switch {
		case m.listOpen(w):
			return m.listKey(w, msg)
		case w.field.Kind != wizard.ChoiceField:
			return m.lineKey(w, msg)
		case key.Matches(msg, m.keys.Open, m.keys.Submit):
			w.open = true
			return nil
		}
	}
	return m.moveKey(msg)
}

// moveKey is the keys that go somewhere, whatever has the focus.
func (m *model) moveKey(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, m.keys.Submit):
		return m.enter()
	case key.Matches(msg, m.keys.Next, m.keys.Down):
		return m.step(1)
	case key.Matches(msg, m.keys.Previous, m.keys.Up):
		return m.step(-1)
	case key.Matches(msg, m.keys.Back):
		return m.back()
	case key.Matches(msg, m.keys.Help, m.keys.HelpTyping):
		m.open(helpOverlay)
	case key.Matches(msg, m.keys.Jump):
		m.openSteps()
	}
	return nil
}

// lineKey is the keys of a text or secret field.
func (m *model) lineKey(w *widget, msg tea.KeyPressMsg) tea.Cmd {
	before := w.line.String()
	if complete := w.field.Complete; complete != nil && key.Matches(msg, m.keys.Next) && before != "" {
		name := w.field.Name
		return func() tea.Msg { return completedMsg{name, before, complete(before)} }
	}
	if w.line.edit(msg.String()) {
		if w.field.Kind == wizard.SecretField {
			w.line.cursor = len(w.line.text) // elsewhere, it would tell the length
		}
		w.dirty = w.dirty || w.line.String() != before
		return nil
	}
	if text := printable(msg); text != "" && !(key.Matches(msg, m.keys.Help) && helpTyped(w)) {
		w.typed(text)
		return nil
	}
	return m.moveKey(msg)
}

// completed takes what Tab made of a text; where that is nothing, Tab goes on.
func (m *model) completed(msg completedMsg) tea.Cmd {
	w := m.focused()
	if w == nil || w.field.Name != msg.field || w.line.String() != msg.from {
		return nil
	}
	if msg.to == msg.from {
		return m.step(1)
	}
	w.line.set(msg.to)
	w.dirty = true
	return nil
}

func (w *widget) typed(text string) {
	w.line.insert(text)
	w.dirty = true
}

// printable is the text that a key types; a key with ctrl or alt types none.
func printable(msg tea.KeyPressMsg) string {
	const none = tea.ModCtrl | tea.ModAlt | tea.ModMeta | tea.ModSuper | tea.ModHyper
	if msg.Mod&none != 0 || strings.ContainsFunc(msg.Text, unicode.IsControl) {
		return ""
	}
	return msg.Text
}

// listKey is the keys of a choice field.
func (m *model) listKey(w *widget, msg tea.KeyPressMsg) tea.Cmd {
	filtered := len(w.list.filter.text) > 0
	switch {
	case key.Matches(msg, m.keys.Up):
		return m.walkOrLeave(w, -1)
	case key.Matches(msg, m.keys.Down):
		return m.walkOrLeave(w, 1)
	case w.open && !filtered && key.Matches(msg, m.keys.Back):
		w.shut()
	case filtered && key.Matches(msg, m.keys.Back):
		w.list.filter.set("")
		w.list.refilter()
	case !w.field.Filter && w.list.pickKey(printable(msg)):
		return m.enter()
	case !w.field.Filter:
		return m.moveKey(msg)
	default:
		return m.filterKey(w, msg)
	}
	return nil
}

func (m *model) filterKey(w *widget, msg tea.KeyPressMsg) tea.Cmd {
	before := w.list.filter.String()
	if key.Matches(msg, m.keys.Help) && before == "" {
		return m.moveKey(msg)
	}
	if !w.list.filter.edit(msg.String()) {
		text := printable(msg)
		if text == "" {
			return m.moveKey(msg)
		}
		w.list.filter.insert(text)
	}
	if w.list.filter.String() != before {
		w.list.refilter()
		w.dirty = true
	}
	return nil
}

// walkOrLeave moves the pointer; beyond the end of a list that stands open by
// itself it goes to the next field, and the answer is as it was.
func (m *model) walkOrLeave(w *widget, n int) tea.Cmd {
	if to := m.focus + n; !w.open && w.list.at == max(min(w.list.at+n, len(w.list.shown)-1), 0) && to >= 0 && to < len(m.form) {
		w.shut()
		m.refresh(false)
		m.goTo(to)
		return nil
	}
	return m.walk(w, n)
}

// shut closes a list as if it had not been opened.
func (w *widget) shut() {
	w.open, w.dirty = false, false
	w.list.filter.set("")
	w.list.refilter()
	w.list.pick(w.value)
}

// walk moves the pointer and shows only that, until it has rested.
func (m *model) walk(w *widget, n int) tea.Cmd {
	w.list.move(n)
	w.dirty = true
	m.moves++
	move := m.moves
	return tea.Tick(restFor, func(time.Time) tea.Msg { return restMsg{move} })
}

// scroll moves by a page: the focused list where it is longer than its window, up
// to its end, and then the body.
func (m *model) scroll(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	by := 0
	switch {
	case key.Matches(msg, m.keys.PageUp):
		by = -1
	case key.Matches(msg, m.keys.PageDown):
		by = 1
	default:
		return nil, false
	}
	w, rows := m.focused(), m.frame.rows
	if m.over == noOverlay && w != nil && !m.scrolled && rows > 0 && len(w.list.shown) > rows {
		before := w.list.at
		if w.list.move(by * max(rows-1, 1)); w.list.at != before {
			return m.walk(w, 0), true
		}
	}
	m.top += by * max(m.frame.height-1, 1)
	m.scrolled = true
	return nil, true
}

// tick asks for the next second while work is under way, and for nothing else.
func (m *model) tick() tea.Cmd {
	if m.ticking || !m.state.Found[m.state.At].Running {
		return nil
	}
	m.ticking = true
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return tickMsg{} })
}
