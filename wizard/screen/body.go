package screen

import (
	"fmt"
	"strings"
	"time"

	"smtp-wizard/wizard"
)

// body draws the page, or the overlay, in w cells. The focused list gets the
// lines that the rest leaves.
func (m *model) body(w, height int) canvas {
	switch m.over {
	case asking:
		return still(m.question(w))
	case helping:
		return still(m.help(w))
	case jumping:
		c := still([]string{m.look.title.Render("Go to which step?"), ""})
		m.rows(&c, &m.jumps, nil, fieldBox{w: w, rows: max(height-2, 1)})
		c.to = len(c.lines)
		return c
	}
	return m.fitted(w, height)
}

// fitted draws the page so that it fits, if it can: the focused list takes the
// lines that are left, and on a short screen the reason gives up its own first.
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
		c := m.whole(w, height, rows, false)
		if len(c.lines) > height && height < shortHeight {
			c = m.whole(w, height, rows, true)
		}
		return c
	}
	c := draw(least)
	if c.rows < least {
		return c
	}
	return draw(max(least+height-len(c.lines), min(height-4, 8)))
}

func still(lines []string) canvas { return canvas{lines: lines, x: -1} }

// whole draws all of the page; brief leaves of the reason only its beginning,
// and "?" shows the rest.
func (m *model) whole(w, height, rows int, brief bool) canvas {
	l := m.look
	tight := height < 14
	c := canvas{x: -1}
	section := func(lines []string) {
		if len(lines) > 0 && len(c.lines) > 0 && !tight {
			c.lines = append(c.lines, "")
		}
		c.lines = append(c.lines, lines...)
	}
	c.lines = append(c.lines, m.title(w)...)
	why := l.paragraphs(m.page.Why, w)
	if brief && len(why) > 1 {
		why = []string{m.cutShort(why, w)}
	}
	c.lines = append(c.lines, why...)
	section(l.blocks(m.page.Body, w, tight))
	section(m.busy(w))
	m.pageFault(&c, w, tight)
	m.fields(&c, fieldBox{w: w, rows: rows, details: detailLines(height)}, tight)
	section(l.blocks(m.page.After, w, tight))
	return c
}

// cutShort is the beginning of wrapped text, in one line that says which key
// shows the rest.
func (m *model) cutShort(lines []string, w int) string {
	l := m.look
	key := " (" + m.helpKey() + ")"
	return l.clip(strings.Join(lines, " "), w-width(key)) + l.quiet.Render(key)
}

func (m *model) helpKey() string {
	if helpTyped(m.focused()) {
		return m.keys.Help.Help().Key
	}
	return m.keys.HelpTyping.Help().Key
}

func (m *model) title(w int) []string {
	var lines []string
	for _, line := range m.look.paragraphs(m.page.Title, w) {
		lines = append(lines, m.look.title.Render(line))
	}
	for _, s := range m.guide.Outline() {
		if s.ID == m.state.Return {
			lines = append(lines, m.look.quiet.Render(m.look.clip("Then back to "+m.look.clean(s.Name)+".", w)))
		}
	}
	return lines
}

// busy says what is under way, and since when.
func (m *model) busy(w int) []string {
	if m.page.Busy == "" {
		return nil
	}
	text := m.page.Busy
	if s := m.elapsed(); s != "" {
		text += "   " + s
	}
	return m.look.text(wizard.Text{Body: text, Tone: wizard.Busy}, 0, w)
}

// elapsed is how long the page's work has been under way.
func (m *model) elapsed() string {
	f := m.state.Found[m.state.At]
	if !f.Running {
		return ""
	}
	since := f.Began
	if since.IsZero() {
		since = m.firstSeen(f.Run)
	}
	return fmt.Sprintf("%d s", max(m.now().Sub(since), 0)/time.Second)
}

func (m *model) firstSeen(run int) time.Time {
	if m.began == nil {
		m.began = map[int]time.Time{}
	}
	if _, ok := m.began[run]; !ok {
		m.began[run] = m.now()
	}
	return m.began[run]
}

func (m *model) pageFault(c *canvas, w int, tight bool) {
	f := m.state.Fault
	if f.Text == "" || m.index(f.Field) >= 0 {
		return
	}
	if !tight {
		c.lines = append(c.lines, "")
	}
	c.from = len(c.lines)
	c.lines = append(c.lines, m.look.text(wizard.Text{Body: f.Text, Tone: f.Tone}, 0, w)...)
	c.to = len(c.lines)
}

// detailLines is how much of a body of that height the words on a chosen row
// may take.
func detailLines(height int) int { return max(height/4, 2) }

func (m *model) fields(c *canvas, box fieldBox, tight bool) {
	if len(m.form) == 0 {
		if c.to == 0 {
			c.from, c.to = 0, 1
		}
		return
	}
	if !tight {
		c.lines = append(c.lines, "")
	}
	for _, f := range m.form {
		box.labels = max(box.labels, min(width(f.field.Label), 24))
	}
	for i := range m.form {
		m.field(c, i, box)
	}
}
