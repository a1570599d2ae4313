package command_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What stands in a .env, in a compose file or in a file's name is shown without
// what a terminal would act on, also where it is the reason for an error.
func TestForeignTextIsShownSafely(t *testing.T) {
	t.Parallel()
	const settings = "SMTP_HOST=localhost\nSMTP_PORT=1\nSMTP_TLS=none\nAPP_URL=https://id.example.com\n"
	const compose = `services:
  "po\e[31m\u009b31m\u202e; id":
    image: ghcr.io/pocket-id/pocket-id:v2.9.0
    hostname: "h\e]0;owned\a\u009b\u202e\u200b.example.com"
    env_file: .env
`
	for name, c := range map[string]struct{ env, compose, args string }{
		"sender":       {env: settings + "SMTP_FROM=\"\x1b]0;owned\x07\u202efoo\"\n", args: "check"},
		"file":         {args: "check --env-file x\x1b[31m.env"},
		"flag":         {args: "check --\x1b[31m"},
		"service":      {env: settings, compose: compose, args: "apply --no-check --from id@example.com --tls starttls"},
		"hostname":     {env: settings + "SMTP_FROM=id@example.com\n", compose: compose, args: "check"},
		"json":         {env: settings + "SMTP_FROM=id@example.com\n", compose: compose, args: "check --json"},
		"explain":      {args: "explain 535\x1b[31m\u202eno"},
		"explain json": {args: "explain --json 535\x1b[31m\u202e\u009bno"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &site{t: t, dir: t.TempDir()}
			for file, text := range map[string]string{".env": c.env, "compose.yaml": c.compose} {
				if text == "" {
					continue
				}
				if err := os.WriteFile(filepath.Join(s.dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("smtp-wizard", strings.Split(c.args, " ")...)
			cmd.Dir = s.dir
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			_ = cmd.Run()
			s.safe(out.String())
			s.safe(errs.String())
			if out.Len()+errs.Len() == 0 {
				t.Error("nothing is printed")
			}
			if strings.Contains(c.args, "--json") && !json.Valid(out.Bytes()) {
				t.Errorf("no JSON: %s", out.Bytes())
			}
			if name == "service" && (!strings.Contains(out.String(), "; id'") || !strings.Contains(out.String(), "--force-recreate 'po")) {
				t.Errorf("the service is not quoted for a shell: %s", out.String())
			}
		})
	}
}
