package wizard_test

import (
	"maps"
	"slices"
	"testing"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// Short names, so that a test reads as what the admin does.
func typed(field, text string) wizard.Outcome { return wizard.Typed{Field: field, Text: text} }

func typedSecret(field, text string) wizard.Outcome {
	return wizard.TypedSecret{Field: field, Secret: secret.New(text)}
}

var (
	enter = wizard.Submitted{}
	back  = wizard.WentBack{}
)

func standing(p wizard.Place) steptest.State {
	return steptest.State{Place: p}
}

func jump(to wizard.ID) wizard.Outcome { return wizard.Jumped{To: to} }

// tested ends the first test's work, or the n-th.
func tested(n int, field string) wizard.Outcome {
	return wizard.Worked{Step: steptest.LiveTest, Run: n, Result: steptest.Refusal(field)}
}

func play(t *testing.T, outcomes ...wizard.Outcome) (steptest.Machine, steptest.State) {
	t.Helper()
	m := steptest.Guide()
	s := m.Start(steptest.Answers{})
	for _, o := range outcomes {
		s = m.Apply(s, o)
	}
	return m, s
}

func TestMoving(t *testing.T) {
	t.Parallel()
	const p, r, se, l, w = steptest.Provider, steptest.Relay, steptest.Sender, steptest.LiveTest, steptest.Write
	toTest := []wizard.Outcome{enter, enter, enter}
	refused := append(slices.Clone(toTest), tested(1, "from"), enter)
	tests := []struct {
		name    string
		do      []wizard.Outcome
		at      wizard.ID
		history []wizard.ID
		home    wizard.ID
		ended   wizard.Ending
	}{
		{"the first page", nil, p, nil, "", wizard.Open},
		{"forward", []wizard.Outcome{enter, enter}, se, []wizard.ID{p, r}, "", wizard.Open},
		{"back", []wizard.Outcome{enter, enter, back}, r, []wizard.ID{p}, "", wizard.Open},
		{"back from the first page", []wizard.Outcome{back}, p, nil, "", wizard.Open},
		{"forward over a skipped step", []wizard.Outcome{typed("preset", "local"), enter}, se, []wizard.ID{p}, "", wizard.Open},
		{"back over a skipped step", []wizard.Outcome{typed("preset", "local"), enter, back}, p, nil, "", wizard.Open},
		{"back over a step that is skipped by now",
			[]wizard.Outcome{enter, enter, enter, jump(p), typed("preset", "local"), enter, back, back},
			p, []wizard.ID{}, "", wizard.Open},
		{"a fault stays", []wizard.Outcome{typed("preset", "lost"), enter}, p, nil, "", wizard.Open},
		{"a warning stays", []wizard.Outcome{enter, typed("port", "25"), enter}, r, []wizard.ID{p}, "", wizard.Open},
		{"a warning is passed by a second submit", []wizard.Outcome{enter, typed("port", "25"), enter, enter},
			se, []wizard.ID{p, r}, "", wizard.Open},
		{"a warning about another answer is not passed",
			[]wizard.Outcome{enter, typed("port", "25"), enter, typed("port", "26"), typed("port", "25"), enter},
			r, []wizard.ID{p}, "", wizard.Open},
		{"a busy page is not submitted", append(slices.Clone(toTest), enter), l, []wizard.ID{p, r, se}, "", wizard.Open},
		{"goto", refused, se, []wizard.ID{p, r, se}, l, wizard.Open},
		{"goto and return", append(slices.Clone(refused), typed("from", "b@example.com"), enter),
			l, []wizard.ID{p, r, se}, "", wizard.Open},
		{"goto and back", append(slices.Clone(refused), back), l, []wizard.ID{p, r, se}, "", wizard.Open},
		{"one correction leads to another", append(slices.Clone(refused), jump(r)), r, []wizard.ID{p, r, se}, l, wizard.Open},
		{"and comes back to where the first began", append(slices.Clone(refused), jump(r), enter),
			l, []wizard.ID{p, r, se}, "", wizard.Open},
		{"jump", append(slices.Clone(toTest), jump(p)), p, []wizard.ID{p, r, se}, l, wizard.Open},
		{"jump and return", append(slices.Clone(toTest), jump(p), enter), l, []wizard.ID{p, r, se}, "", wizard.Open},
		{"jump to what was not answered", []wizard.Outcome{jump(l)}, p, nil, "", wizard.Open},
		{"jump to nowhere", []wizard.Outcome{enter, jump("nowhere")}, r, []wizard.ID{p}, "", wizard.Open},
		{"jump to what is skipped by now",
			[]wizard.Outcome{enter, enter, enter, jump(p), typed("preset", "local"), enter, jump(r)},
			l, []wizard.ID{p, r, se}, "", wizard.Open},
		{"the way home is skipped by now",
			[]wizard.Outcome{enter, jump(p), typed("preset", "local"), enter}, se, []wizard.ID{p}, "", wizard.Open},
		{"forward after a correction", append(slices.Clone(refused), typed("from", "b@example.com"), enter, tested(2, ""), enter),
			w, []wizard.ID{p, r, se, l}, "", wizard.Open},
		{"to the end", append(slices.Clone(toTest), tested(1, ""), enter, enter), w, []wizard.ID{p, r, se, l}, "", wizard.Done},
		{"nothing after the end", append(slices.Clone(toTest), tested(1, ""), enter, enter, back, jump(p), wizard.Left{}),
			w, []wizard.ID{p, r, se, l}, "", wizard.Done},
		{"leaving", []wizard.Outcome{enter, wizard.Left{}}, r, []wizard.ID{p}, "", wizard.Quit},
		{"nothing after leaving", []wizard.Outcome{enter, wizard.Left{}, enter, back}, r, []wizard.ID{p}, "", wizard.Quit},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, s := play(t, tt.do...)
			if s.At != tt.at || s.Return != tt.home || s.Ended != tt.ended || !slices.Equal(s.History, tt.history) {
				t.Errorf("at %s after %v, home %q, ended %d; want %s after %v, home %q, ended %d",
					s.At, s.History, s.Return, s.Ended, tt.at, tt.history, tt.home, tt.ended)
			}
		})
	}
}

func TestGuideWithNothingToAsk(t *testing.T) {
	t.Parallel()
	all := func(steptest.Answers) bool { return true }
	m := steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Step{Called: "a", Skips: all}}}
	if s := m.Start(steptest.Answers{}); s.Ended != wizard.Done {
		t.Errorf("ended %d", s.Ended)
	}
}

func TestTakenAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	_, s := play(t, enter, enter, typed("user", "u"), typedSecret("password", "geheim"), enter)
	if len(s.Inputs[steptest.Sender]) != 0 || len(s.Secrets[steptest.Sender]) != 0 {
		t.Error("what was taken is still on the page")
	}
	if s.Answers.User != "u" || s.Answers.Password.Reveal() != "geheim" {
		t.Error("the answers were not taken")
	}
}

func TestCorrectRewritesFields(t *testing.T) {
	t.Parallel()
	m, s := play(t, enter, typed("host", "a.example.com:465"), enter)
	in := s.Inputs[steptest.Relay]
	if in["host"] != "a.example.com" || in["port"] != "465" || s.Fault.Field != "host" {
		t.Fatalf("typed %v, fault %v", in, s.Fault)
	}
	if s = m.Apply(s, enter); s.Answers.Host != "a.example.com" || s.Answers.Port != 465 {
		t.Errorf("taken %s:%d", s.Answers.Host, s.Answers.Port)
	}
}

// A default that nobody typed goes on following the field it is made from.
func TestDefaultFollowsAfterAFault(t *testing.T) {
	t.Parallel()
	_, s := play(t, enter, typed("port", "70000"), enter, typed("port", "465"), enter)
	if s.Answers.Port != 465 || s.Answers.TLS != "tls" {
		t.Errorf("port %d with %q", s.Answers.Port, s.Answers.TLS)
	}
}

func TestFaultStaysUntilItsAnswerChanges(t *testing.T) {
	t.Parallel()
	m, s := play(t, enter, typed("port", "70000"), enter, typed("host", "b.example.com"))
	if s.Fault.Field != "port" || s.Focus != "port" {
		t.Errorf("fault %v, focus %q", s.Fault, s.Focus)
	}
	if s = m.Apply(s, typed("port", "1")); s.Fault != (wizard.Fault{}) {
		t.Errorf("fault %v", s.Fault)
	}
}

func TestGotoShowsTheFault(t *testing.T) {
	t.Parallel()
	m, s := play(t, enter, enter, enter, tested(1, "from"), enter)
	if s.Fault.Field != "from" || s.Fault.Text == "" || s.Focus != "from" {
		t.Fatalf("fault %v, focus %q", s.Fault, s.Focus)
	}
	if s = m.Apply(s, back); s.Fault != (wizard.Fault{}) {
		t.Errorf("the fault went along: %v", s.Fault)
	}
}

func TestGotoWhereItIsAlready(t *testing.T) {
	t.Parallel()
	fault := wizard.Fault{Field: "x", Text: "No.", Tone: wizard.Bad}
	for _, to := range []wizard.ID{"a", "nowhere"} {
		m := steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Step{Called: "a",
			Takes: func(v steptest.View) steptest.Intent {
				return wizard.Goto(v.Answers, to, fault)
			}}}}
		s := m.Apply(m.Start(steptest.Answers{}), enter)
		if s.At != "a" || s.Return != "" || s.Fault != fault {
			t.Errorf("goto %s: at %s, home %q, fault %v", to, s.At, s.Return, s.Fault)
		}
	}
}

func TestAskAgainComesBack(t *testing.T) {
	t.Parallel()
	m, s := play(t, enter, enter, enter)
	said := wizard.Fault{Field: "password", Text: "Once more, please.", Tone: wizard.Warn}
	s = m.AskAgain(s, steptest.Sender, said)
	if s.At != steptest.Sender || s.Return != steptest.LiveTest || s.Fault != said || s.Found[steptest.LiveTest].Running {
		t.Fatalf("at %s, home %s, fault %v", s.At, s.Return, s.Fault)
	}
	s = m.Apply(m.Apply(s, typedSecret("password", "geheim")), enter)
	if s.At != steptest.LiveTest || s.Answers.Password.Reveal() != "geheim" {
		t.Errorf("at %s", s.At)
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	const p, r, se, l = steptest.Provider, steptest.Relay, steptest.Sender, steptest.LiveTest
	tests := []struct {
		name    string
		saved   steptest.State
		at      wizard.ID
		history []wizard.ID
		home    wizard.ID
	}{
		{"as it was", standing(wizard.Place{At: se, History: []wizard.ID{p, r}}), se, []wizard.ID{p, r}, ""},
		{"in a correction", standing(wizard.Place{At: r, History: []wizard.ID{p, r, se}, Return: l}), r, []wizard.ID{p, r, se}, l},
		{"at no step", standing(wizard.Place{At: "gone", History: []wizard.ID{p}}), p, nil, ""},
		{"with steps that are gone", standing(wizard.Place{At: se, History: []wizard.ID{p, "gone", r}, Return: "gone"}), se, []wizard.ID{p, r}, ""},
		{"with steps twice", standing(wizard.Place{At: se, History: []wizard.ID{p, p, r, se}}), se, []wizard.ID{p, r}, ""},
		{"with itself to go back to", standing(wizard.Place{At: r, History: []wizard.ID{p}, Return: r}), r, []wizard.ID{p}, ""},
		{"at the end", standing(wizard.Place{At: se, History: []wizard.ID{p, r}, Ended: wizard.Quit}), se, []wizard.ID{p, r}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := steptest.Guide().Resume(tt.saved)
			if s.At != tt.at || s.Return != tt.home || s.Ended != wizard.Open || !slices.Equal(s.History, tt.history) {
				t.Errorf("at %s after %v, home %q, ended %d", s.At, s.History, s.Return, s.Ended)
			}
		})
	}
}

// Two futures of one state do not see each other.
func TestFuturesAreApart(t *testing.T) {
	t.Parallel()
	m, s := play(t, enter, enter, enter)
	report := func(s steptest.State, news string) steptest.State {
		return m.Apply(s, wizard.Reported{Step: steptest.LiveTest, Run: 1, News: news})
	}
	s = report(s, "first")
	a, b := report(s, "a"), report(s, "b")
	if got := a.Found[steptest.LiveTest].News[1]; got != "a" {
		t.Errorf("news of the other future: %v", got)
	}
	if got := b.Found[steptest.LiveTest].News[1]; got != "b" {
		t.Errorf("news of the other future: %v", got)
	}
	a, b = m.Apply(m.Apply(s, tested(1, "")), enter), m.Apply(s, back)
	if !slices.Equal(a.History, []wizard.ID{steptest.Provider, steptest.Relay, steptest.Sender, steptest.LiveTest}) ||
		!slices.Equal(m.Apply(b, enter).History, []wizard.ID{steptest.Provider, steptest.Relay, steptest.Sender}) {
		t.Error("the histories are mixed up")
	}
}

// deepCopy shares nothing that Apply could write to.
func deepCopy(s steptest.State) steptest.State {
	s.History = slices.Clone(s.History)
	s.Inputs, s.Secrets, s.Found = maps.Clone(s.Inputs), maps.Clone(s.Secrets), maps.Clone(s.Found)
	for id, in := range s.Inputs {
		s.Inputs[id] = maps.Clone(in)
	}
	for id, in := range s.Secrets {
		s.Secrets[id] = maps.Clone(in)
	}
	for id, f := range s.Found {
		f.News = slices.Clone(f.News)
		s.Found[id] = f
	}
	return s
}

// TestOnward opens the next page where the work of this one came out well, and only
// while the admin waits for it.
func TestOnward(t *testing.T) {
	t.Parallel()
	m := steptest.Guide()
	test := steptest.Test(nil)
	waiting := test.Pages
	test.Pages = func(v steptest.View) wizard.Page {
		page := waiting(v)
		refusal, done := v.Found[steptest.LiveTest].Result.(steptest.Refusal)
		page.Onward = done && refusal == ""
		return page
	}
	m.Steps[3] = test
	for name, c := range map[string]struct {
		then []wizard.Outcome
		at   wizard.ID
	}{
		"passed":               {[]wizard.Outcome{tested(1, "")}, steptest.Write},
		"refused":              {[]wizard.Outcome{tested(1, "from")}, steptest.LiveTest},
		"the work of another":  {[]wizard.Outcome{tested(7, "")}, steptest.LiveTest},
		"on another page":      {[]wizard.Outcome{back, tested(1, "")}, steptest.Sender},
		"and back to the page": {[]wizard.Outcome{tested(1, ""), back}, steptest.LiveTest},
	} {
		s := m.Start(steptest.Answers{})
		for _, o := range append([]wizard.Outcome{enter, enter, enter}, c.then...) {
			s = m.Apply(s, o)
		}
		if s.At != c.at || s.Ended != wizard.Open {
			t.Errorf("%s: at %s, want %s", name, s.At, c.at)
		}
	}
}

// A warning whose details have come in since is the same; another one is not.
func TestWarned(t *testing.T) {
	shown := wizard.Fault{Field: "port", Text: "Nothing listens there. Open: 25." + wizard.EnterKeeps, Tone: wizard.Warn}
	for text, want := range map[string]bool{
		shown.Text: true,
		"Nothing listens there." + wizard.EnterKeeps:                true,
		"Nothing listens there. Open: 25, 465." + wizard.EnterKeeps: true,
		"Port 25 is dropped. Open: 25." + wizard.EnterKeeps:         false,
	} {
		f := shown
		f.Text = text
		if got := (wizard.View[int]{Fault: shown}).Warned(f); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	other, bad := shown, shown
	other.Field, bad.Tone = "host", wizard.Bad
	if (wizard.View[int]{Fault: other}).Warned(shown) || (wizard.View[int]{Fault: bad}).Warned(shown) {
		t.Error("another field's warning, or an error, counts as this one")
	}
}
