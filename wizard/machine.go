// Package wizard is the guide's state machine and the types that steps are
// written in. It knows no step, does no I/O and draws nothing: the faces in
// wizard/screen and wizard/prompt show it, wizard/runner does its work.
package wizard

import (
	"maps"
	"slices"
	"time"

	"smtp-wizard/smtpcheck"
)

// State is where the guide stands. It is a value; Machine.Apply returns a new
// one and leaves the old as it was.
type State struct {
	At      ID
	History []ID // the steps to go back through, oldest first
	// Return is the step that sent the admin here to change an answer; the next
	// answer goes back to it.
	Return ID

	Answers Answers
	Inputs  map[ID]Input
	Secrets map[ID]Secrets
	Found   map[ID]Finding

	Fault Fault  // of the current page
	Focus string // the field to begin at, or ""
	Runs  int    // how many pieces of work were begun

	Ended Ending
}

// Ending tells whether and how the guide is over.
type Ending int

const (
	Open Ending = iota
	Done
	Quit
)

// Outcome is something that happened: a key, a report, an end.
type Outcome interface{ outcome() }

type (
	// Typed is an answer to a field of the current page, not yet submitted.
	Typed struct{ Field, Text string }
	// TypedSecret is the same for a secret.
	TypedSecret struct {
		Field  string
		Secret smtpcheck.Secret
	}
	// Submitted asks the current step to take its answers.
	Submitted struct{}
	// WentBack goes to the page before, without looking at this one's answers.
	WentBack struct{}
	// Jumped goes to a step that was answered before, and comes back.
	Jumped struct{ To ID }
	// Reported is news of a step's work.
	Reported struct {
		Step ID
		Run  int
		News any
	}
	// Worked is the end of a step's work.
	Worked struct {
		Step   ID
		Run    int
		Result any
	}
	// Left ends the guide unfinished.
	Left struct{}
)

func (Typed) outcome()       {}
func (TypedSecret) outcome() {}
func (Submitted) outcome()   {}
func (WentBack) outcome()    {}
func (Jumped) outcome()      {}
func (Reported) outcome()    {}
func (Worked) outcome()      {}
func (Left) outcome()        {}

// Machine moves between steps. It alone owns the history.
type Machine struct {
	Steps []Step
	Now   func() time.Time // for Finding.Began; nil leaves it zero
}

// Start returns the state before the first page.
func (m Machine) Start(a Answers) State {
	s := State{Answers: a}
	s.At = m.following("", a)
	if s.At == "" {
		s.Ended = Done
	}
	return m.ask(s)
}

// Resume puts a saved state back to work: what its steps had found is looked
// for again.
func (m Machine) Resume(s State) State {
	if m.Step(s.At) == nil {
		return m.Start(s.Answers)
	}
	s.Found, s.Runs, s.Ended = nil, 0, Open
	s.History = m.known(s)
	if m.Step(s.Return) == nil || s.Return == s.At {
		s.Return = ""
	}
	return m.ask(s)
}

// AskAgain goes to a step whose answer is needed once more, as a password after
// a resume, and comes back when it is given.
func (m Machine) AskAgain(s State, to ID, f Fault) State {
	if s.Ended != Open {
		return s
	}
	return m.ask(m.visit(s, to, f))
}

// known is the history without steps that are not of this guide, or twice in
// it: a state that was saved may be of another version, or spoilt.
func (m Machine) known(s State) []ID {
	var list []ID
	for _, id := range s.History {
		home := s.Return
		if home == "" {
			home = s.At
		}
		if m.Step(id) != nil && id != home && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// Apply is the whole of the machine.
func (m Machine) Apply(s State, o Outcome) State {
	if s.Ended != Open {
		return s
	}
	switch o := o.(type) {
	case Typed:
		s = m.typed(s, o.Field, func(s *State) {
			s.Inputs[s.At] = s.Inputs[s.At].With(o.Field, o.Text)
		})
	case TypedSecret:
		s = m.typed(s, o.Field, func(s *State) {
			s.Secrets[s.At] = s.Secrets[s.At].With(o.Field, o.Secret)
		})
	case Submitted:
		s = m.submit(s)
	case WentBack:
		s = m.back(s)
	case Jumped:
		if step := m.Step(o.To); step != nil && slices.Contains(s.History, o.To) && !step.Skip(s.Answers) {
			s = m.visit(s, o.To, Fault{})
		}
	case Reported:
		s = s.found(o.Step, o.Run, func(f *Finding) { f.News = append(slices.Clip(f.News), o.News) })
	case Worked:
		s = s.found(o.Step, o.Run, func(f *Finding) { f.Running, f.Result = false, o.Result })
	case Left:
		s.Ended = Quit
	}
	return m.ask(s)
}

// Step returns the step of that name, or nil.
func (m Machine) Step(id ID) Step {
	for _, step := range m.Steps {
		if step.ID() == id {
			return step
		}
	}
	return nil
}

// Page describes the current page.
func (m Machine) Page(s State) Page { return m.Step(s.At).Page(s.View()) }

// View is what the current step gets to see.
func (s State) View() View {
	v := s.ViewOf(s.At)
	v.Fault = s.Fault
	return v
}

// ViewOf is what that step would get to see.
func (s State) ViewOf(id ID) View {
	return View{Answers: s.Answers, Input: s.Inputs[id], Secrets: s.Secrets[id], Found: s.Found}
}

func (m Machine) typed(s State, field string, put func(*State)) State {
	s.Inputs, s.Secrets = maps.Clone(s.Inputs), maps.Clone(s.Secrets)
	if s.Inputs == nil {
		s.Inputs = map[ID]Input{}
	}
	if s.Secrets == nil {
		s.Secrets = map[ID]Secrets{}
	}
	put(&s)
	if s.Fault.Field == field {
		s.Fault = Fault{}
	}
	return s
}

// submit hands the step its page with every field answered, and carries its
// intent out.
func (m Machine) submit(s State) State {
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
	return m.carryOut(s, step.Take(view))
}

func (m Machine) carryOut(s State, it Intent) State {
	s.Answers, s.Fault, s.Focus = it.answers, it.fault, it.fault.Field
	switch it.move {
	case stay:
		s = m.remain(s, it)
	case next:
		s = m.forget(s)
		s = m.onward(s)
	case goTo:
		s = m.forget(s)
		s = m.visit(s, it.to, it.fault)
	case finish:
		s = m.forget(s)
		s.Ended = Done
	}
	return s
}

// remain stays on the page. What is wrong keeps all that was typed, with the
// step's corrections; else the answers were taken, and only the corrections are
// left as typed. A default is never kept as if it had been typed: it goes on
// following what it was made from, as the TLS mode follows the port.
func (m Machine) remain(s State, it Intent) State {
	if it.fault == (Fault{}) {
		s = m.forget(s)
	}
	in := s.Inputs[s.At]
	for name, text := range it.input {
		in = in.With(name, text)
	}
	if in == nil {
		return s
	}
	return m.keep(s, in)
}

// keep holds on to what was typed on the current page.
func (m Machine) keep(s State, in Input) State {
	s.Inputs = maps.Clone(s.Inputs)
	if s.Inputs == nil {
		s.Inputs = map[ID]Input{}
	}
	s.Inputs[s.At] = in
	return s
}

// forget drops what was typed on the current page: it is in the answers now.
func (m Machine) forget(s State) State {
	s.Inputs, s.Secrets = maps.Clone(s.Inputs), maps.Clone(s.Secrets)
	delete(s.Inputs, s.At)
	delete(s.Secrets, s.At)
	return s
}

// onward goes to the next page, or back to the step that sent the admin here.
func (m Machine) onward(s State) State {
	if s.Return != "" {
		return m.comeBack(s)
	}
	to := m.following(s.At, s.Answers)
	if to == "" {
		s.Ended = Done
		return s
	}
	return s.enter(append(slices.Clip(s.History), s.At), to)
}

func (m Machine) back(s State) State {
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
func (m Machine) visit(s State, to ID, f Fault) State {
	if m.Step(to) == nil || to == s.At {
		s.Fault, s.Focus = f, f.Field
		return s
	}
	home := s.Return
	if home == "" {
		home = s.At
	}
	s = s.enter(s.History, to)
	s.Fault, s.Focus = f, f.Field
	if home != to {
		s.Return = home
	}
	return s
}

// comeBack ends a correction. Where it came from may have nothing to ask any
// more.
func (m Machine) comeBack(s State) State {
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
func (s State) enter(history []ID, to ID) State {
	if s.Found[s.At].Running {
		s.Found = maps.Clone(s.Found)
		delete(s.Found, s.At)
	}
	s.History, s.At, s.Return = history, to, ""
	s.Fault, s.Focus = Fault{}, ""
	return s
}

// following is the first step after id that has something to ask.
func (m Machine) following(id ID, a Answers) ID {
	i := slices.IndexFunc(m.Steps, func(st Step) bool { return st.ID() == id })
	for _, step := range m.Steps[i+1:] {
		if !step.Skip(a) {
			return step.ID()
		}
	}
	return ""
}

// ask notes the work that the current page wants and has not had.
func (m Machine) ask(s State) State {
	worker, ok := m.Step(s.At).(Worker)
	if !ok || s.Ended != Open {
		return s
	}
	job := worker.Wants(s.View())
	if job == s.Found[s.At].Job {
		return s
	}
	s.Found = maps.Clone(s.Found)
	if s.Found == nil {
		s.Found = map[ID]Finding{}
	}
	if job == (Job{}) {
		delete(s.Found, s.At)
		return s
	}
	s.Runs++
	s.Found[s.At] = Finding{Job: job, Run: s.Runs, Running: true, Began: m.now()}
	return s
}

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
