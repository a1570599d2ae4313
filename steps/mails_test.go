package steps

import (
	"strings"
	"testing"

	"smtp-wizard/wizard"
)

// Enter at each line switches it and goes on to the next one, and what is on is
// written; what was switched back is not.
func TestMailSwitches(t *testing.T) {
	t.Parallel()
	for version, switches := range map[string]int{"0.30.0": 0, "0.40.0": 2, "0.49.0": 4, "2.1.0": 4, "2.2.0": 5, "2.14.0": 5} {
		a := sceneAnswers()
		a.Version = version
		m, s := stilled(All(sceneWorld())), State{Place: wizard.Place{At: Mails, Return: Write}, Answers: a}
		s.Found = map[wizard.ID]wizard.Finding{Install: {Result: inCompose(t)}}
		if n := len(m.Page(s).Field[0].Choices) - 1; n != switches {
			t.Errorf("%s: %d switches, not %d", version, n, switches)
		}
		if switches == 0 {
			continue
		}
		first := m.Page(s).Field[0].Choices[0].Value
		s = m.Apply(s, wizard.Typed{Field: "action", Text: first})
		for range switches {
			s = m.Apply(s, wizard.Submitted{})
		}
		plan := string(planned(t, s.Answers, "").Env.New)
		if n := strings.Count(plan, "EMAIL_"); n != switches || !strings.Contains(plan, first+"=true\n") {
			t.Errorf("%s: %d of %d are written", version, n, switches)
		}
		s = m.Apply(m.Apply(s, wizard.Typed{Field: "action", Text: first}), wizard.Submitted{})
		if plan := string(planned(t, s.Answers, "").Env.New); strings.Contains(plan, first) {
			t.Errorf("%s: %s was switched back, and is written", version, first)
		}
		s = m.Apply(m.Apply(s, wizard.Typed{Field: "action", Text: actGoOn}), wizard.Submitted{})
		if s.At != Write {
			t.Errorf("%s: it goes on at %s", version, s.At)
		}
	}
}
