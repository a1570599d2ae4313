package prompt

import (
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// The widths that lines are wrapped at.
const (
	widest    = 78
	narrowest = 20
)

// printer writes whole lines. Its first error stays, and ends the output.
type printer struct {
	out   io.Writer
	width int
	blanc bool // the last line was empty, or there was none
	err   error
}

func newPrinter(out io.Writer, width int) *printer {
	if file, ok := out.(*os.File); ok && width <= 0 {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			width = min(widest, columns-1)
		}
	}
	if width <= 0 {
		width = widest
	}
	return &printer{out: out, width: max(narrowest, width), blanc: true}
}

func (p *printer) raw(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.out, s)
	}
}

func (p *printer) newline() { p.raw("\n"); p.blanc = false }

// blank sets one empty line, never two.
func (p *printer) blank() {
	if !p.blanc {
		p.newline()
		p.blanc = true
	}
}

// say prints a paragraph after a lead. Nothing to say is no line.
func (p *printer) say(lead, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	for _, l := range wrap(clean(lead+text), p.width, 0) {
		p.raw(l)
		p.newline()
	}
}

// hanging prints cells after a lead; what does not fit goes under the cells.
func (p *printer) hanging(lead string, cells []string) {
	var full []string
	for _, c := range cells {
		if c != "" {
			full = append(full, c)
		}
	}
	line := lead + strings.TrimRight(strings.Join(full, "  "), " ")
	indent := min(utf8.RuneCountInString(lead)+2, p.width/2)
	for _, l := range wrap(clean(line), p.width, indent) {
		p.raw(l)
		p.newline()
	}
}

// verbatim prints a line as it is; one that is too long is broken, with a
// backslash at the break, and loses nothing.
func (p *printer) verbatim(text string) {
	runes := []rune(strings.TrimRight("  "+clean(strings.ReplaceAll(text, "\t", "    ")), " "))
	for len(runes) > p.width {
		p.raw(string(runes[:p.width-1]) + "\\")
		p.newline()
		runes = append([]rune("    "), runes[p.width-1:]...)
	}
	p.raw(string(runes))
	p.newline()
}

func (p *printer) prompt(text string) { p.raw(clean(text)) }

// clean takes away what could steer a terminal or turn text round. The words of
// a relay are cleaned where they are read; this is for all that comes here.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// wrap breaks a line between words; runs of spaces inside a line stay, for they
// set columns. The lines after the first are indented.
func wrap(s string, width, indent int) []string {
	var lines []string
	line := []rune(s)
	for len(line) > width {
		cut := breakAt(line, width, indent)
		lines = append(lines, strings.TrimRight(string(line[:cut]), " "))
		rest := strings.TrimLeft(string(line[cut:]), " ")
		line = []rune(strings.Repeat(" ", indent) + rest)
	}
	return append(lines, strings.TrimRight(string(line), " "))
}

// breakAt is where the last word that fits ends; a word that fits on no line is
// broken.
func breakAt(line []rune, width, indent int) int {
	for i := width; i > indent; i-- {
		if line[i] == ' ' && strings.TrimSpace(string(line[:i])) != "" {
			return i
		}
	}
	return width
}

// widestColumn is how wide a cell may be that sets the width of its column; the
// cells after a wider one follow it.
const widestColumn = 36

// columns pads cells to the width of the widest in their column.
func columns(rows [][]string) [][]string {
	var widths []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if n := utf8.RuneCountInString(c); n <= widestColumn {
				widths[i] = max(widths[i], n)
			}
		}
	}
	padded := make([][]string, len(rows))
	for n, r := range rows {
		for i, c := range r {
			padded[n] = append(padded[n], c+strings.Repeat(" ", max(widths[i]-utf8.RuneCountInString(c), 0)))
		}
	}
	return padded
}
