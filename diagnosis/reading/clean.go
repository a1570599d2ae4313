package reading

import (
	"strings"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
)

// escapes are terminal control sequences: CSI, OSC and the two-byte ones.
var escapes = lazy.Compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\-_])")

// Clean makes text safe to show. Line feeds stay; escape sequences go as a whole,
// so that they part no words.
func Clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\ufeff", "").Replace(s)
	return text.CleanLines(escapes.ReplaceAllString(s, ""), false)
}

// OneLine removes control characters and joins lines by one space.
func OneLine(s string) string {
	return strings.Join(strings.Fields(Clean(s)), " ")
}
