package steps

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/wizard/screen"
)

var keys = map[string]tea.Key{
	"enter": {Code: tea.KeyEnter}, "tab": {Code: tea.KeyTab}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "f1": {Code: tea.KeyF1},
	"ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+o": {Code: 'o', Mod: tea.ModCtrl},
	"ctrl+u": {Code: 'u', Mod: tea.ModCtrl},
}

// pressed is keys by name; a word that names none is typed, letter by letter.
func pressed(words string) []tea.KeyPressMsg {
	var list []tea.KeyPressMsg
	for _, word := range strings.Fields(words) {
		if k, ok := keys[word]; ok {
			list = append(list, tea.KeyPressMsg(k))
			continue
		}
		for _, r := range word {
			list = append(list, tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
	return list
}

// TestGoldenOverlays draws what keys make of the pages: help, the steps, the
// question whether to leave, a filter, an opened list, colors, and other terminals.
func TestGoldenOverlays(t *testing.T) {
	t.Parallel()
	scene := map[string]scene{}
	for _, c := range scenes(t) {
		scene[c.name] = c
	}
	for _, c := range casetest.Read[[]struct {
		Name, Scene, Keys string
		Size              [2]int
		Env               []string
		Color, Raw        bool // with its escape sequences: in color, or with attributes alone
	}](t, "overlays") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			o := options(append(utf8, c.Env...)...)
			o.DraftNote = "The answers so far are kept, without the password."
			frame := screen.Draw(scene[c.Scene].guide(), c.Size[0], c.Size[1], o, pressed(c.Keys)...)[0]
			lines := strings.Split(ansi.Strip(frame), "\n")
			if len(lines) != c.Size[1] {
				t.Errorf("%d lines", len(lines))
			}
			for _, line := range lines {
				if ansi.StringWidthWc(line) > c.Size[0] {
					t.Errorf("too wide: %q", line)
				}
			}
			if coloured.MatchString(frame) != c.Color && (c.Color || c.Raw) {
				t.Errorf("in color: %v", !c.Color)
			}
			if c.Color || c.Raw {
				golden(t, "screen-"+c.Name, strings.NewReplacer("\x1b", "^", "\a", "^G").Replace(frame))
			} else {
				golden(t, "screen-"+c.Name, ansi.Strip(frame))
			}
		})
	}
}
