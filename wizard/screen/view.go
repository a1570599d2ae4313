package screen

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

const (
	leastWidth, leastHeight = 40, 12
	shortHeight             = 18  // under which the header is one line
	tightHeight             = 14  // of a body without empty lines
	widest                  = 100 // lines longer than this are hard to read
)

// frame is what is on the screen.
type frame struct {
	text   string
	x, y   int // the cursor; x is -1 when it is hidden
	height int // of the body's window
	total  int // of the whole body
	rows   int // of the focused list
}

func (m *model) tooSmall() bool { return m.w < leastWidth || m.h < leastHeight }

// layout draws the frame and keeps what must be in sight in sight.
func (m *model) layout() {
	if m.w == 0 || m.h == 0 {
		return
	}
	if m.tooSmall() {
		m.frame = m.small()
		return
	}
	head := m.header(m.w, m.h < shortHeight || m.w < 60)
	height := m.h - len(head) - 3
	c := m.body(min(m.w-3, widest), height)
	m.keepInSight(c, height)
	lines := append(head, m.topRule())
	lines = append(lines, window(c.lines, m.top, height)...)
	lines = append(lines, m.bottomRule(len(c.lines), height), m.theme.footer(m.hints(), m.w))
	for i, line := range lines {
		lines[i] = m.theme.clip(line, m.w)
	}
	m.frame = frame{text: strings.Join(lines, "\n"), x: -1, height: height, total: len(c.lines), rows: c.rows}
	if y := c.y - m.top; c.x >= 0 && y >= 0 && y < height {
		m.frame.x, m.frame.y = min(c.x+1, m.w-1), y+len(head)+1
	}
}

func (m *model) small() frame {
	words := fmt.Sprintf("This window is %dx%d. smtp-wizard needs %dx%d: make it larger, or leave with ctrl+c.",
		m.w, m.h, leastWidth, leastHeight)
	lines := text.Wrap(words, m.w, 0)
	return frame{text: strings.Join(lines[:min(len(lines), m.h)], "\n"), x: -1}
}

// view shows the frame that the last update drew.
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

// keepInSight scrolls so that the focus is in sight, or the newest progress; when
// the admin scrolled, it stays.
func (m *model) keepInSight(c canvas, height int) {
	switch {
	case m.scrolled:
	case m.over == noOverlay && m.page.Busy != "":
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

// topRule and bottomRule say how many lines are out of sight; the upper one also
// says what the page asks, and the gist of them.
func (m *model) topRule() string {
	if m.top == 0 {
		return strings.Repeat(m.theme.rule, m.w)
	}
	right := fmt.Sprintf("%s %d more", m.theme.up, m.top)
	if m.w >= 60 {
		right += ", " + m.keys.PageUp.Help().Key
	}
	said := ""
	if g := m.page.Gist; m.over == noOverlay {
		said = m.theme.clean(m.page.Title)
		if g.Body != "" && m.theme.marked(g.Tone) {
			said += " " + m.theme.mark(g.Tone) + " " + m.theme.clean(g.Body)
		} else if g.Body != "" {
			said += m.theme.dot + m.theme.clean(g.Body)
		}
	}
	return m.rule(said, right)
}

func (m *model) bottomRule(total, height int) string {
	left, right := "", ""
	if n := total - m.top - height; n > 0 {
		right = fmt.Sprintf("%s %d more, %s", m.theme.down, n, m.keys.PageDown.Help().Key)
	}
	if m.page.Aside != "" && m.over == noOverlay {
		left = m.theme.clean(m.page.Aside)
		if s := m.elapsed(); s != "" {
			left += m.theme.dot + s
		}
	}
	return m.rule(left, right)
}

// rule is a line across, with words in it on the left, as far as they fit, and on
// the right.
func (m *model) rule(left, right string) string {
	t := m.theme
	start, end := strings.Repeat(t.rule, 2), ""
	if left != "" {
		start += " " + t.clip(left, max(m.w-text.Width(right)-10, 1)) + " "
	}
	if right != "" {
		end = " " + right + " " + strings.Repeat(t.rule, 2)
	}
	return start + strings.Repeat(t.rule, max(m.w-text.Width(start)-text.Width(end), 0)) + end
}

// Draw is the screens of a state as text, without a terminal: the one that the
// page opens with and, where not all of it is in sight, those that one sees
// scrolling from its top to its end. Keys are pressed before, as long as they do
// not end the guide. In, Out and Saved of the options do nothing.
func Draw(g wizard.Guide, width, height int, o Options, keys ...tea.KeyPressMsg) []string {
	m := newModel(g, o.filled())
	m.refresh(true)
	m.update(tea.WindowSizeMsg{Width: width, Height: height})
	for _, k := range keys {
		m.update(k)
	}
	screens, opened := []string{m.frame.text}, m.top
	m.scrolled = true
	for top := 0; top < m.frame.total; top += m.frame.height {
		m.top = top
		m.layout()
		if m.top != opened {
			screens = append(screens, m.frame.text)
		}
	}
	return screens
}
