package screen

import (
	"bytes"
	"os"
)

// silent is the terminal, asked nothing. Bubble Tea asks for modes 2026 and 2027
// and for the keyboard protocol; over a slow line the replies come when a field
// is being typed into, or after the program has ended, into the shell. What it
// asks is left out of what it writes. Neither is modifyOtherKeys switched on:
// no key of this face needs it, and a shell is left with it when the line drops.
type silent struct {
	*os.File
	unwanted [][]byte
}

func newSilent(f *os.File, term string) silent {
	if term == "linux" {
		return silent{f, append(kitty, queries...)}
	}
	return silent{f, queries}
}

// kitty is the keyboard protocol, on and off: older Linux consoles show the
// end of these sequences as text.
var kitty = [][]byte{[]byte("\x1b[>1u"), []byte("\x1b[<1u")}

var queries = [][]byte{
	[]byte("\x1b[?2026$p"), // DECRQM: synchronized output
	[]byte("\x1b[?2027$p"), // DECRQM: grapheme clusters
	[]byte("\x1b[?u"),      // kitty keyboard protocol: which flags are set
	[]byte("\x1b[>4;2m"),   // modifyOtherKeys on
	[]byte("\x1b[>4m"),     // and off again
}

const hideCursor, showCursor = "\x1b[?25l", "\x1b[?25h"

// small is how much is drawn without hiding the cursor meanwhile: it goes out
// in one packet, and hiding would cost more than what is drawn.
const small = 256

// Write writes p without the queries. Bubble Tea writes each frame, and each
// query, with one call, so none is split between two.
func (s silent) Write(p []byte) (int, error) {
	rest := p
	if len(p) < small && bytes.HasPrefix(p, []byte(hideCursor)) && bytes.HasSuffix(p, []byte(showCursor)) {
		rest = p[len(hideCursor) : len(p)-len(showCursor)]
	}
	for _, q := range s.unwanted {
		if bytes.Contains(rest, q) {
			rest = bytes.ReplaceAll(rest, q, nil)
		}
	}
	if len(rest) == 0 {
		return len(p), nil
	}
	if _, err := s.File.Write(rest); err != nil {
		return 0, err
	}
	return len(p), nil
}
