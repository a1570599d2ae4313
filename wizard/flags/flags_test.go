package flags

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/secret"
	"smtp-wizard/wizard"
)

// tooLong is a bound for what should take no time.
const tooLong = 20 * time.Second

func run(t *testing.T, m steptest.Machine, g Given) (Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), tooLong)
	defer cancel()
	r, err := Run(ctx, m.Begin(steptest.Answers{}), g)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("it does not end; at %s", r.Guide.Place().At)
	}
	return r, err
}

func answersOf(r Result) steptest.Answers { return wizard.StateOf[steptest.Answers](r.Guide).Answers }

func password(text string) map[wizard.ID]map[string]secret.Value {
	return map[wizard.ID]map[string]secret.Value{steptest.Sender: {"password": secret.New(text)}}
}

func TestAnswersReachTheEnd(t *testing.T) {
	t.Parallel()
	r, err := run(t, steptest.Guide(), Given{
		Input: map[wizard.ID]map[string]string{
			steptest.Relay:  {"host": "mx.example.com", "port": "465"},
			steptest.Sender: {"from": "a@example.com", "user": "me"},
		},
		Secrets: password("geheim"),
	})
	a := answersOf(r)
	if err != nil || r.Guide.Place().Ended != wizard.Done || len(r.Warnings) != 0 {
		t.Fatalf("%v: %+v", err, r)
	}
	if a.Preset != "google" || a.Host != "mx.example.com" || a.Port != 465 || a.TLS != "tls" ||
		a.From != "a@example.com" || a.User != "me" || a.Password.Reveal() != "geheim" {
		t.Errorf("%+v", a)
	}
}

func TestRefusedAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		given Given
		want  FaultError
		says  string
	}{
		{"an answer", Given{Input: map[wizard.ID]map[string]string{steptest.Relay: {"port": "70000"}}},
			FaultError{Step: steptest.Relay, Field: "port", Flag: "--port", Label: "Port"}, "--port: A port is"},
		{"a choice", Given{Input: map[wizard.ID]map[string]string{steptest.Provider: {"preset": "lost"}}},
			FaultError{Step: steptest.Provider, Field: "preset", Flag: "--preset", Label: "Provider"}, "--preset: This one is gone."},
		{"a missing answer", Given{Input: map[wizard.ID]map[string]string{steptest.Sender: {"user": "me"}}},
			FaultError{Step: steptest.Sender, Field: "password", Flag: "--password-file", Label: "Password", Missing: true},
			"--password-file is needed: A user needs"},
		{"the test, for what was given", Given{Input: map[wizard.ID]map[string]string{steptest.Sender: {"from": "refused@example.com"}}},
			FaultError{Step: steptest.Sender, Field: "from", Flag: "--from", Label: "From", From: steptest.LiveTest},
			"--from: The relay refused it: 550 no."},
		{"the test, for a secret", Given{Secrets: password("wrong")},
			FaultError{Step: steptest.Sender, Field: "password", Flag: "--password-file", Label: "Password", From: steptest.LiveTest},
			"--password-file: The relay refused it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := run(t, steptest.Guide(), tt.given)
			var got *FaultError
			if !errors.As(err, &got) || r.Guide.Place().Ended != wizard.Open {
				t.Fatalf("%v, ended %d", err, r.Guide.Place().Ended)
			}
			bare := *got
			if bare.Text = ""; bare != tt.want {
				t.Errorf("got %+v\nwant %+v", bare, tt.want)
			}
			if !strings.HasPrefix(err.Error(), tt.says) || strings.Contains(err.Error(), "wrong") {
				t.Errorf("says %q", err)
			}
		})
	}
}

// A fault on a field without a flag names the page and the field.
func TestFaultWithoutAFlag(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]FaultError{
		"install, Runs: No.": {Step: steptest.Install, Label: "Runs", Text: "No.", Missing: true},
		"write: No.":         {Step: steptest.Write, Text: "No."},
	} {
		if got := err.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWarningsArePassedAndKept(t *testing.T) {
	t.Parallel()
	r, err := run(t, steptest.Guide(), Given{Input: map[wizard.ID]map[string]string{steptest.Relay: {"host": "mx.example.com:25"}}})
	if err != nil || answersOf(r).Port != 25 || len(r.Warnings) != 2 {
		t.Fatalf("%v: %+v", err, r.Warnings)
	}
	want := Warning{Step: steptest.Relay, Field: "port", Flag: "--port", Text: "Port 25 is for mail between servers."}
	if r.Warnings[0].Flag != "--host" || r.Warnings[1] != want {
		t.Errorf("%+v", r.Warnings)
	}
}

// Stop sees a page with its work done and its answers given, and not taken.
func TestStop(t *testing.T) {
	t.Parallel()
	r, err := run(t, steptest.Guide(), Given{Stop: func(g wizard.Guide) bool {
		s := g.Place()
		if s.Found[s.At].Running {
			t.Errorf("asked while work is under way on %s", s.At)
		}
		return s.At == steptest.LiveTest
	}})
	if err != nil || r.Guide.Place().At != steptest.LiveTest || r.Guide.Place().Ended != wizard.Open ||
		r.Guide.Place().Found[steptest.LiveTest].Result != steptest.Refusal("") {
		t.Errorf("%v: %+v", err, r.Guide.Place())
	}
}

func TestContextEndsIt(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	m := steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Test(func(ctx context.Context, _ wizard.Job, _ func(any)) any {
		close(begun)
		<-ctx.Done()
		return nil
	})}}
	ctx, cancel := context.WithTimeout(t.Context(), tooLong)
	defer cancel()
	go func() { <-begun; cancel() }()
	if _, err := Run(ctx, m.Begin(steptest.Answers{}), Given{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// Steps that would go on for ever are brought to an end.
func TestNoEndlessLoop(t *testing.T) {
	t.Parallel()
	warn := wizard.Fault{Text: "Never enough.", Tone: wizard.Warn}
	page := func(steptest.View) wizard.Page {
		return wizard.Page{Field: []wizard.Field{{Name: "x"}}}
	}
	takes := map[string]func(steptest.View) steptest.Intent{
		"no fault": func(v steptest.View) steptest.Intent {
			return wizard.Stay(v.Answers, wizard.Fault{})
		},
		"corrections": func(v steptest.View) steptest.Intent {
			return wizard.Correct(v.Answers, wizard.Input{"x": v.Input["x"] + "x"}, wizard.Fault{})
		},
		"two warnings in turn": func(v steptest.View) steptest.Intent {
			other := wizard.Fault{Text: "Nor this.", Tone: wizard.Warn}
			if v.Warned(warn) {
				return wizard.Stay(v.Answers, other)
			}
			return wizard.Stay(v.Answers, warn)
		},
	}
	for name, take := range takes {
		m := steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Step{Called: "a", Pages: page, Takes: take}}}
		if r, err := run(t, m, Given{}); err == nil || r.Guide.Place().Ended != wizard.Open {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An answer may bring up a question, and work of which a default comes: both are
// dealt with before the page is submitted.
func TestAsideWorkAndNewQuestions(t *testing.T) {
	t.Parallel()
	m := steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Worker{
		Step: steptest.Step{Called: "a",
			Pages: func(v steptest.View) wizard.Page {
				page := wizard.Page{Field: []wizard.Field{{Name: "host"}}}
				if v.Input["host"] == "mx" {
					port, _ := v.Found["a"].Result.(string)
					page.Field = append(page.Field, wizard.Field{Name: "port", Default: port}, wizard.Field{Name: "tls"})
				}
				return page
			},
			Takes: func(v steptest.View) steptest.Intent {
				a := v.Answers
				a.Host, a.From, a.User = v.Input["host"], v.Input["port"], v.Input["tls"]
				return wizard.Next(a)
			}},
		Want: func(v steptest.View) wizard.Job {
			return wizard.Job{Task: "ports", For: v.Input["host"]}
		},
		Do: func(_ context.Context, job wizard.Job, _ func(any)) any {
			time.Sleep(10 * time.Millisecond)
			return job.For.(string) + " 465"
		},
	}}}
	r, err := run(t, m, Given{Input: map[wizard.ID]map[string]string{"a": {"host": "mx", "tls": "tls"}}})
	if a := answersOf(r); err != nil || a.Host != "mx" || a.From != "mx 465" || a.User != "tls" {
		t.Errorf("%v: %+v", err, a)
	}
}

// Where all is given, nothing is left for work in the background to say, and it ends.
func TestAsideWorkIsNotNeeded(t *testing.T) {
	t.Parallel()
	ended := false
	m := steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Worker{
		Step: steptest.Step{Called: "a", Pages: func(steptest.View) wizard.Page {
			return wizard.Page{Aside: "Looking", Field: []wizard.Field{{Name: "host"}}}
		}},
		Want: func(steptest.View) wizard.Job { return wizard.Job{Task: "ports"} },
		Do:   func(ctx context.Context, _ wizard.Job, _ func(any)) any { <-ctx.Done(); ended = true; return nil },
	}}}
	if r, err := run(t, m, Given{Input: map[wizard.ID]map[string]string{"a": {"host": "mx"}}}); err != nil || r.Guide.Place().Ended != wizard.Done || !ended {
		t.Errorf("%v: %+v, work has ended: %t", err, r.Guide.Place(), ended)
	}
}
