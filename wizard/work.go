package wizard

import (
	"maps"
	"time"
)

// ask notes the work that the current page wants and has not had.
func (m Machine[A]) ask(s State[A]) State[A] { return m.askFor(s, s.At) }

func (m Machine[A]) now() time.Time {
	if m.Now == nil {
		return time.Time{}
	}
	return m.Now()
}

// found changes a finding, unless the news are of an older run.
func (s State[A]) found(step ID, run int, change func(*Finding)) State[A] {
	f, ok := s.Found[step]
	if !ok || f.Run != run || !f.Running {
		return s
	}
	change(&f)
	s.Found = maps.Clone(s.Found)
	s.Found[step] = f
	return s
}

func (m Machine[A]) askFor(s State[A], id ID) State[A] {
	if _, works := m.Step(id).(Worker[A]); !works || s.Ended != Open {
		return s
	}
	job := m.job(s, id)
	if job == s.Found[id].Job {
		return s
	}
	s.Found = maps.Clone(s.Found)
	if s.Found == nil {
		s.Found = map[ID]Finding{}
	}
	if job == (Job{}) {
		delete(s.Found, id)
		return s
	}
	s.Runs++
	s.Found[id] = Finding{Job: job, Run: s.Runs, Running: true, Began: m.now()}
	return s
}

// job is the work that a step wants, the zero Job for one that does none.
func (m Machine[A]) job(s State[A], id ID) Job {
	if worker, ok := m.Step(id).(Worker[A]); ok {
		return worker.Wants(s.ViewOf(id))
	}
	return Job{}
}
