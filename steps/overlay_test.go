package steps

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

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
	usual, ascii := [2]int{80, 24}, []string{"LANG=C"}
	for _, c := range []struct {
		name, scene, keys string
		size              [2]int
		env               []string
		color, raw        bool // with its escape sequences: in color, or with attributes alone
	}{
		{name: "install-list", scene: "install-new", keys: "up up enter down", size: usual},
		{name: "provider-filter", scene: "provider", keys: "google", size: usual},
		{name: "provider-filter-small", scene: "provider", keys: "google", size: [2]int{40, 12}},
		{name: "provider-no-match", scene: "provider", keys: "zzz enter", size: usual},
		{name: "provider-ascii", scene: "provider", size: usual, env: ascii},
		{name: "sender-help", scene: "sender", keys: "tab tab f1", size: usual},
		{name: "sender-help-links", scene: "sender", keys: "up f1", size: usual, env: []string{"TERM=xterm-kitty"}, color: true},
		{name: "sender-help-small", scene: "sender", keys: "tab tab f1", size: [2]int{40, 12}},
		{name: "sender-typed", scene: "sender", keys: "tab tab tab x", size: usual},
		{name: "identity-wide", scene: "identity-accepted", size: [2]int{120, 30}},
		{name: "identity-busy-wide", scene: "identity-busy", size: [2]int{120, 30}},
		{name: "identity-ascii", scene: "identity", size: usual, env: ascii},
		{name: "livetest-running-ascii", scene: "livetest-running", size: usual, env: ascii},
		{name: "livetest-refused-wide", scene: "livetest-refused", size: [2]int{120, 30}},
		{name: "livetest-refused-color", scene: "livetest-refused", size: usual, color: true},
		{name: "relay-color", scene: "relay", size: usual, color: true},
		{name: "sender-fault-color", scene: "sender-fault", size: usual, color: true},
		{name: "write-linux", scene: "write-changes", size: usual, env: []string{"LANG=C.UTF-8", "TERM=linux"}},
		{name: "sender-fault-nocolor", scene: "sender-fault", size: usual, env: []string{"NO_COLOR=1"}, raw: true},
		{name: "steps", scene: "write-changes", keys: "ctrl+o down", size: usual},
		{name: "leave", scene: "write-changes", keys: "ctrl+c", size: usual},
		{name: "leave-small", scene: "write-changes", keys: "ctrl+c", size: [2]int{40, 12}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := options(append(utf8, c.env...)...)
			o.DraftNote = "The answers so far are kept, without the password."
			frame := screen.Draw(scene[c.scene].guide(), c.size[0], c.size[1], o, pressed(c.keys)...)[0]
			lines := strings.Split(ansi.Strip(frame), "\n")
			if len(lines) != c.size[1] {
				t.Errorf("%d lines", len(lines))
			}
			for _, line := range lines {
				if ansi.StringWidthWc(line) > c.size[0] {
					t.Errorf("too wide: %q", line)
				}
			}
			if coloured.MatchString(frame) != c.color && (c.color || c.raw) {
				t.Errorf("in color: %v", !c.color)
			}
			if c.color || c.raw {
				golden(t, "screen-"+c.name, strings.NewReplacer("\x1b", "^", "\a", "^G").Replace(frame))
			} else {
				golden(t, "screen-"+c.name, ansi.Strip(frame))
			}
		})
	}
}
