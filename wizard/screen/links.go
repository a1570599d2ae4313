package screen

import (
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/internal/lazy"

	"github.com/charmbracelet/x/ansi"
)

// showsLinks reports whether the terminal is known to make OSC 8 hyperlinks clickable.
// What it is not known of gets none: some would show them as text. Over SSH TERM alone
// tells; within tmux and screen it says nothing of the terminal outside.
func showsLinks(env []string) bool {
	term := lookup(env, "TERM")
	if term == "linux" || term == "dumb" || strings.HasPrefix(term, "screen") || strings.HasPrefix(term, "tmux") {
		return false
	}
	vte, _ := strconv.Atoi(lookup(env, "VTE_VERSION"))
	konsole, _ := strconv.Atoi(lookup(env, "KONSOLE_VERSION"))
	return slices.Contains([]string{"xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "contour"}, term) ||
		slices.Contains([]string{"iTerm.app", "WezTerm", "vscode", "ghostty"}, lookup(env, "TERM_PROGRAM")) ||
		lookup(env, "WT_SESSION") != "" || vte >= 5000 || konsole >= 201200
}

var webAddress = lazy.Compile(`https://[^\s\x1b]+[^\s\x1b.,;:)]`)

// linked makes the addresses of a text of our own clickable where a line has one whole.
// What is to be read and copied stays as it is.
func (t theme) linked(lines []string, from string) []string {
	for _, address := range webAddress.Compiled().FindAllString(from, -1) {
		for i := 0; t.links && i < len(lines); i++ {
			lines[i] = strings.ReplaceAll(lines[i], address, ansi.SetHyperlink(address)+address+ansi.ResetHyperlink())
		}
	}
	return lines
}
