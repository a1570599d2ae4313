package screen

import (
	"strings"

	"smtp-wizard/wizard"
)

// canvas is the lines of a body and where in it the focus is.
type canvas struct {
	lines    []string
	from, to int // the lines that must be in sight
	x, y     int // the cursor; x is -1 when it is hidden
	rows     int // of the focused list, how many are in sight
}

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
	case room < leastAnswer || width(m.look.clean(w.field.Label)) > box.labels:
		return true
	case room >= goodAnswer || w.field.Kind != wizard.TextField:
		return false
	}
	return focused || width(w.line.String()) > room-3
}

// field draws one field on the canvas.
func (m *model) field(c *canvas, i int, box fieldBox) {
	w := m.form[i]
	focused := i == m.focus && m.over == nothing
	from := len(c.lines)
	if focused && w.field.Kind == wizard.ChoiceField {
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
	l := m.look
	label := l.clean(w.field.Label)
	head := "  "
	if focused {
		head = l.accent.Render(l.pointer) + " "
	}
	column := box.column()
	if m.stacked(w, focused, box) {
		name := l.clip(label, box.w-2)
		if focused {
			name = l.strong.Render(name)
		}
		c.lines = append(c.lines, head+name)
		head, column = "    ", 4
	} else if focused {
		head += l.strong.Render(pad(label, box.labels+3))
	} else {
		head += pad(label, box.labels+3)
	}
	answer, at := m.answer(w, focused, max(box.w-column-1, 1))
	if focused && at >= 0 {
		c.x, c.y = column+at, len(c.lines)
	}
	c.lines = append(c.lines, head+answer)
}

// answer draws what is in a field in w cells, and says where the cursor is in
// it.
func (m *model) answer(w *widget, focused bool, room int) (string, int) {
	l := m.look
	switch {
	case w.field.Kind == wizard.ChoiceField:
		return m.chosen(w, room), -1
	case len(w.line.text) == 0:
		return l.quiet.Render(l.clip(placeholder(w), room)), 0
	case w.field.Kind == wizard.SecretField && !(focused && m.revealing):
		return l.mask, width(l.mask)
	}
	line := w.line
	if !focused {
		line.at = 0 // an answer begins with what tells it from others
	}
	part, at, left, right := line.window(room - 2)
	part = l.clean(part)
	if focused && w.line.fresh {
		part = l.selected.Render(part)
	}
	before, after := "", ""
	if left {
		before, at = l.quiet.Render("<"), at+1
	}
	if right {
		after = l.quiet.Render(">")
	}
	return before + part + after, at
}

func placeholder(w *widget) string {
	if w.field.Kind == wizard.SecretField && w.field.Kept {
		return "kept as it is; type to change"
	}
	return ""
}

// chosen is the answer of a choice field that does not have the focus.
func (m *model) chosen(w *widget, room int) string {
	field, value := w.field, w.known
	if m.foreseen != nil {
		then, asked := m.foreseen.FieldNamed(field.Name)
		if !asked {
			return m.look.quiet.Render(m.look.clip("nothing to choose then", room))
		}
		if _, said := m.state.Inputs[m.state.At][field.Name]; !said {
			field, value = then, then.Default
		}
	}
	for _, c := range field.Choices {
		if c.Value == value && len(c.Cells) > 0 {
			return m.look.clip(m.look.clean(c.Cells[0]), room)
		}
	}
	return m.look.quiet.Render("not chosen yet")
}

// notes draws what stands under a field: what is wrong, what happened to a
// paste, and where its default is from.
func (m *model) notes(c *canvas, w *widget, focused bool, box fieldBox) {
	column := box.column()
	if w.field.Kind == wizard.ChoiceField && focused || box.w-column < leastText || m.stacked(w, focused, box) {
		column = 4
	}
	add := func(t wizard.Tone, s string) {
		for _, line := range m.look.text(wizard.Text{Body: s, Tone: t}, 0, box.w-column) {
			c.lines = append(c.lines, strings.Repeat(" ", column)+line)
		}
	}
	if f := m.state.Fault; f.Text != "" && f.Field == w.field.Name && !w.dirty {
		add(f.Tone, f.Text)
	}
	if w.note != "" {
		add(wizard.Warn, w.note)
	}
	if focused && w.field.Kind == wizard.SecretField && w.line.fresh {
		add(wizard.Quiet, "Typed before; typing replaces it.")
	}
	if w.field.Note != "" {
		tone := w.field.NoteTone
		if tone == wizard.Plain {
			tone = wizard.Quiet
		}
		add(tone, w.field.Note)
	}
}
