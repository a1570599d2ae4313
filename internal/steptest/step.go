// Package steptest has steps for tests of the machine and of its faces: steps
// that are made of functions, and a small guide made of them.
package steptest

import (
	"cmp"
	"context"

	"smtp-wizard/wizard"
)

// Step is a step made of functions. Without Pages it has an empty page, without
// Takes it goes on, without Skips it is always asked.
type Step struct {
	Called wizard.ID
	Titled string // in the header; "" is Called
	Skips  func(Answers) bool
	Pages  func(View) wizard.Page
	Takes  func(View) Intent
}

// Asked is fields that are all missing until they are answered, so that Enter goes
// from one to the next; none is where the page was answered before.
func Asked(v View, before bool, fields ...wizard.Field) []wizard.Field {
	for i, f := range fields {
		_, text := v.Input[f.Name]
		_, secret := v.Secrets[f.Name]
		fields[i].Missing = !before && !text && !secret
	}
	return fields
}

func (s Step) ID() wizard.ID { return s.Called }

func (s Step) Name() string { return cmp.Or(s.Titled, string(s.Called)) }

func (s Step) Skip(a Answers) bool { return s.Skips != nil && s.Skips(a) }

func (s Step) Page(v View) wizard.Page {
	if s.Pages == nil {
		return wizard.Page{Title: s.Name()}
	}
	return s.Pages(v)
}

func (s Step) Take(v View) Intent {
	if s.Takes == nil {
		return wizard.Next(v.Answers)
	}
	return s.Takes(v)
}

// Worker is a Step that works.
type Worker struct {
	Step
	Want func(View) wizard.Job
	Do   func(ctx context.Context, job wizard.Job, report func(any)) any
}

func (w Worker) Wants(v View) wizard.Job { return w.Want(v) }

func (w Worker) Work(ctx context.Context, job wizard.Job, _ View, report func(any)) any {
	return w.Do(ctx, job, report)
}
