package screen

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"smtp-wizard/wizard"
)

// look is every style and sign of the face. Colours are the terminal's own
// first eight, so they read on whatever background it has, and they never
// carry a meaning alone: a mark or a weight says the same.
type look struct {
	ascii   bool // the terminal shows nothing else
	signs   bool // signs are ASCII
	profile colorprofile.Profile

	title, strong, quiet, accent, selected lipgloss.Style
	tones                                  map[wizard.Tone]lipgloss.Style

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

// newLook reads the environment: NO_COLOR and CLICOLOR=0 take the colours away,
// a locale without UTF-8 takes everything that is not ASCII, and the Linux
// console the signs that are not.
func newLook(env []string, noColor, ascii bool) look {
	l := look{profile: colorprofile.ANSI}
	if noColor || lookup(env, "NO_COLOR") != "" || lookup(env, "CLICOLOR") == "0" {
		l.profile = colorprofile.ASCII // no colour; bold, reverse and the cursor stay
	}
	l.style()
	l.ascii = ascii || !utf8Locale(env)
	// The font that the kernel's own console begins with has few of the signs, and
	// shows the same one for each of the others.
	l.signs = l.ascii || lookup(env, "TERM") == "linux"
	l.choose()
	return l
}

func (l *look) style() {
	plain := lipgloss.NewStyle()
	in := func(s lipgloss.Style, c color.Color) lipgloss.Style {
		if l.profile == colorprofile.ASCII {
			return s
		}
		return s.Foreground(c)
	}
	bold := plain.Bold(true)
	l.title, l.strong = bold, bold
	l.quiet = plain.Faint(true)
	l.accent = in(bold, lipgloss.Magenta)
	l.selected = plain.Reverse(true)
	l.tones = map[wizard.Tone]lipgloss.Style{
		wizard.Plain: plain,
		wizard.Good:  in(plain, lipgloss.Green),
		wizard.Bad:   in(bold, lipgloss.Red),
		wizard.Warn:  in(bold, lipgloss.Yellow),
		wizard.Quiet: l.quiet,
		wizard.Busy:  in(plain, lipgloss.Magenta),
	}
}

// choose sets the signs.
func (l *look) choose() {
	l.marks = map[wizard.Tone]string{wizard.Good: "✓", wizard.Bad: "✗", wizard.Warn: "!", wizard.Busy: "…", wizard.Quiet: "·"}
	l.pointer, l.rule, l.bar, l.ellipsis, l.broken, l.dot = "›", "─", "│", "…", "↳ ", " · "
	l.up, l.down, l.arrows = "↑", "↓", "↑↓"
	l.mask = strings.Repeat("•", 8)
	if !l.signs {
		return
	}
	l.marks = map[wizard.Tone]string{wizard.Good: "+", wizard.Bad: "x", wizard.Warn: "!", wizard.Busy: ".", wizard.Quiet: "-"}
	l.pointer, l.rule, l.bar, l.ellipsis, l.broken, l.dot = ">", "-", "|", "...", "\\ ", " - "
	l.up, l.down, l.arrows = "up", "down", "up/down"
	l.mask = strings.Repeat("*", 8)
}

// mark is the sign of a tone, coloured, or a space.
func (l look) mark(t wizard.Tone) string {
	sign, ok := l.marks[t]
	if !ok {
		return " "
	}
	return l.tones[t].Render(sign)
}

// toned writes words of a tone. Only what is wrong colours its words: a
// sentence in green or yellow is hard to read on a light background.
func (l look) toned(t wizard.Tone, s string) string {
	switch {
	case s == "":
		return ""
	case t == wizard.Quiet:
		return l.quiet.Render(s)
	case t == wizard.Bad, t == wizard.Warn:
		return l.strong.Render(s)
	}
	return s
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
