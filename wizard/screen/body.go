package screen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// canvas is the lines of a body and where in it the focus is.
type canvas struct {
	lines    []string
	from, to int // the lines that must be in sight
	x, y     int // the cursor; x is -1 when it is hidden
	rows     int // of the focused list, how many are in sight
}

func (c *canvas) add(lines ...string) { c.lines = append(c.lines, lines...) }

// section adds lines after an empty one, where there is room for it.
func (c *canvas) section(tight bool, lines []string) {
	if len(lines) > 0 && len(c.lines) > 0 && !tight {
		c.add("")
	}
	c.add(lines...)
}

// body draws the page, or the overlay, in w cells.
func (m *model) body(w, height int) canvas {
	c := canvas{x: -1}
	switch m.over {
	case leaveOverlay, stuckOverlay:
		c.add(m.leaveQuestion(w)...)
	case helpOverlay:
		c.add(m.help(w)...)
	case stepsOverlay:
		c.add(m.theme.strong.Styled("Go to which step?"), "")
		m.rows(&c, &m.steps, nil, fieldBox{w: w, rows: max(height-2, 1)})
		c.to = len(c.lines)
	default:
		return m.fitted(w, height)
	}
	return c
}

// fitted draws the page so that it fits, if it can: the focused list takes the
// lines that are left; where there are none, the empty ones go, and on a short
// screen the reason gives up its own.
func (m *model) fitted(w, height int) canvas {
	const least = 3
	top := 0
	if f := m.focused(); f != nil {
		top = f.list.top
	}
	draw := func(rows int) canvas {
		if f := m.focused(); f != nil {
			f.list.top = top // as it was before a draw with fewer rows moved it
		}
		var c canvas
		for _, shape := range []struct{ tight, brief bool }{{}, {tight: true}, {brief: true}, {true, true}} {
			if height < tightHeight && !shape.tight {
				continue
			}
			if c = m.whole(w, height, rows, shape.tight, shape.brief); len(c.lines) <= height {
				break
			}
		}
		return c
	}
	c := draw(least)
	if c.rows < least {
		return c
	}
	return draw(max(least+height-len(c.lines), min(height-4, 8)))
}

// whole draws all of the page; brief folds tables, and leaves of the reason on a
// short screen only its beginning: help shows the rest.
func (m *model) whole(w, height, rows int, tight, brief bool) canvas {
	t := m.theme
	c := canvas{x: -1}
	c.add(m.title(w)...)
	why := t.paragraphs(m.page.Why, w)
	if brief && len(why) > 1 && height < shortHeight {
		why = []string{m.shortened(why, w)}
	}
	for _, line := range why {
		c.add(t.quiet.Styled(line))
	}
	body := m.page.Body
	if brief {
		body = slices.Clone(body)
		for i, b := range body {
			if table, ok := b.(wizard.Table); ok && table.Brief != nil {
				table.Rows = table.Brief
				body[i] = table
			}
		}
	}
	c.section(tight, m.barred(t.blocks(body, w, tight)))
	c.section(tight, m.busy(w))
	if f := m.state.Fault; f.Text != "" && m.page.Index(f.Field) < 0 {
		if !tight {
			c.add("")
		}
		c.from = len(c.lines)
		c.add(t.note(f.Tone, f.Text, w)...)
		c.to = len(c.lines)
	}
	m.fields(&c, fieldBox{w: w, rows: rows, details: max(height/4, 2)}, tight)
	c.section(tight, t.blocks(m.page.After, w, tight))
	return c
}

// barred is what a page says of a refusal, with a bar at its left.
func (m *model) barred(lines []string) []string {
	if m.page.Gist.Tone != wizard.Bad {
		return lines
	}
	bar := m.theme.tones[wizard.Bad].Styled(m.theme.bar)
	for i, line := range lines {
		lines[i] = bar + strings.TrimPrefix(line, " ")
	}
	return lines
}

// shortened is the beginning of wrapped text, in one line that says which key
// shows the rest.
func (m *model) shortened(lines []string, w int) string {
	key := " (" + m.helpKey().Help().Key + ")"
	return m.theme.clip(strings.Join(lines, " "), w-text.Width(key)) + m.theme.quiet.Styled(key)
}

func (m *model) title(w int) []string {
	var lines []string
	for _, line := range m.theme.paragraphs(m.page.Title, w) {
		lines = append(lines, m.theme.strong.Styled(line))
	}
	for _, s := range m.guide.Outline() {
		if s.ID == m.state.Return {
			back := "Then back to " + m.theme.clean(s.Name) + "."
			lines = append(lines, m.theme.quiet.Styled(m.theme.clip(back, w)))
		}
	}
	return lines
}

// busy says what is under way, and since when. A spinner would draw, over a slow
// line too, ten times a second what the seconds say.
func (m *model) busy(w int) []string {
	if m.page.Busy == "" {
		return nil
	}
	words := m.page.Busy
	if s := m.elapsed(); s != "" {
		words += "   " + s
	}
	return m.theme.note(wizard.Busy, words, w)
}

// elapsed is how long the page's work has been under way.
func (m *model) elapsed() string {
	f := m.state.Found[m.state.At]
	if f.Began.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d s", max(m.now().Sub(f.Began), 0)/time.Second)
}

func (m *model) fields(c *canvas, box fieldBox, tight bool) {
	switch {
	case len(m.form) > 0 && !tight:
		c.add("")
	case len(m.form) == 0 && c.to == 0:
		c.to = 1
	}
	for _, f := range m.form {
		box.labels = max(box.labels, min(text.Width(f.field.Label), 24))
	}
	for i := range m.form {
		m.field(c, i, box)
	}
}
