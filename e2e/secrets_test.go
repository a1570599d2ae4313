//go:build e2e

package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/internal/termtest"
	"smtp-wizard/smtpcheck/practice"
)

// Secrets of which no trace may be seen, each in a place of its own.
const (
	plantedPassword = "pl4nted-Passw0rd-zq"
	plantedOld      = "pl4nted-old-one-wx"
	plantedToken    = "pl4nted-token-in-env-yv"
	plantedHost     = "pl4nted-as-a-host-ku"
)

// TestPlantedSecrets runs everything with secrets in the file and in what is typed, at
// a relay that repeats them, and reads all that anybody but the owner can see: output,
// screens, JSON, drafts, names of files, and the children's arguments and environments.
func TestPlantedSecrets(t *testing.T) {
	t.Parallel()
	repeats := map[string]practice.Answer{".": {Text: "250 " + plantedPassword + " " + hex.EncodeToString([]byte(plantedPassword)) + "\r\n"}}
	banner := &practice.Answer{Text: "220 " + base64.StdEncoding.EncodeToString([]byte(plantedPassword)) + "\r\n"}
	r := hostile.Start(t, practice.Behavior{Name: "repeats", Banner: banner, Answers: repeats}, practice.Options{User: "bob", Password: plantedPassword})
	ca := filepath.Join(t.TempDir(), "ca.pem")
	casetest.Must(t, os.WriteFile(ca, r.CAPEM(), 0o600))
	seen := watchChildren(t)

	h := newHome(t, ca)
	w := h.open("--env-file", h.envFile())
	w.ToIdentity(apptest.Answers{Version: "2.9.0", AppURL: appURL, Host: "eve:" + plantedHost + "@localhost", Port: r.Port(),
		TLS: "starttls", From: "id@example.test", To: "admin@example.test", User: "bob", Password: plantedPassword})
	scan(t, "the draft", h.everything(t))
	w.Keys(termtest.CtrlC)
	w.Until("Leave")
	w.Keys(termtest.CtrlC)
	w.Ends(130)
	scan(t, "the screen", w.Output())
	scan(t, "the draft that is left", h.everything(t))

	file := fmt.Sprintf("# SMTP_PASSWORD=%s\nAPP_URL=%s\nENCRYPTION_KEY=%s\nDB_CONNECTION_STRING=postgres://a:%[3]s@db/x\nMAXMIND_LICENSE_KEY=%[3]s\n"+
		"SMTP_HOST=eve:%s@localhost\nSMTP_PORT=%d\nSMTP_FROM=id@example.test\nSMTP_USER=%[1]s\nSMTP_PASSWORD=%[1]s\nSMTP_TLS=starttls\nUI_CONFIG_DISABLED=true\n",
		plantedOld, appURL, plantedToken, plantedHost, r.Port())
	casetest.Must(t, os.WriteFile(h.envFile(), []byte(file), 0o600))
	casetest.Must(t, os.Chown(h.Dir, 65534, 65534)) // what is around it is reached by a child
	for _, args := range []string{
		"inspect", "inspect --json", "check", "check --json", "apply --no-check --dry-run", "apply --no-check --dry-run --json",
		"apply --user bob --password-stdin --hostname id.example.test --json", "check --json", "check --no-send", "inspect --json",
	} {
		o := h.run(plantedPassword, strings.Fields(args)...)
		scan(t, args, o.Out+o.Err)
	}
	if env, _ := os.ReadFile(h.envFile()); !strings.Contains(string(env), plantedPassword) || !strings.Contains(string(env), plantedToken) {
		t.Error("the file has not become what it was to be")
	}
	children := seen()
	if !strings.Contains(children, wizardPath) {
		t.Error("no process was seen")
	}
	scan(t, "a process", children)
}

// scan looks for the planted ones as they are and encoded.
func scan(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range []string{plantedPassword, plantedOld, plantedToken, plantedHost} {
		for _, form := range []string{secret, base64.RawStdEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret))} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
				t.Errorf("%s has %s:\n%s", where, form, text)
			}
		}
	}
}

// everything is all that is in the home but the .env and its backups, with its name.
func (h *home) everything(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	casetest.Must(t, filepath.WalkDir(h.Dir, func(path string, d fs.DirEntry, err error) error {
		out.WriteString(path + "\n")
		if err != nil || d.IsDir() || filepath.Dir(path) == h.Dir {
			return err
		}
		text, err := os.ReadFile(path)
		out.Write(text)
		return err
	}))
	return out.String()
}

// watchChildren collects the arguments and environments of all processes of the program.
func watchChildren(t *testing.T) (seen func() string) {
	stop, done := make(chan struct{}), make(chan string, 1)
	go func() {
		all := map[string]bool{}
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-stop:
				var out strings.Builder
				for one := range all {
					out.WriteString(one)
				}
				done <- out.String()
				return
			case <-tick.C:
			}
			paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, path := range paths {
				if line, _ := os.ReadFile(path); strings.Contains(string(line), wizardPath) {
					environment, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "environ"))
					all[string(line)+string(environment)] = true
				}
			}
		}
	}()
	return func() string { close(stop); return <-done }
}
