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

// next is the next outcome in a channel.
func next(t *testing.T, outcomes <-chan wizard.Outcome) wizard.Outcome {
	t.Helper()
	select {
	case o := <-outcomes:
		return o
	case <-time.After(tooLong):
		t.Fatal("no outcome")
		return nil
	}
}

func TestReportsInOrderThenResult(t *testing.T) {
	t.Parallel()
	d := runner.Drive(t.Context(), guide(func(_ context.Context, job wizard.Job, report func(any)) any {
		report("one")
		report("two")
		return job.For
	}).Begin(steptest.Answers{}).Apply(typed("relay")))
	for _, want := range []wizard.Outcome{
		wizard.Reported{Step: "a", Run: 2, News: "one"},
		wizard.Reported{Step: "a", Run: 2, News: "two"},
		wizard.Worked{Step: "a", Run: 2, Result: "relay"},
	} {
		got := next(t, d.Outcomes)
		if got != want {
			t.Fatalf("got %#v, want %#v", got, want)
		}
		d.Apply(got)
	}
	d.Stop()
	if f := d.Place.Found["a"]; f.Running || f.Result != "relay" {
		t.Errorf("%+v", f)
	}
}

// A run that the state no longer has is canceled and heard of no more.
func TestReplacedWorkIsCanceled(t *testing.T) {
	t.Parallel()
	canceled := make(chan wizard.Outcome, 1)
	d := runner.Drive(t.Context(), guide(func(ctx context.Context, job wizard.Job, report func(any)) any {
		if job.For == "second" {
			return "done"
		}
		<-ctx.Done()
		report("too late")
		canceled <- typed(job.For.(string))
		return "too late"
	}).Begin(steptest.Answers{}).Apply(typed("first")))
	d.Apply(typed("second"))
	if got := next(t, d.Outcomes); got != (wizard.Worked{Step: "a", Run: 3, Result: "done"}) {
		t.Errorf("got %#v", got)
	}
	if got := next(t, canceled); got != typed("first") {
		t.Errorf("%v was canceled", got)
	}
	d.Stop()
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
	d := runner.Drive(t.Context(), m.Begin(steptest.Answers{}).Apply(typed("first")))
	d.Stop()
	d.Apply(typed("second"))
	d.Stop()
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
	d := runner.Drive(t.Context(), m.Begin(steptest.Answers{}))
	<-reporting
	d.Stop()
}

func TestPanicIsAResult(t *testing.T) {
	t.Parallel()
	m := guide(func(context.Context, wizard.Job, func(any)) any { panic("index out of range") })
	d := runner.Drive(t.Context(), m.Begin(steptest.Answers{}))
	worked, ok := next(t, d.Outcomes).(wizard.Worked)
	err, isError := worked.Result.(error)
	if !ok || !isError || !strings.Contains(err.Error(), "index out of range") || errors.Is(err, context.Canceled) {
		t.Errorf("got %#v", worked)
	}
	d.Stop()
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
	r.Stop()
}

// A page that waits for work that nobody does is an error, not a wait for ever.
func TestBusyWithoutWork(t *testing.T) {
	t.Parallel()
	m := steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Step{Called: "a",
		Pages: func(steptest.View) wizard.Page { return wizard.Page{Busy: "Waiting"} }}}}
	d := runner.Drive(t.Context(), m.Begin(steptest.Answers{}))
	defer d.Stop()
	if working, err := d.Working(); working || err == nil {
		t.Errorf("%v, %v", working, err)
	}
}

// Work that is hurried ends with what it has, and that counts; where the page cannot do
// without the rest, it goes on.
func TestHurriedWork(t *testing.T) {
	t.Parallel()
	for _, skip := range []bool{true, false} {
		g := guide(func(ctx context.Context, _ wizard.Job, _ func(any)) any {
			<-ctx.Done()
			return "so far"
		})
		worker := g.Steps[0].(steptest.Worker)
		worker.Pages = func(steptest.View) wizard.Page { return wizard.Page{Busy: "Looking", Skip: skip} }
		g.Steps[0] = worker
		d := runner.Drive(t.Context(), g.Begin(steptest.Answers{}))
		d.Apply(wizard.Hurried{})
		if skip {
			d.Apply(next(t, d.Outcomes))
		}
		if f := d.Place.Found["a"]; f.Hurried != skip || f.Running == skip || skip && f.Result != "so far" {
			t.Errorf("%v: %+v", skip, f)
		}
		d.Stop()
	}
}
