package wizard

import (
	"context"
	"fmt"
	"slices"
)

// Guide is a machine in one of its states: what a face drives, whatever the type
// of the answers. It is a value; Apply returns the next one.
type Guide interface {
	Apply(Outcome) Guide
	Place() Place
	// Outline is the current step and those that have something to ask.
	Outline() []Heading
	// Page is the current page.
	Page() Page
	// Preview is the current page as it would be with that answer. The machine is
	// not told: it might begin work for it.
	Preview(field, answer string) Page
	// Work does the work that a step's finding names, and turns a panic into an
	// error as its result.
	Work(ctx context.Context, id ID, report func(any)) any
}

// Heading is a step as a list of steps shows it.
type Heading struct {
	ID            ID
	Name          string
	Current, Done bool
	Tone          Tone // how it ended, once it is done
}

// Session is a Guide: a machine and its state.
type Session[A any] struct {
	Machine Machine[A]
	State   State[A]
}

// StateOf is the state of a guide that is a Session.
func StateOf[A any](g Guide) State[A] { return g.(Session[A]).State }

// Begin is a guide before its first page.
func (m Machine[A]) Begin(a A) Session[A] { return Session[A]{m, m.Start(a)} }

// Apply implements Guide.
func (s Session[A]) Apply(o Outcome) Guide {
	s.State = s.Machine.Apply(s.State, o)
	return s
}

// Place implements Guide.
func (s Session[A]) Place() Place { return s.State.Place }

// Page implements Guide.
func (s Session[A]) Page() Page { return s.Machine.Page(s.State) }

// Preview implements Guide.
func (s Session[A]) Preview(field, answer string) Page {
	v := s.State.View()
	v.Input = v.Input.With(field, answer)
	return s.Machine.Step(s.State.At).Page(v)
}

// Outline implements Guide.
func (s Session[A]) Outline() []Heading {
	var list []Heading
	for _, step := range s.Machine.Steps {
		h := Heading{ID: step.ID(), Name: step.Name(), Current: step.ID() == s.State.At, Tone: Good}
		if !h.Current && step.Skip(s.State.Answers) {
			continue
		}
		h.Done = !h.Current && slices.Contains(s.State.History, h.ID)
		if m, ok := step.(Marker[A]); ok && !h.Current {
			h.Tone = m.Mark(s.State.ViewOf(h.ID))
		}
		list = append(list, h)
	}
	return list
}

// Work implements Guide.
func (s Session[A]) Work(ctx context.Context, id ID, report func(any)) (result any) {
	worker, ok := s.Machine.Step(id).(Worker[A])
	if !ok {
		return nil
	}
	// A panic in a goroutine of work would leave the terminal in raw mode.
	defer func() {
		if p := recover(); p != nil {
			result = fmt.Errorf("%s: a bug in smtp-wizard: %v", worker.Name(), p)
		}
	}()
	return worker.Work(ctx, s.State.Found[id].Job, s.State.ViewOf(id), report)
}
