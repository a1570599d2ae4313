package command_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"smtp-wizard/smtpcheck/practice"
)

// The account of the relays that want a login.
const (
	relayUser     = "mailer@example.com"
	relayPassword = "s3cret-Passw0rd!"
)

// checked is what check --json printed.
type checked struct {
	OK         bool
	Stage      string
	Exit       int
	Announced  []string
	Stages     []struct{ Name, Detail string }
	Identities []struct {
		Name, Verdict, Stage, Reply string
		Origin                      []string
	}
	Diagnosis *struct {
		ID, Cause, Fix, Step, Field string
		Temporary                   bool
	}
	Transcript []string
}

// site is a relay and a .env that leads to it.
type site struct {
	t     *testing.T
	relay *practice.Relay
	dir   string
}

func newSite(t *testing.T, name, mode string, login bool) *site {
	t.Helper()
	b, ok := practice.Named(name)
	if !ok {
		t.Fatalf("no relay %q", name)
	}
	return newSiteOf(t, b, mode, login)
}

func newSiteOf(t *testing.T, b practice.Behavior, mode string, login bool) *site {
	t.Helper()
	var o practice.Options
	if login {
		o.User, o.Password = relayUser, relayPassword
	}
	r, err := practice.Start(b, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	s := &site{t: t, relay: r, dir: t.TempDir()}
	port := r.Port()
	if mode == "tls" {
		port = r.TLSPort()
	}
	s.write(mode, port, login)
	if err := os.WriteFile(filepath.Join(s.dir, "ca.pem"), r.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) write(mode string, port int, login bool) {
	s.t.Helper()
	env := fmt.Sprintf("APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nSMTP_HOST=127.0.0.1\nSMTP_PORT=%d\nSMTP_FROM=id@example.com\nSMTP_TLS=%s\n", port, mode)
	if login {
		env += fmt.Sprintf("SMTP_USER=%s\nSMTP_PASSWORD='%s'\n", relayUser, relayPassword)
	}
	if err := os.WriteFile(filepath.Join(s.dir, ".env"), []byte(env), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// command is check on the site's .env.
func (s *site) command(args ...string) *exec.Cmd {
	cmd := exec.Command("smtp-wizard", append([]string{"check", "--ca", "ca.pem"}, args...)...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "XDG_STATE_HOME="+filepath.Join(s.dir, "state"))
	return cmd
}

// check runs check for people and for scripts, and looks at all that they print
// for what may not be there.
func (s *site) check(args ...string) (checked, int) {
	s.t.Helper()
	_, code := s.run(args...)
	printed, sameCode := s.run(append(args, "--json")...)
	if code != sameCode {
		s.t.Errorf("exit code %d, and %d with --json", code, sameCode)
	}
	var got checked
	var everything any
	if err := errors.Join(json.Unmarshal(printed, &got), json.Unmarshal(printed, &everything)); err != nil {
		s.t.Fatalf("%v\n%s", err, printed)
	}
	s.safeValue(everything)
	return got, code
}

// run runs check to its end.
func (s *site) run(args ...string) (stdout []byte, code int) {
	s.t.Helper()
	var out, errs bytes.Buffer
	cmd := s.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	var failed *exec.ExitError
	if err := toItsEnd(s.t, cmd); err != nil && !errors.As(err, &failed) {
		s.t.Fatal(err)
	}
	s.safe(out.String())
	s.safe(errs.String())
	return out.Bytes(), cmd.ProcessState.ExitCode()
}

// toItsEnd runs a command to its end, which must come.
func toItsEnd(t *testing.T, cmd *exec.Cmd) error {
	t.Helper()
	if err := cmd.Start(); err != nil {
		return err
	}
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	if !late.Stop() {
		t.Errorf("still running after %s: %s", patience, cmd)
	}
	return err
}

// eof is the word; the token of a test mail may hold its letters.
var eof = regexp.MustCompile(`\bEOF\b`)

// safe looks for what a terminal would act on, for the password in any form,
// and for "EOF".
func (s *site) safe(printed string) {
	s.t.Helper()
	unsafe := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) || r == utf8.RuneError }
	if i := strings.IndexFunc(printed, unsafe); i >= 0 {
		s.t.Errorf("not printable: %q", printed[max(0, i-40):min(len(printed), i+40)])
	}
	encode := base64.StdEncoding.EncodeToString
	for _, secret := range []string{
		relayPassword, encode([]byte(relayPassword)), encode([]byte("\x00" + relayUser + "\x00" + relayPassword)),
	} {
		if strings.Contains(printed, secret) {
			s.t.Errorf("holds the password:\n%s", printed)
		}
	}
	if eof.MatchString(printed) {
		s.t.Errorf("speaks of EOF:\n%s", printed)
	}
}

// safeValue looks into the strings of a JSON value, where "\u001b" is an escape.
func (s *site) safeValue(v any) {
	s.t.Helper()
	switch v := v.(type) {
	case string:
		s.safe(v)
	case []any:
		for _, one := range v {
			s.safeValue(one)
		}
	case map[string]any:
		for _, one := range v {
			s.safeValue(one)
		}
	}
}

// append adds lines to the .env.
func (s *site) append(lines string) {
	s.t.Helper()
	path := filepath.Join(s.dir, ".env")
	old, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, append(old, lines...), 0o600); err != nil {
		s.t.Fatal(err)
	}
}
