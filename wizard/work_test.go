package wizard_test

import (
	"testing"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

func finding(s steptest.State) wizard.Finding { return s.Found[steptest.LiveTest] }

func TestWorkBeginsWithItsPage(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m := steptest.Guide()
	m.Now = func() time.Time { return began }
	s := m.Start(steptest.Answers{})
	for range 3 {
		if len(s.Found) != 0 {
			t.Fatalf("work on page %s", s.At)
		}
		s = m.Apply(s, enter)
	}
	f := finding(s)
	if !f.Running || f.Run != 1 || !f.Began.Equal(began) || f.Job.Task != "test" {
		t.Errorf("%+v", f)
	}
}

func TestStaleNewsAreDropped(t *testing.T) {
	t.Parallel()
	again := []wizard.Outcome{enter, enter, enter, tested(1, ""), tested(1, "from"), typed("action", "again"), enter}
	stale := []wizard.Outcome{
		wizard.Reported{Step: steptest.LiveTest, Run: 1, News: "old"}, tested(1, "from"),
		tested(3, "from"), wizard.Worked{Step: steptest.Relay, Run: 2, Result: "not a worker"},
		wizard.Worked{Step: "nowhere", Run: 2},
	}
	_, s := play(t, append(again, stale...)...)
	if f := finding(s); !f.Running || f.Run != 2 || len(f.News) != 0 || f.Result != nil || len(s.Found) != 1 {
		t.Errorf("%+v", s.Found)
	}
}

func TestWorkIsGivenUpWithItsPage(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]wizard.Outcome{"back": back, "jump": jump(steptest.Provider)} {
		m, s := play(t, enter, enter, enter, o)
		if len(s.Found) != 0 {
			t.Errorf("%s: %+v", name, s.Found)
		}
		if s = m.Apply(s, tested(1, "from")); len(s.Found) != 0 {
			t.Errorf("%s: news of work that was given up: %+v", name, s.Found)
		}
		if s = m.Apply(s, enter); !finding(s).Running || finding(s).Run != 2 {
			t.Errorf("%s: on return %+v", name, finding(s))
		}
	}
}

// What was found stays, as long as the answers that it was found for do.
func TestResultIsKeptForTheSameJob(t *testing.T) {
	t.Parallel()
	m, s := play(t, enter, enter, enter, tested(1, ""), jump(steptest.Sender), enter)
	if f := finding(s); f.Running || f.Run != 1 || f.Result != steptest.Refusal("") {
		t.Errorf("the same answers: %+v", f)
	}
	s = m.Apply(m.Apply(m.Apply(s, jump(steptest.Sender)), typed("from", "b@example.com")), enter)
	if f := finding(s); !f.Running || f.Run != 2 || f.Result != nil {
		t.Errorf("another sender: %+v", f)
	}
}

func TestWorkThatIsNoLongerWanted(t *testing.T) {
	t.Parallel()
	m := steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Worker{
		Step: steptest.Step{Called: "a", Pages: func(steptest.View) wizard.Page {
			return wizard.Page{Field: []wizard.Field{{Name: "host"}}}
		}},
		Want: func(v steptest.View) wizard.Job {
			if v.Input["host"] == "" {
				return wizard.Job{}
			}
			return wizard.Job{Task: "look", For: v.Input["host"]}
		},
	}}}
	s := m.Start(steptest.Answers{})
	if len(s.Found) != 0 {
		t.Fatalf("work for nothing: %+v", s.Found)
	}
	s = m.Apply(s, typed("host", "a"))
	s = m.Apply(s, typed("host", "b"))
	if f := s.Found["a"]; !f.Running || f.Run != 2 || f.Job.For != "b" {
		t.Fatalf("%+v", f)
	}
	if s = m.Apply(s, typed("host", "")); len(s.Found) != 0 {
		t.Errorf("%+v", s.Found)
	}
}

func TestResumeLooksAgain(t *testing.T) {
	t.Parallel()
	m, s := play(t, enter, enter, enter, tested(1, "from"))
	s = m.Resume(s)
	if f := finding(s); !f.Running || f.Run != 1 || f.Result != nil {
		t.Errorf("%+v", f)
	}
}
