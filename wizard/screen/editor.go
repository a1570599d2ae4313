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
	fresh   bool
	secret  bool   // keeps nothing of what was there before
	initial []rune // what undo goes back to
	killed  []rune // what a key that cuts more than a character took away last
}

// set starts over with a text.
func (e *editor) set(s string) {
	e.put([]rune(s))
	if e.fresh = false; !e.secret {
		e.initial = e.text
	}
}

func (e *editor) put(text []rune) { e.text, e.cursor = text, len(text) }

func (e *editor) String() string { return string(e.text) }

// insert puts text at the cursor, or in place of a fresh default.
func (e *editor) insert(s string) {
	if s == "" {
		return
	}
	if e.fresh {
		e.text, e.cursor, e.fresh = nil, 0, false
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

// kill is cut, to be put back with ctrl+y.
func (e *editor) kill(from, to int) {
	if from < to && !e.secret {
		e.killed = slices.Clone(e.text[from:to])
	}
	e.cut(from, to)
}

// edit does what a readline key asks for and reports whether it knew the key.
func (e *editor) edit(key string) bool {
	wasFresh := e.fresh
	e.fresh = false
	switch key {
	case "left", "ctrl+b":
		e.cursor = max(e.cursor-1, 0)
	case "right", "ctrl+f":
		e.cursor = min(e.cursor+1, len(e.text))
	case "home", "ctrl+a":
		e.cursor = 0
	case "end", "ctrl+e":
		e.cursor = len(e.text)
	case "alt+b", "ctrl+left", "alt+left":
		e.cursor = e.before(wordRune)
	case "alt+f", "ctrl+right", "alt+right":
		e.cursor = e.wordEnd()
	case "backspace", "ctrl+h":
		e.cut(max(e.cursor-1, 0), e.cursor)
	case "delete", "ctrl+d":
		e.cut(e.cursor, min(e.cursor+1, len(e.text)))
	case "ctrl+u":
		e.kill(0, e.cursor)
	case "ctrl+k":
		e.kill(e.cursor, len(e.text))
	case "ctrl+w":
		e.kill(e.before(func(r rune) bool { return !unicode.IsSpace(r) }), e.cursor)
	case "alt+backspace", "ctrl+backspace":
		e.kill(e.before(wordRune), e.cursor)
	case "alt+d":
		e.kill(e.cursor, e.wordEnd())
	case "ctrl+y":
		e.insert(string(e.killed))
	case "ctrl+_", "ctrl+/":
		if !e.secret {
			e.put(e.initial)
		}
	default:
		e.fresh = wasFresh
		return false
	}
	return true
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// before is where the last run of such runes before the cursor begins.
func (e *editor) before(is func(rune) bool) int {
	i := e.cursor
	for i > 0 && !is(e.text[i-1]) {
		i--
	}
	for i > 0 && is(e.text[i-1]) {
		i--
	}
	return i
}

func (e *editor) wordEnd() int {
	i := e.cursor
	for i < len(e.text) && !wordRune(e.text[i]) {
		i++
	}
	for i < len(e.text) && wordRune(e.text[i]) {
		i++
	}
	return i
}

// window returns the part of the line that fits w cells with the cursor in it,
// the cursor's cell in that part, and whether text is out of sight on a side.
func (e *editor) window(w int) (part string, cursor int, left, right bool) {
	w = max(w, 1)
	from := 0
	for from < e.cursor && text.Width(string(e.text[from:e.cursor])) > w-1 {
		// Half a window at once, so that typing at the edge does not redraw the
		// whole line for each character.
		from = min(from+max(w/2, 1), e.cursor)
	}
	to := from
	for to < len(e.text) && text.Width(string(e.text[from:to+1])) <= w {
		to++
	}
	return string(e.text[from:to]), text.Width(string(e.text[from:e.cursor])), from > 0, to < len(e.text)
}
