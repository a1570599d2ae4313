package wizard

import (
	"context"
	"strings"
	"time"

	"smtp-wizard/secret"
)

// ID names a step.
type ID string

// A Step is one page of the guide. Its methods are pure: they read the view and
// return values.
type Step[A any] interface {
	ID() ID
	// Name is one word for the header.
	Name() string
	// Skip reports whether there is nothing to ask.
	Skip(A) bool
	// Page describes what is shown and asked.
	Page(View[A]) Page
	// Take absorbs the answers and says where to go. It gets the view with every
	// field answered: by the admin, or by the field's default.
	Take(View[A]) Intent[A]
}

// A Worker is a step that also works: it detects, probes, tests or writes.
type Worker[A any] interface {
	Step[A]
	// Wants names the work that the page needs under these answers; the zero Job
	// is none. When it changes, the machine gives up the old work and begins the
	// new.
	Wants(View[A]) Job
	// Work does it, off the machine. It reports as it goes, returns the outcome,
	// and ends soon after ctx is done. It changes nothing but the world.
	Work(ctx context.Context, job Job, v View[A], report func(any)) any
}

// A Checker is a step that looks at an answer as soon as its field is left.
type Checker[A any] interface {
	Step[A]
	// Check stays on the page: with what is wrong, with corrected fields, or with
	// answers that take what was typed in the wrong place.
	Check(v View[A], field string) Intent[A]
}

// A Marker is a step that does not always end well, and says how it did.
type Marker[A any] interface {
	Step[A]
	Mark(View[A]) Tone
}

// Job names a piece of work and what it is for. Two jobs that are equal are the
// same work, so For must be comparable.
type Job struct {
	Task string
	For  any
	// Lasting work found what later pages rely on: a resumed guide does it again at
	// once, also behind the page that it resumes at.
	Lasting bool
}

// Finding is what a step's work has found so far.
type Finding struct {
	Job     Job
	Run     int // the run's number; news of older runs are dropped
	Running bool
	Hurried bool      // it is to end with what it has
	Began   time.Time // when the run was asked for
	News    []any     // what it reported, in order
	Result  any       // what it returned; nil while it is running
}

// View is what a step gets to see.
type View[A any] struct {
	Answers A
	// Input is what has been typed or chosen on this page and not yet taken.
	Input   Input
	Secrets Secrets
	// Fault is what the page shows as wrong. A step that warned once lets the
	// same answer pass when it comes again.
	Fault Fault
	// Found holds the work of every step.
	Found map[ID]Finding
}

// Text returns the answer to a field: what was typed, else otherwise.
func (v View[A]) Text(field, otherwise string) string {
	if s, ok := v.Input[field]; ok {
		return s
	}
	return otherwise
}

// Warned reports whether this warning is on the page already. Its first sentence
// decides: what follows may have come in since, as the other ports that are open.
func (v View[A]) Warned(f Fault) bool {
	first, _, _ := strings.Cut(f.Text, ". ")
	shown, _, _ := strings.Cut(v.Fault.Text, ". ")
	return f.Tone == Warn && v.Fault.Tone == Warn && v.Fault.Field == f.Field && shown == first
}

// Secret returns the answer to a secret field and whether one was typed.
func (v View[A]) Secret(field string) (secret.Value, bool) {
	s, ok := v.Secrets[field]
	return s, ok && !s.Empty()
}

// Intent is where a step wants to go. Only the machine carries it out.
type Intent[A any] struct {
	move    move
	answers A
	to      ID
	fault   Fault
	input   Input
	secrets Secrets
	drops   ID
}

type move int

const (
	stay move = iota
	next
	goTo
	finish
)

// Stay keeps the page, with the answers so far and what is wrong, if anything.
func Stay[A any](a A, f Fault) Intent[A] { return Intent[A]{move: stay, answers: a, fault: f} }

// Correct keeps the page and rewrites some of its fields, as when a host:port
// is split into two.
func Correct[A any](a A, in Input, f Fault) Intent[A] {
	return Intent[A]{move: stay, answers: a, input: in, fault: f}
}

// WithSecret puts a secret into a field of the page that stays.
func (it Intent[A]) WithSecret(field string, s secret.Value) Intent[A] {
	it.secrets = it.secrets.With(field, s)
	return it
}

// Dropping forgets what was typed on another page, which is about something else now.
func (it Intent[A]) Dropping(step ID) Intent[A] {
	it.drops = step
	return it
}

// Next goes on.
func Next[A any](a A) Intent[A] { return Intent[A]{move: next, answers: a} }

// NextAt goes on at a later step; what the pages between would ask is answered.
func NextAt[A any](a A, to ID) Intent[A] { return Intent[A]{move: next, answers: a, to: to} }

// Goto goes to the step whose answer must change, with the field and the
// reason. When that step is answered, the machine comes back here.
func Goto[A any](a A, to ID, f Fault) Intent[A] {
	return Intent[A]{move: goTo, answers: a, to: to, fault: f}
}

// Finish ends the guide.
func Finish[A any](a A) Intent[A] { return Intent[A]{move: finish, answers: a} }
