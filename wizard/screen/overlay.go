package screen

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"smtp-wizard/wizard"
)

func (m *model) open(o overlay) {
	m.over, m.top, m.byHand = o, 0, false
}

// overKey is the keys of the overlays.
func (m *model) overKey(msg tea.KeyPressMsg) tea.Cmd {
	switch m.over {
	case asking:
		switch {
		case key.Matches(msg, m.keys.Leave):
			return m.leave(wizard.ErrInterrupted)
		case key.Matches(msg, m.keys.Stay):
			m.open(nothing)
		}
	case jumping:
		return m.jumpKey(msg)
	default:
		if _, ok := m.scroll(msg); !ok {
			m.open(nothing)
		}
	}
	return nil
}

func (m *model) jumpKey(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, m.keys.Up):
		m.jumps.move(-1)
	case key.Matches(msg, m.keys.Down):
		m.jumps.move(1)
	case key.Matches(msg, m.keys.Submit):
		id, _ := m.jumps.value()
		return m.jump(wizard.ID(id))
	case key.Matches(msg, m.keys.Back, m.keys.Jump):
		m.open(nothing)
	}
	return nil
}

// openJumps lists the steps that were answered before.
func (m *model) openJumps() {
	m.jumps = list{}
	if m.page.Final {
		return
	}
	var choices []wizard.Choice
	for i, s := range m.steps() {
		if s.done {
			choices = append(choices, wizard.Choice{
				Value: string(s.id), Cells: []string{s.name, "alt+" + strconv.Itoa(i+1)}, Tone: wizard.Good,
			})
		}
	}
	if len(choices) > 0 {
		m.jumps.setChoices(choices)
		m.open(jumping)
	}
}

// digit goes to the step of that number in the header, if it was answered.
func (m *model) digit(k string) tea.Cmd {
	n, err := strconv.Atoi(strings.TrimPrefix(k, "alt+"))
	if err != nil || !strings.HasPrefix(k, "alt+") {
		return nil
	}
	steps := m.steps()
	if n < 1 || n > len(steps) || !steps[n-1].done {
		return nil
	}
	return m.jump(steps[n-1].id)
}

// question is the body that asks whether to leave.
func (m *model) question(w int) []string {
	lines := []string{m.look.title.Render(m.look.clip("Leave before it is finished?", w)), ""}
	kept := "Your answers are not kept."
	if m.draft != "" {
		kept = m.draft
	}
	lines = append(lines, m.look.paragraphs(kept, w)...)
	if m.hasSecrets() {
		lines = append(lines, m.look.paragraphs("Passwords are never kept: one that was typed will be asked for again.", w)...)
	}
	return append(lines, "", m.look.strong.Render("enter")+" stay", m.look.strong.Render("y")+"     leave")
}

func (m *model) hasSecrets() bool {
	for _, w := range m.form {
		if w.field.Kind == wizard.SecretField && (w.field.Kept || len(w.line.text) > 0) {
			return true
		}
	}
	for _, id := range m.state.History {
		for _, f := range m.guide.Taken(id).Field {
			if f.Kind == wizard.SecretField && f.Kept {
				return true
			}
		}
	}
	return false
}
