package screen

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// longPage has a list longer than its window at 40x12, and text below it.
func longPage() steptest.Machine {
	return steptest.Machine{Steps: []wizard.Step[steptest.Answers]{plainStep{"names", "Names", func(steptest.View) wizard.Page {
		f := wizard.Field{Name: "name", Label: "Name", Kind: wizard.ChoiceField, Default: "n0"}
		for i := range 12 {
			f.Choices = append(f.Choices, wizard.Choice{Value: fmt.Sprintf("n%d", i), Cells: []string{fmt.Sprintf("name %d", i)}})
		}
		return wizard.Page{Title: "Names", Why: "Why.", Field: []wizard.Field{f}, After: []wizard.Block{
			wizard.Text{Body: strings.Repeat("words below ", 20)}, wizard.Text{Body: "the end of the page"},
		}}
	}, func(v steptest.View) steptest.Intent { return wizard.Finish(v.Answers) }}}}
}

// What the rule promises of the key, the key does: to the end of the page and
// back to its top.
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
	if !strings.Contains(d.screen(), "› name") {
		t.Errorf("a key of the list does not bring it back:\n%s", d.screen())
	}
}

// The sidebar shows what was taken, not what is being typed.
func TestSidebarShowsWhatWasTaken(t *testing.T) {
	t.Parallel()
	d := drive(t, fakeMachine(0), 120, 30, Options{})
	toSender(d)
	d.press("ctrl+o", "down", "down", "enter", "ctrl+u", "typed.example.com", "tab", "esc")
	if s := d.screen(); strings.Contains(s, "typed.example.com") || !strings.Contains(s, "[Sender]") || !strings.Contains(s, "smtp-relay.gmail.com") {
		t.Errorf("not what was taken:\n%s", s)
	}
}

// A paste whose end got lost does not swallow ctrl+c, however often it is
// pressed; a byte that is no text is counted, not dropped.
func TestPasteWithoutEnd(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var k keyboard
	k.take([]byte(pasteStart+"half a pas"), now)
	if got := string(k.take([]byte{etx}, now.Add(time.Second))); got != pasteEnd+"\x03" {
		t.Errorf("ctrl+c becomes %q", got)
	}
	if got := string(k.take([]byte(pasteStart+"a\x03b"+pasteEnd), now)); got != pasteStart+"a\x03b"+pasteEnd {
		t.Errorf("ctrl+c within a paste becomes %q", got)
	}
	if got := string(k.take([]byte(pasteStart+"a\xffb"+pasteEnd), now)); got != pasteStart+"a\x1ab"+pasteEnd {
		t.Errorf("a byte that is no text becomes %q", got)
	}
}

// A choice below the list does not go on saying what holds for another row than
// the pointer's.
func TestChoicesFollowThePointer(t *testing.T) {
	t.Parallel()
	page := func(v steptest.View) wizard.Page {
		name := v.Text("name", "good")
		p := wizard.Page{Title: "Names", Field: []wizard.Field{{Name: "name", Label: "Name", Kind: wizard.ChoiceField, Default: "good",
			Choices: []wizard.Choice{{Value: "good", Cells: []string{"good"}}, {Value: "other", Cells: []string{"other"}}, {Value: "none", Cells: []string{"none"}}}}}}
		if name != "none" {
			p.Field = append(p.Field, wizard.Field{Name: "port", Label: "Port", Kind: wizard.ChoiceField, Default: name,
				Choices: []wizard.Choice{{Value: name, Cells: []string{"port for " + name}}}})
		}
		return p
	}
	d := drive(t, steptest.Machine{Steps: []wizard.Step[steptest.Answers]{plainStep{"names", "Names", page,
		func(v steptest.View) steptest.Intent { return wizard.Finish(v.Answers) }}}}, 80, 24, Options{})
	for _, want := range []string{"port for good", "port for other", "nothing to choose then", "nothing to choose then"} {
		d.update(restMsg{d.moves})
		if !strings.Contains(d.screen(), want) {
			t.Errorf("not %q:\n%s", want, d.screen())
		}
		d.press("down")
	}
	d.press("up", "up", "enter", "enter")
	if d.state.Ended != wizard.Done {
		t.Error("it does not end")
	}
}
