package prompt

import (
	"slices"
	"testing"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// TestMatch takes what is on the screen before the values that are not.
func TestMatch(t *testing.T) {
	t.Parallel()
	c := func(value, label string) wizard.Choice { return wizard.Choice{Value: value, Cells: []string{label}} }
	field := wizard.Field{Kind: wizard.ChoiceField, Choices: []wizard.Choice{
		c("fix", "Change Port"), c("trust", "Skip the certificate check"), c("skip", "Write the file untested"),
		{Value: "mails", Key: "m", Cells: []string{"Optional mails"}}, c("tls", "tls"), c("starttls", "starttls"),
	}}
	for line, want := range map[string][]int{
		"skip": {1}, "Write": {2}, "3": {2}, "m": {3}, "tls": {4}, "start": {5}, "fix": {0}, "trust": {1}, "sk": {1}, "nothing": nil, "": nil, "9": nil,
	} {
		if got := match(field, line); !slices.Equal(got, want) {
			t.Errorf("%q is %v, want %v", line, got, want)
		}
	}
}

// TestToAnotherQuestion goes to a question by its name, from a text as from a choice.
func TestToAnotherQuestion(t *testing.T) {
	t.Parallel()
	s, out, _ := script(t, steptest.Guide(), "\nPort\n2525\nrelay.example.com\n")
	if in := s.Inputs[steptest.Relay]; s.At != steptest.Relay && s.Answers.Port != 2525 || s.At == steptest.Relay && (in["port"] != "2525" || in["host"] != "relay.example.com") {
		t.Errorf("at %s with %v, %+v:\n%s", s.At, in, s.Answers, out)
	}
	if s.Answers.Host == "Port" || s.Inputs[steptest.Relay]["host"] == "Port" {
		t.Error("the name of a question was taken for an answer")
	}
}
