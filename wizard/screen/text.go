package screen

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// width is the number of cells that the renderer gives to text, styled or not.
func width(s string) int { return ansi.StringWidthWc(s) }

// clean makes text safe to draw: a relay's or a file's control characters and
// changes of writing direction become visible, and nothing moves the cursor.
func (l look) clean(s string) string {
	safe := strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == utf8.RuneError, unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r),
			unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return '\uFFFD'
		}
		return r
	}, s)
	switch {
	case l.ascii:
		return toASCII(safe)
	case l.signs:
		return plainForms.Replace(safe)
	}
	return safe
}

var plainForms = strings.NewReplacer(
	"·", "-", "—", "-", "–", "-", "…", "...", "“", `"`, "”", `"`, "‘", "'", "’", "'",
	"→", "->", "←", "<-", "↑", "^", "↓", "v", "•", "*", "✓", "+", "✗", "x", "›", ">", "─", "-", "│", "|", "\u00a0", " ",
)

// toASCII writes typographic characters in plain ones; what has no plain form
// becomes a question mark of the same width.
func toASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, plainForms.Replace(s))
}

// wrap breaks clean text into lines of at most w cells, at spaces: a host name
// is broken, at its hyphens or elsewhere, only when it is longer than a line.
func wrap(s string, w int) []string {
	if s == "" {
		return nil
	}
	var lines []string
	line, begun := "", false
	for word := range strings.SplitSeq(s, " ") {
		if begun && width(line)+1+width(word) <= w {
			line += " " + word
			continue
		}
		if begun {
			lines = append(lines, strings.TrimRight(line, " "))
		}
		parts := chop(word, w)
		lines = append(lines, parts[:len(parts)-1]...)
		line, begun = parts[len(parts)-1], true
	}
	return append(lines, strings.TrimRight(line, " "))
}

// paragraphs cleans and wraps text that may hold line breaks of its own.
func (l look) paragraphs(s string, w int) []string {
	var lines []string
	for part := range strings.SplitSeq(s, "\n") {
		if part = l.clean(part); part == "" {
			lines = append(lines, "")
			continue
		}
		lines = append(lines, wrap(part, w)...)
	}
	return lines
}

// chop breaks clean text at exactly w cells, spaces and all.
func chop(s string, w int) []string {
	return strings.Split(ansi.HardwrapWc(s, max(w, 1), true), "\n")
}

// pad fills clean text with spaces up to w cells.
func pad(s string, w int) string {
	return s + strings.Repeat(" ", max(w-width(s), 0))
}

// padLeft puts the spaces before it.
func padLeft(s string, w int) string {
	return strings.Repeat(" ", max(w-width(s), 0)) + s
}

// clip shortens text, styled or not, to w cells and shows that it did.
func (l look) clip(s string, w int) string {
	if w < 1 {
		return ""
	}
	if width(s) <= w {
		return s
	}
	tail := l.ellipsis
	if width(tail) > w {
		tail = ""
	}
	return ansi.TruncateWc(s, w, tail)
}

// spread puts left at the left edge and right at the right edge of w cells.
func (l look) spread(left, right string, w int) string {
	gap := w - width(left) - width(right)
	if gap < 1 {
		return l.clip(left, w)
	}
	return left + strings.Repeat(" ", gap) + right
}
