//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"smtp-wizard/internal/casetest"
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
				t.Fatalf("exit %d\n%s%s", first.Code, first.Out, first.Err)
			}
			h.has(map[string]string{"SMTP_USER": saslUser, "SMTP_TLS": "tls", "APP_URL": appURL})
			if h.password() != saslPassword {
				t.Error("the password is not what was given")
			}
			before, err := os.ReadFile(h.envFile())
			casetest.Must(t, err)
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

// password is what Pocket ID takes for the password: from the .env, or from the
// file that it names where no encoding is right for all readers.
func (h *home) password() string {
	h.t.Helper()
	env, err := godotenv.Read(h.envFile())
	casetest.Must(h.t, err)
	path, named := env["SMTP_PASSWORD_FILE"]
	if !named {
		return env["SMTP_PASSWORD"]
	}
	info, err := os.Stat(path)
	casetest.Must(h.t, err)
	if _, too := env["SMTP_PASSWORD"]; too || info.Mode().Perm() != 0o600 {
		h.t.Errorf("the password stands in both places, or its file has mode %o", info.Mode().Perm())
	}
	b, err := os.ReadFile(path)
	casetest.Must(h.t, err)
	return string(b)
}

func changedNothing(t *testing.T, h *home, o outcome, before []byte) {
	t.Helper()
	var second struct{ Written, Changed []string }
	if err := json.Unmarshal([]byte(o.Out), &second); err != nil || o.Code != 0 || len(second.Written)+len(second.Changed) != 0 {
		t.Errorf("second run: %v, exit %d\n%s%s", err, o.Code, o.Out, o.Err)
	}
	after, err := os.ReadFile(h.envFile())
	casetest.Must(t, err)
	if string(after) != string(before) {
		t.Error("the second run changed the file")
	}
}
