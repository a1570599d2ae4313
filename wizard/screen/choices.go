package screen

import (
	"fmt"
	"slices"
	"strings"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// choices draws the list of the focused field.
func (m *model) choices(c *canvas, w *widget, box fieldBox) {
	if len(m.form) > 1 && len(w.field.Columns) == 0 && !w.field.Open {
		label := m.theme.clip(m.theme.clean(w.field.Label), box.w-2)
		c.add("  " + m.theme.strong.Styled(label))
	}
	if w.field.Filter {
		m.filter(c, &w.list, box)
	}
	m.rows(c, &w.list, w.field.Columns, box)
}

// filter draws the line that narrows the list, with the cursor in it once
// something is typed, and says in which directions the list goes on.
func (m *model) filter(c *canvas, l *list, box fieldBox) {
	t := m.theme
	label := "Filter  "
	count := ""
	if n := l.counted(l.shown); n > 0 || len(l.shown) == 0 {
		count = fmt.Sprintf("%d of %d", n, l.counted(wizard.Filter(l.choices, "")))
	}
	if rows := l.inSight(box); len(l.shown) > rows {
		l.fit(rows)
		up, down := l.beyond(rows, t)
		count += " " + text.Pad(up, text.Width(t.up)) + text.Pad(down, text.Width(t.down))
	}
	part, at, _, _ := l.filter.window(max(box.w-text.Width(label)-text.Width(count)-4, 1), t.clean)
	c.x, c.y = 2+text.Width(label)+at, len(c.lines)
	c.add(t.spread("  "+t.quiet.Styled(label)+part, t.quiet.Styled(count), box.w))
}

// counted is how many of those are among what a filter counts.
func (l *list) counted(which []int) (n int) {
	for _, i := range which {
		if !l.choices[i].Apart {
			n++
		}
	}
	return n
}

// inSight is how many rows the box shows of the list.
func (l *list) inSight(box fieldBox) int { return max(min(box.rows, len(l.shown)), 1) }

// beyond is the arrows that say that a list goes on above and below its rows.
func (l *list) beyond(rows int, t theme) (up, down string) {
	if l.top > 0 {
		up = t.up
	}
	if l.top+rows < len(l.shown) {
		down = t.down
	}
	return up, down
}

// rowGrid is how the rows of a list are drawn.
type rowGrid struct {
	text.Grid
	marked bool // some row has a mark
}

// grid plans the rows of a list: with all of their columns where these fit and
// the first is whole, else with the first alone.
func (m *model) grid(l *list, heads []string, cells [][]string, w int) (rowGrid, []string) {
	marked := slices.ContainsFunc(l.choices, func(c wizard.Choice) bool { return m.theme.marked(c.Tone) })
	room := w
	if marked {
		room -= 2
	}
	if l.compact {
		cells = m.beside(l, cells, room-2)
	}
	first := make([][]string, len(cells))
	widest := 0
	for i, row := range cells {
		first[i] = row[:min(len(row), 1)]
		widest = max(widest, text.Width(strings.Join(first[i], "")))
	}
	g := text.NewGrid(heads, cells, room)
	g.Style = m.theme.dimmed
	if !g.Fits || len(g.Widths) > 1 && g.Widths[0] < widest {
		return rowGrid{text.NewGrid(nil, first, w-2), marked && !l.compact}, nil
	}
	return rowGrid{g, marked && !l.compact}, heads
}

// beside is the rows of a long list that are to be seen, with the second cell as short as
// the first one leaves room for, and without it where that is hardly any.
func (m *model) beside(l *list, cells [][]string, room int) [][]string {
	var rows [][]string
	widest := 0
	for _, i := range slices.Concat(l.shown, wizard.Filter(l.choices, "")) {
		rows = append(rows, slices.Clone(cells[i]))
		widest = max(widest, text.Width(strings.Join(cells[i][:min(len(cells[i]), 1)], "")))
	}
	for r, row := range rows {
		left := room - widest - 3
		if left < text.LeastColumn {
			rows[r] = row[:min(len(row), 1)]
		} else if len(row) > 1 {
			row[1] = m.theme.clip(row[1], left)
		}
	}
	return rows
}

func (g rowGrid) mark(sign string) string {
	if !g.marked {
		return ""
	}
	return sign + " "
}

func (g rowGrid) line(t theme, cells []string) string {
	clipped := make([]string, min(len(cells), len(g.Widths)))
	for i := range clipped {
		clipped[i] = t.clip(cells[i], g.Widths[i])
	}
	return g.Line(clipped)
}

// rows draws the part of a list that is in sight, with the cursor at the pointer
// unless it is in a filter, and under it what the row that the pointer rests on
// has to say beyond its columns.
func (m *model) rows(c *canvas, l *list, heads []string, box fieldBox) {
	t := m.theme
	cells := make([][]string, len(l.choices))
	for i, choice := range l.choices {
		cells[i] = t.cleanAll(choice.Cells)
	}
	g, heads := m.grid(l, t.cleanAll(heads), cells, box.w-4)
	if len(heads) > 0 {
		c.add("    " + g.mark(" ") + t.quiet.Styled(g.line(t, heads)))
	}
	c.rows = l.inSight(box)
	l.fit(c.rows)
	for i := l.top; i < min(l.top+c.rows, len(l.shown)); i++ {
		if i == l.at && len(l.filter.text) == 0 {
			c.x, c.y = 2, len(c.lines)
		}
		line := t.row(l, i, cells[l.shown[i]], g)
		if arrow := l.arrow(i, c.rows, t); arrow != "" {
			line = t.spread(t.clip(line, box.w-text.Width(arrow)-1), t.quiet.Styled(arrow), box.w)
		}
		c.add(line)
	}
	if len(l.shown) == 0 {
		c.add("    " + t.quiet.Styled("nothing matches"))
		return
	}
	m.details(c, l, cells, g, box)
}

// dimmed is a cell of a row: where it is from, and a time, are less than what it is.
func (t theme) dimmed(column int, cell string) string {
	if column == 1 || column > 1 && text.Figures(strings.TrimSpace(cell)) {
		return t.quiet.Styled(cell)
	}
	return cell
}

// row draws one row. The pointer alone tells the highlighted one until it rests: to
// move it redraws two cells and not two lines.
func (t theme) row(l *list, i int, cells []string, g rowGrid) string {
	lead := "    "
	if i == l.at {
		lead = "  " + t.accent.Styled(t.pointer) + " "
	}
	tone := l.choices[l.shown[i]].Tone
	if i == l.at && l.choices[l.shown[i]].Value == l.described {
		g.Style = func(column int, cell string) string {
			if column == 0 {
				return t.accent.Styled(cell)
			}
			return t.dimmed(column, cell)
		}
	}
	words := g.line(t, cells)
	switch sign, ok := t.marks[tone]; {
	case tone == wizard.Quiet:
		words = t.quiet.Styled(words)
	case l.compact && ok:
		words += " " + sign
	}
	return lead + g.mark(t.mark(tone)) + words
}

// arrow is the one at the end of row i when the list goes on beyond it; a
// compact list has them beside its filter.
func (l *list) arrow(i, rows int, t theme) string {
	up, down := l.beyond(rows, t)
	switch {
	case l.compact:
	case i == l.top && up != "":
		return up
	case i == l.top+rows-1:
		return down
	}
	return ""
}

// details draws what the row has to say that the pointer rests on. Below a long
// list it gets as much room as the row with the most to say needs, so that
// nothing moves with the pointer, but not much of a small screen.
func (m *model) details(c *canvas, l *list, cells [][]string, g rowGrid, box fieldBox) {
	t := m.theme
	words := func(i int) []string { return t.detail(l.choices[i], cells[i], g, box.w-6) }
	lines := words(l.describedIndex())
	room := len(lines)
	if l.compact {
		for i := range l.choices {
			room = max(room, len(words(i)))
		}
		room = min(room, box.details)
	}
	if len(lines) > room {
		lines = append(lines[:room-1], m.shortened(lines[room-1:], box.w-6))
	}
	for _, line := range lines {
		c.add("      " + t.quiet.Styled(line))
	}
	c.add(make([]string, room-len(lines))...)
}

// detail is the cells of a choice that its row does not show whole, and its
// note, in lines of w cells.
func (t theme) detail(choice wizard.Choice, cells []string, g rowGrid, w int) []string {
	var parts []string
	for i, cell := range cells {
		if cell != "" && (i >= len(g.Widths) || text.Width(cell) > g.Widths[i]) {
			parts = append(parts, cell)
		}
	}
	if choice.Note != "" {
		parts = append(parts, choice.Note)
	}
	if len(parts) == 0 {
		return nil
	}
	return t.paragraphs(strings.Join(parts, t.dot), w)
}
