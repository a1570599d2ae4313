package wizard

// startWork notes the work that a page wants and has not had.
func (m Machine[A]) startWork(s State[A], id ID) State[A] {
	if s.Ended != Open {
		return s
	}
	job := m.job(s, id)
	switch {
	case job == s.Found[id].Job:
	case job == (Job{}):
		s.Found = without(s.Found, id)
	default:
		s.Runs++
		f := Finding{Job: job, Run: s.Runs, Running: true}
		if m.Now != nil {
			f.Began = m.Now()
		}
		s.Found = with(s.Found, id, f)
	}
	return s
}

// job is the work that a step wants, the zero Job for one that does none.
func (m Machine[A]) job(s State[A], id ID) Job {
	if worker, ok := m.Step(id).(Worker[A]); ok {
		return worker.Wants(s.ViewOf(id))
	}
	return Job{}
}

// found changes a finding, unless the news are of an older run.
func (s State[A]) found(step ID, run int, change func(*Finding)) State[A] {
	f, ok := s.Found[step]
	if !ok || f.Run != run || !f.Running {
		return s
	}
	change(&f)
	s.Found = with(s.Found, step, f)
	return s
}
