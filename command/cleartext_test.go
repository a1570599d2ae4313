package command_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Check says that settings without TLS give the password away.
func TestCheckSaysClearText(t *testing.T) {
	t.Parallel()
	for tls, warned := range map[string]bool{"none": true, "starttls": false} {
		dir := t.TempDir()
		env := "SMTP_HOST=relay.invalid\nSMTP_PORT=587\nSMTP_TLS=" + tls + "\nSMTP_FROM=id@example.com\nSMTP_USER=id\nSMTP_PASSWORD=s3cret\n"
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(env), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"check", "--timeout", "2s"}, {"check", "--timeout", "2s", "--json"}} {
			cmd := exec.Command("smtp-wizard", args...)
			cmd.Dir = dir
			out, _ := cmd.CombinedOutput()
			if strings.Contains(string(out), "in clear text, and anybody") != warned {
				t.Errorf("%s, %v:\n%s", tls, args, out)
			}
		}
	}
}
