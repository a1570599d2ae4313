package wizard_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// Whatever happens in whatever order, the machine stays sound: it stands
// at a step that there is, its history names steps once, the old state is left
// alone, and what was typed is on its page until the page takes it.
func TestRandomWalk(t *testing.T) {
	t.Parallel()
	for seed := range uint64(80) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			m := steptest.Guide()
			s := m.Start(steptest.Answers{})
			for range 150 {
				o := anything(r, s)
				before := deepCopy(s)
				next := m.Apply(s, o)
				if !reflect.DeepEqual(s, before) {
					t.Fatalf("%#v changed the old state", o)
				}
				sound(t, m, s, o, next)
				s = next
			}
		})
	}
}

func anything(r *rand.Rand, s steptest.State) wizard.Outcome {
	steps := []wizard.ID{steptest.Install, steptest.Provider, steptest.Relay, steptest.Sender, steptest.LiveTest, steptest.Write}
	some := steps[r.IntN(len(steps))]
	run := max(0, s.Runs-r.IntN(3)+r.IntN(2))
	words := []string{"", "google", "local", "lost", "25", "465", "70000", "a:2", "no address",
		"refused@example.com", "again", "fix", "on", "x"}
	fields := []string{"preset", "host", "port", "from", "user", "action", "nonsense"}
	switch r.IntN(16) {
	case 0, 1, 2:
		return typed(fields[r.IntN(len(fields))], words[r.IntN(len(words))])
	case 3:
		return typedSecret("password", words[r.IntN(len(words))])
	case 4, 5:
		return back
	case 6:
		return jump(some)
	case 7:
		return wizard.Reported{Step: some, Run: run, News: "connect"}
	case 8:
		return wizard.Worked{Step: some, Run: run, Result: steptest.Refusal(fields[r.IntN(len(fields))])}
	case 9, 10:
		return tested(s.Runs, "")
	case 11:
		if r.IntN(40) == 0 {
			return wizard.Left{}
		}
	}
	return enter
}

func sound(t *testing.T, m steptest.Machine, was steptest.State, o wizard.Outcome, is steptest.State) {
	t.Helper()
	if m.Step(is.At) == nil || is.Return != "" && m.Step(is.Return) == nil || is.Return == is.At {
		t.Fatalf("%#v: at %q, home %q", o, is.At, is.Return)
	}
	if is.At != was.At && m.Step(is.At).Skip(is.Answers) && is.Ended == wizard.Open {
		t.Fatalf("%#v: at %s, which has nothing to ask", o, is.At)
	}
	for i, id := range is.History {
		if m.Step(id) == nil || slices.Contains(is.History[:i], id) {
			t.Fatalf("%#v: history %v", o, is.History)
		}
	}
	if is.Return == "" && slices.Contains(is.History, is.At) {
		t.Fatalf("%#v: %s is before itself: %v", o, is.At, is.History)
	}
	for id, f := range is.Found {
		if f.Running && id != is.At && is.Ended == wizard.Open {
			t.Fatalf("%#v: work of %s on page %s", o, id, is.At)
		}
	}
	if _, submitted := o.(wizard.Submitted); was.Ended != wizard.Open && !reflect.DeepEqual(was, is) {
		t.Fatalf("%#v after the end", o)
	} else {
		nothingLost(t, was, o, is, submitted)
	}
	_ = m.Page(is)
}

// nothingLost: only a page that was submitted lets go of what was typed on it,
// and only once it is in the answers.
func nothingLost(t *testing.T, was steptest.State, o wizard.Outcome, is steptest.State, submitted bool) {
	t.Helper()
	taken := submitted && (is.At != was.At || is.Ended != wizard.Open || is.Fault == wizard.Fault{})
	for id, in := range was.Inputs {
		for field, text := range in {
			_, kept := is.Inputs[id][field]
			if !kept && !(taken && id == was.At) {
				t.Fatalf("%#v: %s.%s, %q, was lost", o, id, field, text)
			}
		}
	}
	for id, in := range was.Secrets {
		for field := range in {
			if _, kept := is.Secrets[id][field]; !kept && !(taken && id == was.At) {
				t.Fatalf("%#v: the secret %s.%s was lost", o, id, field)
			}
		}
	}
	if !submitted && !reflect.DeepEqual(was.Answers, is.Answers) {
		t.Fatalf("%#v changed the answers", o)
	}
}
