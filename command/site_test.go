package command

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/smtpcheck/practice"
)

// The account of the relays that want a login.
const (
	relayUser     = "mailer@example.com"
	relayPassword = "s3cret-Passw0rd!"
)

// site is a relay and a .env that leads to it.
type site struct {
	t     *testing.T
	relay *practice.Relay
	dir   string
}

func newSite(t *testing.T, b practice.Behavior, mode string, login bool) *site {
	t.Helper()
	var o practice.Options
	if login {
		o.User, o.Password = relayUser, relayPassword
	}
	r := hostile.Start(t, b, o)
	s := &site{t: t, relay: r, dir: t.TempDir()}
	port := r.Port()
	if mode == "tls" {
		port = r.TLSPort()
	}
	s.write(mode, port, login, "")
	s.file("ca.pem", string(r.CAPEM()))
	return s
}

// file writes a file and returns its path.
func (s *site) file(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *site) write(mode string, port int, login bool, more string) {
	s.t.Helper()
	env := fmt.Sprintf("APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\n"+
		"SMTP_HOST=127.0.0.1\nSMTP_PORT=%d\nSMTP_FROM=id@example.com\nSMTP_TLS=%s\n", port, mode)
	if login {
		env += fmt.Sprintf("SMTP_USER=%s\nSMTP_PASSWORD='%s'\n", relayUser, relayPassword)
	}
	s.file(".env", env+more)
}

// checkArgs is check on the site's .env.
func (s *site) checkArgs(args ...string) []string {
	ca := filepath.Join(s.dir, "ca.pem")
	return append([]string{"check", "--env-file", filepath.Join(s.dir, ".env"), "--ca", ca}, args...)
}

// check runs check for people, and beside it for scripts.
func (s *site) check(args ...string) (apptest.Checked, int) {
	s.t.Helper()
	people := make(chan int)
	go func() {
		_, _, code := s.run(s.checkArgs(args...)...)
		people <- code
	}()
	printed, _, code := s.run(s.checkArgs(append(slices.Clone(args), "--json")...)...)
	if other := <-people; other != code {
		s.t.Errorf("exit code %d, and %d with --json", other, code)
	}
	return s.checked(printed), code
}

func (s *site) checked(printed string) apptest.Checked {
	s.t.Helper()
	var got apptest.Checked
	var everything any
	err := errors.Join(json.Unmarshal([]byte(printed), &got), json.Unmarshal([]byte(printed), &everything))
	if err != nil {
		s.t.Fatalf("%v\n%s", err, printed)
	}
	s.safeValue(everything)
	return got
}

// run runs a command line, and looks at all that it prints for what must not be
// there.
func (s *site) run(args ...string) (out, errs string, code int) {
	s.t.Helper()
	var stdout, stderr strings.Builder
	code = run(s.t.Context(), args, testIO(strings.NewReader(""), &stdout, &stderr))
	s.safe(stdout.String())
	s.safe(stderr.String())
	return stdout.String(), stderr.String(), code
}

func testIO(in io.Reader, out, err io.Writer) IO {
	return onMachine(IO{In: in, Out: out, Err: err, Getenv: func(string) string { return "" }})
}

// eof is the word, but for an error that is quoted as Pocket ID's; the token of a
// test mail may contain its letters.
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
			s.t.Errorf("contains the password:\n%s", printed)
		}
	}
	if eof.MatchString(strings.ReplaceAll(printed, "SMTP session: EOF", "")) {
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
