package screen

import (
	"strings"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// leastText is the room under which a paragraph stands below its label.
const leastText = 24

// blocks draws what has been found out, one empty line between different kinds.
func (t theme) blocks(body []wizard.Block, w int, tight bool) []string {
	var lines []string
	for i, b := range body {
		if i > 0 && !tight && !sameKind(body[i-1], b) {
			lines = append(lines, "")
		}
		switch b := b.(type) {
		case wizard.Text:
			lines = append(lines, t.paragraph(b, labelWidth(body), w)...)
		case wizard.Table:
			lines = append(lines, t.table(b, w)...)
		case wizard.Verbatim:
			lines = append(lines, t.verbatim(b, w)...)
		}
	}
	return lines
}

// sameKind reports whether two blocks stand together: labeled texts, or texts
// with a mark.
func sameKind(a, b wizard.Block) bool {
	first, ok := a.(wizard.Text)
	second, also := b.(wizard.Text)
	return ok && also && (first.Label != "") == (second.Label != "")
}

// labelWidth is that of the longest label, so that all texts line up.
func labelWidth(body []wizard.Block) int {
	n := 0
	for _, b := range body {
		if t, ok := b.(wizard.Text); ok {
			n = max(n, min(text.Width(t.Label), 16))
		}
	}
	return n
}

// paragraph draws a text; labels is the width of the column of labels.
func (t theme) paragraph(p wizard.Text, labels, w int) []string {
	label := t.clean(p.Label)
	var lines []string
	head, column := "", 0
	switch {
	case label == "":
	case w-2-labels-3 < leastText || text.Width(label) > labels:
		lines = append(lines, t.strong.Styled(t.clip(label, w)))
		head, column = "  ", 2
	default:
		column = 2 + labels + 3
		head = "  " + t.strong.Styled(text.Pad(label, labels+3))
	}
	if t.marked(p.Tone) {
		head += t.mark(p.Tone) + " "
		column += text.Width(t.marks[p.Tone]) + 1
	}
	for _, line := range t.paragraphs(p.Body, w-column) {
		lines = append(lines, head+t.toned(p.Tone, line))
		head = strings.Repeat(" ", column)
	}
	return lines
}

// note is a paragraph without a label.
func (t theme) note(tone wizard.Tone, s string, w int) []string {
	return t.paragraph(wizard.Text{Body: s, Tone: tone}, 0, w)
}

// verbatim draws lines as they are, in the color of their tone: their own signs
// (+, -, S:) say the same. What is too long goes on in the next line, after a
// sign that it was broken here.
func (t theme) verbatim(v wizard.Verbatim, w int) []string {
	var lines []string
	broken := "  " + t.quiet.Styled(t.broken)
	for _, line := range v.Lines {
		rest, lead := "  "+t.clean(line.Text), ""
		for first := true; first || rest != ""; first = false {
			part := cut(rest, w-text.Width(lead))
			lines = append(lines, lead+t.tones[line.Tone].Styled(part))
			rest, lead = rest[len(part):], broken
		}
	}
	return lines
}

// cut is the beginning of clean text, at most w cells: up to a space in the
// second half, if there is one.
func cut(s string, w int) string {
	first := text.Chop(s, w)[0]
	if len(first) < len(s) {
		if i := strings.LastIndexByte(first, ' ') + 1; i > len(first)/2 {
			first = first[:i]
		}
	}
	return first
}
