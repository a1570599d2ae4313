package command_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"smtp-wizard/smtpcheck/practice"
)

// patience is how long something may take on a machine that has much else to do.
const patience = time.Minute

// TestInterrupt sends SIGINT to a check that waits for a relay that has gone
// mute, once at each stage. DNS is left out: its server cannot be replaced here.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ stage, mode, verb string }{
		{"connect", "starttls", ""},
		{"greeting", "starttls", "banner"},
		{"ehlo", "starttls", "EHLO"},
		{"starttls", "starttls", "STARTTLS"},
		{"tls", "tls", "handshake"},
		{"auth", "tls", "AUTH"},
		{"mail", "starttls", "MAIL"},
		{"rcpt", "none", "RCPT"},
		{"data", "starttls", "DATA"},
		{"data", "none", "."},
	} {
		t.Run(c.stage+" "+c.mode+" "+c.verb, func(t *testing.T) {
			t.Parallel()
			s := newSiteOf(t, muteAt(c.verb), c.mode, true)
			if c.stage == "connect" {
				s.write(c.mode, deafPort(t), true)
			}
			s.interrupt(c.stage)
		})
	}
}

// muteAt is a relay that never answers that verb.
func muteAt(verb string) practice.Behaviour {
	return practice.Behaviour{
		Name: "mute", Mute: verb == "banner" || verb == "handshake",
		Answers: map[string]practice.Answer{verb: {}},
	}
}

// deafPort is a port whose queue of connections is full, so that the kernel
// drops further ones as a firewall would.
func deafPort(t *testing.T) int {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	local := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := syscall.Bind(fd, local); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		client, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Close(client) })
		_ = syscall.Connect(client, bound) // in progress
	}
	return bound.(*syscall.SockaddrInet4).Port
}

// interrupt runs check for people and for scripts side by side, and stops both
// when the first says that it waits at the stage.
func (s *site) interrupt(stage string) {
	s.t.Helper()
	args := []string{"--as", "none", "--hostname", "id.example.com"}
	people, scripts := s.command(args...), s.command(append(args, "--json")...)
	var out, errs bytes.Buffer
	scripts.Stdout, scripts.Stderr = &out, &errs
	heard, err := people.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, cmd := range []*exec.Cmd{people, scripts} {
		if err := cmd.Start(); err != nil {
			s.t.Fatal(err)
		}
		defer func() { _ = cmd.Process.Kill() }()
	}
	timer := time.AfterFunc(patience, func() { _ = people.Process.Kill() })
	defer timer.Stop()
	lines := bufio.NewScanner(heard)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "  ...  "+stage+" ") {
	}
	took := s.stop(people)
	s.stop(scripts)
	s.t.Logf("ended %s after SIGINT", took.Round(time.Millisecond))
	var got checked
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.OK || got.Exit != 130 || got.Diagnosis == nil {
		s.t.Errorf("%v\n%s", err, out.Bytes())
	}
	if !strings.Contains(errs.String(), "interrupted") {
		s.t.Errorf("says %q", errs.String())
	}
}

// stop wants an end with the exit code of an interrupt, before any of the bounds
// for which the stages would have waited (10 s and more).
func (s *site) stop(cmd *exec.Cmd) time.Duration {
	s.t.Helper()
	began := time.Now()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	_ = cmd.Wait()
	took := time.Since(began)
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		s.t.Errorf("exit code %d after %s", code, took)
	}
	return took
}
