package reading

import (
	"regexp"
	"strings"
	"unicode"
)

// escapes are terminal control sequences: CSI, OSC and the two-byte ones.
var escapes = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\-_])")

// Clean makes text safe to show: no escape sequence, no control or formatting
// character but the line feed, no invalid UTF-8.
func Clean(s string) string {
	if isPlain(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	s = escapes.ReplaceAllString(s, "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', unicode.Is(unicode.Zs, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if b := s[i]; b != '\n' && (b < ' ' || b > '~') {
			return false
		}
	}
	return true
}

// Shorten cuts text at a number of runes and says so.
func Shorten(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return strings.TrimSpace(string(r[:limit-1])) + "…"
}

// OneLine removes control characters and joins lines by one space.
func OneLine(s string) string {
	return strings.Join(strings.Fields(Clean(s)), " ")
}
