package screen

import "unicode"

// editor is one line of text under the keys of readline. The terminal's own
// cursor stands in it, so it has no blinking and writes nothing while idle.
type editor struct {
	text []rune
	at   int // the cursor: before text[at]
	// fresh text is a default that nobody has touched: the first character typed
	// or pasted replaces it.
	fresh bool
	// before is the text as it was before it was changed, for undo.
	before []rune
	edited bool // since before was set
}

func (e *editor) set(s string) {
	e.replace([]rune(s))
	e.fresh, e.edited = false, false
}

// replace changes the text and remembers what it was when the changes began.
func (e *editor) replace(text []rune) {
	if !e.edited {
		e.before, e.edited = e.text, true
	}
	e.text, e.at = text, len(text)
}

// undo takes the changes back; a second time it brings them back.
func (e *editor) undo() {
	e.text, e.before, e.edited = e.before, e.text, true
	e.at = len(e.text)
}

func (e editor) String() string { return string(e.text) }

func (e *editor) insert(s string) {
	if s == "" {
		return
	}
	if e.fresh {
		e.replace(nil)
		e.fresh = false
	}
	add := []rune(s)
	at := e.at
	text := make([]rune, 0, len(e.text)+len(add))
	text = append(text, e.text[:at]...)
	text = append(text, add...)
	e.replace(append(text, e.text[at:]...))
	e.at = at + len(add)
}

// cut removes text[from:to] and leaves the cursor there.
func (e *editor) cut(from, to int) {
	text := append([]rune{}, e.text[:from]...)
	e.replace(append(text, e.text[to:]...))
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
	e.fresh = false
	return true
}

func (e *editor) erase(key string) bool {
	switch key {
	case "backspace", "ctrl+h":
		e.cut(max(e.at-1, 0), e.at)
	case "delete", "ctrl+d":
		e.cut(e.at, min(e.at+1, len(e.text)))
	case "ctrl+u":
		e.cut(0, e.at)
	case "ctrl+k":
		e.cut(e.at, len(e.text))
	case "ctrl+w":
		e.cut(e.spaceBefore(), e.at)
	case "alt+backspace", "ctrl+backspace":
		e.cut(e.wordStart(), e.at)
	case "alt+d":
		e.cut(e.at, e.wordEnd())
	case "ctrl+_", "ctrl+/":
		e.undo()
	default:
		return false
	}
	e.fresh = false
	return true
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
