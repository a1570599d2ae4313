package wizard

import (
	"cmp"
	"slices"
)

// submit hands the step its page with every field answered, and carries its
// intent out.
func (m Machine[A]) submit(s State[A]) State[A] {
	step := m.Step(s.At)
	page := step.Page(s.View())
	if page.Busy != "" {
		return s
	}
	view := s.View()
	for _, f := range page.Field {
		if _, ok := view.Input[f.Name]; !ok && f.Kind != SecretField {
			view.Input = view.Input.With(f.Name, f.Default)
		}
	}
	before, at := s, s.At
	s = m.carryOut(s, step.Take(view))
	switch {
	case s.At != at || s.Fault.Tone != Bad:
		s.Stuck = 0
	case s.Fault == before.Fault:
		s.Stuck++
	default:
		s.Stuck = 1
	}
	return s
}

// check lets the step look at an answer that was just given.
func (m Machine[A]) check(s State[A], field string) State[A] {
	if s.Stuck = 0; s.Fault.Field == field {
		s.Fault = Fault{}
	}
	checker, ok := m.Step(s.At).(Checker[A])
	if !ok {
		return s
	}
	it := checker.Check(s.View(), field)
	s.Answers = it.answers
	if it.fault != (Fault{}) {
		s.Fault, s.Focus = it.fault, it.fault.Field
	}
	return s.corrected(it)
}

func (m Machine[A]) carryOut(s State[A], it Intent[A]) State[A] {
	s.Answers, s.Fault, s.Focus = it.answers, it.fault, it.fault.Field
	s.Inputs = without(s.Inputs, it.drops)
	switch it.move {
	case stay:
		// What is wrong keeps all that was typed, with the step's corrections; else the
		// answers were taken, and only the corrections are left as typed. A default is
		// never kept as if it had been typed: it goes on following what it was made from,
		// as the TLS mode follows the port.
		if it.fault == (Fault{}) {
			s = m.forget(s)
		}
		s = s.corrected(it)
	case next:
		s = m.onward(m.forget(s), it.to)
	case goTo:
		s = m.visit(m.forget(s), it.to, it.fault)
	case finish:
		s = m.forget(s)
		s.Ended = Done
	}
	return s
}

// corrected has the fields of the page as the step rewrote them.
func (s State[A]) corrected(it Intent[A]) State[A] {
	for name, text := range it.input {
		s.Inputs = with(s.Inputs, s.At, s.Inputs[s.At].With(name, text))
	}
	for name, secret := range it.secrets {
		s.Secrets = with(s.Secrets, s.At, s.Secrets[s.At].With(name, secret))
	}
	return s
}

// forget drops what was typed on the current page: it is in the answers now.
func (m Machine[A]) forget(s State[A]) State[A] {
	s.Inputs, s.Secrets = without(s.Inputs, s.At), without(s.Secrets, s.At)
	return s
}

// onward goes to the next page, to one further on, or back to the step that sent
// the admin here.
func (m Machine[A]) onward(s State[A], further ID) State[A] {
	if s.Return != "" {
		return m.comeBack(s)
	}
	history, to := append(slices.Clip(s.History), s.At), m.following(s.At, s.Answers)
	for to != "" && m.index(to) < m.index(further) {
		history, to = append(history, to), m.following(to, s.Answers)
	}
	if to == "" {
		s.Ended = Done
		return s
	}
	return s.enter(history, to)
}

func (m Machine[A]) back(s State[A]) State[A] {
	if s.Return != "" {
		return m.comeBack(s)
	}
	for n := len(s.History); n > 0; n-- {
		to := s.History[n-1]
		if step := m.Step(to); step != nil && !step.Skip(s.Answers) {
			return s.enter(s.History[:n-1], to)
		}
	}
	return s
}

// visit goes to a step to change an answer. The history stays as it is, and so
// does the step to come back to when one correction leads to another.
func (m Machine[A]) visit(s State[A], to ID, f Fault) State[A] {
	if m.Step(to) == nil || to == s.At {
		s.Fault, s.Focus = f, f.Field
		return s
	}
	home := cmp.Or(s.Return, s.At)
	s = s.enter(s.History, to)
	s.Fault, s.Focus = f, f.Field
	if home != to {
		s.Return = home
	}
	return s
}

// comeBack ends a correction. Where it came from may have nothing to ask any
// more.
func (m Machine[A]) comeBack(s State[A]) State[A] {
	home := s.Return
	if m.Step(home).Skip(s.Answers) {
		home = m.following(home, s.Answers)
	}
	if home == "" {
		s.Ended = Done
		return s
	}
	return s.enter(s.History, home)
}

// enter moves to a page. Work that was under way on the page left is given up.
func (s State[A]) enter(history []ID, to ID) State[A] {
	if s.Found[s.At].Running {
		s.Found = without(s.Found, s.At)
	}
	s.History, s.At, s.Return = history, to, ""
	s.Fault, s.Focus, s.Stuck = Fault{}, "", 0
	return s
}

// following is the first step after id that has something to ask.
func (m Machine[A]) following(id ID, a A) ID {
	for _, step := range m.Steps[m.index(id)+1:] {
		if !step.Skip(a) {
			return step.ID()
		}
	}
	return ""
}
