package screen

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/wizard"
)

const (
	leastWidth, leastHeight = 40, 12
	shortHeight             = 18  // under which the header is one line
	sidebarAt               = 110 // the width from which the answers stand beside
	sidebarWidth            = 34
	widest                  = 100 // lines longer than this are hard to read
)

// frame is what is on the screen.
type frame struct {
	text   string
	x, y   int // the cursor; x is -1 when it is hidden
	height int // of the body
	rows   int // of the focused list
}

func (m *model) tooSmall() bool { return m.w < leastWidth || m.h < leastHeight }

// lay draws the frame and keeps what must be in sight in sight.
func (m *model) lay() {
	if m.w == 0 || m.h == 0 {
		return
	}
	if m.tooSmall() {
		m.frame = m.small()
		return
	}
	head := m.header(m.w, m.h < shortHeight || m.w < 60)
	height := m.h - len(head) - 3
	bodyWidth := m.w
	if m.w >= sidebarAt {
		bodyWidth = m.w - sidebarWidth
	}
	c := m.body(min(bodyWidth-3, widest), height)
	m.keepInSight(c, height)
	lines := append(head, m.topRule(len(c.lines)))
	lines = append(lines, m.beside(window(c.lines, m.top, height), bodyWidth)...)
	lines = append(lines, m.bottomRule(len(c.lines), height), m.look.footer(m.hints(), m.w))
	for i, line := range lines {
		lines[i] = m.look.clip(line, m.w)
	}
	m.frame = frame{text: strings.Join(lines, "\n"), x: -1, height: height, rows: c.rows}
	if y := c.y - m.top; c.x >= 0 && y >= 0 && y < height {
		m.frame.x, m.frame.y = min(c.x+1, m.w-1), y+len(head)+1
	}
}

func (m *model) small() frame {
	text := fmt.Sprintf("This window is %dx%d. smtp-wizard needs %dx%d: make it larger, or leave with ctrl+c.",
		m.w, m.h, leastWidth, leastHeight)
	lines := wrap(text, m.w)
	return frame{text: strings.Join(lines[:min(len(lines), m.h)], "\n"), x: -1}
}

// View shows the frame that the last update drew.
func (m *model) view() tea.View {
	v := tea.NewView(m.frame.text)
	v.AltScreen = true
	if m.frame.x >= 0 && m.state.Ended == wizard.Open {
		v.Cursor = tea.NewCursor(m.frame.x, m.frame.y)
		// The shape that encodes as 0, the one the terminal has: nothing is
		// written to change it, and nothing to change it back.
		v.Cursor.Shape, v.Cursor.Blink = -1, false
	}
	return v
}

// body draws the page, or the overlay, in w cells. The focused list gets the
// lines that the rest leaves.
func (m *model) body(w, height int) canvas {
	switch m.over {
	case asking:
		return still(m.question(w))
	case helping:
		return still(m.help(w))
	case jumping:
		c := still([]string{m.look.title.Styled("Go to which step?"), ""})
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
		why = []string{l.clip(why[0]+" "+why[1], w-8) + " " + l.quiet.Styled("("+m.helpKey()+")")}
	}
	c.lines = append(c.lines, why...)
	section(l.blocks(m.page.Body, w, tight))
	section(m.busy(w))
	m.pageFault(&c, w, tight)
	m.fields(&c, w, rows, tight)
	section(l.blocks(m.page.After, w, tight))
	return c
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
		lines = append(lines, m.look.title.Styled(line))
	}
	if s := m.machine.Step(m.state.Return); s != nil {
		lines = append(lines, m.look.quiet.Styled(m.look.clip("Then back to "+m.look.clean(s.Name())+".", w)))
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

func (m *model) fields(c *canvas, w, rows int, tight bool) {
	if len(m.form) == 0 {
		if c.to == 0 {
			c.from, c.to = 0, 1
		}
		return
	}
	if !tight {
		c.lines = append(c.lines, "")
	}
	box := fieldBox{w: w, rows: rows}
	for _, f := range m.form {
		box.labels = max(box.labels, min(width(f.field.Label), 24))
	}
	for i := range m.form {
		m.field(c, i, box)
	}
}

// keepInSight scrolls so that the focus is in sight, or the newest progress; when
// the admin scrolled, it stays.
func (m *model) keepInSight(c canvas, height int) {
	switch {
	case m.byHand:
	case m.over == nothing && m.page.Busy != "":
		m.top = len(c.lines)
	default:
		if c.to > m.top+height {
			m.top = c.to - height
		}
		if c.from < m.top {
			m.top = c.from
		}
		if m.top > 0 && c.to <= height {
			m.top = 0
		}
	}
	m.top = max(min(m.top, len(c.lines)-height), 0)
}

// window is height lines from top on, filled up with empty ones.
func window(lines []string, top, height int) []string {
	out := make([]string, height)
	copy(out, lines[min(top, len(lines)):])
	for i := range out {
		if out[i] != "" {
			out[i] = " " + out[i]
		}
	}
	return out
}

// topRule and bottomRule say how many lines are out of sight.
func (m *model) topRule(int) string {
	if m.top == 0 {
		return strings.Repeat(m.look.rule, m.w)
	}
	return m.rule("", fmt.Sprintf("%s %d more, %s", m.look.up, m.top, m.keys.PageUp.Help().Key))
}

func (m *model) bottomRule(total, height int) string {
	left, right := "", ""
	if n := total - m.top - height; n > 0 {
		right = fmt.Sprintf("%s %d more, %s", m.look.down, n, m.keys.PageDown.Help().Key)
	}
	if m.page.Aside != "" && m.over == nothing {
		left = m.look.clean(m.page.Aside)
		if s := m.elapsed(); s != "" {
			left += m.look.dot + s
		}
		left = m.look.clip(left, max(m.w-width(right)-10, 1))
	}
	return m.rule(left, right)
}

// rule is a line across, with words in it on the left and on the right.
func (m *model) rule(left, right string) string {
	l := m.look
	start, end := strings.Repeat(l.rule, 2), ""
	if left != "" {
		start += " " + left + " "
	}
	if right != "" {
		end = " " + right + " " + strings.Repeat(l.rule, 2)
	}
	return start + strings.Repeat(l.rule, max(m.w-width(start)-width(end), 0)) + end
}
