package screen

import (
	"regexp"
	"slices"
	"strings"

	"smtp-wizard/wizard"
)

// leastColumn is how narrow a column of words may get before a table is drawn
// as stacked lines.
const leastColumn = 14

// grid is cells in rows, with the widths that they get.
type grid struct {
	marked bool // some row has a mark
	widths []int
	right  []bool // columns of figures
	gap    int
	fits   bool // every cell has a column that is wide enough to be read
}

var figures = regexp.MustCompile(`^[0-9][0-9.,]*( ?(ms|s|B|KB|KiB|MB|%))?$`)

// plan gives the columns their widths within w. When they do not fit, the
// widest ones shrink, and where that is not enough the grid does not fit.
func plan(heads []string, rows [][]string, marked bool, w int) grid {
	g := grid{marked: marked, gap: 3}
	if marked {
		w -= 2
	}
	for _, row := range append([][]string{heads}, rows...) {
		for i, cell := range row {
			if i == len(g.widths) {
				g.widths, g.right = append(g.widths, 0), append(g.right, false)
			}
			g.widths[i] = max(g.widths[i], width(cell))
		}
	}
	for i := range g.right {
		g.right[i] = i > 0 && allFigures(rows, i)
	}
	if g.total() > w {
		g.gap = 2
	}
	for g.total() > w {
		widest := 0
		for i, n := range g.widths {
			if n > g.widths[widest] {
				widest = i
			}
		}
		if g.widths[widest] <= leastColumn {
			return g
		}
		g.widths[widest]--
	}
	g.fits = true
	return g
}

// breaks reports whether a column is too narrow for a word that a line of its
// own of w cells would hold.
func (g grid) breaks(rows [][]string, w int) bool {
	for _, row := range rows {
		for i, cell := range row {
			for word := range strings.FieldsSeq(cell) {
				if n := width(word); n > g.widths[i] && n <= w {
					return true
				}
			}
		}
	}
	return false
}

// natural is the width of the widest cell of a column.
func natural(rows [][]string, column int) int {
	n := 0
	for _, row := range rows {
		if column < len(row) {
			n = max(n, width(row[column]))
		}
	}
	return n
}

func allFigures(rows [][]string, column int) bool {
	some := false
	for _, row := range rows {
		if column < len(row) && row[column] != "" {
			if !figures.MatchString(row[column]) {
				return false
			}
			some = true
		}
	}
	return some
}

func (g grid) total() int {
	n := g.gap * max(len(g.widths)-1, 0)
	for _, w := range g.widths {
		n += w
	}
	return n
}

// line draws one line of cells that fit their columns.
func (g grid) line(cells []string) string {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteString(strings.Repeat(" ", g.gap))
		}
		switch {
		case g.right[i]:
			b.WriteString(padLeft(cell, g.widths[i]))
		case i == len(cells)-1:
			b.WriteString(cell)
		default:
			b.WriteString(pad(cell, g.widths[i]))
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// table draws rows under their headings.
func (l look) table(t wizard.Table, w int) []string {
	heads := l.cleanAll(t.Columns)
	rows := make([][]string, len(t.Rows))
	marked := false
	for i, r := range t.Rows {
		rows[i] = l.cleanAll(r.Cells)
		_, ok := l.marks[r.Tone]
		marked = marked || ok && r.Tone != wizard.Quiet
	}
	g := plan(heads, rows, marked, w-2)
	if !g.fits || g.breaks(rows, w-4) {
		return l.stacked(t, heads, rows, marked, w)
	}
	var lines []string
	if len(heads) > 0 {
		lines = append(lines, "  "+g.markColumn(" ")+l.quiet.Render(g.line(heads)))
	}
	for i, row := range rows {
		tone := t.Rows[i].Tone
		for n, line := range g.wrapped(row) {
			mark := " "
			if n == 0 {
				mark = l.rowMark(tone)
			}
			lines = append(lines, "  "+g.markColumn(mark)+l.toned(tone, line))
		}
	}
	return lines
}

// rowMark is the mark of a row; a quiet row is only faint.
func (l look) rowMark(t wizard.Tone) string {
	if t == wizard.Quiet {
		return " "
	}
	return l.mark(t)
}

func (g grid) markColumn(mark string) string {
	if !g.marked {
		return ""
	}
	return mark + " "
}

// wrapped draws a row as as many lines as its longest cell needs.
func (g grid) wrapped(row []string) []string {
	columns := make([][]string, len(row))
	height := 1
	for i, cell := range row {
		columns[i] = wrap(cell, g.widths[i])
		height = max(height, len(columns[i]))
	}
	lines := make([]string, height)
	for n := range lines {
		cells := make([]string, len(row))
		for i, column := range columns {
			if n < len(column) {
				cells[i] = column[n]
			}
		}
		lines[n] = g.line(cells)
	}
	return lines
}

// stacked draws each row that is too long as lines one below the other: the
// first cell and figures, then the others under it with their headings.
func (l look) stacked(t wizard.Table, heads []string, rows [][]string, marked bool, w int) []string {
	indent := ""
	if marked {
		indent = "  "
	}
	var lines []string
	for i, row := range rows {
		tone := t.Rows[i].Tone
		for n, cell := range folded(row, heads, w-4) {
			if cell == "" {
				continue
			}
			if n > 0 && n < len(heads) && heads[n] != "" {
				cell = strings.ToLower(heads[n]) + ": " + cell
			}
			lead := indent + "  "
			if n == 0 {
				lead = ""
				if marked {
					lead = l.rowMark(tone) + " "
				}
			}
			for k, line := range wrap(cell, w-4) {
				if k > 0 {
					lead = indent + "  "
				}
				lines = append(lines, lead+l.toned(tone, line))
			}
		}
	}
	return lines
}

// folded puts all of a row into its first cell, if that fits w, else its
// figures.
func folded(row, heads []string, w int) []string {
	filled := slices.DeleteFunc(slices.Clone(row), func(cell string) bool { return cell == "" })
	if whole := strings.Join(filled, "   "); len(heads) == 0 && width(whole) <= w {
		return []string{whole}
	}
	out := slices.Clone(row)
	for i, cell := range out {
		if i > 0 && figures.MatchString(cell) {
			out[0] += "   " + cell
			out[i] = ""
		}
	}
	return out
}

func (l look) cleanAll(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = l.clean(c)
	}
	return out
}
