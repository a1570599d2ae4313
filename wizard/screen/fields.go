package screen

import (
	"strings"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// fieldBox is where fields are drawn: their width, and that of their labels.
type fieldBox struct {
	w, labels int
	rows      int // for the focused list
	details   int // the most lines for what its row has to say
}

// leastAnswer is the room under which an answer stands below its label, and
// goodAnswer that under which one that is being typed, or too long, does.
const leastAnswer, goodAnswer = 16, 24

// column is where the answers begin.
func (b fieldBox) column() int { return 2 + b.labels + 3 }

// stacked reports whether an answer stands below its label.
func (m *model) stacked(w *widget, focused bool, box fieldBox) bool {
	room := box.w - box.column()
	switch {
	case room < leastAnswer || text.Width(m.theme.clean(w.field.Label)) > box.labels:
		return true
	case room >= goodAnswer || w.field.Kind != wizard.TextField:
		return false
	}
	return focused || text.Width(m.theme.clean(w.line.String())) > room-3
}

// field draws one field on the canvas.
func (m *model) field(c *canvas, i int, box fieldBox) {
	w := m.form[i]
	focused := i == m.focus && m.over == noOverlay
	from := len(c.lines)
	if focused && m.listOpen(w) {
		m.choices(c, w, box)
	} else {
		m.line(c, w, focused, box)
	}
	m.notes(c, w, focused, box)
	if focused {
		c.from, c.to = from, len(c.lines)
	}
}

// line draws a field in one line: its label, then its answer.
func (m *model) line(c *canvas, w *widget, focused bool, box fieldBox) {
	t, label, column := m.theme, m.theme.clean(w.field.Label), box.column()
	stacked := m.stacked(w, focused, box)
	if stacked {
		label = t.clip(label, box.w-2)
	} else {
		label = text.Pad(label, box.labels+3)
	}
	head := "  " + label
	if focused {
		head = t.accent.Styled(t.pointer) + " " + t.strong.Styled(label)
	}
	if stacked {
		c.add(head)
		head, column = "    ", 4
	}
	answer, at := m.answer(w, focused, max(box.w-column-1, 1))
	if focused && at >= 0 {
		c.x, c.y = column+at, len(c.lines)
	}
	c.add(head + answer)
}

// answer draws what is in a field in room cells, and says where the cursor is in
// it.
func (m *model) answer(w *widget, focused bool, room int) (string, int) {
	t := m.theme
	secret := w.field.Kind == wizard.SecretField
	switch {
	case w.field.Kind == wizard.ChoiceField:
		if focused {
			return m.chosen(w, room-2) + " " + t.quiet.Styled(t.down), 0
		}
		return m.chosen(w, room), -1
	case len(w.line.text) == 0 && secret && w.field.Kept:
		return t.quiet.Styled(t.clip("unchanged; type to replace it", room)), 0
	case len(w.line.text) == 0:
		return "", 0
	case secret:
		return t.mask, text.Width(t.mask)
	}
	line := w.line
	if w.field.Hide != nil {
		line.text = []rune(w.field.Hide(line.String()))
	}
	if !focused {
		line.cursor = 0 // an answer begins with what tells it from others
	}
	part, at, left, right := line.window(room-2, t.clean)
	if focused && w.line.fresh {
		part = t.selected.Styled(part)
	}
	before, after := "", ""
	if left {
		before, at = t.quiet.Styled("<"), at+1
	}
	if right {
		after = t.quiet.Styled(">")
	}
	return before + part + after, at
}

// chosen is the answer of a choice field that does not have the focus.
func (m *model) chosen(w *widget, room int) string {
	field, value := w.field, w.value
	if m.preview != nil {
		then, asked := m.preview.FieldNamed(field.Name)
		if !asked {
			return m.theme.quiet.Styled(m.theme.clip("nothing to choose then", room))
		}
		if _, answered := m.state.Inputs[m.state.At][field.Name]; !answered {
			field, value = then, then.Default
		}
	}
	if c, ok := field.ChoiceOf(value); ok {
		return m.theme.clip(m.theme.clean(c.Label()), room)
	}
	return m.theme.quiet.Styled("not chosen yet")
}

// notes draws what stands under a field: what is wrong, what happened to a
// paste, and where its default is from.
func (m *model) notes(c *canvas, w *widget, focused bool, box fieldBox) {
	column := box.column()
	if focused && m.listOpen(w) || box.w-column < leastText || m.stacked(w, focused, box) {
		column = 4
	}
	add := func(tone wizard.Tone, s string) {
		if s == "" {
			return
		}
		for _, line := range m.theme.note(tone, s, box.w-column) {
			c.add(strings.Repeat(" ", column) + line)
		}
	}
	if f := m.state.Fault; f.Field == w.field.Name && !w.dirty {
		add(f.Tone, f.Text)
	}
	add(wizard.Warn, w.note)
	if focused && w.field.Kind == wizard.SecretField && w.line.fresh {
		add(wizard.Quiet, "Already typed; typing replaces it.")
	}
	tone := w.field.NoteTone
	if tone == wizard.Plain {
		tone = wizard.Quiet
	}
	add(tone, w.field.Note)
}
