package screen

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// TestMain runs the guide itself when the tests start this binary again in a
// terminal of their own.
func TestMain(m *testing.M) {
	pace, err := time.ParseDuration(os.Getenv("SCREEN_CHILD"))
	if err != nil {
		flag.Parse()
		if flag.Lookup("test.fuzz").Value.String() == "" {
			// The tests wait for terminals much more than they compute.
			_ = flag.Set("test.parallel", "8")
		}
		os.Exit(m.Run())
	}
	os.Exit(child(pace))
}

// child is a small program around Run: it writes down each draft, says how it
// ended, and exits as the real one would.
func child(pace time.Duration) int {
	m := fakeMachine(pace)
	s, err := Run(context.Background(), m.Begin(steptest.Answers{}), Options{
		Product: "Pocket ID", DraftNote: "Your answers are kept in ~/.local/state/smtp-wizard.",
		Saved: func(s wizard.Guide) {
			if path := os.Getenv("SCREEN_DRAFT"); path != "" {
				_ = os.WriteFile(path, []byte(describe(s)), 0o600)
			}
		},
	})
	fmt.Printf("ended: %v, %s\n", err, describe(s))
	switch {
	case err == nil:
		return 0
	case errors.Is(err, wizard.ErrInterrupted):
		return 130
	case errors.Is(err, wizard.ErrHungUp):
		return 129
	case errors.Is(err, wizard.ErrTerminated):
		return 143
	}
	return 1
}

func describe(g wizard.Guide) string {
	s := wizard.StateOf[steptest.Answers](g)
	a := s.Answers
	return fmt.Sprintf("at=%s env=%q runs=%q host=%q port=%d from=%q password=%q typed=%v",
		s.At, a.EnvFile, a.Runs, a.Host, a.Port, a.From, a.Password.Reveal(), s.Inputs[s.At])
}
