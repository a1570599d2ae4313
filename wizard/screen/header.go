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
	tone          wizard.Tone // how it ended
}

// headerSteps are the steps that have something to ask.
func (m *model) headerSteps() []headerStep {
	var steps []headerStep
	for _, s := range m.guide.Outline() {
		current := s.ID == m.state.At
		if current {
			s.Tone = wizard.Good // as far as it says that it ended
		}
		steps = append(steps, headerStep{
			id: s.ID, name: m.theme.clean(s.Name), current: current, tone: s.Tone,
			done: current && m.page.Final || !current && slices.Contains(m.state.History, s.ID),
		})
	}
	return steps
}

// header says where the admin is, in one line, or in two where the second has
// room for all the steps.
func (m *model) header(w int, short bool) []string {
	t, steps := m.theme, m.headerSteps()
	at := slices.IndexFunc(steps, func(s headerStep) bool { return s.current })
	count := fmt.Sprintf("%d of %d", at+1, len(steps))
	if len(steps) == 1 { // a question of its own
		count = ""
	}
	line := func(title string) string {
		title = t.strong.Styled(t.clip(title, w-text.Width(count)-3))
		return t.spread(" "+title, t.quiet.Styled(count), w-1)
	}
	if trail := t.trail(steps); !short && len(steps) > 1 && text.Width(trail) <= w {
		return []string{line(m.name), trail}
	}
	if len(steps) == 1 {
		return []string{line(m.name)}
	}
	return []string{line(steps[at].name)}
}

// trail is the line of steps.
func (t theme) trail(steps []headerStep) string {
	var parts []string
	for _, s := range steps {
		switch {
		case s.current && s.done:
			parts = append(parts, t.accent.Styled("["+s.name+"]")+" "+t.mark(s.tone))
		case s.current:
			parts = append(parts, t.accent.Styled("["+s.name+"]"))
		case s.done:
			parts = append(parts, s.name+" "+t.mark(s.tone))
		default:
			parts = append(parts, t.quiet.Styled(s.name))
		}
	}
	return " " + strings.Join(parts, "  ")
}
