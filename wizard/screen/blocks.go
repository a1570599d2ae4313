package screen

import (
	"strings"

	"smtp-wizard/wizard"
)

// leastText is the room under which a paragraph stands below its label.
const leastText = 24

// blocks draws what has been found out, one empty line between different kinds.
func (l look) blocks(body []wizard.Block, w int, tight bool) []string {
	var lines []string
	for i, b := range body {
		if i > 0 && !tight && !sameKind(body[i-1], b) {
			lines = append(lines, "")
		}
		switch b := b.(type) {
		case wizard.Text:
			lines = append(lines, l.text(b, labelWidth(body), w)...)
		case wizard.Table:
			lines = append(lines, l.table(b, w)...)
		case wizard.Verbatim:
			lines = append(lines, l.verbatim(b, w)...)
		}
	}
	return lines
}

// sameKind reports whether two blocks stand together: labelled texts, or texts
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
			n = max(n, min(width(t.Label), 16))
		}
	}
	return n
}

// text draws a paragraph; labels is the width of the column of labels.
func (l look) text(t wizard.Text, labels, w int) []string {
	label := l.clean(t.Label)
	lead, indent := "", 0
	if m, ok := l.marks[t.Tone]; ok && t.Tone != wizard.Quiet {
		lead, indent = l.mark(t.Tone)+" ", width(m)+1
	}
	column := 0
	var lines []string
	switch {
	case label == "":
	case w-2-labels-3 < leastText || width(label) > labels:
		lines = append(lines, l.strong.Render(l.clip(label, w)))
		column = 2
	default:
		column = 2 + labels + 3
	}
	for i, line := range l.paragraphs(t.Body, w-column-indent) {
		head := strings.Repeat(" ", column+indent)
		if i == 0 {
			head = strings.Repeat(" ", column) + lead
			if len(lines) == 0 && label != "" {
				head = "  " + l.strong.Render(pad(label, labels+3)) + lead
			}
		}
		lines = append(lines, head+l.toned(t.Tone, line))
	}
	return lines
}

// verbatim draws lines as they are. What is too long goes on in the next line,
// after a sign that it was broken here.
func (l look) verbatim(v wizard.Verbatim, w int) []string {
	var lines []string
	for _, line := range v.Lines {
		first, rest := fold("  "+l.clean(line.Text), w)
		lines = append(lines, l.colour(line.Tone, first))
		lead := "  " + l.quiet.Render(l.broken)
		for rest != "" {
			first, rest = fold(rest, w-width(lead))
			lines = append(lines, lead+l.colour(line.Tone, first))
		}
	}
	return lines
}

// fold cuts clean text after at most w cells: behind a space in the second half,
// if there is one.
func fold(s string, w int) (first, rest string) {
	first = chop(s, w)[0]
	if len(first) < len(s) {
		if i := strings.LastIndexByte(first, ' ') + 1; i > len(first)/2 {
			first = first[:i]
		}
	}
	return first, s[len(first):]
}

// colour writes a line whose own signs (+, -, S:) say what its colour says.
func (l look) colour(t wizard.Tone, s string) string { return l.tones[t].Render(s) }
