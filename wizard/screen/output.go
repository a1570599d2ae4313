package screen

import (
	"os"
	"strings"

	"smtp-wizard/internal/lazy"
)

// quietTerminal is the terminal, asked nothing. Bubble Tea asks for modes 2026
// and 2027 and switches keyboard protocols on; over a slow line the replies come
// when a field is being typed into, or after the program has ended, into the
// shell, and a shell is left with the protocols when the line drops. No key of
// this face needs them. SSH_TTY in Bubble Tea's environment would stop the first
// two alone, and not on every terminal.
type quietTerminal struct{ *os.File }

var unwanted = lazy.Compile(`\x1b\[(` +
	`\?202[67]\$p` + // DECRQM: synchronized output, grapheme clusters
	`|\?u|[<>]1u` + // kitty keyboard protocol: its flags, off, on
	`|>4(;2)?m` + // modifyOtherKeys off, on
	`)`)

const hideCursor, showCursor = "\x1b[?25l", "\x1b[?25h"

// small is how much is drawn without hiding the cursor meanwhile: it goes out
// in one packet, and hiding would cost more than what is drawn.
const small = 256

// Write writes p without the queries. Bubble Tea writes each frame, and each
// query, with one call, so none is split between two.
func (t quietTerminal) Write(p []byte) (int, error) {
	wanted := unwanted.ReplaceAllString(string(p), "")
	if len(wanted) < small && strings.HasPrefix(wanted, hideCursor) {
		if drawn, ok := strings.CutSuffix(wanted[len(hideCursor):], showCursor); ok {
			wanted = drawn
		}
	}
	if _, err := t.WriteString(wanted); err != nil {
		return 0, err
	}
	return len(p), nil
}
