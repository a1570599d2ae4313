//go:build !windows

package command

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/internal/termtest"
)

// shot is a picture of the screen with those words on it, which Enter leads to.
type shot struct{ words, name string }

// TestPictures makes the pictures of the documentation from the demo; without -update
// it looks whether they are current.
func TestPictures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		cols, rows int
		env        []string
		args       []string
		choose     string // on the page of the names
		shots      []shot
	}{
		{name: "demo", shots: []shot{{"https://id.example.com", "install"}, {"› Practice relay", "provider"},
			{"open, tls", "relay"}, {"Send test to", "sender"}, {"accepted here", "identity"}, {"took a message", "livetest"},
			{"Let this file decide?", "write"}, {"Run next", "done"}}},
		{name: "refusal", choose: "localhost", shots: []shot{{"accepted here", ""}, {"Do this", "refusal"}, {"Then back to Test", "cure"}}},
		{name: "small", cols: 40, rows: 12, shots: []shot{{"› ✓ id.example.com", "small"}}},
		{name: "no color", env: []string{"NO_COLOR=1"}, shots: []shot{{"accepted here", "no-color"}}},
		{name: "plain", args: []string{"--plain"}, shots: []shot{{"Name [1", "plain"}}},
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
				} else {
					w.Choose(c.choose)
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

// current compares a picture with the one of the documentation, without what is
// different each time.
func current(t *testing.T, name, svg string) {
	t.Helper()
	path := filepath.Join("../docs/screens", name+".svg")
	old, _ := os.ReadFile(path)
	if another.ReplaceAllString(svg, "") != another.ReplaceAllString(string(old), "") {
		steptest.Golden(t, path, svg)
	}
}
