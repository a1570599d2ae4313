package draft

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// asOther makes this test binary be the other instance: it opens the draft,
// saves, says so, and waits to be killed.
const asOther = "SMTP_WIZARD_TEST_DRAFT"

func TestMain(m *testing.M) {
	if env := os.Getenv(asOther); env != "" {
		d, err := Open(env, os.Getenv)
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
	casetest.Must(t, err)
	casetest.Must(t, cmd.Start())
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
	if _, err := Open(env, os.Getenv); !errors.Is(err, ErrInUse) {
		t.Fatal(err)
	}
	// Killed, it holds nothing any more, and what it saved is there.
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	d := open(t, env)
	if saved, ok := load(d); !ok || saved.State.At != steptest.Relay {
		t.Errorf("%v %+v", ok, saved)
	}
	if _, said := other(t, env); !strings.HasPrefix(said, "refused: another smtp-wizard") {
		t.Errorf("the other says %q", said)
	}
}

// Of many that come at once, one at a time has the draft.
func TestOneAtATime(t *testing.T) {
	_, env := home(t)
	var wg sync.WaitGroup
	var holders, opened atomic.Int32
	for range 8 {
		wg.Go(func() {
			for range 40 {
				d, err := Open(env, os.Getenv)
				if err != nil {
					continue
				}
				opened.Add(1)
				if holders.Add(1) > 1 {
					t.Error("two hold the draft")
				}
				_ = d.Save(snapshot(steptest.State{Place: wizard.Place{At: steptest.Relay}}))
				holders.Add(-1)
				_ = d.Close()
			}
		})
	}
	wg.Wait()
	if opened.Load() == 0 {
		t.Error("nobody had the draft")
	}
}
