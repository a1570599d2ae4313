package screen

import (
	"fmt"
	"strings"

	"smtp-wizard/wizard"
)

// choices draws the list of the focused field.
func (m *model) choices(c *canvas, w *widget, box fieldBox) {
	if len(m.form) > 1 && len(w.field.Columns) == 0 {
		label := m.look.clip(m.look.clean(w.field.Label), box.w-2)
		c.lines = append(c.lines, "  "+m.look.strong.Render(label))
	}
	if w.field.Filter {
		m.filter(c, w, box)
	}
	m.rows(c, &w.list, w.field.Columns, box)
}

// filter draws the line that narrows the list, with the cursor in it once
// something is typed, and says in which directions the list goes on.
func (m *model) filter(c *canvas, w *widget, box fieldBox) {
	l, li := m.look, &w.list
	label := "Filter  "
	count := fmt.Sprintf("%d of %d", len(li.shown), len(li.choices))
	if rows := li.inSight(box); len(li.shown) > rows {
		li.fit(rows)
		top := li.top
		if m.walking {
			top = li.restedTop
		}
		up, down := li.beyond(top, rows, l)
		count += " " + pad(up, width(l.up)) + pad(down, width(l.down))
	}
	part, at, _, _ := li.filter.window(max(box.w-width(label)-width(count)-4, 1))
	c.x, c.y = 2+width(label)+at, len(c.lines)
	c.lines = append(c.lines, l.spread("  "+l.quiet.Render(label)+l.clean(part), l.quiet.Render(count), box.w))
}

// inSight is how many rows the box shows of the list.
func (l list) inSight(box fieldBox) int { return max(min(box.rows, len(l.shown)), 1) }

// beyond is the arrows that say that a list goes on above and below the rows
// that begin with top.
func (l list) beyond(top, rows int, k look) (up, down string) {
	if top > 0 {
		up = k.up
	}
	if top+rows < len(l.shown) {
		down = k.down
	}
	return up, down
}

// rows draws the part of a list that is in sight, with the cursor at the pointer
// unless it is in a filter, and under it what the row that the pointer rests on
// has to say beyond its columns.
func (m *model) rows(c *canvas, li *list, heads []string, box fieldBox) {
	l := m.look
	heads = l.cleanAll(heads)
	cells := make([][]string, len(li.choices))
	marked := false
	for i, ch := range li.choices {
		cells[i] = l.cleanAll(ch.Cells)
		_, ok := l.marks[ch.Tone]
		marked = marked || ok && ch.Tone != wizard.Quiet
	}
	g := plan(heads, cells, marked, box.w-4)
	if li.lean || !g.fits || len(g.widths) > 1 && g.widths[0] < natural(cells, 0) {
		g = firstOnly(marked && !li.lean, box.w-4)
		heads = nil
	}
	if len(heads) > 0 {
		c.lines = append(c.lines, "    "+g.markColumn(" ")+l.quiet.Render(g.line(clipAll(l, heads, g))))
	}
	c.rows = li.inSight(box)
	li.fit(c.rows)
	for i := li.top; i < min(li.top+c.rows, len(li.shown)); i++ {
		if i == li.at && len(li.filter.text) == 0 {
			c.x, c.y = 2, len(c.lines)
		}
		line := l.row(li, i, cells[li.shown[i]], g)
		if arrow := li.arrow(i, c.rows, l); arrow != "" {
			line = l.spread(l.clip(line, box.w-width(arrow)-1), l.quiet.Render(arrow), box.w)
		}
		c.lines = append(c.lines, line)
	}
	if len(li.shown) == 0 {
		c.lines = append(c.lines, "    "+l.quiet.Render("nothing matches"))
		return
	}
	m.details(c, li, cells, g, box)
}

// row draws one row. Only the pointer tells the highlighted one, so that moving
// it redraws two cells and not two lines.
func (l look) row(li *list, i int, cells []string, g grid) string {
	lead := "    "
	if i == li.at {
		lead = "  " + l.accent.Render(l.pointer) + " "
	}
	tone := li.choices[li.shown[i]].Tone
	text := g.line(clipAll(l, cells, g))
	switch sign, ok := l.marks[tone]; {
	case tone == wizard.Quiet:
		text = l.quiet.Render(text)
	case li.lean && ok:
		text += " " + sign
	}
	return lead + g.markColumn(l.rowMark(tone)) + text
}

// arrow is the one at the end of row i when the list goes on beyond it; a lean
// list has them beside its filter.
func (l list) arrow(i, rows int, k look) string {
	up, down := l.beyond(l.top, rows, k)
	switch {
	case l.lean:
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
func (m *model) details(c *canvas, li *list, cells [][]string, g grid, box fieldBox) {
	l := m.look
	words := func(i int) []string { return l.detail(li.choices[i], cells[i], g, box.w-6) }
	lines := words(li.restedOn())
	room := len(lines)
	if li.lean {
		for i := range li.choices {
			room = max(room, len(words(i)))
		}
		room = min(room, box.details)
	}
	if len(lines) > room {
		lines = append(lines[:room-1], m.cutShort(lines[room-1:], box.w-6))
	}
	for _, line := range lines {
		c.lines = append(c.lines, "      "+l.quiet.Render(line))
	}
	c.lines = append(c.lines, make([]string, room-len(lines))...)
}

// detail is the cells of a choice that its row does not show whole, and its
// note, in lines of w cells.
func (l look) detail(ch wizard.Choice, cells []string, g grid, w int) []string {
	var parts []string
	for i, cell := range cells {
		if cell != "" && (i >= len(g.widths) || width(cell) > g.widths[i]) {
			parts = append(parts, cell)
		}
	}
	if ch.Note != "" {
		parts = append(parts, ch.Note)
	}
	if len(parts) == 0 {
		return nil
	}
	return l.paragraphs(strings.Join(parts, l.dot), w)
}

// firstOnly is the grid of a list that shows no more than its first column.
func firstOnly(marked bool, w int) grid {
	return grid{marked: marked, widths: []int{max(w-2, 1)}, right: []bool{false}}
}

// clipAll shortens cells to their columns and drops those without one.
func clipAll(l look, cells []string, g grid) []string {
	var out []string
	for i, cell := range cells {
		if i < len(g.widths) {
			out = append(out, l.clip(cell, g.widths[i]))
		}
	}
	return out
}
