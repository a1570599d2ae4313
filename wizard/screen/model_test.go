package screen

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/runner"
)

// driven is a model without a terminal: keys go straight into update, and what
// a command would do outside is done or left out by the test.
type driven struct {
	*model
	t     *testing.T
	clock time.Time
}

func drive(t *testing.T, m steptest.Machine, w, h int, o Options) *driven {
	t.Helper()
	if o.Env == nil {
		o.Env = []string{"LANG=C.UTF-8", "TERM=xterm-256color"}
	}
	o.Product = "Pocket ID"
	d := &driven{t: t, clock: time.Date(2026, 11, 23, 9, 45, 0, 0, time.UTC)}
	m.Now = func() time.Time { return d.clock }
	d.model = newModel(m.Begin(steptest.Answers{}), o.filled())
	d.now = m.Now
	d.effects = &effects{ctx: context.Background(), runner: runner.New(func(wizard.Outcome) {})}
	d.Init()
	d.update(tea.WindowSizeMsg{Width: w, Height: h})
	return d
}

// turn puts another guide on the screen.
func (d *driven) turn(m steptest.Machine) {
	m.Now = d.now
	d.guide = m.Begin(steptest.Answers{})
	d.state = d.guide.Place()
	d.Init()
	d.resize(d.w, d.h)
}

var namedKeys = map[string]tea.Key{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab},
	"shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
	"left": {Code: tea.KeyLeft}, "home": {Code: tea.KeyHome}, "pgdown": {Code: tea.KeyPgDown}, "pgup": {Code: tea.KeyPgUp},
	"backspace": {Code: tea.KeyBackspace}, "f1": {Code: tea.KeyF1},
	"ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl}, "ctrl+o": {Code: 'o', Mod: tea.ModCtrl},
	"ctrl+g": {Code: 'g', Mod: tea.ModCtrl},
}

// press presses keys by name; a name that is none is typed, letter by letter. What is
// in parentheses happens by itself.
func (d *driven) press(keys ...string) {
	d.t.Helper()
	for _, k := range keys {
		switch named, ok := namedKeys[k]; {
		case ok:
			d.update(tea.KeyPressMsg(named))
			continue
		case k == "(news)":
			d.news(len(d.state.Found[d.state.At].News) + 1)
			continue
		case k == "(worked)":
			d.worked(true)
			continue
		case k == "(tick)":
			d.update(tickMsg{})
			continue
		case k == "(completed)": // what Tab began
			if w := d.focused(); w != nil {
				from := w.line.String()
				d.update(completedMsg{w.field.Name, from, w.field.Complete(from)})
			}
			continue
		case strings.HasPrefix(k, "paste:"):
			d.update(tea.PasteMsg{Content: k[len("paste:"):]})
			continue
		case k == "(rest)":
			d.rest()
			continue
		case k == "(later)":
			d.clock = d.clock.Add(ignoreFor)
			continue
		}
		for _, r := range k {
			d.update(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
}

// news hands the current step's work on, as the runner would: the first n pieces
// that it has not reported yet.
func (d *driven) news(n int) {
	f := d.state.Found[d.state.At]
	for i := len(f.News); i < n; i++ {
		d.update(outcomeMsg{wizard.Reported{Step: d.state.At, Run: f.Run, News: i}})
	}
}

func (d *driven) worked(result any) {
	f := d.state.Found[d.state.At]
	d.update(outcomeMsg{wizard.Worked{Step: d.state.At, Run: f.Run, Result: result}})
}

func (d *driven) answers() steptest.Answers { return wizard.StateOf[steptest.Answers](d.guide).Answers }

// rest lets the pointer stay where it is.
func (d *driven) rest() { d.update(restMsg{d.moves}) }

func (d *driven) screen() string { return ansi.Strip(d.frame.text) }

func (d *driven) resize(w, h int) { d.update(tea.WindowSizeMsg{Width: w, Height: h}) }

func (d *driven) sees(words ...string) {
	d.t.Helper()
	for _, w := range words {
		if !strings.Contains(d.screen(), w) {
			d.t.Fatalf("no %q on the screen:\n%s", w, d.screen())
		}
	}
}

func (d *driven) misses(words ...string) {
	d.t.Helper()
	for _, w := range words {
		if strings.Contains(d.screen(), w) {
			d.t.Fatalf("%q is on the screen:\n%s", w, d.screen())
		}
	}
}

func start(t *testing.T) *driven {
	t.Parallel()
	return drive(t, fakeMachine(0), 80, 24, Options{DraftNote: "Kept in the draft."})
}

func trimmed(screen string) string {
	lines := strings.Split(screen, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
