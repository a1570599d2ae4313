package command

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// fullDisk is a disk without room.
type fullDisk struct{}

var errNoRoom = errors.New("no room")

func (fullDisk) Write([]byte) (int, error) { return 0, errNoRoom }

// A result that cannot be printed is no success, and not wrong usage either.
func TestResultThatCannotBePrinted(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"explain 535 5.7.8 bad", "explain --json 535 5.7.8 bad", "presets google", "presets --json", "man",
		"check --json --env-file testdata/closed.env", "check --env-file testdata/closed.env",
	} {
		var errs strings.Builder
		code := run(t.Context(), strings.Fields(line), testIO(strings.NewReader(""), fullDisk{}, &errs))
		if code != exitFile || !strings.Contains(errs.String(), errNoRoom.Error()) {
			t.Errorf("%s: exit %d, %s", line, code, errs.String())
		}
	}
}

// What is in a .env, in a compose file or in a file's name is shown without
// anything that a terminal would act on, also as the reason for an error.
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
				if text != "" {
					s.file(file, text)
				}
			}
			args := append([]string{"--env-file", filepath.Join(s.dir, ".env")}, strings.Split(c.args, " ")...)
			out, errs, _ := s.run(args...)
			if out+errs == "" {
				t.Error("nothing is printed")
			}
			if strings.Contains(c.args, "--json") && !json.Valid([]byte(out)) {
				t.Errorf("no JSON: %s", out)
			}
			if name == "service" && (!strings.Contains(out, "; id'") || !strings.Contains(out, "--force-recreate 'po")) {
				t.Errorf("the service is not quoted for a shell: %s", out)
			}
		})
	}
}
