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
	if w == nil || m.over != nothing || m.tooSmall() || m.now().Before(m.deaf) {
		return
	}
	m.byHand = false
	text, note := oneLine(content)
	switch {
	case w.field.Kind != wizard.ChoiceField && len(w.line.text)+len(text) > maxLine:
		note = "That is too long for a field; nothing was pasted."
	case w.field.Kind != wizard.ChoiceField:
		if w.field.Kind == wizard.SecretField && !m.revealing {
			w.line.at = len(w.line.text)
		}
		m.typed(w, text)
	case w.field.Filter:
		w.list.filter.insert(text)
		w.list.refilter()
		w.dirty = true
	default:
		return
	}
	w.note = note
}

// oneLine is pasted text as one line can hold it, and a word on what was left
// out.
func oneLine(s string) (text, note string) {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	body := strings.TrimRight(s, "\n")
	atEnd := len(body) < len(s)
	breaks := strings.Count(body, "\n")
	body = strings.ReplaceAll(body, "\n", "")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, body)
	var left []string
	if breaks > 0 {
		left = append(left, plural(breaks, "line break"))
	}
	if atEnd {
		left = append(left, "the line break at the end")
	}
	if n := len([]rune(body)) - len([]rune(text)); n > 0 {
		left = append(left, plural(n, "control character"))
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
