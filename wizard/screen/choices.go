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

// filter draws the line that narrows the list, with the cursor in it.
func (m *model) filter(c *canvas, w *widget, box fieldBox) {
	l := m.look
	label := "Filter  "
	count := fmt.Sprintf("%d of %d", len(w.list.shown), len(w.list.choices))
	part, at, _, _ := w.list.filter.window(max(box.w-width(label)-width(count)-4, 1))
	c.x, c.y = 2+width(label)+at, len(c.lines)
	c.lines = append(c.lines, l.spread("  "+l.quiet.Render(label)+l.clean(part), l.quiet.Render(count), box.w))
}

// rows draws the part of a list that is in sight, and under it what the chosen
// row has to say that did not fit.
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
	if !g.fits || len(g.widths) > 1 && g.widths[0] < natural(cells, 0) {
		g = firstOnly(cells, marked, box.w-4)
		heads = nil
	}
	if len(heads) > 0 {
		c.lines = append(c.lines, "    "+g.markColumn(" ")+l.quiet.Render(g.line(clipAll(l, heads, g))))
	}
	c.rows = max(min(box.rows, len(li.shown)), 1)
	li.fit(c.rows)
	for i := li.top; i < min(li.top+c.rows, len(li.shown)); i++ {
		line := l.row(li, i, cells[li.shown[i]], g)
		if arrow := li.more(i, c.rows, l); arrow != "" {
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
	if tone == wizard.Quiet {
		text = l.quiet.Render(text)
	}
	return lead + g.markColumn(l.rowMark(tone)) + text
}

// more is the arrow at the end of row i when the list goes on beyond it.
func (l list) more(i, rows int, k look) string {
	switch {
	case i == l.top && l.top > 0:
		return k.up
	case i == l.top+rows-1 && l.top+rows < len(l.shown):
		return k.down
	}
	return ""
}

// details is what the highlighted row has to say: cells that were cut, and its
// note.
func (m *model) details(c *canvas, li *list, cells [][]string, g grid, box fieldBox) {
	l := m.look
	row := cells[li.shown[li.at]]
	var cut []string
	for i, cell := range row {
		if i >= len(g.widths) || width(cell) > g.widths[i] {
			cut = append(cut, cell)
		}
	}
	note := li.choices[li.shown[li.at]].Note
	for _, s := range []string{strings.Join(cut, l.dot), note} {
		if s == "" {
			continue
		}
		for _, line := range l.paragraphs(s, box.w-4) {
			c.lines = append(c.lines, "    "+l.quiet.Render(line))
		}
	}
}

// firstOnly is the grid of a list that is too narrow for more than its first
// column.
func firstOnly(cells [][]string, marked bool, w int) grid {
	g := grid{marked: marked, widths: []int{max(w-2, 1)}, right: []bool{false}}
	return g
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
