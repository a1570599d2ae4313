package screen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/internal/text"
)

// walks are the ways to the screens that are looked at in every size.
var walks = map[string]func(*driven){
	"install":       func(*driven) {},
	"install-list":  func(d *driven) { d.press("tab", "enter", "down") },
	"provider":      toProvider,
	"provider-find": func(d *driven) { toProvider(d); d.press("google") },
	"provider-none": func(d *driven) { toProvider(d); d.press("zzz", "enter") },
	"relay-fault":   func(d *driven) { toRelay(d); d.press("enter", "ctrl+u", "587x", "enter", "enter") },
	"relay-warn":    func(d *driven) { toRelay(d); d.press("ctrl+u", "relay", "enter", "enter", "enter") },
	"sender-typed":  func(d *driven) { toSender(d); d.press("enter", "enter", "hunter2") },
	"sender-help":   func(d *driven) { toSender(d); d.press("tab", "tab", "f1") },
	"identity-busy": func(d *driven) { toIdentity(d); d.news(2) },
	"identity-other": func(d *driven) {
		toIdentity(d)
		d.press("down", "down", "down", "down", "enter", "mail.example.com")
	},
	"test-busy":    func(d *driven) { toTest(d); d.news(2) },
	"test-refused": refused,
	"test-cure":    func(d *driven) { refused(d); d.press("enter") },
	"write":        toWrite,
	"steps":        func(d *driven) { toWrite(d); d.press("ctrl+o", "down") },
	"lookup":       func(d *driven) { d.turn(lookingUp()) },
	"long":         func(d *driven) { d.turn(longPage()) },
	"leave":        func(d *driven) { toWrite(d); d.press("ctrl+c") },
}

func toProvider(d *driven) { d.press("enter") }
func toRelay(d *driven)    { toProvider(d); d.press("enter") }
func toSender(d *driven)   { toRelay(d); d.press("enter", "enter", "enter") }
func toIdentity(d *driven) {
	toSender(d)
	d.press("a@example.com", "enter", "enter", "hunter2", "enter", "enter")
}
func toTest(d *driven)  { toIdentity(d); d.news(4); d.worked(4); d.press("enter") }
func toWrite(d *driven) { refused(d); d.press("down", "enter") }

func refused(d *driven) {
	toTest(d)
	d.news(len(stages))
	d.worked(true)
	d.clock = d.clock.Add(ignoreFor)
}

// Every screen at every size that a terminal may have: nothing panics, nothing
// is wider or higher than the screen, and the cursor is on it.
func TestSizes(t *testing.T) {
	t.Parallel()
	var drawn strings.Builder
	for _, name := range slices.Sorted(maps.Keys(walks)) {
		d := drive(t, fakeMachine(0), 80, 24, Options{})
		walks[name](d)
		last := []string(nil)
		for _, size := range [][2]int{{40, 12}, {50, 16}, {80, 24}, {110, 30}} {
			d.resize(size[0], size[1])
			last = changes(&drawn, fmt.Sprintf("%s at %v, cursor %d,%d", name, size, d.frame.x, d.frame.y), last, d.screen())
		}
		for _, size := range [][2]int{{1, 1}, {0, 0}, {39, 12}, {40, 11}, {40, 12}, {41, 17}, {59, 18}, {60, 18},
			{79, 20}, {109, 13}, {110, 12}, {300, 100}} {
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
	steptest.Golden(t, "testdata/sizes.txt", drawn.String())
}

// What is out of sight is said, and can be scrolled to.
func TestNothingIsCutSilently(t *testing.T) {
	t.Parallel()
	d := drive(t, fakeMachine(0), 40, 12, Options{})
	refused(d)
	d.sees("more")
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
	d.sees("› Go on without")
}

// What the rule promises of the key, the key does: to the end of a page that goes
// on under a list longer than its window, and back to its top.
func TestPageUnderAList(t *testing.T) {
	t.Parallel()
	d := drive(t, longPage(), 40, 12, Options{})
	press := func(key, words string) {
		t.Helper()
		for range 12 {
			if strings.Contains(d.screen(), words) {
				return
			}
			d.press(key)
		}
		t.Fatalf("%s never led to %q; the screen is\n%s", key, words, d.screen())
	}
	press("pgdown", "the end of the page")
	press("pgup", "Why.")
	d.press("down", "down")
	press("pgdown", "the end of the page")
	d.press("down")
	d.sees("› name")
}
