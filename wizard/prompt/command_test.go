package prompt

import (
	"testing"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// named is a page whose name on the screen is not its identifier.
type named struct {
	steptest.Step
	name string
}

func (n named) Name() string { return n.name }

func TestCommand(t *testing.T) {
	t.Parallel()
	f := &face{guide: steptest.Machine{Steps: []wizard.Step[steptest.Answers]{named{steptest.Step{Called: steptest.LiveTest}, "Test"}}}.Begin(steptest.Answers{})}
	for line, want := range map[string]struct {
		text string
		is   command
	}{
		"!test":     {"test", commandJump},
		"!Test":     {"Test", commandJump},
		"!livetest": {"livetest", commandJump},
		"!relay":    {"relay", commandUnknown}, // no such page here
		"!q x":      {"q x", commandUnknown},
		`\!me`:      {"!me", commandNone},
		"!":         {"!", commandNone},
		`\!test`:    {"!test", commandNone},
		"<":         {"<", commandBack},
	} {
		if text, is := f.command(line); text != want.text || is != want.is {
			t.Errorf("%q: %q, %d; want %q, %d", line, text, is, want.text, want.is)
		}
	}
	for _, name := range []string{"test", "LIVETEST"} {
		if id := f.called(name); id != steptest.LiveTest {
			t.Errorf("%s is the page %q", name, id)
		}
	}
}
