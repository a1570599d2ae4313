//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestApplyThenCheck writes a .env for one reader after another, and for some
// together, with a password that has something in it for each of them to trip
// over; check logs in with what was written, and a second run changes nothing.
func TestApplyThenCheck(t *testing.T) {
	t.Parallel()
	p := startPostfix(t, saslLines...)
	for _, readers := range []string{
		"pocket-id", "compose", "systemd", "sh",
		"pocket-id,compose", "pocket-id,systemd", "pocket-id,sh", "pocket-id,compose,systemd,sh",
	} {
		t.Run(readers, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, p.CAFile)
			args := []string{"apply", "--json", "--host", "localhost", "--port", strconv.Itoa(p.TLS), "--tls", "tls",
				"--from", "id@example.test", "--user", saslUser, "--password-stdin", "--app-url", appURL,
				"--hostname", "id.example.test", "--as", "2.9.0", "--to", "admin@example.test", "--readers", readers}
			first := h.run(saslPassword+"\n", args...)
			if first.Code != 0 {
				if strings.Contains(readers, ",") && first.Code == 2 || first.Code == 3 {
					refusedWhole(t, h, first)
					return
				}
				t.Fatalf("exit %d\n%s%s", first.Code, first.Out, first.Err)
			}
			h.has(map[string]string{"SMTP_USER": saslUser, "SMTP_PASSWORD": saslPassword, "SMTP_TLS": "tls", "APP_URL": appURL})
			before, err := os.ReadFile(h.envFile())
			check(t, err)
			got := h.checkFile("--as", "2.9.0", "--hostname", "id.example.test", "--to", "admin@example.test")
			if !got.OK || got.Exit != 0 {
				t.Errorf("check: %+v", got)
			}
			p.inbox(t, got.Token)
			second := h.run(saslPassword+"\n", args...)
			changedNothing(t, h, second, before)
			for _, text := range []string{first.Out, first.Err, second.Out, second.Err, strings.Join(got.Transcript, "\n")} {
				if strings.Contains(text, saslPassword) {
					t.Error("the password was shown")
				}
			}
		})
	}
}

// refusedWhole checks that a refusal names a way out and leaves no file.
func refusedWhole(t *testing.T, h *home, o outcome) {
	t.Helper()
	t.Logf("%s", o.Err)
	if _, err := os.Stat(h.envFile()); err == nil || !strings.Contains(o.Err, "assword") {
		t.Errorf("%v: %s", err, o.Err)
	}
}

func changedNothing(t *testing.T, h *home, o outcome, before []byte) {
	t.Helper()
	var second struct{ Written, Changed []string }
	if err := json.Unmarshal([]byte(o.Out), &second); err != nil || o.Code != 0 || len(second.Written)+len(second.Changed) != 0 {
		t.Errorf("second run: %v, exit %d\n%s%s", err, o.Code, o.Out, o.Err)
	}
	after, err := os.ReadFile(h.envFile())
	check(t, err)
	if string(after) != string(before) {
		t.Error("the second run changed the file")
	}
}
