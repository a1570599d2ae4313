package screen

import (
	"slices"
	"unicode"

	"smtp-wizard/internal/text"
)

// editor is one line of text under the keys of readline. The terminal's own
// cursor stands in it, so it has no blinking and writes nothing while idle.
type editor struct {
	text   []rune // never changed in place
	cursor int    // before text[cursor]
	// fresh text is a default that nobody has touched: the first character typed
	// or pasted replaces it.
	fresh bool
}

// set starts over with a text.
func (e *editor) set(s string) {
	e.text = []rune(s)
	e.cursor, e.fresh = len(e.text), false
}

func (e *editor) String() string { return string(e.text) }

// insert puts text at the cursor, or in place of a fresh default.
func (e *editor) insert(s string) {
	if s == "" {
		return
	}
	if e.fresh {
		e.set("")
	}
	add := []rune(s)
	e.text = slices.Concat(e.text[:e.cursor], add, e.text[e.cursor:])
	e.cursor += len(add)
}

// cut removes text[from:to] and leaves the cursor there.
func (e *editor) cut(from, to int) {
	e.text = slices.Concat(e.text[:from], e.text[to:])
	e.cursor = from
}

// edit does what a readline key asks for and reports whether it knew the key.
func (e *editor) edit(key string) bool {
	switch key {
	case "left", "ctrl+b":
		e.cursor = max(e.cursor-1, 0)
	case "right", "ctrl+f":
		e.cursor = min(e.cursor+1, len(e.text))
	case "home", "ctrl+a":
		e.cursor = 0
	case "end", "ctrl+e":
		e.cursor = len(e.text)
	case "backspace", "ctrl+h":
		e.cut(max(e.cursor-1, 0), e.cursor)
	case "delete", "ctrl+d":
		e.cut(e.cursor, min(e.cursor+1, len(e.text)))
	case "ctrl+u":
		e.cut(0, e.cursor)
	case "ctrl+k":
		e.cut(e.cursor, len(e.text))
	case "ctrl+w":
		e.cut(e.wordStart(), e.cursor)
	default:
		return false
	}
	e.fresh = false
	return true
}

// wordStart is where the last word before the cursor begins.
func (e *editor) wordStart() int {
	i := e.cursor
	for i > 0 && unicode.IsSpace(e.text[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(e.text[i-1]) {
		i--
	}
	return i
}

// window returns the part of the line, as shown makes it, that fits w cells with the
// cursor in it, the cursor's cell in that part, and whether text is out of sight on a
// side.
func (e *editor) window(w int, shown func(string) string) (part string, cursor int, left, right bool) {
	w = max(w, 1)
	width := func(from, to int) int { return text.Width(shown(string(e.text[from:to]))) }
	from := 0
	for from < e.cursor && width(from, e.cursor) > w-1 {
		// Half a window at once, so that typing at the edge does not redraw the
		// whole line for each character.
		from = min(from+max(w/2, 1), e.cursor)
	}
	to := from
	for to < len(e.text) && width(from, to+1) <= w {
		to++
	}
	return shown(string(e.text[from:to])), width(from, e.cursor), from > 0, to < len(e.text)
}
