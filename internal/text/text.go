// Package text makes text from elsewhere safe to show.
package text

import (
	"strings"
	"unicode"
)

// Clean makes text from the other side safe for a terminal, a log or JSON: one
// line, valid UTF-8, printable characters only. Tabs and exotic spaces become a
// space; control characters (C0, DEL, C1), escape characters, bidirectional
// overrides, other invisible characters and invalid bytes become "?".
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || unicode.Is(unicode.Zs, r):
			return ' '
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, s)
}

// CleanLines is Clean for text of several lines: line feeds stay.
func CleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Clean(line)
	}
	return strings.Join(lines, "\n")
}

// Shorten cuts a text to so many characters, which an ellipsis shows.
func Shorten(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}
