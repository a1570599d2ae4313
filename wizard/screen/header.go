package screen

import (
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/wizard"
)

// place is one step in the header.
type place struct {
	id            wizard.ID
	name          string
	done, current bool
}

// steps are the steps that have something to ask.
func (m *model) steps() []place {
	var places []place
	for _, s := range m.guide.Outline() {
		current := s.ID == m.state.At
		if !current && s.Skipped {
			continue
		}
		places = append(places, place{
			id: s.ID, name: m.look.clean(s.Name), current: current,
			done: !current && slices.Contains(m.state.History, s.ID),
		})
	}
	return places
}

// header says where the admin is, in one line or two.
func (m *model) header(w int, short bool) []string {
	places := m.steps()
	at, name := 0, ""
	for i, p := range places {
		if p.current {
			at, name = i+1, p.name
		}
	}
	count := fmt.Sprintf("%d of %d", at, len(places))
	line := func(title string) string {
		title = m.look.title.Render(m.look.clip(title, w-width(count)-3))
		return m.look.spread(" "+title, m.look.quiet.Render(count), w-1)
	}
	if short {
		return []string{line(name)}
	}
	return []string{line(m.name), m.trail(places, w)}
}

// trail is the line of steps. Where it does not fit, it begins with what is
// near the current step and says how many steps it leaves out.
func (m *model) trail(places []place, w int) string {
	for from := range places {
		var parts []string
		if from > 0 {
			parts = append(parts, m.look.quiet.Render(fmt.Sprintf("%d%s", from, m.look.ellipsis)))
		}
		for _, p := range places[from:] {
			parts = append(parts, m.look.place(p))
		}
		line := " " + strings.Join(parts, "  ")
		if width(line) <= w || places[from].current {
			return m.look.clip(line, w)
		}
	}
	return ""
}

func (l look) place(p place) string {
	switch {
	case p.current:
		return l.accent.Render("[" + p.name + "]")
	case p.done:
		return p.name + " " + l.mark(wizard.Good)
	}
	return l.quiet.Render(p.name)
}
