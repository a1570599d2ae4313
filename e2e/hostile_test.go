//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/smtpcheck/practice"
)

// hostileSite is a .env that leads to a relay which plays badly.
func hostileSite(t *testing.T, host string, port int, mode string) *home {
	t.Helper()
	h := newHome(t, "")
	h.write(settings{Answers: apptest.Answers{Host: host, Port: port, TLS: mode, From: "id@example.com"}})
	return h
}

var asIdentity = []string{"check", "--as", "none", "--hostname", "id.example.com"}

// TestDefaultBounds waits for relays that never speak, for as long as check
// does without --timeout: connect 10 s, greeting 20 s, each command 15 s.
func TestDefaultBounds(t *testing.T) {
	t.Parallel()
	slow, mute := hostile.Start(t, hostile.Named(t, "slow-banner"), practice.Options{}), hostile.Start(t, hostile.Named(t, "mute"), practice.Options{})
	for _, c := range []struct {
		name, mode  string
		port        int
		stage       string
		exit, bound int
	}{
		{"filtered", "starttls", apptest.FilteredPort(t), "connect", 11, 10},
		{"slow-banner", "starttls", slow.Port(), "greeting", 12, 20},
		{"slow-banner", "none", slow.Port(), "greeting", 12, 20},
		{"mute", "starttls", mute.Port(), "greeting", 12, 20},
		{"mute", "tls", mute.TLSPort(), "tls", 15, 15},
		{"mute at EHLO", "none", hostile.Start(t, apptest.MuteAt("EHLO"), practice.Options{}).Port(), "ehlo", 13, 15},
		{"mute at STARTTLS", "starttls", hostile.Start(t, apptest.MuteAt("STARTTLS"), practice.Options{}).Port(), "starttls", 14, 15},
		{"mute at MAIL", "none", hostile.Start(t, apptest.MuteAt("MAIL"), practice.Options{}).Port(), "mail", 17, 15},
		{"mute at RCPT", "none", hostile.Start(t, apptest.MuteAt("RCPT"), practice.Options{}).Port(), "rcpt", 18, 15},
		{"mute at DATA", "none", hostile.Start(t, apptest.MuteAt("DATA"), practice.Options{}).Port(), "data", 19, 15},
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
	casetest.Must(t, json.Unmarshal([]byte(ended.Out), &got))
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

// TestSilentNameServer gives check a name server that never answers: it gives up
// after 10 s, and SIGINT ends it at once.
func TestSilentNameServer(t *testing.T) {
	t.Parallel()
	silent, err := net.ListenPacket("udp", "127.0.0.77:53")
	casetest.Must(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	h := hostileSite(t, "relay.example.net", 587, "starttls")
	casetest.Must(t, os.WriteFile(filepath.Join(h.Dir, "resolv.conf"), []byte("nameserver 127.0.0.77\n"), 0o644))
	isolated := func() *exec.Cmd {
		script := `mount --bind resolv.conf /etc/resolv.conf && exec "$@"`
		cmd := program(t, "unshare", append([]string{"-m", "sh", "-c", script, "sh", wizardPath}, append(asIdentity, "--json")...)...)
		cmd.Dir, cmd.Env = h.Dir, h.environment()
		return cmd
	}
	alone := endsWithin(t, isolated(), "dns", 10, 10)

	// The first run's questions are still there; this one asks for another name.
	h.write(settings{Answers: apptest.Answers{Host: "another.example.net", Port: 587, TLS: "starttls", From: "id@example.com"}})
	cmd := isolated()
	var out strings.Builder
	cmd.Stdout = &out
	casetest.Must(t, cmd.Start())
	casetest.Must(t, silent.SetReadDeadline(time.Now().Add(patience)))
	for question := make([]byte, 512); !bytes.Contains(question, []byte("another")); {
		_, _, err = silent.ReadFrom(question)
		casetest.Must(t, err)
	}
	began := time.Now()
	casetest.Must(t, cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait()
	took := time.Since(began)
	if code := cmd.ProcessState.ExitCode(); code != 130 || took > alone/2 || !strings.Contains(out.String(), `"stage": "dns"`) {
		t.Errorf("exit code %d after %s\n%s", code, took, out.String())
	}
}
