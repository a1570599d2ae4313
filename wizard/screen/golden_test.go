package screen

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/internal/text"
)

// walks are the ways to the screens that have a golden file.
var walks = map[string]func(*driven){
	"install":       func(*driven) {},
	"install-list":  func(d *driven) { d.press("enter", "down") },
	"provider":      toProvider,
	"provider-find": func(d *driven) { toProvider(d); d.press("google") },
	"provider-none": func(d *driven) { toProvider(d); d.press("zzz", "enter") },
	"relay-fault":   func(d *driven) { toRelay(d); d.press("tab", "ctrl+u", "587x", "enter", "enter") },
	"relay-warn":    func(d *driven) { toRelay(d); d.press("ctrl+u", "relay", "enter", "enter", "enter") },
	"sender":        func(d *driven) { toSender(d); d.press("a@example.com", "enter", "enter", "hunter2") },
	"sender-shown":  func(d *driven) { toSender(d); d.press("enter", "enter", "hunter2", "ctrl+r") },
	"sender-help":   func(d *driven) { toSender(d); d.press("tab", "tab", "f1") },
	"identity":      func(d *driven) { toIdentity(d); d.news(0, 1, 2, 3); d.worked(4) },
	"identity-busy": func(d *driven) { toIdentity(d); d.news(0, 1); d.clock = d.clock.Add(3e9); d.update(tickMsg{}) },
	"identity-other": func(d *driven) {
		toIdentity(d)
		d.news(0, 1, 2, 3)
		d.worked(4)
		d.press("down", "down", "down", "down", "enter", "mail.example.com")
	},
	"test-busy": func(d *driven) {
		toTest(d)
		d.news(stages[0], stages[1])
		d.clock = d.clock.Add(12e9)
		d.update(tickMsg{})
	},
	"test-refused": refused,
	"test-cure":    func(d *driven) { refused(d); d.press("enter") },
	"write":        toWrite,
	"steps":        func(d *driven) { toWrite(d); d.press("ctrl+o", "down") },
	"leave":        func(d *driven) { toWrite(d); d.press("ctrl+c") },
}

func toProvider(d *driven) { d.press("enter", "enter", "enter") }
func toRelay(d *driven)    { toProvider(d); d.press("enter") }
func toSender(d *driven)   { toRelay(d); d.press("enter", "enter", "enter") }
func toIdentity(d *driven) {
	toSender(d)
	d.press("a@example.com", "enter", "enter", "hunter2", "enter", "enter")
}
func toTest(d *driven)  { toIdentity(d); d.news(0, 1, 2, 3); d.worked(4); d.press("enter") }
func toWrite(d *driven) { refused(d); d.press("down", "down", "enter") }

func refused(d *driven) {
	toTest(d)
	for _, s := range stages {
		d.news(s)
	}
	d.worked(true)
	d.clock = d.clock.Add(ignoreFor)
}

func TestGolden(t *testing.T) {
	looks := []struct {
		name string
		w, h int
		o    Options
	}{
		{"80x24", 80, 24, Options{}},
		{"40x12", 40, 12, Options{}},
		{"120x30", 120, 30, Options{}},
		{"ascii", 80, 24, Options{Env: []string{"LANG=C"}}},
	}
	for _, l := range looks {
		for name, walk := range walks {
			t.Run(l.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				o := l.o
				o.DraftNote = "Your answers are kept in ~/.local/state/smtp-wizard."
				d := drive(t, fakeMachine(0), l.w, l.h, o)
				walk(d)
				fits(t, d.screen(), l.w, l.h)
				golden(t, l.name+"-"+name, trimmed(d.screen()))
			})
		}
	}
}

// The styles: what is bold, faint, reversed and coloured, with colours and
// without.
func TestGoldenStyles(t *testing.T) {
	colour := regexp.MustCompile(`\x1b\[[0-9;]*3[0-7][;m]`)
	for name, o := range map[string]Options{"colour": {}, "nocolor": {Env: []string{"LANG=C.UTF-8", "NO_COLOR=1"}}, "clicolor": {Env: []string{"LANG=C.UTF-8", "CLICOLOR=0"}}} {
		for page, walk := range map[string]func(*driven){"install": walks["install"], "relay-fault": walks["relay-fault"], "test-refused": refused} {
			t.Run(name+"/"+page, func(t *testing.T) {
				t.Parallel()
				d := drive(t, fakeMachine(0), 80, 24, o)
				walk(d)
				if coloured := colour.MatchString(d.frame.text); coloured != (name == "colour") {
					t.Errorf("colours: %v", coloured)
				}
				if name != "clicolor" {
					golden(t, name+"-"+page, trimmed(strings.ReplaceAll(d.frame.text, "\x1b", "^")))
				}
			})
		}
	}
}

func fits(t *testing.T, screen string, w, h int) {
	t.Helper()
	lines := strings.Split(screen, "\n")
	if len(lines) != h {
		t.Errorf("%d lines on a screen of %d", len(lines), h)
	}
	for _, line := range lines {
		if text.Width(line) > w {
			t.Errorf("%d cells wide: %q", text.Width(line), line)
		}
	}
}

func trimmed(screen string) string {
	lines := strings.Split(screen, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	steptest.Golden(t, filepath.Join("testdata", name+".golden"), got)
}

// Every screen at every size that a terminal may have: nothing panics, nothing
// is wider or higher than the screen, and the cursor is on it.
func TestSizes(t *testing.T) {
	t.Parallel()
	for name, walk := range walks {
		d := drive(t, fakeMachine(0), 80, 24, Options{})
		walk(d)
		for _, size := range [][2]int{{1, 1}, {0, 0}, {39, 12}, {40, 11}, {40, 12}, {41, 17}, {59, 18}, {60, 18}, {79, 20}, {109, 13}, {110, 12}, {300, 100}} {
			d.resize(size[0], size[1])
			w, h := max(size[0], 1), max(size[1], 1)
			lines := strings.Split(d.screen(), "\n")
			if len(lines) > h {
				t.Errorf("%s at %v: %d lines", name, size, len(lines))
			}
			for _, line := range lines {
				if text.Width(line) > w {
					t.Errorf("%s at %v: %q", name, size, line)
				}
			}
			if d.frame.x >= w || d.frame.y >= h {
				t.Errorf("%s at %v: cursor at %d,%d", name, size, d.frame.x, d.frame.y)
			}
		}
	}
}

// At any size the focus, and what is wrong with it, are in sight.
func TestFocusInSight(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]string{
		"relay-fault": "A port is a number", "relay-warn": "This host has no dot", "provider-find": "Google Workspace",
		"test-refused": "› Use port 465", "test-busy": "Talking to", "write": "› Write it", "identity-other": "mail.example.com",
	} {
		d := drive(t, fakeMachine(0), 80, 24, Options{})
		walks[name](d)
		for _, size := range [][2]int{{40, 12}, {50, 14}, {80, 24}, {120, 30}} {
			d.resize(size[0], size[1])
			if !strings.Contains(d.screen(), words) {
				t.Errorf("%s at %v does not show %q:\n%s", name, size, words, d.screen())
			}
		}
	}
}

// What is out of sight is said, and can be scrolled to.
func TestNothingIsCutSilently(t *testing.T) {
	t.Parallel()
	d := drive(t, fakeMachine(0), 40, 12, Options{})
	refused(d)
	if !strings.Contains(d.screen(), "more, pgup") {
		t.Errorf("no word of what is above:\n%s", d.screen())
	}
	seen := d.screen()
	for range 10 {
		d.press("pgup")
		seen += d.screen()
	}
	for _, words := range []string{"Live test", "142.250.102.28", "421 4.7.0 Try again", "more, pgdn"} {
		if !strings.Contains(seen, words) {
			t.Errorf("%q cannot be scrolled to", words)
		}
	}
	d.press("down")
	if !strings.Contains(d.screen(), "› Try again as it is") {
		t.Errorf("a key does not bring the focus back:\n%s", d.screen())
	}
}
