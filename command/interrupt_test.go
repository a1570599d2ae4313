package command_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"smtp-wizard/smtpcheck/practice"
)

// patience is how long a program may take to do what it must, on a machine that
// has much else to do.
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
			if err := syscall.Mkfifo(filepath.Join(s.dir, "fifo"), 0o600); err != nil {
				t.Fatal(err)
			}
			if c.stage == "connect" {
				s.write(c.mode, deafPort(t), true)
			}
			s.interrupt(c.stage)
		})
	}
}

// muteAt is a relay that never answers that verb.
func muteAt(verb string) practice.Behavior {
	return practice.Behavior{
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

// interrupt wants SIGINT to end a check before the stage would have ended by
// itself. A third check, which is left alone, tells when that is: no time is right
// on every machine. One that was held up for that long is tried again.
func (s *site) interrupt(stage string) {
	s.t.Helper()
	for range 3 {
		if s.interrupted(stage) {
			return
		}
	}
	s.t.Error("three times the stage had ended by itself before SIGINT ended the check")
}

// interrupted runs check for people and for scripts side by side, and stops both
// when the first says that it waits at the stage. It reports whether the check
// that is left alone was still waiting then.
func (s *site) interrupted(stage string) bool {
	s.t.Helper()
	args := []string{"--as", "none", "--hostname", "id.example.com"}
	alone, people, scripts := s.command(args...), s.command(args...), s.command(append(args, "--json", "--ca", "fifo")...)
	var out, errs bytes.Buffer
	scripts.Stdout, scripts.Stderr = &out, &errs
	bystander, stopped := printed(s.t, alone), printed(s.t, people)
	defer start(s.t, alone)()
	untilWaiting(s.t, bystander, stage) // before the others do: its stage ends first
	defer start(s.t, people)()
	defer start(s.t, scripts)()
	s.feed("fifo")
	untilWaiting(s.t, stopped, stage)
	over := make(chan struct{})
	go func() { bystander.Scan(); close(over) }()
	took := s.stop(people)
	s.stop(scripts)
	s.t.Logf("ended %s after SIGINT", took.Round(time.Millisecond))
	var got checked
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.OK || got.Exit != 130 || got.Diagnosis == nil || got.Diagnosis.ID != "cancelled" {
		s.t.Errorf("%v\n%s", err, out.Bytes())
	}
	if !strings.Contains(errs.String(), "interrupted") {
		s.t.Errorf("says %q", errs.String())
	}
	select {
	case <-over:
		return false
	default:
		return true
	}
}

// start starts a command, and kills it when it has run for too long. The function
// that it returns ends it in any case.
func start(t *testing.T, cmd *exec.Cmd) func() {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	return func() {
		late.Stop()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// feed gives a command its certificates by a FIFO. Once it opens that it listens to
// signals; one that came before would be its end whatever it does about them.
func (s *site) feed(name string) {
	s.t.Helper()
	var to *os.File
	err := error(syscall.ENXIO) // nobody reads yet
	for end := time.Now().Add(patience); errors.Is(err, syscall.ENXIO) && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		to, err = os.OpenFile(filepath.Join(s.dir, name), os.O_WRONLY|syscall.O_NONBLOCK, 0)
	}
	if err == nil {
		_, err = to.Write(s.relay.CAPEM())
		err = errors.Join(err, to.Close())
	}
	if err != nil {
		s.t.Fatalf("it does not read its certificates: %v", err)
	}
}

// printed is what a command that is yet to start prints anywhere.
func printed(t *testing.T, cmd *exec.Cmd) *bufio.Scanner {
	t.Helper()
	heard, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	return bufio.NewScanner(heard)
}

// untilWaiting reads up to the word that the stage is waited for.
func untilWaiting(t *testing.T, lines *bufio.Scanner, stage string) {
	t.Helper()
	var said []string
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "  ...  "+stage+" ") {
			return
		}
		said = append(said, lines.Text())
	}
	t.Fatalf("it ended, or was killed after %s, without waiting at %s:\n%s", patience, stage, strings.Join(said, "\n"))
}

// stop wants an end with the exit code of an interrupt.
func (s *site) stop(cmd *exec.Cmd) time.Duration {
	s.t.Helper()
	began := time.Now()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(patience):
		_ = cmd.Process.Kill()
		<-ended
		s.t.Fatalf("%s after SIGINT it was still running: %s", patience, cmd)
	}
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		s.t.Errorf("exit code %d", code)
	}
	return time.Since(began)
}
