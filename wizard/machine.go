// Package wizard is the guide's state machine and the types that steps are
// written in. It knows no step, does no I/O and draws nothing: the faces in
// wizard/screen and wizard/prompt show it, wizard/runner does its work.
package wizard

import (
	"cmp"
	"slices"
	"time"
)

// Machine moves between steps. It alone owns the history.
type Machine[A any] struct {
	Steps []Step[A]
	Now   func() time.Time // for Finding.Began; nil leaves it zero
}

// Start returns the state before the first page.
func (m Machine[A]) Start(a A) State[A] {
	s := State[A]{Answers: a}
	s.At = m.following("", a)
	if s.At == "" {
		s.Ended = Done
	}
	return m.startWork(s, s.At)
}

// Resume puts a saved state back to work: what its steps had found is looked
// for again.
func (m Machine[A]) Resume(s State[A]) State[A] {
	if m.Step(s.At) == nil {
		return m.Start(s.Answers)
	}
	s.Found, s.Runs, s.Ended = nil, 0, Open
	s.History = m.known(s)
	if m.Step(s.Return) == nil || s.Return == s.At {
		s.Return = ""
	}
	for _, id := range s.History {
		if job := m.job(s, id); job.Lasting {
			s = m.startWork(s, id)
		}
	}
	return m.startWork(s, s.At)
}

// AskAgain goes to a step whose answer is needed once more, as a password after
// a resume, and comes back when it is given.
func (m Machine[A]) AskAgain(s State[A], to ID, f Fault) State[A] {
	if s.Ended != Open {
		return s
	}
	return m.startWork(m.visit(s, to, f), to)
}

// known is the history without steps that are not of this guide, or twice in
// it: a state that was saved may be of another version, or damaged.
func (m Machine[A]) known(s State[A]) []ID {
	var list []ID
	home := cmp.Or(s.Return, s.At)
	for _, id := range s.History {
		if m.Step(id) != nil && id != home && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// Apply is the whole of the machine.
func (m Machine[A]) Apply(s State[A], o Outcome) State[A] {
	if s.Ended != Open {
		return s
	}
	switch o := o.(type) {
	case Typed:
		s.Inputs = with(s.Inputs, s.At, s.Inputs[s.At].With(o.Field, o.Text))
		s = m.check(s, o.Field)
	case TypedSecret:
		s.Secrets = with(s.Secrets, s.At, s.Secrets[s.At].With(o.Field, o.Secret))
		s = m.check(s, o.Field)
	case Submitted:
		s = m.submit(s)
	case WentBack:
		if !m.Page(s).Final {
			s = m.back(s)
		}
	case Jumped:
		if m.Page(s).Final {
			break
		}
		if step := m.Step(o.To); step != nil && slices.Contains(s.History, o.To) && !step.Skip(s.Answers) {
			s = m.visit(s, o.To, Fault{})
		}
	case Hurried:
		if f := s.Found[s.At]; f.Running && m.Page(s).Skip {
			f.Hurried = true
			s.Found = with(s.Found, s.At, f)
		}
	case Reported:
		s = s.found(o.Step, o.Run, func(f *Finding) { f.News = append(slices.Clip(f.News), o.News) })
	case Worked:
		waited := s.At == o.Step && s.Found[o.Step].Running
		s = s.found(o.Step, o.Run, func(f *Finding) { f.Running, f.Result = false, o.Result })
		if waited && !s.Found[o.Step].Running && m.Page(s).Onward {
			s = m.submit(s)
		}
	case Left:
		s.Ended = Quit
	}
	return m.startWork(s, s.At)
}

// Step returns the step of that name, or nil.
func (m Machine[A]) Step(id ID) Step[A] {
	if i := m.index(id); i >= 0 {
		return m.Steps[i]
	}
	return nil
}

// index is the place of the step of that name, or -1.
func (m Machine[A]) index(id ID) int {
	return slices.IndexFunc(m.Steps, func(s Step[A]) bool { return s.ID() == id })
}

// Page describes the current page.
func (m Machine[A]) Page(s State[A]) Page { return m.Step(s.At).Page(s.View()) }

// View is what the current step gets to see.
func (s State[A]) View() View[A] {
	v := s.ViewOf(s.At)
	v.Fault = s.Fault
	return v
}

// ViewOf is what that step would get to see.
func (s State[A]) ViewOf(id ID) View[A] {
	return View[A]{Answers: s.Answers, Input: s.Inputs[id], Secrets: s.Secrets[id], Found: s.Found}
}
