package wizard

import (
	"maps"
	"time"
)

// ask notes the work that the current page wants and has not had.
func (m Machine) ask(s State) State { return m.askFor(s, s.At) }

func (m Machine) now() time.Time {
	if m.Now == nil {
		return time.Time{}
	}
	return m.Now()
}

// found changes a finding, unless the news are of an older run.
func (s State) found(step ID, run int, change func(*Finding)) State {
	f, ok := s.Found[step]
	if !ok || f.Run != run || !f.Running {
		return s
	}
	change(&f)
	s.Found = maps.Clone(s.Found)
	s.Found[step] = f
	return s
}

func (m Machine) askFor(s State, id ID) State {
	worker, ok := m.Step(id).(Worker)
	if !ok || s.Ended != Open {
		return s
	}
	job := worker.Wants(s.ViewOf(id))
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
