package smtpcheck

import (
	"strings"
	"unicode"
)

// Clean makes text from the other side safe for a terminal, a log or JSON: one
// line, valid UTF-8, printable characters only. Tabs and exotic spaces become a
// space; control characters (C0, DEL, C1), escape characters, bidirectional
// overrides, other invisible characters and invalid bytes become "?".
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || unicode.Is(unicode.Zs, r):
			return ' '
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, text)
}

// shorten cuts text for places that show one line.
func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
