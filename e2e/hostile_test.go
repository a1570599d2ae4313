//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"smtp-wizard/smtpcheck/practice"
)

// hostileSite is a .env that leads to a relay which plays badly.
func hostileSite(t *testing.T, host string, port int, mode string) *home {
	t.Helper()
	h := newHome(t, "")
	env := fmt.Sprintf("APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nSMTP_HOST=%s\nSMTP_PORT=%d\nSMTP_FROM=id@example.com\nSMTP_TLS=%s\n", host, port, mode)
	check(t, os.WriteFile(h.envFile(), []byte(env), 0o600))
	return h
}

func startRelay(t *testing.T, b practice.Behavior) *practice.Relay {
	t.Helper()
	r, err := practice.Start(b, practice.Options{})
	check(t, err)
	t.Cleanup(r.Close)
	return r
}

func catalogued(t *testing.T, name string) practice.Behavior {
	t.Helper()
	b, ok := practice.Named(name)
	if !ok {
		t.Fatalf("no relay %q", name)
	}
	return b
}

func muteAt(verb string) practice.Behavior {
	return practice.Behavior{Name: "mute at " + verb, Answers: map[string]practice.Answer{verb: {}}}
}

var asIdentity = []string{"check", "--as", "none", "--hostname", "id.example.com"}

// TestDefaultBounds waits for relays that never speak, for as long as check
// does without --timeout: connect 10 s, greeting 20 s, each command 15 s.
func TestDefaultBounds(t *testing.T) {
	t.Parallel()
	slow, mute := startRelay(t, catalogued(t, "slow-banner")), startRelay(t, catalogued(t, "mute"))
	for _, c := range []struct {
		name, mode  string
		port        int
		stage       string
		exit, bound int
	}{
		{"deaf", "starttls", deafPort(t), "connect", 11, 10},
		{"slow-banner", "starttls", slow.Port(), "greeting", 12, 20},
		{"slow-banner", "none", slow.Port(), "greeting", 12, 20},
		{"mute", "starttls", mute.Port(), "greeting", 12, 20},
		{"mute", "tls", mute.TLSPort(), "tls", 15, 15},
		{"mute at EHLO", "none", startRelay(t, muteAt("EHLO")).Port(), "ehlo", 13, 15},
		{"mute at STARTTLS", "starttls", startRelay(t, muteAt("STARTTLS")).Port(), "starttls", 14, 15},
		{"mute at MAIL", "none", startRelay(t, muteAt("MAIL")).Port(), "mail", 17, 15},
		{"mute at RCPT", "none", startRelay(t, muteAt("RCPT")).Port(), "rcpt", 18, 15},
		{"mute at DATA", "none", startRelay(t, muteAt("DATA")).Port(), "data", 19, 15},
	} {
		t.Run(c.name+" "+c.mode, func(t *testing.T) {
			t.Parallel()
			h := hostileSite(t, "127.0.0.1", c.port, c.mode)
			endsWithin(t, h.command(append(asIdentity, "--json")...), c.stage, c.exit, c.bound)
		})
	}
}

// endsWithin wants check to give up at the stage after bound seconds, no earlier
// and not much later, and returns how long it took in all.
func endsWithin(t *testing.T, cmd *exec.Cmd, stage string, exit, bound int) time.Duration {
	t.Helper()
	began := time.Now()
	ended := runCommand(t, cmd, "")
	whole := time.Since(began)
	var got struct {
		Stage  string
		Exit   int
		Stages []struct {
			MS     int
			Detail string
		}
	}
	check(t, json.Unmarshal([]byte(ended.Out), &got))
	if ended.Code != exit || got.Exit != exit || got.Stage != stage {
		t.Fatalf("exit %d, in the JSON %d at %s", ended.Code, got.Exit, got.Stage)
	}
	last := got.Stages[len(got.Stages)-1]
	t.Logf("%s: %s after %d ms, all of it %d ms", stage, last.Detail, last.MS, whole.Milliseconds())
	if last.MS < bound*1000-100 || last.MS > bound*1000+5000 {
		t.Errorf("the stage took %d ms", last.MS)
	}
	if whole > time.Duration(bound+15)*time.Second {
		t.Errorf("the whole check took %s", whole)
	}
	return whole
}

// deafPort is a port whose queue of connections is full, so that the kernel
// drops further ones as a firewall would.
func deafPort(t *testing.T) int {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	check(t, err)
	t.Cleanup(func() { _ = syscall.Close(fd) })
	check(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check(t, syscall.Listen(fd, 0))
	bound, err := syscall.Getsockname(fd)
	check(t, err)
	for range 4 {
		client, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
		check(t, err)
		t.Cleanup(func() { _ = syscall.Close(client) })
		_ = syscall.Connect(client, bound) // in progress
	}
	return bound.(*syscall.SockaddrInet4).Port
}

// TestSilentNameServer gives check a name server that never answers: it gives up
// after 10 s, and SIGINT ends it at once.
func TestSilentNameServer(t *testing.T) {
	t.Parallel()
	silent, err := net.ListenPacket("udp", "127.0.0.77:53")
	check(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	h := hostileSite(t, "relay.example.net", 587, "starttls")
	check(t, os.WriteFile(filepath.Join(h.Dir, "resolv.conf"), []byte("nameserver 127.0.0.77\n"), 0o644))
	withIt := func() *exec.Cmd {
		cmd := h.command()
		script := `mount --bind resolv.conf /etc/resolv.conf && exec "$@"`
		cmd.Args = append([]string{"unshare", "-m", "sh", "-c", script, "sh", wizardPath}, append(asIdentity, "--json")...)
		cmd.Path, err = exec.LookPath("unshare")
		check(t, err)
		return cmd
	}
	alone := endsWithin(t, withIt(), "dns", 10, 10)

	cmd := withIt()
	var out strings.Builder
	cmd.Stdout = &out
	// The first run's questions lie there still; from here on they are the second's.
	drain(silent)
	check(t, cmd.Start())
	check(t, silent.SetReadDeadline(time.Now().Add(patience)))
	for question := make([]byte, 512); !bytes.Contains(question, []byte("relay")); {
		_, _, err = silent.ReadFrom(question)
		check(t, err)
	}
	began := time.Now()
	check(t, cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait()
	took := time.Since(began)
	t.Logf("ended %s after SIGINT", took.Round(time.Millisecond))
	if code := cmd.ProcessState.ExitCode(); code != 130 || took > alone/2 ||
		!strings.Contains(out.String(), `"stage": "dns"`) {
		t.Errorf("exit code %d after %s\n%s", code, took, out.String())
	}
}

// drain reads what has come.
func drain(c net.PacketConn) {
	for {
		_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, _, err := c.ReadFrom(make([]byte, 512)); err != nil {
			return
		}
	}
}
