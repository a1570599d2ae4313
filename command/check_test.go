package command

import (
	"context"
	"io"
	"strings"
	"testing"

	"smtp-wizard/internal/apptest"
)

// cancelOn cancels once these words are written.
type cancelOn struct {
	said   strings.Builder
	words  string
	cancel context.CancelFunc
}

func (c *cancelOn) Write(p []byte) (int, error) {
	n, err := c.said.Write(p)
	if strings.Contains(c.said.String(), c.words) {
		c.cancel()
	}
	return n, err
}

// TestInterruptedCheck interrupts a check as soon as it says what it is waiting
// for, and one for scripts beside it.
func TestInterruptedCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ stage, mode, verb string }{
		{"connect", "starttls", ""}, {"ehlo", "starttls", "EHLO"}, {"tls", "tls", "handshake"}, {"data", "none", "."},
	} {
		t.Run(c.stage, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, apptest.MuteAt(c.verb), c.mode, true)
			if c.stage == "connect" {
				s.write(c.mode, apptest.FilteredPort(t), true, "")
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			args := s.checkArgs("--as", "none", "--hostname", "id.example.com")
			var packed, scriptErrs strings.Builder
			scripts := make(chan int, 1)
			go func() {
				scripts <- run(ctx, append(args, "--json"), testIO(strings.NewReader(""), &packed, &scriptErrs))
			}()
			errs := &cancelOn{words: "  ...  " + c.stage + " ", cancel: cancel}
			code := run(ctx, args, testIO(strings.NewReader(""), io.Discard, errs))
			if code != exitInterrupted || ctx.Err() == nil {
				t.Errorf("exit code %d: %s", code, errs.said.String())
			}
			if code := <-scripts; code != exitInterrupted || !strings.Contains(scriptErrs.String(), "interrupted") {
				t.Errorf("exit code %d: %s", code, scriptErrs.String())
			}
			if got := s.checked(packed.String()); got.OK || got.Exit != exitInterrupted || got.Diagnosis.ID != "cancelled" {
				t.Errorf("%+v", got)
			}
		})
	}
}
