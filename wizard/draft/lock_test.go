package draft

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// asOther makes this test binary be the other instance: it opens the draft,
// saves, says so, and waits to be killed.
const asOther = "SMTP_WIZARD_TEST_DRAFT"

func TestMain(m *testing.M) {
	if env := os.Getenv(asOther); env != "" {
		d, err := Open(env)
		if err != nil {
			_, _ = os.Stdout.WriteString("refused: " + err.Error())
			os.Exit(1)
		}
		if err := d.Save(snapshot(steptest.State{Place: wizard.Place{At: steptest.Relay}})); err != nil {
			os.Exit(2)
		}
		_, _ = os.Stdout.WriteString("ready")
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func other(t *testing.T, env string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asOther+"="+env)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	said := make([]byte, 200)
	n, _ := out.Read(said)
	if !late.Stop() {
		t.Fatal("the other says nothing")
	}
	return cmd, string(said[:n])
}

func TestSecondInstance(t *testing.T) {
	_, env := home(t)
	cmd, said := other(t, env)
	if said != "ready" {
		t.Fatalf("the other says %q", said)
	}
	_, err := Open(env)
	var inUse *InUseError
	if !errors.As(err, &inUse) || inUse.PID != cmd.Process.Pid {
		t.Fatalf("%v; the other is process %d", err, cmd.Process.Pid)
	}
	// Killed, it holds nothing any more, and what it saved is there.
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	d := open(t, env)
	if saved, ok := load(d); !ok || saved.State.At != steptest.Relay {
		t.Errorf("%v %+v", ok, saved)
	}
	if _, said := other(t, env); !strings.HasPrefix(said, "refused: another smtp-wizard (process ") {
		t.Errorf("the other says %q", said)
	}
}

// Of many that come at once, one at a time has the draft.
func TestOneAtATime(t *testing.T) {
	_, env := home(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	holders, opened := 0, 0
	for range 8 {
		wg.Go(func() {
			for range 40 {
				d, err := Open(env)
				if err != nil {
					continue
				}
				mu.Lock()
				opened++
				if holders++; holders > 1 {
					t.Error("two hold the draft")
				}
				mu.Unlock()
				_ = d.Save(snapshot(steptest.State{Place: wizard.Place{At: steptest.Relay}}))
				mu.Lock()
				holders--
				mu.Unlock()
				_ = d.Close()
			}
		})
	}
	wg.Wait()
	if opened == 0 {
		t.Error("nobody had the draft")
	}
}

func TestHolderIsUnknown(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]int{"": 0, "x": 0, "-5\n": 0, "12\n": 12, strings.Repeat("9", 100): 0} {
		path := t.TempDir() + "/lock"
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := holder(f); got != want {
			t.Errorf("%q: %d", content, got)
		}
		_ = f.Close()
	}
	if (&InUseError{}).Error() == (&InUseError{PID: 1}).Error() {
		t.Error("the process is not named")
	}
}
