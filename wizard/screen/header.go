package screen

import (
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// header says where the admin is, in one line, or in two where the second has
// room for all the steps.
func (m *model) header(w int, short bool) []string {
	t, steps := m.theme, m.guide.Outline()
	at := slices.IndexFunc(steps, func(s wizard.Heading) bool { return s.Current })
	steps[at].Done = m.page.Final
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
	return []string{line(t.clean(steps[at].Name))}
}

// trail is the line of steps.
func (t theme) trail(steps []wizard.Heading) string {
	var parts []string
	for _, s := range steps {
		name := t.clean(s.Name)
		switch {
		case s.Current:
			name = t.accent.Styled("[" + name + "]")
		case !s.Done:
			name = t.quiet.Styled(name)
		}
		if s.Done {
			name += " " + t.mark(s.Tone)
		}
		parts = append(parts, name)
	}
	return " " + strings.Join(parts, "  ")
}
