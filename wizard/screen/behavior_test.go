package screen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// lookingUp is a page that looks something up for its first field, which the fields wait
// for, and has each kind of list, a field for lines, and a page after it that is the end.
func lookingUp() steptest.Machine {
	page := func(v steptest.View) wizard.Page {
		if v.Found["look"].Running {
			return wizard.Page{Title: "Look", Busy: "Looking", Skip: true}
		}
		long := oneOf("long", "Long", "b", choice("a", "alpha"), choice("b", "beta"), choice("ab", "gamma"))
		long.Filter = true
		short := oneOf("short", "Short", "y", choice("x"), choice("y"), wizard.Choice{Value: "z", Cells: []string{"z (k)"}, Key: "k", Note: "the last"})
		tone := map[string]wizard.Tone{"1": wizard.Bad, "2": wizard.Good}[v.Input["host"]]
		return wizard.Page{Title: "Look", Why: "It is looked up.", Gist: wizard.Text{Body: "a word", Tone: tone},
			Body: []wizard.Block{wizard.Table{Columns: []string{"WHO", "WHAT"}, Rows: []wizard.Row{
				{Tone: tone, Cells: []string{"one", "a rather long cell, which wraps on a narrow screen"}}, {Cells: []string{"alone, and as long as the line: it has all of it"}}}}},
			Field: []wizard.Field{{Name: "host", Label: "Host", Missing: true, Default: "mx", Complete: strings.ToUpper,
				Help: wizard.Help{Where: "https://example.com/smtp."}}, long, short,
				{Name: "lines", Label: "Lines", Lines: true, Note: "as they are", NoteTone: wizard.Good}}}
	}
	look := steptest.Step{Called: "look", Titled: "Look", Pages: page, Takes: func(v steptest.View) steptest.Intent {
		if v.Input["host"] == "2" {
			return wizard.Stay(v.Answers, wizard.Fault{Field: "long", Text: "No.", Tone: wizard.Bad})
		}
		return wizard.Next(v.Answers)
	}}
	end := steptest.Step{Called: "end", Pages: func(steptest.View) wizard.Page { return wizard.Page{Title: "The end", Final: true} }}
	return steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Worker{Step: look,
		Want: func(v steptest.View) wizard.Job { return wizard.Job{Task: "look", For: v.Input["host"]} }, Do: reporting(0, 1)}, end}}
}

// What keys do: each step presses some and says what is on the screen then, with
// a "-" before what is not. All that they change is drawn as well.
func TestKeys(t *testing.T) {
	t.Parallel()
	type step struct {
		keys string // with spaces between
		sees []string
	}
	cases := map[string]struct {
		from  func(*driven)
		steps []step
	}{
		"a list is shut": {walks["lookup"], []step{{keys: "(worked) (later) tab enter al down"}, {keys: "tab"}, {keys: "shift+tab enter"}, {keys: "g backspace esc"},
			{keys: "down enter up enter"}, {keys: "(worked) (later) enter down shift+tab"}, {keys: "enter al enter"}}},
		"a field is looked up":   {walks["lookup"], []step{{keys: "x"}, {keys: "(worked) (later)"}, {keys: "1 enter"}, {keys: "x (worked)"}, {keys: "esc"}, {keys: "n"}}},
		"a default is completed": {walks["lookup"], []step{{"(worked) (later) (completed) down (worked) (later)", []string{"Host    MX"}}}},
		"a page that ends": {walks["lookup"], []step{{keys: "(tick) s"}, {keys: "(worked) (later) m (completed)"}, {keys: "(completed) (worked) (later)"},
			{keys: "ctrl+u 2 down (worked) (later)"}, {keys: "down down enter k"}, {keys: "enter enter"}, {keys: "enter enter"}, {keys: "?"}, {keys: "esc"},
			{keys: "up up f1"}, {keys: "esc ctrl+u 1 down (worked) (later)"}, {keys: "enter enter"}, {keys: "?"}, {keys: "esc ctrl+o"}, {keys: "esc"}}},
		"what is pasted": {walks["lookup"], []step{{keys: "(worked) (later) paste:a"}, {keys: "paste:x\x1by"}, {keys: "down (worked) (later) down enter paste:al"},
			{keys: "esc esc down paste:z enter paste:z"}, {keys: "esc down paste:a\x1bb"}, {keys: "paste:" + strings.Repeat("long", 5000)}, {keys: "f1 paste:no esc"}}},
		"a list that stands open is left": {toIdentity, []step{{keys: "(news) (news) down (rest)"}, {keys: "up up"}, {keys: "pgdown"}, {keys: "pgup"},
			{keys: "down down down down (rest)"}, {keys: "down x"}, {keys: "up"}, {keys: "(worked)"}, {keys: "?"}, {keys: "a"}}},
		"keys in flight": {toTest, []step{ // nothing to submit, then meant for what was there before
			{"enter x (news) (news) (news) (news) (worked) down enter", []string{"[Test]", "› Use port 465"}},
			{"(later) enter", []string{"[Relay]", "Then back to Test."}}}},
		"help, steps and the end": {toTest, []step{{keys: "(news) (news) f1"}, {keys: "esc (news) (news) (worked) enter"}, {keys: "(later) ctrl+o down down down down"},
			{keys: "up ctrl+o"}, {keys: "down enter"}, {keys: "enter"}, {keys: "ctrl+c y"}}},
		"type ahead": {walks["install"], []step{{"enter google enter", []string{"[Relay]"}}}},
		"quit asks once": {walks["install"], []step{
			{"x ctrl+c", []string{"Leave before finishing?", "Kept in the draft."}},
			{"enter", []string{"Environment file   x"}}, {"ctrl+c esc", []string{"Environment file   x"}}}},
		"esc on the first page asks": {walks["install"], []step{{"esc", []string{"Leave before"}}}},
		"back loses nothing": {toSender, []step{
			{"a@example.com tab tab hunter2 esc", []string{"[Relay]"}},
			{"enter", []string{"[Sender]", "From           a@example.com", "Password       ••••••••"}},
			{"tab", []string{"Already typed; typing replaces it."}}}},
		"kept secret": {toIdentity, []step{{"esc tab tab", []string{"Password       unchanged; type to replace it"}}}},
		"help": {walks["install"], []step{
			{"?", []string{"Keys", "The file with Pocket ID's variables.", "/opt/pocket-id/.env"}}, {"esc", []string{"-Keys"}},
			{"a?", []string{"Environment file   a?"}}, {"ctrl+g", []string{"Keys"}}, {"enter", []string{"Environment file   a?"}}}},
		"help may begin a password": {toSender, []step{{"tab tab ?", []string{"-Keys", "••••••••"}}}},
		"jump": {toIdentity, []step{
			{"ctrl+o enter", []string{"[Install]", "Then back to Identity."}}, {"esc", []string{"[Identity]"}},
			{"ctrl+o down down enter", []string{"[Relay]", "Then back to Identity."}},
			{"enter", []string{"[Identity]"}}}},
		"typing replaces a default": {walks["install"], []step{
			{"x", []string{"Environment file   x\n"}}, {"home y", []string{"Environment file   yx\n"}}}},
		"a warning passes the second time": {walks["relay-warn"], []step{
			{"", []string{"! This host has no dot", "[Relay]", "› Host"}}, {"enter", []string{"[Sender]"}}}},
		"a fault goes when the answer changes": {walks["relay-fault"], []step{
			{"", []string{"✗ A port is a number"}}, {"tab shift+tab", []string{"✗ A port is a number"}},
			{"backspace", []string{"-✗ A port is a number"}}, {"enter", []string{"[Sender]"}}}},
		"a step rewrites fields": {toRelay, []step{
			{"ctrl+u smtp.example.com:465 enter enter enter", []string{"Host   smtp.example.com\n", "Port   465\n"}}}},
		"a cure": {walks["test-cure"], []step{{"", []string{"[Relay]", "✗ Port 465 works here.", "Then back to Test."}}}},
		"nothing matches": {walks["provider-none"], []step{
			{"", []string{"Nothing matches. Clear the filter", "0 of 75"}}, {"esc", []string{"75 of 75"}}}},
	}
	var film strings.Builder
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, func(t *testing.T) {
			c := cases[name]
			d := drive(t, fakeMachine(0), 80, 24, Options{DraftNote: "Kept in the draft."})
			c.from(d)
			before := []string(nil)
			for _, s := range c.steps {
				d.press(strings.Fields(s.keys)...)
				before = changes(&film, name+": "+s.keys, before, d.screen())
				for _, words := range s.sees {
					if absent, ok := strings.CutPrefix(words, "-"); ok {
						d.misses(absent)
					} else {
						d.sees(words)
					}
				}
			}
		})
	}
	steptest.Golden(t, "testdata/keys.txt", film.String())
}

// changes draws the lines of a screen that are not as they were before.
func changes(out *strings.Builder, title string, before []string, screen string) []string {
	fmt.Fprintf(out, "# %.80q\n", title)
	lines := strings.Split(screen, "\n")
	for i, line := range lines {
		if i >= len(before) && line != "" || i < len(before) && line != before[i] {
			fmt.Fprintf(out, "%2d %s\n", i, strings.TrimRight(line, " "))
		}
	}
	return lines
}

// What is left or answered is in the state.
func TestLeaving(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from  func(*driven)
		keys  string
		typed string
	}{
		"asked":                 {walks["install"], "x ctrl+c ctrl+c", "x"},
		"with nothing answered": {walks["install"], "ctrl+c", ""},
		"by esc and y":          {walks["install"], "esc y", ""},
		"from a small window":   {func(d *driven) { d.press("x"); d.resize(38, 10); d.sees("needs 40x12") }, "ctrl+c", "x"},
		// A question that is open is answered at once, whatever the page under it does.
		"while the page changes": {func(d *driven) { toTest(d); d.press("ctrl+c"); d.news(4); d.worked(true) }, "y", ".env"},
	} {
		t.Run(name, func(t *testing.T) {
			d := start(t)
			c.from(d)
			d.press(strings.Fields(c.keys)...)
			kept := d.state.Inputs["install"]["env"] + d.answers().EnvFile
			if d.state.Ended != wizard.Quit || d.err != wizard.ErrInterrupted || kept != c.typed {
				t.Errorf("ended %v, %v, %q", d.state.Ended, d.err, kept)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	d := start(t)
	toSender(d)
	d.press("a@example.com", "enter", "enter", "h")
	one := d.screen()
	d.press("unter2-is-a-long-one", "left", "home")
	if d.screen() != one {
		t.Errorf("the mask or the cursor tells the length:\n%s", d.screen())
	}
	d.press("ctrl+u", "s4", "enter", "enter", "esc", "enter")
	if got := d.answers().Password.Reveal(); got != "s4" {
		t.Errorf("password %q", got)
	}
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
	d.news(3)
	d.sees("› ✓ vps-4711", "asking the relay, 3 of 4 names · 0 s")
}

// What Enter would answer must not change under the finger.
func TestNewsThatChangeTheOffer(t *testing.T) {
	t.Parallel()
	m := fakeMachine(0)
	s := fakeIdentity(0)
	s.Pages = func(v steptest.View) wizard.Page {
		p := identityPage(v)
		if len(v.Found["identity"].News) > 1 {
			p.Field[0].Default = "vps-4711.example.net"
		}
		return p
	}
	m.Steps[4] = s
	d := drive(t, m, 80, 24, Options{})
	toIdentity(d)
	d.news(1)
	if d.ignoresKeys() {
		t.Error("keys are ignored for news that change nothing")
	}
	d.news(2)
	d.press("enter")
	d.sees("[Identity]", "› ✓ vps-4711")
	d.clock = d.clock.Add(ignoreFor)
	d.press("enter")
	d.sees("[Test]")
}

// A move redraws the pointer; the words on the row come when it rests. Enter
// takes the row that the pointer is on, rested or not.
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
	d.press("esc", "up", "enter")
	if got := d.answers().Preset; got != "p41" {
		t.Errorf("preset %q", got)
	}
}

// longPage has a list longer than its window at 40x12, and text below it.
func longPage() steptest.Machine {
	return single(func(steptest.View) wizard.Page {
		f := oneOf("name", "Name", "n0")
		for i := range 12 {
			f.Choices = append(f.Choices, choice(fmt.Sprintf("n%d", i), fmt.Sprintf("name %d", i)))
		}
		return wizard.Page{Title: "Names", Why: "Why.", Field: []wizard.Field{f}, After: []wizard.Block{
			wizard.Text{Body: strings.Repeat("words below ", 20)}, wizard.Text{Body: "the end of the page"},
		}}
	})
}

// A choice below the list does not go on saying what holds for another row than
// the pointer's.
func TestChoicesFollowThePointer(t *testing.T) {
	t.Parallel()
	d := drive(t, single(func(v steptest.View) wizard.Page {
		name := v.Text("name", "good")
		p := wizard.Page{Title: "Names", Field: []wizard.Field{
			oneOf("name", "Name", "good", choice("good"), choice("other"), choice("none"))}}
		p.Field[0].Open = true
		if name != "none" {
			p.Field = append(p.Field, oneOf("port", "Port", name, choice(name, "port for "+name)))
		}
		return p
	}), 80, 24, Options{})
	for _, want := range []string{"port for good", "port for other", "nothing to choose then"} {
		d.rest()
		d.sees(want)
		d.press("down")
	}
	d.press("up", "up", "up", "enter")
	if d.state.Ended != wizard.Done {
		t.Error("it does not end")
	}
}
