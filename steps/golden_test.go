package steps

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/prompt"
	"smtp-wizard/wizard/screen"
)

// still is a step that does not work: what its work found is in the state.
type still struct{ Step }

// Mark implements wizard.Marker.
func (s still) Mark(v View) wizard.Tone {
	if m, ok := s.Step.(wizard.Marker[Answers]); ok {
		return m.Mark(v)
	}
	return wizard.Good
}

func stilled(list []Step) Machine {
	m := Machine{Now: func() time.Time { return sceneTime }}
	for _, s := range list {
		m.Steps = append(m.Steps, still{s})
	}
	return m
}

var utf8 = []string{"LANG=C.UTF-8"}

// TestGolden draws every page as each face shows it.
func TestGolden(t *testing.T) {
	for _, c := range scenes(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			design := screen.Draw(c.guide(), 80, 24, options(utf8...))
			golden(t, c.name+"-80x24", ansi.Strip(strings.Join(design, "\n\n")))
			small := screen.Draw(c.guide(), 40, 12, options(utf8...))
			golden(t, c.name+"-40x12", ansi.Strip(strings.Join(small, "\n\n")))
			reachable(t, c, ansi.Strip(strings.Join(small, "\n")))
			bare := screen.Draw(c.guide(), 80, 24, options(append(utf8, "NO_COLOR=1")...))[0]
			if coloured.MatchString(bare) {
				t.Error("a colour is set although NO_COLOR is")
			}
			if plain := asked(t, c); plain != "" {
				golden(t, c.name+"-plain", plain)
			}
		})
	}
}

func options(env ...string) screen.Options {
	return screen.Options{Env: env, Product: "Pocket ID", Now: func() time.Time { return sceneTime }}
}

var coloured = regexp.MustCompile(`\x1b\[(\d+;)*[34][0-8](;\d+)*m`)

// asked is the page as the plain face asks it, with Enter as every answer but
// to the last question that must be asked: there the input ends.
func asked(t *testing.T, c scene) string {
	t.Helper()
	if c.state.Found[c.state.At].Running {
		return "" // it would wait for the work
	}
	var out bytes.Buffer
	enters := ""
	if c.state.Fault.Text == "" {
		page, questions := c.machine.Page(c.state), 0
		for i, f := range page.Field {
			if f.Missing || f.Open && i == page.Begin("") {
				questions++
			}
		}
		enters = strings.Repeat("\n", max(questions-1, 0))
	}
	_, err := prompt.Run(t.Context(), c.guide(), prompt.Options{In: strings.NewReader(enters), Out: &out})
	if !errors.Is(err, prompt.ErrEOF) {
		t.Fatalf("the questions end with %v", err)
	}
	if strings.ContainsRune(out.String(), '\x1b') {
		t.Error("the plain face sends an escape sequence")
	}
	_, page, _ := strings.Cut(out.String(), "\n\n")
	return page
}

// reachable checks that on the smallest screen every text of a page is shown
// after some scrolling. The reason may be cut, for help shows all of it.
func reachable(t *testing.T, c scene, screens string) {
	t.Helper()
	seen := squeezed(screens)
	for _, text := range textsOf(c.machine.Page(c.state)) {
		for _, word := range strings.Fields(text) {
			if !strings.Contains(seen, squeezed(word)) {
				t.Errorf("%q of %q is on none of the screens of 40x12", word, text)
			}
		}
	}
}

// squeezed is text without what breaks it into lines.
func squeezed(text string) string {
	return strings.NewReplacer(" ", "", "\n", "", "↳", "", "▌", "").Replace(text)
}

func textsOf(p wizard.Page) []string {
	list := []string{p.Title}
	for _, b := range append(append([]wizard.Block{}, p.Body...), p.After...) {
		switch b := b.(type) {
		case wizard.Text:
			list = append(list, b.Label, b.Body)
		case wizard.Table:
			rows := b.Rows
			if b.Brief != nil {
				rows = b.Brief
			}
			for _, r := range rows {
				list = append(list, r.Cells...)
			}
		}
	}
	for _, f := range p.Field {
		if len(p.Field) > 1 && len(f.Columns) == 0 && !f.Open {
			list = append(list, f.Label) // a list that is alone, or has headings, needs no label
		}
		list = append(list, f.Note)
	}
	return list
}

// TestWords draws the flags of apply, spans of time and the modes of ports.
func TestWords(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, f := range AnswerFlags() {
		fmt.Fprintf(&b, "%+v\n", f)
	}
	for _, s := range []time.Duration{0, 9, 10, 119, 120, 7199, 7200, 172799, 172800} {
		fmt.Fprintf(&b, "%d s: %s, %s\n", s, ago(s*time.Second), millis(s*time.Second))
	}
	for _, port := range []string{"25", "443", "465 ", "587", "1025", "2465", "2525", "8465"} {
		fmt.Fprintf(&b, "%s: %s\n", port, relay{sceneWorld()}.modeFor(View{}, port))
	}
	golden(t, "words", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	lines := strings.Split(got, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	got = strings.Join(lines, "\n") + "\n"
	if strings.Contains(got, scenePassword) {
		t.Errorf("%s shows the password", name)
	}
	steptest.Golden(t, filepath.Join("testdata", "golden", name+".txt"), got)
}
