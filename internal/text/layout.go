package text

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of terminal cells that text takes, styled or not.
func Width(s string) int { return ansi.StringWidthWc(s) }

var plainForms = strings.NewReplacer(
	"·", "-", "—", "-", "–", "-", "…", "...", "“", `"`, "”", `"`, "‘", "'", "’", "'", "→", "->", "←", "<-",
	"↑", "^", "↓", "v", "•", "*", "✓", "+", "✗", "x", "›", ">", "─", "-", "│", "|", "\u00a0", " ",
)

// PlainSigns writes typographic signs with the characters of ASCII.
func PlainSigns(s string) string { return plainForms.Replace(s) }

// ASCII is PlainSigns; a letter that has no plain form becomes a question mark.
func ASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, PlainSigns(s))
}

// Wrap breaks clean text into lines of at most w cells, at spaces: a host name
// is broken only when it is longer than a line. Runs of spaces inside a line
// stay. The lines after the first begin with indent spaces.
func Wrap(s string, w, indent int) []string {
	if s == "" {
		return nil
	}
	var lines []string
	lead, full := "", true // full: nothing more goes on the last line
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

// Chop breaks clean text at exactly w cells, spaces and all.
func Chop(s string, w int) []string {
	return strings.Split(ansi.HardwrapWc(s, max(w, 1), true), "\n")
}

// Clip shortens text, styled or not, to w cells and shows that it did.
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

// Pad fills text with spaces up to w cells.
func Pad(s string, w int) string { return s + spaces(w-Width(s)) }

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// Spread puts left at the left edge and right at the right edge of w cells.
func Spread(left, right string, w int, ellipsis string) string {
	if Width(left)+Width(right) >= w {
		return Clip(left, w, ellipsis)
	}
	return Pad(left, w-Width(right)) + right
}

// Columns pads cells to the widest of their column. A cell of more than most
// cells does not count; those after it in its row follow it.
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
