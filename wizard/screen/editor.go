package screen

import (
	"slices"
	"unicode"
)

// editor is one line of text under the keys of readline. The terminal's own
// cursor stands in it, so it has no blinking and writes nothing while idle.
type editor struct {
	text []rune
	at   int // the cursor: before text[at]
	// fresh text is a default that nobody has touched: the first character typed
	// or pasted replaces it.
	fresh bool
	// past is the texts before each change, the oldest first. Changes of one kind
	// in a row, as the characters of a word, are one.
	past [][]rune
	last change
	// killed is what a key that cuts more than a character took away last.
	killed []rune
}

// change is the kind of a change that goes on with the next one of its kind.
type change int

const (
	single change = iota
	typing
	erasing
)

// pastKept is how many changes can be taken back.
const pastKept = 100

// set begins anew with a text: there is nothing to take back.
func (e *editor) set(s string) {
	*e = editor{text: []rune(s), killed: e.killed}
	e.at = len(e.text)
}

// correct puts another text there, which can be taken back.
func (e *editor) correct(s string) {
	e.replace(single, []rune(s))
	e.fresh = false
}

// replace changes the text and remembers the one before.
func (e *editor) replace(c change, text []rune) {
	if c == single || c != e.last {
		e.past = append(e.past, e.text)
		e.past = e.past[max(len(e.past)-pastKept, 0):]
	}
	e.last, e.text, e.at = c, text, len(text)
}

// undo takes the latest change back.
func (e *editor) undo() {
	n := len(e.past)
	if n == 0 {
		return
	}
	e.text, e.past, e.last = e.past[n-1], e.past[:n-1], single
	e.at = len(e.text)
}

func (e editor) String() string { return string(e.text) }

// insert puts text at the cursor. What was pasted is a change of its own.
func (e *editor) insert(s string) {
	if s == "" {
		return
	}
	add := []rune(s)
	kind := typing
	if len(add) > 1 {
		kind = single
	}
	before, after := e.text[:e.at], e.text[e.at:]
	if e.fresh {
		before, after, e.fresh = nil, nil, false
	}
	e.replace(kind, slices.Concat(before, add, after))
	e.at = len(before) + len(add)
}

// cut removes text[from:to] and leaves the cursor there.
func (e *editor) cut(c change, from, to int) {
	if from == to {
		return
	}
	if c == single {
		e.killed = append([]rune{}, e.text[from:to]...)
	}
	text := append([]rune{}, e.text[:from]...)
	e.replace(c, append(text, e.text[to:]...))
	e.at = from
}

// edit does what a readline key asks for and reports whether it knew the key.
func (e *editor) edit(key string) bool {
	switch key {
	case "left", "ctrl+b":
		e.at = max(e.at-1, 0)
	case "right", "ctrl+f":
		e.at = min(e.at+1, len(e.text))
	case "home", "ctrl+a":
		e.at = 0
	case "end", "ctrl+e":
		e.at = len(e.text)
	case "alt+b", "ctrl+left", "alt+left":
		e.at = e.wordStart()
	case "alt+f", "ctrl+right", "alt+right":
		e.at = e.wordEnd()
	default:
		return e.erase(key)
	}
	e.fresh, e.last = false, single
	return true
}

func (e *editor) erase(key string) bool {
	switch key {
	case "backspace", "ctrl+h":
		e.cut(erasing, max(e.at-1, 0), e.at)
	case "delete", "ctrl+d":
		e.cut(erasing, e.at, min(e.at+1, len(e.text)))
	case "ctrl+u":
		e.cut(single, 0, e.at)
	case "ctrl+k":
		e.cut(single, e.at, len(e.text))
	case "ctrl+w":
		e.cut(single, e.spaceBefore(), e.at)
	case "alt+backspace", "ctrl+backspace":
		e.cut(single, e.wordStart(), e.at)
	case "alt+d":
		e.cut(single, e.at, e.wordEnd())
	case "ctrl+y":
		e.fresh = false
		e.yank()
	case "ctrl+_", "ctrl+/":
		e.undo()
	default:
		return false
	}
	e.fresh = false
	return true
}

// yank puts back what was cut last, at the cursor.
func (e *editor) yank() {
	e.last = single
	e.insert(string(e.killed))
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func (e editor) wordStart() int {
	i := e.at
	for i > 0 && !wordRune(e.text[i-1]) {
		i--
	}
	for i > 0 && wordRune(e.text[i-1]) {
		i--
	}
	return i
}

// spaceBefore is where the run of non-spaces before the cursor begins.
func (e editor) spaceBefore() int {
	i := e.at
	for i > 0 && unicode.IsSpace(e.text[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(e.text[i-1]) {
		i--
	}
	return i
}

func (e editor) wordEnd() int {
	i := e.at
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
func (e editor) window(w int) (part string, cursor int, left, right bool) {
	w = max(w, 1)
	from := 0
	for from < e.at && width(string(e.text[from:e.at])) > w-1 {
		// Half a window at once, so that typing at the edge does not redraw the
		// whole line for each character.
		from += max(w/2, 1)
		from = min(from, e.at)
	}
	to := from
	for to < len(e.text) && width(string(e.text[from:to+1])) <= w {
		to++
	}
	return string(e.text[from:to]), width(string(e.text[from:e.at])), from > 0, to < len(e.text)
}
