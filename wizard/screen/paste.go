package screen

import (
	"strings"
	"unicode"

	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// maxLine is how many characters a field takes.
const maxLine = 16384

// maxLines is how many bytes a field of several lines takes.
const maxLines = 256 << 10

// paste puts pasted text into the focused field.
func (m *model) paste(content string) {
	w := m.focused()
	if w == nil || m.over != noOverlay || m.tooSmall() || m.ignoresKeys() {
		return
	}
	m.scrolled = false
	text, whole := oneLine(content, w.field.Lines)
	note := ""
	if !whole {
		note = "Pasted without line breaks and control characters."
	}
	switch {
	case w.field.Kind == wizard.SecretField && secret.Check(secret.WithoutLineEnd(content)) != nil:
		note = "That has control characters or line breaks in it; nothing was pasted."
	case w.field.Kind == wizard.ChoiceField:
		if !w.field.Filter {
			return
		}
		w.list.filter.insert(text)
		w.list.refilter()
		w.dirty = true
	case len(w.line.text)+len(text) > maxLine && !(w.field.Lines && len(text) < maxLines):
		note = "That is too long for a field; nothing was pasted."
	default:
		w.typed(text)
	}
	w.note = note
}

// oneLine is pasted text as a field can hold it, and whether that is all of it.
func oneLine(s string, lines bool) (text string, whole bool) {
	if lines {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	text = strings.Map(func(r rune) rune {
		if lines && (r == '\n' || r == '\t') {
			return r
		}
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
	return text, text == s
}
