package screen

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

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

func TestKeysInFlight(t *testing.T) {
	d := start(t)
	toTest(d)
	d.press("enter", "x") // while it works: nothing to submit
	for _, s := range stages {
		d.news(s)
	}
	d.worked(true)
	d.press("down", "enter") // meant for what was there before
	d.sees("[Test]", "› Use port 465")
	d.clock = d.clock.Add(ignoreFor - 1)
	d.press("enter")
	d.sees("[Test]")
	d.clock = d.clock.Add(1)
	d.press("enter")
	d.sees("[Relay]", "Then back to Test.")
}

func TestTypeAhead(t *testing.T) {
	d := start(t)
	d.press("enter", "enter", "enter", "google", "enter")
	d.sees("[Relay]")
	if got := d.answers().Preset; got != "p42" {
		t.Errorf("preset %q", got)
	}
}

func TestQuitAsksOnce(t *testing.T) {
	d := start(t)
	d.press("x", "ctrl+c")
	d.sees("Leave before finishing?", "Kept in the draft.")
	d.press("enter")
	d.sees("Environment file   x")
	d.press("ctrl+c", "esc")
	d.sees("Environment file   x")
	d.press("ctrl+c", "ctrl+c")
	if d.state.Ended != wizard.Quit || d.err != wizard.ErrInterrupted || d.state.Inputs["install"]["env"] != "x" {
		t.Errorf("ended %v, %v, %v", d.state.Ended, d.err, d.state.Inputs)
	}
}

func TestQuitWithNothingAnswered(t *testing.T) {
	d := start(t)
	d.press("ctrl+c")
	if d.state.Ended != wizard.Quit || d.err != wizard.ErrInterrupted {
		t.Errorf("ended %v, %v", d.state.Ended, d.err)
	}
}

func TestEscOnTheFirstPageAsks(t *testing.T) {
	d := start(t)
	d.press("esc")
	d.sees("Leave before")
	d.press("y")
	if d.state.Ended != wizard.Quit {
		t.Error("y does not leave")
	}
}

func TestBackLosesNothing(t *testing.T) {
	d := start(t)
	toSender(d)
	d.press("a@example.com", "tab", "tab", "hunter2", "esc")
	d.sees("[Relay]")
	d.press("enter", "enter", "enter")
	d.sees("[Sender]", "From           a@example.com", "Password       ••••••••")
	d.press("tab", "tab")
	d.sees("Already typed; typing replaces it.")
	d.press("s3", "enter", "enter")
	if got := d.answers().Password.Reveal(); got != "s3" {
		t.Errorf("password %q", got)
	}
}

func TestSecretIsMaskedAlike(t *testing.T) {
	d := start(t)
	toSender(d)
	d.press("tab", "tab", "h")
	one := d.screen()
	d.press("unter2-is-a-long-one", "left", "home")
	if d.screen() != one {
		t.Errorf("the mask or the cursor tells the length:\n%s", d.screen())
	}
	d.press("ctrl+r")
	d.sees("hunter2-is-a-long-one")
	d.update(hideMsg{d.reveals - 1})
	d.sees("hunter2-is-a-long-one")
	d.update(hideMsg{d.reveals})
	if d.screen() != one {
		t.Errorf("still shown:\n%s", d.screen())
	}
	d.press("ctrl+r", "tab", "shift+tab")
	d.misses("hunter2")
	d.press("?") // may begin a password
	d.misses("Keys")
}

func TestKeptSecret(t *testing.T) {
	d := start(t)
	toIdentity(d)
	d.press("esc", "tab", "tab")
	d.sees("Password       unchanged; type to replace it")
	d.press("enter", "enter")
	if got := d.answers().Password.Reveal(); got != "hunter2" {
		t.Errorf("password %q", got)
	}
}

func TestHelpKeys(t *testing.T) {
	d := start(t)
	d.press("?")
	d.sees("Keys", "The file with Pocket ID's variables.", "/opt/pocket-id/.env")
	d.press("esc")
	d.press("a?")
	d.sees("Environment file   a?")
	d.press("ctrl+g")
	d.sees("Keys")
	d.press("enter")
	d.sees("Environment file   a?")
}

func TestJumpAndUndoIt(t *testing.T) {
	d := start(t)
	toIdentity(d)
	d.press("ctrl+o", "enter")
	d.sees("[Install]", "Then back to Identity.")
	d.press("esc")
	d.sees("[Identity]")
	d.press("ctrl+o", "down", "down", "enter")
	d.sees("[Relay]", "Then back to Identity.")
	d.press("enter", "enter", "enter")
	d.sees("[Identity]")
}

func TestDefaultIsReplacedByTyping(t *testing.T) {
	d := start(t)
	d.press("x")
	d.sees("Environment file   x\n")
	d.update(tea.KeyPressMsg{Code: '_', Mod: tea.ModCtrl})
	d.sees("Environment file   .env")
	d.press("home", "x")
	d.sees("Environment file   x.env")
}

func TestWarningPassesTheSecondTime(t *testing.T) {
	d := start(t)
	walks["relay-warn"](d)
	d.sees("! This host has no dot", "[Relay]", "› Host")
	d.press("enter")
	d.sees("[Sender]")
}

func TestFaultGoesWhenTheAnswerChanges(t *testing.T) {
	d := start(t)
	walks["relay-fault"](d)
	d.sees("✗ A port is a number")
	d.press("tab", "shift+tab")
	d.sees("✗ A port is a number")
	d.press("backspace")
	d.misses("✗ A port is a number")
	d.press("enter")
	d.sees("[Sender]")
}

func TestTypingDoesNotRestartWork(t *testing.T) {
	d := start(t)
	toIdentity(d)
	run := d.state.Found["identity"].Run
	d.press("down", "down", "up")
	d.rest()
	d.sees("This sets hostname: vps-4711.example.net.")
	if got := d.state.Found["identity"].Run; got != run || len(d.state.Inputs["identity"]) > 0 {
		t.Errorf("run %d instead of %d; input %v", got, run, d.state.Inputs["identity"])
	}
}

func TestNewsKeepTheChoice(t *testing.T) {
	d := start(t)
	toIdentity(d)
	d.press("down")
	d.news(0, 1, 2)
	d.sees("› ✓ vps-4711")
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	l := newTheme([]string{"LANG=C.UTF-8"})
	for _, s := range []string{"\x1b[2J", "a\rb", "\x9b31m", "\u202etxt", "\x07", "\u2028"} {
		if got := l.clean(s); strings.ContainsAny(got, "\x1b\r\x07\u009b\u202e\u2028") {
			t.Errorf("%q became %q", s, got)
		}
	}
	ascii := newTheme([]string{"LANG=C"})
	if got := ascii.clean("“Café” — 5 → 6…"); got != `"Caf?" - 5 -> 6...` {
		t.Errorf("ASCII: %q", got)
	}
}

func TestPanicInPage(t *testing.T) {
	t.Parallel()
	m := fakeMachine(0)
	s := m.Steps[1].(plainStep)
	s.page = func(steptest.View) wizard.Page { panic("no page") }
	m.Steps[1] = s
	d := drive(t, m, 80, 24, Options{})
	g := guard{d.model, &lastState{}}
	var cmd tea.Cmd
	for range 3 {
		_, cmd = g.Update(tea.KeyPressMsg(namedKeys["enter"]))
	}
	if cmd == nil {
		t.Fatal("nothing ends the program")
	}
	if _, ok := cmd().(tea.QuitMsg); !ok {
		t.Error("it does not quit")
	}
	if last, err := g.last.get(); err == nil || !strings.Contains(err.Error(), "no page") || last.Place().At != "install" {
		t.Errorf("%v at %s", err, last.Place().At)
	}
}

// What Enter would say must not change under the finger.
func TestNewsThatChangeTheOffer(t *testing.T) {
	t.Parallel()
	m := fakeMachine(0)
	s := m.Steps[4].(workStep)
	page := s.page
	s.page = func(v steptest.View) wizard.Page {
		p := page(v)
		if len(v.Found["identity"].News) > 1 {
			p.Field[0].Default = "vps-4711.example.net"
		}
		return p
	}
	m.Steps[4] = s
	d := drive(t, m, 80, 24, Options{})
	toIdentity(d)
	d.news(0)
	if d.ignoreUntil.After(d.clock) {
		t.Error("deaf for news that change nothing")
	}
	d.news(1)
	d.press("enter")
	d.sees("[Identity]", "› ✓ vps-4711")
	d.clock = d.clock.Add(ignoreFor)
	d.press("enter")
	d.sees("[Test]")
}

// A move redraws the pointer; the words on the row come when it rests.
func TestWordsFollowARestingPointer(t *testing.T) {
	d := start(t)
	toProvider(d)
	d.press("google")
	d.sees("› Google Workspace", "The relay wants a name")
	d.press("esc", "up")
	d.sees("› Provider 41", "The relay wants a name")
	d.update(restMsg{d.moves - 1}) // of a move before
	d.sees("The relay wants a name")
	before := strings.Split(d.screen(), "\n")
	d.press("up")
	changed := 0
	for i, line := range strings.Split(d.screen(), "\n") {
		if line != before[i] {
			changed++
		}
	}
	if changed != 2 {
		t.Errorf("a move changed %d lines:\n%s", changed, d.screen())
	}
	d.rest()
	d.sees("› Provider 40", "smtp40.example.net")
	d.misses("The relay wants a name")
	d.press("down", "down", "?")
	d.sees("Chosen", "Google Workspace · The relay wants a name")
}

// Enter takes the row that the pointer is on, rested or not.
func TestEnterDoesNotWaitForRest(t *testing.T) {
	d := start(t)
	toProvider(d)
	d.press("down", "down", "enter")
	d.sees("[Relay]")
	if got := d.answers().Preset; got != "p2" {
		t.Errorf("preset %q", got)
	}
}

// A question that is open is answered at once, whatever the page under it does.
func TestDeafnessIsOfThePage(t *testing.T) {
	d := start(t)
	toTest(d)
	d.press("ctrl+c")
	for _, s := range stages {
		d.news(s)
	}
	d.worked(true)
	d.press("y")
	if d.state.Ended != wizard.Quit {
		t.Errorf("still there:\n%s", d.screen())
	}
}

// Where no question fits, one ctrl+c leaves, as the words on the screen say.
func TestQuitFromATooSmallWindow(t *testing.T) {
	d := start(t)
	toIdentity(d)
	d.resize(38, 10)
	d.sees("needs 40x12")
	d.press("ctrl+c")
	if d.state.Ended != wizard.Quit || d.err != wizard.ErrInterrupted {
		t.Errorf("ended %v, %v", d.state.Ended, d.err)
	}
}
