//go:build !windows

package command

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/internal/termtest"
)

// shot is a picture of the screen with those words on it, which Enter leads to, and what
// is chosen or pressed there.
type shot struct {
	words, name, choose string
	keys                []string
}

// asVersion types one on the first page.
func asVersion(v string) []string { return []string{termtest.Down, termtest.Down, termtest.CtrlU, v} }

// TestPictures makes the pictures of the documentation from the demo; without -update
// it looks whether they are current.
func TestPictures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		cols, rows int
		env        []string
		args       []string
		shots      []shot
	}{
		{name: "demo", shots: []shot{{words: "https://id.example.com", name: "install"}, {words: "› Practice relay", name: "provider"},
			{words: "open, tls", name: "relay"}, {words: "Send test to", name: "sender"}, {words: "accepted here", name: "identity"},
			{words: "took a message", name: "livetest"}, {words: "Let this file decide?", name: "write", keys: []string{"m"}},
			{words: "Which optional mails does Pocket ID send?", name: "mails"}, {words: "Run next", name: "done"}}},
		{name: "refusal", shots: []shot{{words: "accepted here", choose: "localhost"}, {words: "Do this", name: "refusal"},
			{words: "Then back to Test", name: "cure"}}},
		{name: "untested", shots: []shot{{words: "accepted here", choose: "localhost"}, {words: "Do this", choose: "Write the file untested"},
			{words: "Run next", name: "not-accepted"}}},
		{name: "not sent", args: []string{"--relay", "open"}, shots: []shot{{words: "Send test to", keys: []string{termtest.Down, termtest.Down, termtest.Down, termtest.CtrlU}},
			{words: "[Test]", name: "not-tested"}}},
		{name: "inferred", args: []string{"--relay", "open"}, shots: []shot{{words: "Version", keys: asVersion("2.14.0")},
			{words: "[Test]", name: "probably"}}},
		{name: "otherwise", shots: []shot{{words: "Version", keys: asVersion("2.14.0")}, {words: "Do this", choose: "Test as"}, {words: "not as Pocket ID speaks", name: "otherwise"}}},
		{name: "small", cols: 40, rows: 12, shots: []shot{{words: "› ✓ id.example.com", name: "small"}}},
		{name: "no color", env: []string{"NO_COLOR=1"}, shots: []shot{{words: "accepted here", name: "no-color"}}},
		{name: "plain", cols: 80, rows: 110, args: []string{"--plain"}, shots: []shot{{words: "Name [1", name: "plain"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := apptest.Guide{Terminal: termtest.Start(t, command(t.TempDir(), c.env, append([]string{"demo"}, c.args...)...),
				termtest.Options{Cols: c.cols, Rows: c.rows})}
			var movie []string
			for _, s := range c.shots {
				for enters := 0; ; enters++ {
					if !w.Rests(0) || enters > 12 {
						t.Fatalf("%q never came; the screen is\n%s", s.words, w.Screen())
					}
					if strings.Contains(w.Flat(), s.words) {
						break
					}
					w.Keys(termtest.Enter)
				}
				if s.name != "" {
					movie = append(movie, w.Picture())
					current(t, s.name, w.Picture())
				}
				if s.choose != "" {
					w.Choose(s.choose)
				}
				if s.keys != nil {
					w.Keys(s.keys...)
					w.Settled()
				}
			}
			if c.name == "demo" {
				current(t, c.name, termtest.Movie(3, movie...))
			}
		})
	}
}

// another is what is different each time: a time, a port, a code, a date.
var another = regexp.MustCompile(`[A-Z0-9]{4}-[A-Z0-9]{4}|[0-9]+|\s+`)

// pieces are the texts of a picture with their style, those of one style in one piece:
// where a time has three digits, other columns move and their words stand together.
func pieces(svg string) (list []string) {
	style := ""
	for _, piece := range strings.Split(another.ReplaceAllString(svg, ""), "</text><text") {
		is, words, _ := strings.Cut(piece, ">")
		if len(list) == 0 || is != style {
			list = append(list, is)
		}
		style, list[len(list)-1] = is, list[len(list)-1]+words
	}
	return list
}

// current compares a picture with the one of the documentation, without what is
// different each time.
func current(t *testing.T, name, svg string) {
	t.Helper()
	if raced { // times of three digits and more leave other columns less room
		return
	}
	path := filepath.Join("../docs/screens", name+".svg")
	old, _ := os.ReadFile(path)
	if !slices.Equal(pieces(svg), pieces(string(old))) {
		steptest.Golden(t, path, svg)
	}
}
