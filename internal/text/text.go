// Package text makes untrusted text safe to show, and lays text out.
package text

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/net/idna"
)

// Clean makes the admin's own text safe for a terminal or a log: one line, valid
// UTF-8. Tabs and exotic spaces become a space, control characters (C0, DEL, C1) and
// invalid bytes "?"; invisible characters and stacked marks are written as \u{XXXX}.
func Clean(s string) string { return Replace(s, true, escaped) }

// CleanForeign is Clean for what a relay, a certificate or the DNS says, which needs
// no joiners or emoji: they become \u{XXXX} too. The result is safe in JSON.
func CleanForeign(s string) string { return Replace(s, false, escaped) }

// CleanLines is Clean (own) or CleanForeign for several lines: line feeds are kept.
func CleanLines(s string, own bool) string {
	return Replace(s, own, func(r rune) string {
		if r == '\n' {
			return "\n"
		}
		return escaped(r)
	})
}

func escaped(r rune) string {
	switch {
	case r == '\t' || unicode.Is(unicode.Zs, r):
		return " "
	case r == unicode.ReplacementChar || unicode.IsControl(r):
		return "?"
	}
	return fmt.Sprintf(`\u{%04X}`, r)
}

// mostMarks is how many combining marks a letter may have: some scripts need two.
const mostMarks = 2

// Replace replaces each character that a reader could not see for what it is:
// unprintable and invisible ones, and from the third on the marks of a letter. In the
// admin's own text, meaningful joiners and the variation selector of an emoji are kept.
func Replace(s string, own bool, by func(rune) string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return s
	}
	var out strings.Builder
	marks := 0
	for i, r := range s {
		mark := unicode.In(r, unicode.Mn, unicode.Me)
		switch {
		case mark:
			marks++
		case !showsNothing(r):
			marks = 0
		}
		kept := !showsNothing(r) && marks <= mostMarks && r != unicode.ReplacementChar
		if kept || own && belongs(s[:i], r, s[i:]) {
			out.WriteRune(r)
		} else {
			out.WriteString(by(r))
		}
	}
	return out.String()
}

func showsNothing(r rune) bool {
	return !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

const (
	nonJoiner, joiner = '\u200c', '\u200d'
	emojiStyle        = '\ufe0f'
)

// joiners knows where a joiner has a meaning (RFC 5892 appendix A.1).
var joiners = idna.New(idna.CheckJoiners(true))

// belongs reports whether an invisible character changes how its neighbors look;
// after begins with it.
func belongs(before string, r rune, after string) bool {
	inWord := func(r rune) bool { return unicode.In(r, unicode.L, unicode.M) && !showsNothing(r) }
	switch r {
	case nonJoiner, joiner:
		after = strings.TrimPrefix(after, string(r))
		word := before[strings.LastIndexFunc(before, func(r rune) bool { return !inWord(r) })+1:]
		if end := strings.IndexFunc(after, func(r rune) bool { return !inWord(r) }); end >= 0 {
			after = after[:end]
		}
		word, after = last(word, nearby), first(after, nearby)
		_, err := joiners.ToASCII(word + string(nonJoiner) + after)
		return word != "" && after != "" && err == nil
	case emojiStyle:
		// Only emoji can be joined to an emoji (UAX 29, GB11).
		base := last(before, 1)
		joined := graphemes.FromString(base + string(joiner) + "❤")
		return base != "" && joined.Next() && !joined.Next()
	}
	return false
}

// nearby is how far away the letters can be that a joiner joins.
const nearby = 4

func first(s string, n int) string {
	runes := []rune(s)
	return string(runes[:min(n, len(runes))])
}

func last(s string, n int) string {
	runes := []rune(s)
	return string(runes[max(0, len(runes)-n):])
}

// Shorten cuts a text to at most so many characters, with an ellipsis.
func Shorten(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return strings.TrimSpace(string(runes[:most-1])) + "…"
}

// Minutes is a duration in words, rounded up.
func Minutes(d time.Duration) string {
	n := int((d + time.Minute - 1) / time.Minute)
	if n == 1 {
		return "1 minute"
	}
	return strconv.Itoa(n) + " minutes"
}

// Printable refuses characters that could end a line or control a terminal.
func Printable(s string) error {
	for _, r := range s {
		switch {
		case r == '\r' || r == '\n':
			return errors.New("that contains a line break; it must be a single line")
		case r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0:
			return errors.New("that contains a control character, perhaps from pasting; please type it")
		}
	}
	return nil
}
