package screen

import (
	"slices"
	"strings"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// table draws rows under their headings. A row of one cell among longer ones has the
// whole line.
func (t theme) table(table wizard.Table, w int) []string {
	heads := t.cleanAll(table.Columns)
	rows := make([][]string, len(table.Rows))
	var columns [][]string // of the rows that have some
	marked := 0            // the width of the marks
	for i, r := range table.Rows {
		rows[i] = t.cleanAll(r.Cells)
		if t.marked(r.Tone) {
			marked = 2
		}
		if len(r.Cells) > 1 {
			columns = append(columns, rows[i])
		}
	}
	g := text.NewGrid(heads, columns, w-2-marked)
	if !g.Fits || g.Breaks(columns, w-4) {
		return t.stacked(table, heads, rows, marked, w)
	}
	g.Style = func(column int, cell string) string {
		if column > 0 && text.Figures(strings.TrimSpace(cell)) {
			return t.quiet.Styled(cell)
		}
		return cell
	}
	indent := strings.Repeat(" ", marked)
	var drawn []string
	if len(heads) > 0 {
		drawn = append(drawn, "  "+indent+t.quiet.Styled(g.Line(heads)))
	}
	for i, row := range rows {
		tone := table.Rows[i].Tone
		lines := g.Lines
		if len(row) < 2 {
			lines = func(row []string) []string { return text.Wrap(strings.Join(row, ""), w-2-marked, 0) }
		}
		for n, line := range lines(row) {
			lead := indent
			if n == 0 && marked > 0 {
				lead = t.mark(tone) + " "
			}
			drawn = append(drawn, "  "+lead+t.toned(tone, line))
		}
	}
	return drawn
}

// stacked draws each row that is too long as lines one below the other: the
// first cell and figures, then the others under it with their headings.
func (t theme) stacked(table wizard.Table, heads []string, rows [][]string, marked, w int) []string {
	indent := strings.Repeat(" ", marked+2)
	var lines []string
	for i, row := range rows {
		tone := table.Rows[i].Tone
		for n, cell := range folded(row, heads, w-4) {
			if n > 0 && n < len(heads) && heads[n] != "" && cell != "" {
				cell = strings.ToLower(heads[n]) + ": " + cell
			}
			for k, line := range text.Wrap(cell, w-4, 0) {
				lead := indent
				switch {
				case n+k > 0:
				case marked > 0:
					lead = t.mark(tone) + " "
				default:
					lead = ""
				}
				lines = append(lines, lead+t.toned(tone, line))
			}
		}
	}
	return lines
}

// folded puts all of a row into its first cell, if that fits w, else its
// figures.
func folded(row, heads []string, w int) []string {
	filled := slices.DeleteFunc(slices.Clone(row), func(cell string) bool { return cell == "" })
	if whole := strings.Join(filled, "   "); len(heads) == 0 && text.Width(whole) <= w {
		return []string{whole}
	}
	out := slices.Clone(row)
	for i, cell := range out {
		if i > 0 && text.Figures(cell) {
			out[0] += "   " + cell
			out[i] = ""
		}
	}
	return out
}
