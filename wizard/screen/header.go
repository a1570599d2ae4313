package screen

import (
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// headerStep is one step in the header.
type headerStep struct {
	id            wizard.ID
	name          string
	done, current bool
}

// headerSteps are the steps that have something to ask.
func (m *model) headerSteps() []headerStep {
	var steps []headerStep
	for _, s := range m.guide.Outline() {
		current := s.ID == m.state.At
		if current || !s.Skipped {
			steps = append(steps, headerStep{
				id: s.ID, name: m.theme.clean(s.Name), current: current,
				done: !current && slices.Contains(m.state.History, s.ID),
			})
		}
	}
	return steps
}

// header says where the admin is, in one line or two.
func (m *model) header(w int, short bool) []string {
	t, steps := m.theme, m.headerSteps()
	at := slices.IndexFunc(steps, func(s headerStep) bool { return s.current })
	count := fmt.Sprintf("%d of %d", at+1, len(steps))
	line := func(title string) string {
		title = t.strong.Render(t.clip(title, w-text.Width(count)-3))
		return t.spread(" "+title, t.quiet.Render(count), w-1)
	}
	if short {
		return []string{line(steps[at].name)}
	}
	return []string{line(m.name), t.trail(steps, w)}
}

// trail is the line of steps. Where it does not fit, it begins with what is
// near the current step and says how many steps it leaves out.
func (t theme) trail(steps []headerStep, w int) string {
	for from := range steps {
		var parts []string
		if from > 0 {
			parts = append(parts, t.quiet.Render(fmt.Sprintf("%d%s", from, t.ellipsis)))
		}
		for _, s := range steps[from:] {
			switch {
			case s.current:
				parts = append(parts, t.accent.Render("["+s.name+"]"))
			case s.done:
				parts = append(parts, s.name+" "+t.mark(wizard.Good))
			default:
				parts = append(parts, t.quiet.Render(s.name))
			}
		}
		line := " " + strings.Join(parts, "  ")
		if text.Width(line) <= w || steps[from].current {
			return t.clip(line, w)
		}
	}
	return ""
}

// beside puts the answers so far to the right of the body's lines.
func (m *model) beside(lines []string, bodyWidth int) []string {
	if bodyWidth == m.w {
		return lines
	}
	t, side := m.theme, m.side
	if len(side) > len(lines) {
		side = append(side[:len(lines)-1:len(lines)-1], t.quiet.Render(t.ellipsis))
	}
	for i := range lines {
		right := ""
		if i < len(side) {
			right = side[i]
		}
		line := text.Pad(t.clip(lines[i], bodyWidth-1), bodyWidth-1)
		lines[i] = line + t.quiet.Render(t.bar) + " " + right
	}
	return lines
}

// sidebar lists the answers of the steps that were taken.
func (m *model) sidebar(w int) []string {
	t := m.theme
	var lines []string
	for _, step := range m.guide.Outline() {
		if !slices.Contains(m.state.History, step.ID) || step.ID == m.state.At || step.Skipped {
			continue
		}
		answers := t.answers(m.guide.Taken(step.ID), w)
		if len(answers) == 0 {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, t.strong.Render(t.clip(t.clean(step.Name), w)))
		lines = append(lines, answers...)
	}
	return lines
}

// answers are the answered fields of a page: a label, and under it the answer
// when both do not fit one line.
func (t theme) answers(page wizard.Page, w int) []string {
	var lines []string
	for _, f := range page.Field {
		value := f.Default
		if c, ok := f.ChoiceOf(value); ok {
			value = c.Label()
		}
		if f.Kind == wizard.SecretField && f.Kept {
			value = t.mask
		}
		if value == "" {
			continue
		}
		label, value := t.clean(f.Label), t.clean(value)
		if text.Width(label)+2+text.Width(value) <= w {
			lines = append(lines, t.quiet.Render(label)+"  "+value)
			continue
		}
		lines = append(lines, t.quiet.Render(t.clip(label, w)), "  "+t.clip(value, w-2))
	}
	return lines
}
