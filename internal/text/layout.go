package text

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of terminal cells that text takes up, styled or not.
func Width(s string) int { return ansi.StringWidthWc(s) }

var plainForms = strings.NewReplacer(
	"·", "-", "—", "-", "–", "-", "…", "...", "“", `"`, "”", `"`, "‘", "'", "’", "'", "→", "->", "←", "<-",
	"↑", "^", "↓", "v", "•", "*", "✓", "+", "✗", "x", "›", ">", "─", "-", "│", "|", "\u00a0", " ",
)

// PlainSigns replaces typographic signs with ASCII.
func PlainSigns(s string) string { return plainForms.Replace(s) }

// ASCII is PlainSigns with a question mark for every letter without a plain form.
func ASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, PlainSigns(s))
}

// Wrap breaks clean text at spaces into lines of at most w cells; only a word longer
// than a line is split. Runs of spaces within a line are kept. The lines after the
// first are indented.
func Wrap(s string, w, indent int) []string {
	if s == "" {
		return nil
	}
	var lines []string
	lead, full := "", true // full: the next word starts a new line
	for word := range strings.SplitSeq(s, " ") {
		last := len(lines) - 1
		switch {
		case !full && Width(lines[last])+1+Width(word) <= w:
			lines[last] += " " + word
			continue
		case word == "" && last >= 0:
			full = true
			continue
		}
		for _, part := range Chop(word, w-len(lead)) {
			lines = append(lines, lead+part)
			lead = spaces(indent)
		}
		full = false
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return lines
}

// Chop breaks clean text at exactly w cells.
func Chop(s string, w int) []string {
	return strings.Split(ansi.HardwrapWc(s, max(w, 1), true), "\n")
}

// Clip shortens text, styled or not, to w cells, with an ellipsis.
func Clip(s string, w int, ellipsis string) string {
	switch {
	case w < 1:
		return ""
	case Width(s) <= w:
		return s
	case Width(ellipsis) > w:
		ellipsis = ""
	}
	return ansi.TruncateWc(s, w, ellipsis)
}

// Pad adds spaces up to w cells.
func Pad(s string, w int) string { return s + spaces(w-Width(s)) }

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// Spread puts left at the left edge and right at the right edge of w cells.
func Spread(left, right string, w int, ellipsis string) string {
	if Width(left)+Width(right) >= w {
		return Clip(left, w, ellipsis)
	}
	return Pad(left, w-Width(right)) + right
}

// Columns pads each cell to the widest of its column. Cells wider than most are not
// counted and push the rest of their row to the right.
func Columns(rows [][]string, most int) [][]string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if n := Width(cell); n <= most {
				widths[i] = max(widths[i], n)
			}
		}
	}
	padded := make([][]string, len(rows))
	for n, row := range rows {
		for i, cell := range row {
			padded[n] = append(padded[n], Pad(cell, widths[i]))
		}
	}
	return padded
}
