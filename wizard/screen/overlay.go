package screen

import (
	"cmp"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// overlay is what is shown instead of the page's body.
type overlay int

const (
	noOverlay    overlay = iota
	leaveOverlay         // the question whether to leave
	stuckOverlay         // the same where Enter alone gets no further
	stepsOverlay         // the steps to go back to
	helpOverlay
)

func (m *model) open(o overlay) {
	m.over, m.top, m.scrolled = o, 0, false
}

// overlayKey is the keys of the overlays.
func (m *model) overlayKey(msg tea.KeyPressMsg) tea.Cmd {
	switch m.over {
	case leaveOverlay, stuckOverlay:
		switch {
		case key.Matches(msg, m.keys.Leave), m.over == stuckOverlay && key.Matches(msg, m.keys.Submit):
			return m.leave(wizard.ErrInterrupted)
		case key.Matches(msg, m.keys.Stay):
			m.open(noOverlay)
		}
	case stepsOverlay:
		return m.stepsKey(msg)
	default:
		if _, ok := m.scroll(msg); !ok {
			m.open(noOverlay)
		}
	}
	return nil
}

func (m *model) stepsKey(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, m.keys.Up):
		m.steps.move(-1)
	case key.Matches(msg, m.keys.Down):
		m.steps.move(1)
	case key.Matches(msg, m.keys.Submit):
		id, _ := m.steps.value()
		return m.jump(wizard.ID(id))
	case key.Matches(msg, m.keys.Back, m.keys.Jump):
		m.open(noOverlay)
	}
	return nil
}

// openSteps lists the steps that were answered before.
func (m *model) openSteps() {
	m.steps = list{}
	if m.page.Final {
		return
	}
	var choices []wizard.Choice
	for _, s := range m.guide.Outline() {
		if s.Done {
			choices = append(choices, wizard.Choice{Value: string(s.ID), Cells: []string{s.Name}, Tone: s.Tone})
		}
	}
	if len(choices) > 0 {
		m.steps.setChoices(choices)
		m.open(stepsOverlay)
	}
}

// leaveQuestion is the body that asks whether to leave.
func (m *model) leaveQuestion(w int) []string {
	t := m.theme
	title := "Leave before finishing?"
	if m.over == stuckOverlay {
		title = "Nothing has changed, so this page stays. Leave?"
	}
	var lines []string
	for _, line := range t.paragraphs(title, w) {
		lines = append(lines, t.strong.Styled(line))
	}
	lines = append(lines, "")
	lines = append(lines, t.paragraphs(cmp.Or(m.draft, "Your answers will not be saved."), w)...)
	return append(append(lines, ""), t.listed(m.hints(), 5)...)
}

// listed are keys in lines of their own.
func (t theme) listed(hints []key.Help, w int) (lines []string) {
	for _, h := range hints {
		lines = append(lines, t.strong.Styled(text.Pad(h.Key, w))+" "+h.Desc)
	}
	return lines
}

// help is the body that explains the focused field, the page and the keys.
func (m *model) help(w int) []string {
	t, title, where := m.theme, m.page.Title, ""
	var parts []wizard.Block
	add := func(label, body string) {
		if body != "" {
			parts = append(parts, wizard.Text{Label: label, Body: body})
		}
	}
	if f := m.focused(); f != nil {
		title, where = f.field.Label, f.field.Help.Where
		add("What", f.field.Help.What)
		add("Example", f.field.Help.Example)
		add("Where", where)
		if c, ok := f.list.current(); ok && c.Note != "" {
			add("Chosen", c.Label()+t.dot+c.Note)
		}
	}
	add("Why", m.page.Why)
	lines := []string{t.strong.Styled(t.clip(t.clean(title), w)), ""}
	lines = append(lines, t.linked(t.blocks(parts, w, true), where)...)
	lines = append(lines, "", t.strong.Styled("Keys"))
	return append(lines, t.listed(m.helpHints(), 10)...)
}
