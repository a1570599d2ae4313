package diagnosis

import (
	"regexp"
	"strings"

	"smtp-wizard/internal/text"
)

// escapes are terminal control sequences: CSI, OSC and the two-byte ones.
var escapes = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\-_])")

// clean makes text safe to show. Line feeds stay; escape sequences go as a whole,
// so that they part no words.
func clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\ufeff", "").Replace(s)
	return text.CleanLines(escapes.ReplaceAllString(s, ""))
}

// shorten cuts text at a number of runes and says so.
func shorten(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return strings.TrimSpace(string(r[:limit-1])) + "…"
}
