package runner_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
	"smtp-wizard/wizard/runner"
)

// tooLong is a bound for what should take no time.
const tooLong = 20 * time.Second

// guide is a machine of one worker, whose job is what was typed.
func guide(do func(ctx context.Context, job wizard.Job, report func(any)) any) steptest.Machine {
	return steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Worker{
		Step: steptest.Step{Called: "a"},
		Want: func(v steptest.View) wizard.Job {
			return wizard.Job{Task: "look", For: v.Input["host"]}
		},
		Do: do,
	}}}
}

func typed(text string) wizard.Outcome { return wizard.Typed{Field: "host", Text: text} }

// inbox collects outcomes, and gives up on them when it is closed.
type inbox struct {
	outcomes chan wizard.Outcome
	over     chan struct{}
}

func newInbox() inbox { return inbox{make(chan wizard.Outcome), make(chan struct{})} }

func (b inbox) send(o wizard.Outcome) {
	select {
	case b.outcomes <- o:
	case <-b.over:
	}
}

func (b inbox) next(t *testing.T) wizard.Outcome {
	t.Helper()
	select {
	case o := <-b.outcomes:
		return o
	case <-time.After(tooLong):
		t.Fatal("no outcome")
		return nil
	}
}

func stopped(t *testing.T, r *runner.Runner) {
	t.Helper()
	done := make(chan struct{})
	go func() { r.Stop(); close(done) }()
	select {
	case <-done:
	case <-time.After(tooLong):
		t.Fatal("Stop does not return")
	}
}

func TestReportsInOrderThenResult(t *testing.T) {
	t.Parallel()
	m := guide(func(_ context.Context, job wizard.Job, report func(any)) any {
		report("one")
		report("two")
		return job.For
	})
	box := newInbox()
	r := runner.New(box.send)
	s := m.Begin(steptest.Answers{}).Apply(typed("relay"))
	r.Follow(t.Context(), s)
	r.Follow(t.Context(), s) // again changes nothing
	want := []wizard.Outcome{
		wizard.Reported{Step: "a", Run: 2, News: "one"},
		wizard.Reported{Step: "a", Run: 2, News: "two"},
		wizard.Worked{Step: "a", Run: 2, Result: "relay"},
	}
	for _, w := range want {
		got := box.next(t)
		if got != w {
			t.Fatalf("got %#v, want %#v", got, w)
		}
		s = s.Apply(got)
		r.Follow(t.Context(), s)
	}
	stopped(t, r)
	if f := s.Place().Found["a"]; f.Running || f.Result != "relay" {
		t.Errorf("%+v", f)
	}
}

// A run that the state no longer has is cancelled and heard of no more.
func TestReplacedWorkIsCancelled(t *testing.T) {
	t.Parallel()
	cancelled := make(chan string, 1)
	m := guide(func(ctx context.Context, job wizard.Job, report func(any)) any {
		if job.For == "second" {
			return "done"
		}
		<-ctx.Done()
		report("too late")
		cancelled <- job.For.(string)
		return "too late"
	})
	box := newInbox()
	r := runner.New(box.send)
	s := m.Begin(steptest.Answers{}).Apply(typed("first"))
	r.Follow(t.Context(), s)
	s = s.Apply(typed("second"))
	r.Follow(t.Context(), s)
	if got := box.next(t); got != (wizard.Worked{Step: "a", Run: 3, Result: "done"}) {
		t.Errorf("got %#v", got)
	}
	select {
	case which := <-cancelled:
		if which != "first" {
			t.Errorf("%s was cancelled", which)
		}
	case <-time.After(tooLong):
		t.Fatal("the old work goes on")
	}
	stopped(t, r)
}

func TestStopEndsWorkAndBeginsNoMore(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var begun []any
	m := guide(func(ctx context.Context, job wizard.Job, _ func(any)) any {
		mu.Lock()
		begun = append(begun, job.For)
		mu.Unlock()
		<-ctx.Done()
		return nil
	})
	box := newInbox()
	r := runner.New(box.send)
	s := m.Begin(steptest.Answers{}).Apply(typed("first"))
	r.Follow(t.Context(), s)
	stopped(t, r)
	r.Follow(t.Context(), s.Apply(typed("second")))
	stopped(t, r)
	mu.Lock()
	defer mu.Unlock()
	if slices.Contains(begun, any("second")) {
		t.Errorf("begun: %v", begun)
	}
}

// A face that has gone receives nothing; work that reports must not wait for it.
func TestStopWhileReporting(t *testing.T) {
	t.Parallel()
	reporting := make(chan struct{})
	m := guide(func(_ context.Context, _ wizard.Job, report func(any)) any {
		close(reporting)
		report("nobody hears this")
		return nil
	})
	box := newInbox()
	r := runner.New(box.send)
	r.Follow(t.Context(), m.Begin(steptest.Answers{}))
	<-reporting
	close(box.over)
	stopped(t, r)
}

func TestCancelledContextIsSilent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	m := guide(func(ctx context.Context, _ wizard.Job, report func(any)) any {
		<-ctx.Done()
		report("too late")
		return "too late"
	})
	r := runner.New(func(o wizard.Outcome) { t.Errorf("heard of %#v", o) })
	r.Follow(ctx, m.Begin(steptest.Answers{}))
	cancel()
	stopped(t, r)
}

func TestPanicIsAResult(t *testing.T) {
	t.Parallel()
	m := guide(func(context.Context, wizard.Job, func(any)) any { panic("index out of range") })
	box := newInbox()
	r := runner.New(box.send)
	r.Follow(t.Context(), m.Begin(steptest.Answers{}))
	worked, ok := box.next(t).(wizard.Worked)
	err, isError := worked.Result.(error)
	if !ok || !isError || !strings.Contains(err.Error(), "index out of range") || errors.Is(err, context.Canceled) {
		t.Errorf("got %#v", worked)
	}
	stopped(t, r)
}

// The end of a guide does not hang on work that does not end when told to.
func TestStopDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	begun, never := make(chan struct{}), make(chan struct{})
	defer close(never)
	m := guide(func(context.Context, wizard.Job, func(any)) any { close(begun); <-never; return nil })
	r := runner.New(func(wizard.Outcome) {})
	r.Follow(t.Context(), m.Begin(steptest.Answers{}))
	<-begun
	stopped(t, r)
}
