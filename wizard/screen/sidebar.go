package screen

import (
	"slices"

	"smtp-wizard/wizard"
)

// beside puts the answers so far to the right of the body's lines.
func (m *model) beside(lines []string, bodyWidth int) []string {
	if bodyWidth == m.w {
		return lines
	}
	side := m.side
	if len(side) > len(lines) {
		side = append(side[:len(lines)-1:len(lines)-1], m.look.quiet.Render(m.look.ellipsis))
	}
	for i := range lines {
		right := ""
		if i < len(side) {
			right = side[i]
		}
		line := m.look.clip(lines[i], bodyWidth-1)
		lines[i] = pad(line, bodyWidth-1) + m.look.quiet.Render(m.look.bar) + " " + right
	}
	return lines
}

// sidebar lists the answers of the steps that were taken.
func (m *model) sidebar(w int) []string {
	l := m.look
	var lines []string
	for _, step := range m.guide.Outline() {
		if !slices.Contains(m.state.History, step.ID) || step.ID == m.state.At || step.Skipped {
			continue
		}
		answers := m.answers(step.ID, w)
		if len(answers) == 0 {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, l.strong.Render(l.clip(l.clean(step.Name), w)))
		lines = append(lines, answers...)
	}
	return lines
}

// answers are the answered fields of a step: a label, and under it the answer
// when both do not fit one line.
func (m *model) answers(id wizard.ID, w int) []string {
	l := m.look
	var lines []string
	for _, f := range m.guide.Taken(id).Field {
		value := l.clean(m.spoken(f))
		if value == "" {
			continue
		}
		label := l.clean(f.Label)
		if width(label)+2+width(value) <= w {
			lines = append(lines, l.quiet.Render(label)+"  "+value)
			continue
		}
		lines = append(lines, l.quiet.Render(l.clip(label, w)), "  "+l.clip(value, w-2))
	}
	return lines
}

// spoken is the answer to a field as it may be shown.
func (m *model) spoken(f wizard.Field) string {
	if f.Kind == wizard.SecretField {
		if f.Kept {
			return m.look.mask
		}
		return ""
	}
	value := f.Default
	if f.Kind == wizard.ChoiceField {
		for _, c := range f.Choices {
			if c.Value == value && len(c.Cells) > 0 {
				return c.Cells[0]
			}
		}
	}
	return value
}
