package screen

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"smtp-wizard/internal/text"
	"smtp-wizard/wizard"
)

// theme is every style and sign of the face. Colors are the terminal's own
// first eight, so they read on whatever background it has, and they never
// carry a meaning alone: a mark or a weight says the same.
type theme struct {
	signs
	ascii   bool // the terminal shows nothing else
	plain   bool // its signs are ASCII
	links   bool // it makes hyperlinks clickable
	profile colorprofile.Profile

	// Not lipgloss' styles, which also lay out: nothing here does that with them,
	// and it is 150 KB.
	strong, quiet, accent, selected ansi.Style
	tones                           map[wizard.Tone]ansi.Style
}

// signs are the characters that are not words.
type signs struct {
	marks    map[wizard.Tone]string
	pointer  string // before the row or field that has the focus
	rule     string
	bar      string
	ellipsis string
	mask     string // stands for a secret of any length
	broken   string // begins a line that had to be broken
	dot      string
	up, down string
	arrows   string
}

var typographic = signs{
	marks: map[wizard.Tone]string{
		wizard.Good: "✓", wizard.Bad: "✗", wizard.Warn: "!", wizard.Busy: "…"},
	pointer: "›", rule: "─", bar: "▌", ellipsis: "…", mask: strings.Repeat("•", 8), broken: "↳ ", dot: " · ",
	up: "↑", down: "↓", arrows: "↑↓",
}

var ascii = signs{
	marks: map[wizard.Tone]string{
		wizard.Good: "+", wizard.Bad: "x", wizard.Warn: "!", wizard.Busy: "."},
	pointer: ">", rule: "-", bar: "|", ellipsis: "...", mask: strings.Repeat("*", 8), broken: "\\ ", dot: " - ",
	up: "up", down: "down", arrows: "up/down",
}

// newTheme reads the environment: NO_COLOR and CLICOLOR=0 take the colors away,
// a locale without UTF-8 takes everything that is not ASCII, and the Linux
// console the signs that are not.
func newTheme(env []string) theme {
	t := theme{signs: typographic, profile: colorprofile.ANSI, ascii: !utf8Locale(env), links: showsLinks(env)}
	if lookup(env, "NO_COLOR") != "" || lookup(env, "CLICOLOR") == "0" {
		t.profile = colorprofile.ASCII // no color; bold, reverse and the cursor stay
	}
	// The font that the kernel's own console begins with has few of the signs, and
	// shows the same one for each of the others.
	if t.plain = t.ascii || lookup(env, "TERM") == "linux"; t.plain {
		t.signs = ascii
	}
	none := ansi.Style{}
	in := func(s ansi.Style, c color.Color) ansi.Style {
		if t.profile == colorprofile.ASCII {
			return s
		}
		return s.ForegroundColor(c)
	}
	t.strong, t.quiet, t.selected = none.Bold(), none.Faint(), none.Reverse(true)
	t.accent = in(t.strong, lipgloss.Magenta)
	t.tones = map[wizard.Tone]ansi.Style{
		wizard.Plain: none, wizard.Quiet: t.quiet,
		wizard.Good: in(none, lipgloss.Green), wizard.Busy: in(none, lipgloss.Magenta),
		wizard.Bad: in(t.strong, lipgloss.Red), wizard.Warn: in(t.strong, lipgloss.Yellow),
	}
	return t
}

// mark is the sign of a tone, colored, or a space.
func (t theme) mark(tone wizard.Tone) string {
	sign, ok := t.marks[tone]
	if !ok {
		return " "
	}
	return t.tones[tone].Styled(sign)
}

// marked reports whether a row of that tone begins with a mark. A quiet one is
// only faint.
func (t theme) marked(tone wizard.Tone) bool { return t.marks[tone] != "" }

// toned writes words of a tone. Only what is wrong is bold, and nothing is
// colored: a sentence in green or yellow is hard to read on a light background.
func (t theme) toned(tone wizard.Tone, s string) string {
	switch {
	case s == "":
		return ""
	case tone == wizard.Quiet:
		return t.quiet.Styled(s)
	case tone == wizard.Bad, tone == wizard.Warn:
		return t.strong.Styled(s)
	}
	return s
}

// clean makes text safe to draw, and shows it with what the terminal has.
func (t theme) clean(s string) string {
	switch s = text.Clean(s); {
	case t.ascii:
		return text.ASCII(s)
	case t.plain:
		return text.PlainSigns(s)
	}
	return s
}

func (t theme) cleanAll(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = t.clean(c)
	}
	return out
}

// paragraphs cleans and wraps text that may hold line breaks of its own.
func (t theme) paragraphs(s string, w int) []string {
	var lines []string
	for part := range strings.SplitSeq(s, "\n") {
		if part = t.clean(part); part == "" {
			lines = append(lines, "")
			continue
		}
		lines = append(lines, text.Wrap(part, w, 0)...)
	}
	return lines
}

func (t theme) clip(s string, w int) string { return text.Clip(s, w, t.ellipsis) }

func (t theme) spread(left, right string, w int) string {
	return text.Spread(left, right, w, t.ellipsis)
}

// lookup returns the value of an environment variable in a list; the last wins.
func lookup(env []string, name string) string {
	value := ""
	for _, kv := range env {
		if k, v, ok := strings.Cut(kv, "="); ok && k == name {
			value = v
		}
	}
	return value
}

// utf8Locale reports whether the terminal is said to show UTF-8: the first of
// LC_ALL, LC_CTYPE and LANG that is set decides, as in POSIX locale(7).
func utf8Locale(env []string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(lookup(env, name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}
