package text

import (
	"slices"
	"strings"

	"smtp-wizard/internal/lazy"
)

// LeastColumn is the narrowest that a column may shrink to.
const LeastColumn = 14

// Grid is the columns of a table.
type Grid struct {
	Widths []int
	Fits   bool                                 // no column had to become too narrow
	Style  func(column int, cell string) string // nil: unstyled
	right  []bool
	gap    int
}

var figures = lazy.Compile(`^[0-9][0-9.,]*( ?(ms|s|B|KB|KiB|MB|%))?$`)

// Figures reports whether a cell is a number, with or without a unit.
func Figures(cell string) bool { return figures.MatchString(cell) }

// NewGrid sizes columns to fit within w cells, shrinking the widest as needed.
func NewGrid(heads []string, rows [][]string, w int) Grid {
	g := Grid{gap: 3}
	for _, row := range append([][]string{heads}, rows...) {
		for i, cell := range row {
			if i == len(g.Widths) {
				g.Widths = append(g.Widths, 0)
				g.right = append(g.right, i > 0 && allFigures(rows, i))
			}
			g.Widths[i] = max(g.Widths[i], Width(cell))
		}
	}
	if g.total() > w {
		g.gap = 2
	}
	for g.total() > w {
		widest := slices.Index(g.Widths, slices.Max(g.Widths))
		if g.Widths[widest] <= LeastColumn {
			return g
		}
		g.Widths[widest]--
	}
	g.Fits = true
	return g
}

func allFigures(rows [][]string, column int) bool {
	return !slices.ContainsFunc(rows, func(row []string) bool {
		return column < len(row) && row[column] != "" && !Figures(row[column])
	})
}

func (g Grid) total() int {
	n := g.gap * max(len(g.Widths)-1, 0)
	for _, w := range g.Widths {
		n += w
	}
	return n
}

// Breaks reports whether a column splits a word into more parts than a full line of w
// cells would.
func (g Grid) Breaks(rows [][]string, w int) bool {
	for _, row := range rows {
		for i, cell := range row {
			for word := range strings.FieldsSeq(cell) {
				if n := Width(word); parts(n, g.Widths[i]) > parts(n, w) {
					return true
				}
			}
		}
	}
	return false
}

func parts(n, w int) int { return (n + w - 1) / max(w, 1) }

// Line draws one line of cells that fit their columns; cells without a column
// are left out.
func (g Grid) Line(cells []string) string {
	var parts []string
	for i, cell := range cells[:min(len(cells), len(g.Widths))] {
		if g.right[i] {
			cell = spaces(g.Widths[i]-Width(cell)) + cell
		}
		if g.Style != nil && cell != "" {
			cell = g.Style(i, cell)
		}
		parts = append(parts, Pad(cell, g.Widths[i]))
	}
	return strings.TrimRight(strings.Join(parts, spaces(g.gap)), " ")
}

// Lines draws a row on as many lines as its longest cell needs.
func (g Grid) Lines(row []string) []string {
	lines := [][]string{make([]string, len(row))}
	for i, cell := range row {
		for n, part := range Wrap(cell, g.Widths[i], 0) {
			if n == len(lines) {
				lines = append(lines, make([]string, len(row)))
			}
			lines[n][i] = part
		}
	}
	var out []string
	for _, cells := range lines {
		out = append(out, g.Line(cells))
	}
	return out
}
