package screen

import (
	"fmt"
	"strings"
	"unicode"

	"smtp-wizard/wizard"
)

// maxLine is how many characters a field takes.
const maxLine = 16384

// paste puts pasted text into the focused field.
func (m *model) paste(content string) {
	w := m.focused()
	if w == nil || m.over != noOverlay || m.tooSmall() || m.ignoresKeys() {
		return
	}
	m.scrolled = false
	text, note := oneLine(content)
	switch {
	case w.field.Kind == wizard.ChoiceField:
		if !w.field.Filter {
			return
		}
		w.list.filter.insert(text)
		w.list.refilter()
		w.dirty = true
	case len(w.line.text)+len(text) > maxLine:
		note = "That is too long for a field; nothing was pasted."
	default:
		m.typed(w, text)
	}
	w.note = note
}

// oneLine is pasted text as one line can hold it, and a word on what was left
// out.
func oneLine(s string) (text, note string) {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	body := strings.TrimRight(s, "\n")
	breaks := strings.Count(body, "\n")
	controls := 0
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return -1
		case unicode.IsControl(r), r == unicode.ReplacementChar:
			controls++
			return -1
		}
		return r
	}, body)
	var left []string
	if breaks > 0 {
		left = append(left, plural(breaks, "line break"))
	}
	if len(body) < len(s) {
		left = append(left, "the line break at the end")
	}
	if controls > 0 {
		left = append(left, plural(controls, "control character"))
	}
	if len(left) == 0 {
		return text, ""
	}
	return text, "Pasted without " + strings.Join(left, " and ") + "."
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
