package prompt

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"smtp-wizard/internal/text"
)

// The widths that lines are wrapped at.
const (
	widest    = 78
	narrowest = 20
)

// widestColumn is how wide a cell may be that sets the width of its column.
const widestColumn = 36

// printer writes whole lines. Its first error stays, and ends the output.
type printer struct {
	out     io.Writer
	width   int
	isBlank bool // the last line was empty, or there was none
	err     error
}

func newPrinter(out io.Writer) *printer {
	width := widest
	if file, ok := out.(*os.File); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			width = max(narrowest, min(widest, columns-1))
		}
	}
	return &printer{out: out, width: width, isBlank: true}
}

func (p *printer) raw(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.out, s)
	}
}

func (p *printer) line(s string) {
	p.raw(s + "\n")
	p.isBlank = false
}

// blank sets one empty line, never two.
func (p *printer) blank() {
	if !p.isBlank {
		p.line("")
		p.isBlank = true
	}
}

func (p *printer) wrapped(s string, indent int) {
	for _, l := range text.Wrap(text.Clean(strings.ReplaceAll(s, "\n", " ")), p.width, indent) {
		p.line(l)
	}
}

// say prints a paragraph after a lead. Nothing to say is no line.
func (p *printer) say(lead, words string) {
	if strings.TrimSpace(words) != "" {
		p.wrapped(lead+words, 0)
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
	p.wrapped(lead+strings.Join(full, "  "), min(text.Width(lead)+2, p.width/2))
}

// verbatim prints a line as it is; one that is too long is broken, with a
// backslash at the break, and loses nothing.
func (p *printer) verbatim(words string) {
	rest := strings.TrimRight("  "+text.Clean(strings.ReplaceAll(words, "\t", "    ")), " ")
	for text.Width(rest) > p.width {
		part := text.Chop(rest, p.width-1)[0]
		p.line(part + "\\")
		rest = "    " + rest[len(part):]
	}
	p.line(rest)
}
